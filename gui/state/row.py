"""One thing that the view of a conversation shows."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from gui.state.message import Count, Message, Provenance, Reaction, Who

SENDING = "sending"
WAITING = "waiting"
FAILED = "failed"
INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Row:
    """One thing in the view; `key` is stable while it is shown.

    `kind` is mine, other, ai, notice, or stream (AI text that is still growing). `state` is sending, waiting (for my
    node), stored, delivered, read, failed, or for a stream thinking, growing, interrupted, done, failed. `problem` says
    why it failed.
    """

    key: str
    kind: str
    author: str
    name: str
    text: str
    ts: datetime.datetime
    state: str = "stored"
    problem: str = ""
    reply_to: str | None = None
    edited: bool = False
    deleted: bool = False
    reactions: tuple[Reaction, ...] = ()
    message_id: str = ""
    pinned: bool = False
    mentions: tuple[Who, ...] = ()
    not_for_ai: bool = False
    delivered: Count | None = None
    read: Count | None = None
    ai: Provenance | None = None


def row_of(message: Message, *, key: str) -> Row:
    """Return what shows a message."""
    mine = message.mine and message.kind == "human"
    return Row(
        key=key,
        kind="mine" if mine else {"human": "other"}.get(message.kind, message.kind),
        author=message.author,
        name=message.author_name,
        text=message.text,
        ts=message.ts,
        state=message.state,
        reply_to=message.reply_to,
        edited=message.edited,
        deleted=message.deleted,
        reactions=message.reactions,
        message_id=message.id,
        pinned=message.pinned,
        mentions=message.mentions,
        not_for_ai=message.not_for_ai,
        delivered=message.delivered,
        read=message.read,
        ai=message.ai,
    )
