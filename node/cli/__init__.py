"""The command line of Peer2Peer: `peer2peer`, a client of the running node (the list of commands is in `docs/`)."""
