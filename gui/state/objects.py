"""The objects of docs/channel.md as frozen values.

The node is ours but may be newer than the desktop: unknown keys are ignored, missing ones get a harmless value, and a
value of the wrong type counts as missing.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gui.state.message import Message as Message
from gui.state.message import message as message
from gui.state.values import EPOCH as EPOCH
from gui.state.values import dicts as dicts
from gui.state.values import moment as moment
from gui.state.values import number as _number
from gui.state.values import sentence
from gui.state.values import text as _text
from gui.state.values import texts as _texts

PHASES = ("prophase", "prometaphase", "metaphase", "anaphase", "telophase")
UNKNOWN = "unknown"
"""How somebody is here while the node that would know is not there."""


@dataclass(frozen=True, slots=True)
class Last:
    """The last message of a conversation, for the list."""

    author_name: str
    text: str
    ts: datetime.datetime
    kind: str
    deleted: bool = False
    mine: bool = False
    id: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """One conversation in the list."""

    id: str
    title: str
    description: str = ""
    created: datetime.datetime = EPOCH
    status: str = "active"
    archived: bool = False
    ai_paused: bool = False
    phase: str = "prophase"
    progress: float = 0.0
    cycle: int = 0  # how often it began again
    unread: int = 0
    pins: tuple[str, ...] = ()  # ids of the pinned messages in the order in which they were pinned
    mentions: int = 0  # unread messages that mention me
    last: Last | None = None
    parent: str = ""
    children: tuple[str, ...] = ()
    direct: str = ""  # identity of the other, where this is a conversation of two
    may: frozenset[str] = frozenset()  # what I may do here now, as the node tells; empty where nothing can be written
    notify: str = ""  # which messages tell of themselves, by a rule of its own: all, mentions, none; else empty

    @property
    def put_away(self) -> bool:
        """Whether it stands among the archived ones: archived, left, or I was removed."""
        return self.status in ("archived", "left", "removed")

    @property
    def muted(self) -> bool:
        """Whether its messages tell nothing of themselves."""
        return self.notify == "none"

    @property
    def activity(self) -> datetime.datetime:
        """When something last happened here."""
        return self.last.ts if self.last is not None else self.created


@dataclass(frozen=True, slots=True)
class Member:
    """One person in a conversation."""

    identity: str
    name: str
    role: str = "member"
    presence: str = "offline"
    me: bool = False
    devices: tuple[str, ...] = ()
    by: str = ""  # who invited them; empty for a founder
    by_name: str = ""
    may: frozenset[str] = frozenset()  # what I may do about them: a role to give, remove, hand_over

    @property
    def here(self) -> str:
        """How they are here; I am, as far as it is known how anybody is."""
        return "online" if self.me and self.presence != UNKNOWN else self.presence


@dataclass(frozen=True, slots=True)
class Host:
    """One device that answers for an AI, or stands by."""

    identity: str
    name: str
    here: bool = False
    on_duty: bool = False


@dataclass(frozen=True, slots=True)
class Ai:
    """One AI participant in a conversation."""

    id: str
    name: str
    provider: str = ""
    model: str = ""
    persona: str = ""
    system_prompt: str = ""
    temperature: float = 0.7
    policy: str = "every"
    hourly: int = 0  # answers within an hour at most; 0: as its host allows
    constrained: str = "auto"
    second_opinion: bool = False
    host: str = ""
    host_name: str = ""
    here: bool = False
    hosts: tuple[Host, ...] = ()
    asks_me: bool = False  # my node is named as a host, and I have not agreed
    by_name: str = ""  # who set it up as it is now


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
        archived=data.get("archived") is True,
        ai_paused=data.get("ai_paused") is True,
        phase=phase if phase in PHASES else PHASES[0],
        progress=min(1.0, max(0.0, _number(data, "progress"))),
        cycle=max(0, int(_number(data, "cycle"))),
        unread=max(0, int(_number(data, "unread"))),
        pins=_texts(data.get("pins")),
        mentions=max(0, int(_number(data, "mentions"))),
        last=_last(last) if isinstance(last, dict) else None,
        parent=_text(data, "parent"),
        children=_texts(data.get("children")),
        direct=_text(data, "direct"),
        may=frozenset(_texts(data.get("may"))),
        notify=_text(data, "notify"),
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
            devices=_texts(item.get("devices")),
            by=_text(item, "by"),
            by_name=_text(item, "by_name"),
            may=frozenset(_texts(item.get("may"))),
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
            persona=_text(item, "persona"),
            system_prompt=_text(item, "system_prompt"),
            temperature=_number(item, "temperature"),
            policy=_text(item, "policy") or "every",
            hourly=max(0, int(_number(item, "hourly"))),
            constrained=_text(item, "constrained") or "auto",
            second_opinion=item.get("second_opinion") is True,
            host=_text(item, "host"),
            host_name=_text(item, "host_name"),
            here=item.get("here") is True,
            hosts=tuple(
                Host(
                    _text(each, "identity"), _text(each, "name"), each.get("here") is True, each.get("on_duty") is True
                )
                for each in dicts(item.get("hosts"))
            ),
            asks_me=item.get("asks_me") is True,
            by_name=_text(item, "by_name"),
        )
        for item in dicts(data)
    )


def _last(data: Mapping[str, Any]) -> Last:
    return Last(
        author_name=_text(data, "author_name"),
        text=sentence(data, "text") if data.get("kind") == "notice" else _text(data, "text"),
        ts=moment(data.get("ts")),
        kind=_text(data, "kind") or "human",
        deleted=data.get("deleted") is True,
        mine=data.get("mine") is True,
        id=_text(data, "id"),
    )
