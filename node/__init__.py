"""The node: one process that holds a person's conversations and carries them to other nodes."""
