"""Finding conversations, people and messages: the search under the list, and the switcher (S18)."""
