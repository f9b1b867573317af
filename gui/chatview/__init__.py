"""The message view: a virtual list of bubbles anchored to what is being read."""
