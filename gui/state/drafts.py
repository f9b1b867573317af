"""Unsent text, one draft a conversation, kept while the app runs (S13)."""

from __future__ import annotations

MAX_CHARACTERS = 4000


class Drafts:
    """What was typed and not sent."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def keep(self, conversation_id: str, text: str) -> None:
        """Remember `text`; a blank one is forgotten."""
        if text.strip():
            self._texts[conversation_id] = text
        else:
            self._texts.pop(conversation_id, None)

    def of(self, conversation_id: str) -> str:
        """Return the draft of a conversation, or an empty text."""
        return self._texts.get(conversation_id, "")


def objection(text: str) -> str:
    """Return why `text` can't be sent, in a sentence; empty where it can."""
    count = len(text.strip())
    if count == 0:
        return "Write something first."
    if count > MAX_CHARACTERS:
        return f"This is {count:,} characters long; a message holds {MAX_CHARACTERS:,}. Shorten it or send it in parts."
    return ""
