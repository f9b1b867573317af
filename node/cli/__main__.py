"""`python -m node.cli`: the same as `peer2peer`, where the script is not on the path."""

from node.cli.main import main

main()
