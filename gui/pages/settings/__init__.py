"""The settings of one conversation: a page of sections, each about one thing."""
