"""A whole conversation as a text to keep: Markdown for people, JSON for programs (S5); made of the channel's objects.

It is written piece by piece, the head, each page of messages, the end, so that no log is too long. Deleted messages are
left out, edited ones stand with their last text. Names and titles are foreign text: in Markdown they can begin no
heading, link or code, and a message stands as a quotation, so that nobody can write one that looks like another's.
"""

import re
from collections.abc import Iterable
from datetime import datetime, tzinfo
from typing import Any, Final, Literal

import orjson

Json = dict[str, Any]
Format = Literal["markdown", "json"]

FORMATS: Final[tuple[Format, ...]] = ("markdown", "json")
SUFFIXES: Final = {"markdown": "md", "json": "json"}
_MARKUP: Final = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&])")
_LINE_ENDS: Final = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_UNSEEN: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_ABOUT_AI: Final = ("id", "provider", "model", "host", "host_name", "ms", "kind", "finish")
_KEPT: Final = ("id", "author", "author_name", "kind", "text", "ts", "edited", "reply_to")


class Transcript:
    """The pieces of one export, in the order in which they are written."""

    def __init__(self, form: Format, *, zone: tzinfo) -> None:
        """`zone`: in which times are written in Markdown; JSON has them as the channel has."""
        self._form = form
        self._zone = zone
        self._names: dict[str, str] = {}
        self.count = 0
        """Messages written so far."""

    def head(self, about: Json, *, now: str) -> str:
        """Return the beginning.

        Args:
            about: the conversation as `show` tells it: summary, members, AIs.
            now: when it is exported, ISO 8601.
        """
        if self._form == "json":
            keys = ("id", "title", "description", "created", "status", "phase", "progress", "cycle")
            told = {key: about.get(key) for key in keys} | {
                "members": [_only(one, "identity", "name", "role") for one in about.get("members") or ()],
                "ai": [_only(one, "id", "name", "provider", "model", "host_name") for one in about.get("ai") or ()],
                "exported": now,
            }
            return f'{{"conversation": {_dump(told)},\n"messages": ['
        lines = [f"# {_plain(about.get('title')) or 'Conversation'}", ""]
        if about.get("description"):
            lines += [_quoted(str(about["description"])), ""]
        people = [f"{_plain(one.get('name'))} ({_plain(one.get('role'))})" for one in about.get("members") or ()]
        people += [f"{_plain(one.get('name'))} (AI, {_plain(one.get('provider'))})" for one in about.get("ai") or ()]
        lines.append(f"- Participants: {', '.join(people)}")
        percent = round(float(about.get("progress") or 0) * 100)
        cycle = int(about.get("cycle") or 0) + 1
        lines.append(f"- Phase: {_plain(about.get('phase'))}, {percent} %, cycle {cycle}")
        lines += [f"- Created: {self._time(about.get('created'))}", f"- Exported: {self._time(now)}", "", "---", ""]
        return "\n".join(lines) + "\n"

    def messages(self, page: Iterable[Json]) -> str:
        """Return the messages of the next page."""
        return "".join(self._message(each) for each in page if not each.get("deleted"))

    def end(self) -> str:
        """Return the end."""
        return "\n]}\n" if self._form == "json" else ""

    def _message(self, message: Json) -> str:
        first, self.count = self.count == 0, self.count + 1
        if self._form == "json":
            return f"{'' if first else ','}\n{_dump(_kept(message))}"
        name, when = _plain(message.get("author_name")), self._time(message.get("ts"))
        self._names[str(message.get("id"))] = name
        if message.get("kind") == "notice":
            return f"*{_plain(message.get('text'))}* · {when}\n\n"
        head = f"**{name}**" + (" (AI)" if message.get("kind") == "ai" else "") + f" · {when}"
        if message.get("edited"):
            head += " · edited"
        if message.get("reply_to"):
            head += f" · in reply to {self._names.get(str(message['reply_to']), 'an earlier message')}"
        lines = [head, "", _quoted(str(message.get("text") or "")), ""]
        below = [f"{_plain(one.get('emoji'))} {_people(one)}" for one in message.get("reactions") or ()]
        ai = message.get("ai")
        if isinstance(ai, dict):
            seconds = f"{float(ai.get('ms') or 0) / 1000:.1f}"
            made = f"made by {_plain(ai.get('model') or ai.get('provider'))} at {_plain(ai.get('host_name'))}"
            below.append(f"{made}, in {seconds} s")
        if below:
            lines += ["; ".join(below), ""]
        return "\n".join(lines) + "\n"

    def _time(self, stamp: Any) -> str:
        try:
            return datetime.fromisoformat(str(stamp)).astimezone(self._zone).strftime("%Y-%m-%d %H:%M")
        except (ValueError, OverflowError):
            return "?"


def file_name(title: str, form: Format) -> str:
    """Return a name for the file of an export that every file system takes: at most 60 characters and the suffix."""
    words = re.sub(r"[^\w\- ]+", " ", _seen(title)).strip()
    name = re.sub(r"\s+", "-", words)[:60].strip("-_") or "conversation"
    return f"{name}.{SUFFIXES[form]}"


def _kept(message: Json) -> Json:
    """Return what of a message is exported as JSON."""
    kept = _only(message, *_KEPT)
    kept["mentions"] = message.get("mentions") or []
    kept["reactions"] = [_only(one, "emoji", "people") for one in message.get("reactions") or ()]
    ai = message.get("ai")
    kept["ai"] = _only(ai, *_ABOUT_AI) if isinstance(ai, dict) else None
    return kept


def _only(data: Json, *keys: str) -> Json:
    return {key: data.get(key) for key in keys}


def _dump(data: Json) -> str:
    return orjson.dumps(data).decode()


def _people(reaction: Json) -> str:
    return ", ".join(_plain(one.get("name")) for one in reaction.get("people") or ())


def _seen(text: object) -> str:
    """Return foreign text without what cannot be seen and could turn or cut the text around it."""
    return _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", _LINE_ENDS.sub("\n", str(text or "")))


def _plain(text: object) -> str:
    """Return foreign text on one line, without meaning in Markdown."""
    return _MARKUP.sub(r"\\\1", " ".join(_seen(text).split()))


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in _seen(text).split("\n"))
