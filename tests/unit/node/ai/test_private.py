"""Private sessions: asked in order, answered once each, remembered, and begun anew."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest
import trio
import trio.testing

from node.ai.private import PrivateTalks
from node.ai.providers.errors import ProviderError
from node.ai.providers.registry import Registry
from node.ai.providers.request import Request
from node.store.database import open_database
from node.store.sessions import AiSessions
from protocol.bodies.ask import Ask, dump_table
from tests.unit.node.ai.stage import Scripted
from tests.unit.node.conversations.people import SetClock

pytestmark = pytest.mark.trio


@pytest.fixture
def autojump_clock() -> trio.testing.MockClock:
    """Let waits take no time."""
    return trio.testing.MockClock(autojump_threshold=0.05)


class Room:
    """The private sessions of a node, and what their clients were told."""

    def __init__(self, sessions: AiSessions, provider: Scripted) -> None:
        self.sessions = sessions
        self.provider = provider
        self.told: list[tuple[str, str, dict[str, Any]]] = []
        registry = Registry({"scripted": provider}, order=["scripted"])
        self.talks = PrivateTalks(registry, sessions, clock=SetClock(), tell=self._tell)

    def _tell(self, name: str, event: str, payload: dict[str, Any]) -> None:
        self.told.append((name, event, payload))

    def responses(self, name: str = "room") -> list[dict[str, Any]]:
        return [payload for each, event, payload in self.told if (each, event) == (name, "response")]


@asynccontextmanager
async def room(path: Path) -> AsyncIterator[Room]:
    with closing(open_database(path)) as database:
        made = Room(AiSessions(database, storage_key=bytes(range(32))), Scripted())
        async with trio.open_nursery() as nursery:
            await nursery.start(made.talks.run)
            yield made
            nursery.cancel_scope.cancel()


async def test_what_is_asked_is_answered_with_metadata(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    async with room(tmp_path / "db") as made:
        text = "Root cause: no fuel.\n\nSolution:\n1. Fill it.\n2. Start it."
        made.provider.script = lambda _: [0.5, text]
        config = dump_table({"temperature": 0.1, "max_tokens": 50, "top_p": 0.9})
        ask = Ask(context=dump_table({"machine": "tractor"}), config=config)
        made.talks.ask("room", "My engine does not start, it fails with an error", ask)
        await trio.sleep(5)
        assert [event for _, event, _ in made.told] == ["thinking", "response"]
        (told,) = made.responses()
        assert (told["conversation_type"], told["routed_to"]) == ("problem_solving", "problem_solver")
        assert told["metadata"]["solution_steps"] == ["Fill it.", "Start it."]
        assert (told["metadata"]["model_used"], told["metadata"]["ignored"]) == ("scripted-1", ["top_p"])
        assert 500 <= told["metadata"]["processing_time"] < 700
        (request,) = made.provider.requests
        assert (request.temperature, request.max_tokens, request.top_p) == (0.1, 50, 0.9)
        assert "tractor" in request.turns[0].content
        assert "speaker" not in request.turns[0].content
        assert request.turns[-1].content == "My engine does not start, it fails with an error"


async def test_many_at_once_are_answered_in_order_once_each_and_know_each_other(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    def script(request: Request) -> Sequence[str | float | Exception]:
        return [1.0, f"answer to {request.turns[-1].content}"]

    async with room(tmp_path / "db") as made:
        made.provider.script = script
        for number in range(5):
            made.talks.ask("room", f"number {number}", Ask())
        made.talks.ask("other", "quick", Ask())
        await trio.sleep(1.5)
        assert len(made.responses("other")) == 1, "another session waits for nobody"
        await trio.sleep(30)
        assert [each["response"] for each in made.responses()] == [f"answer to number {n}" for n in range(5)]
        assert "answer to number 3" in str([turn.content for turn in made.provider.requests[-1].turns])
        assert "quick" not in str([turn.content for turn in made.provider.requests[-1].turns])


async def test_a_session_outlives_its_node_and_begins_anew_when_told(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with room(tmp_path / "db") as made:
        made.sessions.set_context("room", {"soil": "clay", "sun": "little"})
        made.talks.ask("room", "first", Ask())
        await trio.sleep(10)
        before = made.sessions.get("room")
    async with room(tmp_path / "db") as made:
        assert made.sessions.get("room") == before
        assert before.turns == (("user", "first"), ("assistant", "Yes, of course."))
        assert made.sessions.set_context("room", {"sun": None}).context == {"soil": "clay"}
        made.talks.ask("room", "second", Ask())
        await trio.sleep(10)
        assert "first" in str([turn.content for turn in made.provider.requests[-1].turns])
        after = made.sessions.begin("room")
        assert (after.context, after.turns) == ({}, ())
        assert after.id != before.id
        made.talks.ask("room", "third", Ask())
        await trio.sleep(10)
        assert "first" not in str([turn.content for turn in made.provider.requests[-1].turns])


async def test_nothing_of_it_can_be_read_in_the_file(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    async with room(tmp_path / "db") as made:
        made.provider.script = lambda _: ["a whispered answer"]
        made.sessions.set_context("the-secret-room", {"whispered": "a whispered fact"})
        made.talks.ask("the-secret-room", "a whispered question", Ask())
        await trio.sleep(5)
        assert len(made.sessions.get("the-secret-room").turns) == 2
    for data in contents(tmp_path):
        assert b"whispered" not in data
        assert b"secret-room" not in data


def contents(folder: Path) -> list[bytes]:
    """Return what the files in a folder hold."""
    found = [path.read_bytes() for path in folder.iterdir()]
    assert found
    return found


async def test_what_is_answered_after_a_new_beginning_is_not_remembered(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with room(tmp_path / "db") as made:
        made.provider.script = lambda _: [5.0, "late"]
        made.talks.ask("room", "early", Ask())
        await trio.sleep(1)
        made.sessions.begin("room")
        await trio.sleep(10)
        assert len(made.responses()) == 1
        assert made.sessions.get("room").turns == ()


@pytest.mark.parametrize(
    ("trouble", "kind", "after_ms"),
    [
        (ProviderError("rate_limited", "Too many.", retry_after_s=2.5), "rate_limit", 2_500),
        (ProviderError("timeout", "Too slow."), "timeout", None),
        (ProviderError("no_key", "No key."), "provider", None),
        (RuntimeError("planted"), "provider", None),
    ],
)
async def test_a_failure_is_told_and_the_next_is_answered(
    tmp_path: Path, autojump_clock: trio.testing.MockClock, trouble: Exception, kind: str, after_ms: int | None
) -> None:
    async with room(tmp_path / "db") as made:
        made.provider.script = lambda _: [0.5, trouble]
        made.talks.ask("room", "first", Ask())
        await trio.sleep(2)
        (error,) = (payload for _, event, payload in made.told if event == "error")
        assert error["type"] == kind
        assert error["details"].get("retry_after_ms") == after_ms
        assert "planted" not in error["message"]
        made.provider.script = lambda _: ["fine"]
        made.talks.ask("room", "second", Ask())
        await trio.sleep(2)
        assert [each["response"] for each in made.responses()] == ["fine"]
        assert made.sessions.get("room").turns == (("user", "second"), ("assistant", "fine"))


async def test_a_model_that_never_ends_is_stopped(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    async with room(tmp_path / "db") as made:
        made.provider.script = lambda _: ["begun ", 10_000.0]
        made.talks.ask("room", "first", Ask())
        await trio.sleep(200)
        assert made.told[-1][2]["type"] == "timeout"
        assert made.provider.at_once == 0
