"""The objects of docs/channel.md as frozen values.

The node is ours but may be newer than the desktop: unknown keys are ignored, missing ones get a harmless value, and a
value of the wrong type counts as missing.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PHASES = ("prophase", "prometaphase", "metaphase", "anaphase", "telophase")
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


@dataclass(frozen=True, slots=True)
class Last:
    """The last message of a conversation, for the list."""

    author_name: str
    text: str
    ts: datetime.datetime
    kind: str


@dataclass(frozen=True, slots=True)
class Summary:
    """One conversation in the list."""

    id: str
    title: str
    description: str = ""
    created: datetime.datetime = EPOCH
    status: str = "active"
    phase: str = "prophase"
    progress: float = 0.0
    cycle: int = 0  # how often it began again
    unread: int = 0
    last: Last | None = None

    @property
    def activity(self) -> datetime.datetime:
        """When something last happened here."""
        return self.last.ts if self.last is not None else self.created


@dataclass(frozen=True, slots=True)
class Reaction:
    """How many gave this emoji, and whether I am one of them."""

    emoji: str
    count: int
    mine: bool


@dataclass(frozen=True, slots=True)
class Message:
    """One message as the node shows it."""

    id: str
    author: str
    author_name: str
    kind: str
    text: str
    ts: datetime.datetime
    edited: bool = False
    deleted: bool = False
    reply_to: str | None = None
    reactions: tuple[Reaction, ...] = ()
    model: str = ""
    state: str = "stored"
    mine: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """One person in a conversation."""

    identity: str
    name: str
    role: str = "member"
    presence: str = "offline"
    me: bool = False


@dataclass(frozen=True, slots=True)
class Ai:
    """One AI participant in a conversation."""

    id: str
    name: str
    provider: str = ""
    model: str = ""
    host_name: str = ""
    here: bool = False


def summary(data: Mapping[str, Any]) -> Summary:
    """Return the conversation that `data` describes."""
    phase = _text(data, "phase")
    last = data.get("last")
    return Summary(
        id=_text(data, "id"),
        title=_text(data, "title"),
        description=_text(data, "description"),
        created=moment(data.get("created")),
        status=_text(data, "status") or "active",
        phase=phase if phase in PHASES else PHASES[0],
        progress=min(1.0, max(0.0, _number(data, "progress"))),
        cycle=max(0, int(_number(data, "cycle"))),
        unread=max(0, int(_number(data, "unread"))),
        last=_last(last) if isinstance(last, dict) else None,
    )


def message(data: Mapping[str, Any]) -> Message:
    """Return the message that `data` describes."""
    ai = data.get("ai")
    reply_to = data.get("reply_to")
    return Message(
        id=_text(data, "id"),
        author=_text(data, "author"),
        author_name=_text(data, "author_name"),
        kind=_text(data, "kind") or "human",
        text=_text(data, "text"),
        ts=moment(data.get("ts")),
        edited=bool(data.get("edited")),
        deleted=bool(data.get("deleted")),
        reply_to=reply_to if isinstance(reply_to, str) else None,
        reactions=tuple(
            Reaction(_text(item, "emoji"), int(_number(item, "count")), item.get("mine") is True)
            for item in dicts(data.get("reactions"))
        ),
        model=_text(ai, "model") if isinstance(ai, dict) else "",
        state=_text(data, "state") or "stored",
        mine=data.get("mine") is True,
    )


def members(data: Any) -> tuple[Member, ...]:
    """Return the members in `data`, a list of the API's objects."""
    return tuple(
        Member(
            identity=_text(item, "identity"),
            name=_text(item, "name"),
            role=_text(item, "role") or "member",
            presence=_text(item, "presence") or "offline",
            me=item.get("me") is True,
        )
        for item in dicts(data)
    )


def ais(data: Any) -> tuple[Ai, ...]:
    """Return the AI participants in `data`, a list of the API's objects."""
    return tuple(
        Ai(
            id=_text(item, "id"),
            name=_text(item, "name"),
            provider=_text(item, "provider"),
            model=_text(item, "model"),
            host_name=_text(item, "host_name"),
            here=item.get("here") is True,
        )
        for item in dicts(data)
    )


def moment(value: Any) -> datetime.datetime:
    """Return the time in an ISO 8601 text; 1970 where there is none."""
    try:
        found = datetime.datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return EPOCH
    return found if found.tzinfo is not None else found.replace(tzinfo=datetime.UTC)


def dicts(data: Any) -> list[dict[str, Any]]:
    """Return the objects in a list, leaving out what is none."""
    return [item for item in data if isinstance(item, dict)] if isinstance(data, list) else []


def _last(data: Mapping[str, Any]) -> Last:
    return Last(_text(data, "author_name"), _text(data, "text"), moment(data.get("ts")), _text(data, "kind") or "human")


def _text(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    return value if isinstance(value, str) else ""


def _number(data: Mapping[str, Any], key: str) -> float:
    value = data.get(key)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0
