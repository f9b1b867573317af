"""The node's channel API as seen by the desktop: no widgets here, and no knowledge of what is shown."""
