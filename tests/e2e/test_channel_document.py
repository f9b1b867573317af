"""Plays the examples of docs/channel.md, from first to last, against two real nodes, so that they stay true."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import trio

from node.client import CallRefused, Client, connect
from tests.e2e.nodes import ROOT, init, running
from tests.fakes.ai_server import Reply, Request, ai_server
from tests.fakes.openai_server import models, refusing, saying

DOCUMENT: Final = ROOT / "docs" / "channel.md"
WITHIN_S: Final = 10.0
REST: Final = "…"
_BLOCK = re.compile(r"^```channel\ntopic (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINE = re.compile(r"(?:(Ben) )?([<>*]) (?:(\w+) )?(.*)")
_NAME = re.compile(r"[A-Z]+")


def parse(text: str) -> Any:
    """Return JSON in which `…` may stand for a value, or for the rest of an object or list."""
    text = re.sub(r"([,{]\s*)…\s*}", rf'\1"{REST}": 0}}', text)
    return json.loads(text.replace(f'"{REST}"', REST).replace(REST, f'"{REST}"'))


def agrees(expected: Any, found: Any, names: dict[str, Any]) -> bool:
    """Tell whether a value is as the document says; a NAME seen first is given its value."""
    if expected == REST:
        return True
    if isinstance(expected, str) and _NAME.fullmatch(expected):
        return bool(names.setdefault(expected, found) == found)
    if isinstance(expected, dict) and isinstance(found, dict):
        keys = expected.keys() - {REST}
        whole = REST in expected or keys == found.keys()
        return whole and all(key in found and agrees(expected[key], found[key], names) for key in keys)
    if isinstance(expected, list) and isinstance(found, list):
        if len(expected) == 3 and expected[0] == expected[2] == REST:
            return any(agrees(expected[1], each, names) for each in found)
        cut = expected[-1:] == [REST]
        pairs = expected[:-1] if cut else expected
        fits = len(pairs) <= len(found) if cut else len(pairs) == len(found)
        return fits and all(agrees(one, other, names) for one, other in zip(pairs, found, strict=False))
    return bool(expected == found and type(expected) is type(found))


def filled(value: Any, names: dict[str, Any]) -> Any:
    """Return what is pushed, its NAMES replaced by their values."""
    if isinstance(value, dict):
        return {key: filled(each, names) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(each, names) for each in value]
    return names.get(value, value) if isinstance(value, str) else value


class Player:
    """One person at their node: the replies and events they have not yet looked at."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._heard: list[tuple[str, str, Any]] = []
        self._replied: Any = None

    async def push(self, topic: str, event: str, payload: Any) -> None:
        try:
            if event == "phx_join":
                self._replied = ("", await self._client.join(topic, payload))
            else:
                self._replied = ("", await self._client.call(topic, event, payload))
        except CallRefused as refusal:
            self._replied = ("error", {"code": refusal.code, "reason": refusal.reason})

    def check_reply(self, status: str, expected: Any, names: dict[str, Any]) -> None:
        found_status, found = self._replied
        assert found_status == status, found
        assert agrees(expected, found, names), f"the document says {expected}, the node {found}"

    async def hear(self, topic: str, event: str, expected: Any, names: dict[str, Any]) -> None:
        """Return once such an event came; of those that came, the ones not looked for are kept."""
        tried = 0
        with trio.move_on_after(WITHIN_S):
            while True:
                for place in range(tried, len(self._heard)):
                    heard_topic, name, payload = self._heard[place]
                    maybe = dict(names)
                    if (heard_topic, name) == (topic, event) and agrees(expected, payload, maybe):
                        names.update(maybe)
                        del self._heard[place]
                        return
                tried = len(self._heard)
                heard = await self._client.next_event()
                self._heard.append((heard.topic, heard.event, heard.payload))
        raise AssertionError(
            f"no {event} {expected} came, but {[each[1:] for each in self._heard if each[1] == event]}"
        )


def answer(request: Request) -> Reply:
    """Answer as the vendor's server does."""
    if request.path.endswith("/chat/completions"):
        return saying("Paris.")
    return models({"id": "fake-1"}) if request.method == "GET" else refusing(404, message="not here")


async def play(players: dict[str | None, Player], text: str) -> list[str]:
    """Play all examples; return the events that were pushed and heard."""
    names: dict[str, Any] = {}
    played = []
    for block in _BLOCK.finditer(text):
        topic = re.sub(r"[A-Z]+$", lambda name: str(names[name[0]]), block[1])
        for line in block[2].splitlines():
            match = _LINE.fullmatch(line)
            assert match is not None, line
            who, sign, word, body = match.groups()
            expected, player = parse(body), players[who]
            if sign == ">":
                await player.push(topic, word, filled(expected, names))
            elif sign == "<":
                player.check_reply(word or "", expected, names)
            else:
                await player.hear(topic, word, expected, names)
            if sign != "<":
                played.append(word)
    return played


def documented(text: str) -> Iterator[str]:
    """Return every push and event that the document has a row for."""
    for rows in re.findall(r"^\| (?:push|event) \|.*\n\|[-|]+\n((?:\|.*\n)+)", text, re.MULTILINE):
        for row in rows.splitlines():
            yield from re.findall(r"`(\w+)`", row.split("|")[1])


LEFT_OUT: Final = frozenset(
    {"peers", "conversations", "resolve", "show", "providers", "preferences", "phase", "removal", "remove"}
    | {"hand_over", "leave", "invites", "revoke_invite", "pins", "ai_accept", "retry", "stop"}
    | {"presence", "presence_state", "presence_diff"}
    | {"preview", "messages", "gone", "ai_line"}
)
"""Pushes that are like their neighbours, and events that need more than two people or a long time."""


@pytest.mark.trio
async def test_every_example_of_the_document_is_true(tmp_path: Path) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    ana, ben = tmp_path / "ana", tmp_path / "ben"
    with running() as nodes:
        async with ai_server(judge=answer, path="/v1") as model:

            async def start(home: Path) -> None:
                await trio.to_thread.run_sync(init, home, home.name.capitalize())
                (home / "config.toml").write_text('default_provider = "openai"\n', encoding="utf-8")
                variables = {"OPENAI_API_KEY": "sk-none", "OPENAI_BASE_URL": model.url}
                await nodes.start_beside(home, variables=variables)

            async with trio.open_nursery() as nursery:
                for home in (ana, ben):
                    nursery.start_soon(start, home)
            async with connect(ana, events=True) as first, connect(ben, events=True) as second:
                played = await play({None: Player(first), "Ben": Player(second)}, text)
    assert set(documented(text)) - set(played) == LEFT_OUT, "an example is missing, or is no longer"
    assert text.count("```channel\n") == len(_BLOCK.findall(text)), "a block has no topic in its first line"
