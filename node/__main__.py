"""`python -m node` is the command line `peer2peer`."""

from node.cli.main import main

if __name__ == "__main__":
    main()
