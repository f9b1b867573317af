"""What was typed and not sent, one draft a conversation, with what it replies to or edits (S13)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from gui.observe import Signal

MAX_CHARACTERS = 4000
MOST_KEPT = 100_000


@dataclass(frozen=True, slots=True)
class Quoted:
    """A message that a draft is about: its id, who wrote it, and its words on one line."""

    id: str
    name: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """One conversation's unsent text.

    `edit` is the message of mine whose text is being changed; `aside` is then the text that was there before, and comes
    back afterwards. `for_ai` is None as long as nothing was chosen here.
    """

    text: str = ""
    reply: Quoted | None = None
    edit: Quoted | None = None
    aside: str = ""
    for_ai: bool | None = None

    @property
    def words(self) -> str:
        """The text that is not sent; that of an edit is not one."""
        return self.aside if self.edit is not None else self.text

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to remember."""
        return not (self.text.strip() or self.aside.strip() or self.reply or self.edit or self.for_ai is not None)


EMPTY = Draft()


class Drafts:
    """The drafts of all conversations.

    Signals:
        changed: some draft is different.
    """

    def __init__(self) -> None:
        self.changed: Signal[()] = Signal()
        self._drafts: dict[str, Draft] = {}

    def keep(self, conversation_id: str, draft: Draft) -> None:
        """Remember a draft; an empty one is forgotten."""
        if draft == self.get(conversation_id) or (draft.is_empty and conversation_id not in self._drafts):
            return
        if draft.is_empty:
            del self._drafts[conversation_id]
        else:
            self._drafts[conversation_id] = draft
        self.changed.emit()

    def get(self, conversation_id: str) -> Draft:
        """Return the draft of a conversation, or an empty one."""
        return self._drafts.get(conversation_id, EMPTY)

    def of(self, conversation_id: str) -> str:
        """Return the unsent text of a conversation, for the list; empty where there is none."""
        return self.get(conversation_id).words.strip()

    def dump(self) -> dict[str, Any]:
        """Return all drafts as JSON can say them."""
        return {name: asdict(draft) for name, draft in self._drafts.items()}

    def load(self, data: Any) -> None:
        """Take over what `dump` returned; what was typed since stays, what makes no sense is left out."""
        if isinstance(data, dict):
            found = {str(name): _draft(item) for name, item in data.items() if isinstance(item, dict)}
            self._drafts = {name: draft for name, draft in found.items() if not draft.is_empty} | self._drafts
            self.changed.emit()


def _draft(data: Mapping[str, Any]) -> Draft:
    for_ai = data.get("for_ai")
    return Draft(
        text=_text(data, "text"),
        reply=_quoted(data.get("reply")),
        edit=_quoted(data.get("edit")),
        aside=_text(data, "aside"),
        for_ai=for_ai if isinstance(for_ai, bool) else None,
    )


def _quoted(data: Any) -> Quoted | None:
    if not isinstance(data, dict) or not _text(data, "id"):
        return None
    return Quoted(_text(data, "id"), _text(data, "name"), _text(data, "text"))


def _text(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    return value[:MOST_KEPT] if isinstance(value, str) else ""
