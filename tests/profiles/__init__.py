"""Profiles made through the node's own store: with whole conversations of several people, as if they had been lived."""
