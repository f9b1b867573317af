"""What a search finds, as frozen values: messages, and people I know (docs/channel.md, "Search" and "People")."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gui.state.plain import plain_marked
from gui.state.values import dicts, moment, texts
from gui.state.values import text as _text

Ranges = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A message that was found; `highlights` are ranges of the snippet in code points."""

    conversation: str
    title: str
    id: str
    author_name: str
    ts: datetime.datetime
    snippet: str
    highlights: Ranges = ()
    kind: str = "human"
    mine: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what was found.

    Attributes:
        cursor: what the next page begins after; empty at the end.
        complete: whether everything was looked through; else `done` of about `of` entries were.
    """

    hits: tuple[Hit, ...]
    cursor: str = ""
    complete: bool = True
    done: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with whom I share a conversation.

    Attributes:
        conversations: ids of those we share.
        direct: id of our conversation of two; empty where there is none.
        verified: whether I compared our check words with them.
        words: those words; empty where they were not asked for.
    """

    identity: str
    name: str
    presence: str = "offline"
    conversations: tuple[str, ...] = ()
    direct: str = ""
    verified: bool = False
    words: tuple[str, ...] = ()


def found(data: Mapping[str, Any]) -> Found:
    """Return the page that `data` describes."""
    cursor = data.get("cursor")
    return Found(
        hits=tuple(_hit(item) for item in dicts(data.get("results"))),
        cursor=cursor if isinstance(cursor, str) else "",
        complete=data.get("complete") is not False,
        done=_count(data, "done"),
        of=_count(data, "of"),
    )


def people(data: Any) -> tuple[Person, ...]:
    """Return the people in a list of the API's objects."""
    return tuple(person(item) for item in dicts(data))


def person(data: Mapping[str, Any]) -> Person:
    """Return the person that `data` describes."""
    return Person(
        identity=_text(data, "identity"),
        name=_text(data, "name"),
        presence=_text(data, "presence") or "offline",
        conversations=texts(data.get("conversations")),
        direct=_text(data, "direct"),
        verified=data.get("verified") is True,
        words=texts(data.get("words")),
    )


def _hit(data: Mapping[str, Any]) -> Hit:
    snippet = _text(data, "snippet")
    words, highlights = plain_marked(snippet, _ranges(data.get("highlights"), len(snippet)))
    return Hit(
        conversation=_text(data, "conversation"),
        title=_text(data, "title"),
        id=_text(data, "id"),
        author_name=_text(data, "author_name"),
        ts=moment(data.get("ts")),
        snippet=words,
        highlights=highlights,
        kind=_text(data, "kind") or "human",
        mine=data.get("mine") is True,
    )


def _ranges(value: Any, most: int) -> Ranges:
    ranges = []
    for each in value if isinstance(value, list) else ():
        match each:
            case [int() as start, int() as end] if 0 <= start < end <= most:
                ranges.append((start, end))
    return tuple(sorted(ranges))


def _count(data: Mapping[str, Any], key: str) -> int:
    value = data.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
