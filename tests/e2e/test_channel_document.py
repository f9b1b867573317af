"""Plays the examples of docs/channel.md against real nodes, so that they stay true: each push and event has one."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
import trio

from node.client import CallRefused, Client, connect
from node.conversations.people import People
from protocol.bodies.content import Message
from tests.e2e.nodes import ROOT, init, running
from tests.fakes.ai_server import Reply, Request, ai_server
from tests.fakes.openai_server import ROLE, delta, models, refusing, saying
from tests.unit.node.conversations.people import Switchboard, invite, person, tell_everything

DOCUMENT: Final = ROOT / "docs" / "channel.md"
AWAY: Final = "Events of a conversation"
"""The section that is about a node which was away for long; its own profiles are made for it."""
WITHIN_S: Final = 20.0
REST: Final = "…"
_LINE = re.compile(r"(?:([A-Z][a-z]+) )?([<>*]) (?:(\w+) )?(.*)")
_NAME = re.compile(r"[A-Z]+")

Names = dict[str, Any]


# --- reading the page ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One line of an example.

    Attributes:
        who: by their name; None is me.
        sign: `>` for a push, `<` for its reply, `*` for an event.
        word: what is pushed or heard; `error` for a reply that is a refusal, else empty.
        body: the payload, `…` where something is left out.
    """

    who: str | None
    sign: str
    word: str
    body: Any


@dataclass(frozen=True)
class Example:
    """One block of the page."""

    section: str
    topic: str
    lines: Sequence[Line]


@cache
def page() -> str:
    return DOCUMENT.read_text(encoding="utf-8")


@cache
def examples() -> Sequence[Example]:
    """Return all examples of the page, in their order."""
    found = []
    for section in page().split("\n## "):
        for block in re.findall(r"^```channel\n(.*?)^```$", section, re.MULTILINE | re.DOTALL):
            first, *lines = block.splitlines()
            assert first.startswith("topic "), f"a block has no topic in its first line: {first}"
            found.append(Example(section.splitlines()[0], first.removeprefix("topic "), [*map(read_line, lines)]))
    return found


def read_line(line: str) -> Line:
    match = _LINE.fullmatch(line)
    assert match is not None, line
    who, sign, word, body = match.groups()
    return Line(who, sign, word or "", parse(body))


def parse(text: str) -> Any:
    """Return JSON in which `…` may stand for a value, or for the rest of an object or list."""
    text = re.sub(r"([,{]\s*)…\s*}", rf'\1"{REST}": 0}}', text)
    return json.loads(text.replace(f'"{REST}"', REST).replace(REST, f'"{REST}"'))


def documented() -> Iterator[tuple[str, str]]:
    """Return the sign and the word of every push and event that the page has a row for."""
    for kind, rows in re.findall(r"^\| (push|event) \|.*\n\|[-|]+\n((?:\|.*\n)+)", page(), re.MULTILINE):
        for row in rows.splitlines():
            for word in re.findall(r"`(\w+)`", row.split("|")[1]):
                yield ">" if kind == "push" else "*", word


# --- comparing -------------------------------------------------------------------------------------------------------


def agrees(expected: Any, found: Any, names: Names) -> bool:
    """Tell whether a value is as the page says; a NAME seen first is given its value."""
    if expected == REST:
        return True
    if isinstance(expected, str) and _NAME.fullmatch(expected):
        return bool(names.setdefault(expected, found) == found)
    if isinstance(expected, dict) and isinstance(found, dict):
        named = {names.get(key, key): each for key, each in expected.items() if key != REST}
        whole = REST in expected or named.keys() == found.keys()
        return whole and all(key in found and agrees(each, found[key], names) for key, each in named.items())
    if isinstance(expected, list) and isinstance(found, list):
        if len(expected) == 3 and expected[0] == expected[2] == REST:
            return any(agrees_and_names(expected[1], each, names) for each in found)
        cut = expected[-1:] == [REST]
        pairs = expected[:-1] if cut else expected
        fits = len(pairs) <= len(found) if cut else len(pairs) == len(found)
        return fits and all(agrees(one, other, names) for one, other in zip(pairs, found, strict=False))
    return bool(expected == found and type(expected) is type(found))


def agrees_and_names(expected: Any, found: Any, names: Names) -> bool:
    """Do what `agrees` does; where the value is another, no NAME is given one."""
    maybe = dict(names)
    if is_so := agrees(expected, found, maybe):
        names.update(maybe)
    return is_so


def filled(value: Any, names: Names) -> Any:
    """Return what is pushed, its NAMES replaced by their values."""
    if isinstance(value, dict):
        return {key: filled(each, names) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(each, names) for each in value]
    return names.get(value, value) if isinstance(value, str) else value


# --- playing ---------------------------------------------------------------------------------------------------------


