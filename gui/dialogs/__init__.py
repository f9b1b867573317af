"""Dialogs, always shown with `open()`: a nested event loop would stop the node's events."""
