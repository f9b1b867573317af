"""Answers under a schema, in private sessions and in conversations: prose for people, fields for programs."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import trio
import trio.testing

from crypto.ids import OpId
from node.ai.engines.router import classify
from node.ai.providers.request import Request
from node.ai.responses import Told, response
from node.conversations import messages
from protocol.bodies.ask import Ask, dump_table
from protocol.bodies.signals import DeltaState
from tests.unit.node.ai.stage import Actor, reply, stage
from tests.unit.node.ai.test_hosting import add
from tests.unit.node.ai.test_private import room

pytestmark = pytest.mark.trio
PROBLEM = "My engine does not start, it fails with an error"
FIELDS = {"root_cause": "No fuel.", "solution_steps": ["Fill it.", "Start it."]}
FOUND = {**FIELDS, "steps": FIELDS["solution_steps"]}
WHOLE = json.dumps({"response": "It has no fuel: fill it, then start it.", **FIELDS})
TEXT = "It has no fuel: fill it, then start it."


@pytest.fixture
def autojump_clock() -> trio.testing.MockClock:
    """Let waits take no time."""
    return trio.testing.MockClock(autojump_threshold=0.05)


def slowly(_: Request) -> Sequence[str | float | Exception]:
    """Say the JSON a few letters at a time, two pieces a second."""
    return [each for start in range(0, len(WHOLE), 9) for each in (0.5, WHOLE[start : start + 9])]


async def test_a_private_answer_is_prose_with_the_fields_in_its_metadata(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with room(tmp_path / "db") as made:
        made.provider.script, made.provider.is_able = slowly, True
        made.talks.ask("room", PROBLEM, Ask())
        await trio.sleep(60)
        (told,) = made.responses()
        metadata = told["metadata"]
        assert told["response"] == TEXT
        assert {name: metadata[name] for name in FOUND} == FOUND
        assert (metadata["constrained"], "ignored" in metadata) == (True, False)
        assert metadata["rule"] == classify(PROBLEM).rule
        assert made.sessions.get("room").turns == (("user", PROBLEM), ("assistant", TEXT))


async def test_a_client_can_have_prose_and_hears_where_its_wish_was_not_followed(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with room(tmp_path / "db") as made:
        made.provider.is_able = True
        made.talks.ask("room", PROBLEM, Ask(options=dump_table({"constrained": False})))
        await trio.sleep(10)
        made.provider.is_able = False
        made.talks.ask("room", PROBLEM, Ask(options=dump_table({"constrained": True})))
        await trio.sleep(10)
        told = [each["metadata"] for each in made.responses()]
        assert [each["constrained"] for each in told] == [False, False]
        assert ["ignored" in each for each in told] == [False, True]
        assert told[1]["ignored"] == ["constrained"]
        assert [request.form is not None for request in made.provider.requests] == [False, True]


async def test_json_without_a_word_for_people_is_an_empty_answer(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with room(tmp_path / "db") as made:
        made.provider.script, made.provider.is_able = lambda _: ['{"root_cause": "x", "solution'], True
        made.talks.ask("room", PROBLEM, Ask())
        await trio.sleep(10)
        assert [(event, payload.get("details")) for _, event, payload in made.told][1:] == [
            ("error", {"code": "malformed"})
        ]


async def test_people_see_prose_grow_and_everybody_gets_the_fields(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with stage(tmp_path, "anna", "ben") as whole:
        anna, ben = whole["anna"], whole["ben"]
        anna.provider.script, anna.provider.is_able = slowly, True
        await add(anna)
        asked = messages.say(ben.conversation, PROBLEM)
        await trio.sleep(60)
        growing = [each.text for each in anna.told if each.state == DeltaState.GROWING]
        assert len(growing) > 5
        assert all(TEXT.startswith(each) and each for each in growing)
        assert growing == sorted(growing, key=len)
        found = ben.answer_to(asked.id)
        assert found is not None
        assert (found["text"], found["ai"]["constrained"], found["ai"]["rule"]) == (TEXT, True, classify(PROBLEM).rule)
        metadata = metadata_of(ben, asked.id)
        assert {name: metadata[name] for name in FOUND} == FOUND
        assert metadata["constrained"] is True
        assert reply(ben, asked.id).provenance.ignored == ()


def metadata_of(actor: Actor, asked: OpId) -> dict[str, Any]:
    """Return what the client that asked is told beside the text."""
    found = actor.answer_to(asked)
    assert found is not None
    how = found["ai"]
    told = Told(
        query="",
        text=found["text"],
        kind=how["kind"],
        model="",
        provider="",
        took_ms=0,
        rule=how["rule"],
        constrained=how["constrained"],
        fields=how["fields"],
    )
    metadata: dict[str, Any] = response(told, timestamp="")["metadata"]
    return metadata


async def test_an_answer_that_is_stopped_keeps_what_people_saw(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with stage(tmp_path, "anna") as whole:
        anna = whole["anna"]
        anna.provider.script, anna.provider.is_able = slowly, True
        ai = await add(anna)
        asked = messages.say(anna.conversation, PROBLEM)
        await trio.sleep(1.8)
        whole.stop(anna, ai, asked.id)
        await trio.sleep(5)
        found = reply(anna, asked.id)
        assert (found.text, found.provenance.finish) == ("It has no fuel"[: len(found.text)], "stopped")
        assert found.text
        assert (found.constrained, found.fields) == (True, ())


async def test_its_owner_says_how_an_ai_answers_and_who_asks_has_the_last_word(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with stage(tmp_path, "anna", "ben") as whole:
        anna, ben = whole["anna"], whole["ben"]
        anna.provider.script = lambda request: ["generation"] if request.max_tokens == 8 else ["Yes."]
        anna.provider.is_able = True
        await add(anna, constrained="never", second_opinion=True)
        (shown,) = ben.conversation.view.ais()
        assert (shown["constrained"], shown["second_opinion"]) == ("never", True)
        plain = messages.say(ben.conversation, PROBLEM)
        await trio.sleep(10)
        options = dump_table({"constrained": True, "second_opinion": False})
        other = messages.say(ben.conversation, PROBLEM, ask=Ask(options=options))
        await trio.sleep(10)
        unsure = messages.say(ben.conversation, "hm, the garden maybe")
        await trio.sleep(10)
        forms = [request.form is not None for request in anna.provider.requests if request.max_tokens != 8]
        assert forms == [False, True, False]
        replies = [reply(ben, each.id) for each in (plain, other, unsure)]
        assert [each.constrained for each in replies] == [False, False, False]
        assert replies[1].provenance.ignored == ("constrained",)
        assert (replies[2].provenance.kind, replies[2].rule) == ("generation", "provider")
        anna.participants.set("Leaf", {"constrained": "auto", "second_opinion": False})
        (shown,) = ben.conversation.view.ais()
        assert (shown["constrained"], shown["second_opinion"]) == ("auto", False)