class Player:
    """One person at their node: the replies and events they have not yet looked at."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._heard: list[tuple[str, str, Any]] = []
        self._replied: tuple[str, Any] = ("", None)

    async def push(self, topic: str, event: str, payload: Any) -> None:
        try:
            match event:
                case "phx_join":
                    self._replied = ("", await self._client.join(topic, payload))
                case "phx_leave":
                    await self._client.leave(topic)
                    self._replied = ("", {})
                case "search":
                    self._replied = ("", await self._searched(topic, payload))
                case _:
                    self._replied = ("", await self._client.call(topic, event, payload))
        except CallRefused as refusal:
            self._replied = ("error", {"code": refusal.code, "reason": refusal.reason})

    async def _searched(self, topic: str, payload: Any) -> Any:
        """Return what is found once the index is complete; a reply takes as long as it may look, not longer."""
        with trio.fail_after(WITHIN_S):
            while True:
                found = await self._client.call(topic, "search", payload)
                if found["complete"]:
                    return found

    def check_reply(self, status: str, expected: Any, names: Names) -> None:
        found_status, found = self._replied
        assert found_status == status, found
        assert agrees(expected, found, names), f"the page says {expected}, the node {found}"

    async def hear(self, topic: str, event: str, expected: Any, names: Names) -> None:
        """Return once such an event came; of those that came, the ones not looked for are kept."""
        tried = 0
        with trio.move_on_after(WITHIN_S):
            while True:
                for place in range(tried, len(self._heard)):
                    heard_topic, name, payload = self._heard[place]
                    if (heard_topic, name) == (topic, event) and agrees_and_names(expected, payload, names):
                        del self._heard[place]
                        return
                tried = len(self._heard)
                heard = await self._client._events.receive()  # as it comes: `next_event` takes lists apart
                self._heard.append((heard.topic, heard.event, heard.payload))
        same = [payload for _, name, payload in self._heard if name == event]
        raise AssertionError(f"no {event} {expected} came, but {same}")


async def play(played: Sequence[Example], players: Mapping[str | None, Player], names: Names) -> None:
    """Play examples in their order; NAMES are given their values as they are met."""
    assert played
    for example in played:
        topic = re.sub(r"[A-Z]+$", lambda name: str(names[name[0]]), example.topic)
        for line in example.lines:
            player = players[line.who]
            match line.sign:
                case ">":
                    await player.push(topic, line.word, filled(line.body, names))
                case "<":
                    player.check_reply(line.word, line.body, names)
                case _:
                    await player.hear(topic, line.word, line.body, names)


def answer(request: Request) -> Reply:
    """Answer as the vendor's server does; a long tale never ends."""
    if request.method == "GET":
        return models({"id": "fake-1"})
    if not request.path.endswith("/chat/completions"):
        return refusing(404, message="not here")
    asked = request.json["messages"][-1]["content"].splitlines()[-1]
    if "tale" in asked:
        return Reply(body=(ROLE, delta("Once upon a time")), then="stall")
    return saying("Paris.")


# --- the tests -------------------------------------------------------------------------------------------------------


def test_every_push_and_every_event_has_an_example() -> None:
    shown = {(line.sign, line.word) for example in examples() for line in example.lines}
    rows = set(documented())
    assert {(">", "message"), ("*", "message"), ("*", "ai_line")} <= rows, "the tables are not found"
    assert not rows - shown, "an example is missing"


def test_every_push_of_an_example_has_its_reply() -> None:
    for example in examples():
        unanswered = set[str | None]()
        for line in example.lines:
            if line.sign == ">":
                assert line.who not in unanswered, line
                unanswered.add(line.who)
            elif line.sign == "<":
                assert line.who in unanswered, line
                unanswered.remove(line.who)
        assert not unanswered, example.lines[-1]


@pytest.mark.trio
async def test_the_examples_are_true(tmp_path: Path) -> None:
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
                players = {None: Player(first), "Ben": Player(second)}
                await play([each for each in examples() if each.section != AWAY], players, {})


@pytest.mark.trio
async def test_the_examples_of_a_node_that_was_away_are_true(tmp_path: Path) -> None:
    ana, ben = tmp_path / "ana", tmp_path / "ben"
    alone, together = [each for each in examples() if each.section == AWAY]
    names = {"DIARY": await write_diary(tmp_path)}
    with running() as nodes:
        node = await nodes.start_beside(ben)
        async with connect(ben, events=True) as client:
            players = {"Ben": Player(client)}
            await play([alone], players, names)
            with person(ana) as one:
                address, _, peer_id = node.address.partition("/p2p/")
                one.library.catalogue.remember_peer(peer_id, (address,), seen_ms=1)
            await nodes.start_beside(ana)
            await play([together], players, names)


async def write_diary(folder: Path) -> str:
    """Make the profiles of a conversation that went on while Ben was away; return its id."""
    with person(folder / "ana") as ana, person(folder / "ben") as ben, person(folder / "cleo") as cleo:
        async with trio.open_nursery() as nursery:
            board = Switchboard(nursery, ana, ben, cleo)
            diary = ana.library.create(title="Diary", description="")
            await board.join(cleo, invite(ana, diary))
            await board.join(ben, invite(ana, diary))
            tell_everything(cleo, ana, diary)
            cleo.library.conversations[diary.id].write(Message("Nobody hears me."))
            tell_everything(cleo, ben, diary)
        People(diary).remove("Cleo", with_invited=False)
        for number in range(1, 8_101):
            diary.write(Message(f"Day {number}"))
        return diary.name
