"""The local WebSocket of a node: Phoenix channels for the desktop, the command line and scripts (`docs/channel.md`)."""
