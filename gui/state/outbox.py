"""Messages that my node does not have yet, in the order in which they were sent (S10)."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from typing import Any

from gui.observe import Signal
from gui.state.objects import moment


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message on its way to my node; `problem` says why the node refused it, and is empty while it waits."""

    client_id: str
    conversation: str
    text: str
    ts: datetime.datetime
    reply_to: str = ""
    not_for_ai: bool | None = None
    problem: str = ""


class Outbox:
    """All messages on their way; each leaves it once the node has it, or when the person gives it up.

    Signals:
        changed: something came, went, or failed.
    """

    def __init__(self) -> None:
        self.changed: Signal[()] = Signal()
        self._items: dict[str, Outgoing] = {}

    def add(self, item: Outgoing) -> None:
        """Put a message at the end."""
        self._items[item.client_id] = item
        self.changed.emit()

    def get(self, client_id: str) -> Outgoing | None:
        """Return a message; None where it is not on its way."""
        return self._items.get(client_id)

    def of(self, conversation_id: str) -> list[Outgoing]:
        """Return a conversation's messages, oldest first, those that failed too."""
        return [item for item in self._items.values() if item.conversation == conversation_id]

    def next(self, conversation_id: str) -> Outgoing | None:
        """Return the oldest message that waits to be sent there."""
        return next((item for item in self.of(conversation_id) if not item.problem), None)

    def conversations(self) -> list[str]:
        """Return where messages wait."""
        return list(dict.fromkeys(item.conversation for item in self._items.values() if not item.problem))

    def waiting(self) -> int:
        """Return how many messages wait."""
        return sum(1 for item in self._items.values() if not item.problem)

    def failed(self, client_id: str, problem: str) -> None:
        """Note why the node refused a message."""
        self._change(client_id, problem)

    def retry(self, client_id: str) -> None:
        """Let a refused message wait again, in its old place."""
        self._change(client_id, "")

    def remove(self, client_id: str) -> None:
        """Forget a message: the node has it, or nobody wants it."""
        if self._items.pop(client_id, None) is not None:
            self.changed.emit()

    def dump(self) -> list[dict[str, Any]]:
        """Return all messages as JSON can say them."""
        return [
            {
                "client_id": item.client_id,
                "conversation": item.conversation,
                "text": item.text,
                "ts": item.ts.isoformat(),
                "reply_to": item.reply_to,
                "not_for_ai": item.not_for_ai,
                "problem": item.problem,
            }
            for item in self._items.values()
        ]

    def load(self, data: Any) -> None:
        """Put what `dump` returned before what is there; what makes no sense is left out."""
        loaded = [_outgoing(item) for item in data if isinstance(item, dict)] if isinstance(data, list) else []
        found = {item.client_id: item for item in loaded if item is not None}
        if found:
            self._items = found | self._items
            self.changed.emit()

    def _change(self, client_id: str, problem: str) -> None:
        item = self._items.get(client_id)
        if item is not None:
            self._items[client_id] = replace(item, problem=problem)
            self.changed.emit()


def _outgoing(data: dict[str, Any]) -> Outgoing | None:
    texts = {key: data.get(key) for key in ("client_id", "conversation", "text", "reply_to", "problem")}
    client_id, conversation, text, reply_to, problem = (
        value if isinstance(value, str) else "" for value in texts.values()
    )
    if not (client_id and conversation and text):
        return None
    not_for_ai = data.get("not_for_ai")
    return Outgoing(
        client_id,
        conversation,
        text,
        moment(data.get("ts")),
        reply_to,
        not_for_ai if isinstance(not_for_ai, bool) else None,
        problem,
    )
