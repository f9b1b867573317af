"""The message object of docs/channel.md, with everything the node tells about a message."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gui.state.values import dicts, moment, number, sentence, text, texts


@dataclass(frozen=True, slots=True)
class Who:
    """A person or an AI, by the name they go by."""

    identity: str
    name: str


@dataclass(frozen=True, slots=True)
class Count:
    """So many of so many others."""

    n: int
    of: int


@dataclass(frozen=True, slots=True)
class Reaction:
    """Who gave this emoji, and whether I am one of them."""

    emoji: str
    count: int
    mine: bool
    people: tuple[Who, ...] = ()


@dataclass(frozen=True, slots=True)
class Provenance:
    """How an AI's answer came about, as its host signed it. `ms` in milliseconds; token counts 0 where unknown."""

    provider: str = ""
    model: str = ""
    host_name: str = ""
    ms: int = 0
    kind: str = ""
    finish: str = ""
    prompt_tokens: int = 0
    answer_tokens: int = 0
    given: tuple[str, ...] = ()  # ids of the messages that the model was given
    ignored: tuple[str, ...] = ()  # wishes that were not followed
    alternatives: tuple[str, ...] = ()  # ids of answers that lost to this one


@dataclass(frozen=True, slots=True)
class Message:
    """One message as the node shows it; `delivered` and `read` are None on others' messages."""

    id: str
    author: str
    author_name: str
    kind: str
    text: str
    ts: datetime.datetime
    edited: bool = False
    deleted: bool = False
    pinned: bool = False
    reply_to: str | None = None
    mentions: tuple[Who, ...] = ()
    not_for_ai: bool = False
    reactions: tuple[Reaction, ...] = ()
    ai: Provenance | None = None
    state: str = "stored"
    delivered: Count | None = None
    read: Count | None = None
    mine: bool = False


def message(data: Mapping[str, Any]) -> Message:
    """Return the message that `data` describes."""
    ai = data.get("ai")
    reply_to = data.get("reply_to")
    return Message(
        id=text(data, "id"),
        author=text(data, "author"),
        author_name=text(data, "author_name"),
        kind=text(data, "kind") or "human",
        text=sentence(data, "text") if data.get("kind") == "notice" else text(data, "text"),
        ts=moment(data.get("ts")),
        edited=bool(data.get("edited")),
        deleted=bool(data.get("deleted")),
        pinned=data.get("pinned") is True,
        reply_to=reply_to if isinstance(reply_to, str) else None,
        mentions=people(data.get("mentions")),
        not_for_ai=data.get("not_for_ai") is True,
        reactions=tuple(_reaction(item) for item in dicts(data.get("reactions"))),
        ai=_provenance(ai) if isinstance(ai, dict) else None,
        state=text(data, "state") or "stored",
        delivered=count(data.get("delivered")),
        read=count(data.get("read")),
        mine=data.get("mine") is True,
    )


def people(data: Any) -> tuple[Who, ...]:
    """Return the people and AIs in a list of `{identity, name}`."""
    return tuple(Who(text(item, "identity"), text(item, "name")) for item in dicts(data))


def count(data: Any) -> Count | None:
    """Return what `{n, of}` says; None where that is not told."""
    if not isinstance(data, dict):
        return None
    return Count(max(0, int(number(data, "n"))), max(0, int(number(data, "of"))))


def _reaction(data: Mapping[str, Any]) -> Reaction:
    return Reaction(
        text(data, "emoji"), int(number(data, "count")), data.get("mine") is True, people(data.get("people"))
    )


def _provenance(data: Mapping[str, Any]) -> Provenance:
    return Provenance(
        provider=text(data, "provider"),
        model=text(data, "model"),
        host_name=text(data, "host_name"),
        ms=max(0, int(number(data, "ms"))),
        kind=text(data, "kind"),
        finish=text(data, "finish"),
        prompt_tokens=max(0, int(number(data, "prompt_tokens"))),
        answer_tokens=max(0, int(number(data, "answer_tokens"))),
        given=texts(data.get("given")),
        ignored=texts(data.get("ignored")),
        alternatives=texts(data.get("alternatives")),
    )
