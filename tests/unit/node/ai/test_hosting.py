"""Who answers, once: the host, a stand-by when it falls silent, nobody where it was switched off or deleted."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import trio
import trio.testing

from crypto.ids import OpId
from node.ai.providers.errors import ProviderError
from node.ai.providers.request import Request
from node.conversations import messages
from node.conversations.streams import Streams
from protocol.bodies.ask import Ask, dump_table
from protocol.bodies.signals import AiDelta, DeltaState
from protocol.ephemeral import Ear, Mouth
from tests.unit.node.ai.stage import Actor, Stage, reply, stage

pytestmark = pytest.mark.trio


@pytest.fixture
def autojump_clock() -> trio.testing.MockClock:
    """Let waits take no time."""
    return trio.testing.MockClock(autojump_threshold=0)


async def add(actor: Actor, name: str = "Leaf", **settings: Any) -> bytes:
    return bytes.fromhex((await actor.participants.add({"name": name, **settings}))["id"])


async def with_stand_by(whole: Stage) -> bytes:
    """Return an AI that anna hosts, with ben and then cat standing by."""
    ai = await add(whole["anna"])
    names = [name.capitalize() for name in whole.actors]
    whole["anna"].participants.set_hosts("Leaf", names)
    for name in list(whole.actors)[1:]:
        assert whole[name].participants.all()[0]["asks_me"], "nobody pays for another's AI unasked"
        whole[name].participants.accept("Leaf", on=True)
    return ai


async def test_whoever_is_named_as_a_host_is_asked_and_every_client_hears_of_the_answer(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with stage(tmp_path, "anna", "ben") as whole:
        await add(whole["anna"])
        ben, told = whole["ben"], []
        ben.one.events.subscribe(lambda _, event, payload: told.append(payload["ai"]) if event == "ai" else None)
        whole["anna"].participants.set_hosts("Leaf", ["Anna", "Ben"])
        for on in (True, False):
            ben.participants.accept("Leaf", on=on)
        assert [[each["asks_me"] for each in ais] for ais in told] == [[True], [False], [True]]
        assert ben.conversation.view.details()["ai"] == told[-1] == ben.participants.all()
        assert [each["asks_me"] for each in whole["anna"].conversation.view.ais()] == [False], "who set it up agreed"


def states(actor: Actor) -> list[DeltaState]:
    return [DeltaState(each.state) for each in actor.told]


async def test_one_host_answers_and_says_how(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    async with stage(tmp_path, "anna", "ben") as whole:
        anna, ben = whole["anna"], whole["ben"]
        await add(anna, temperature=0.2)
        first = messages.say(ben.conversation, "We plan a garden.", not_for_ai=True)
        second = messages.say(ben.conversation, "Leaf, shall we plant beans?")
        await trio.sleep(60)
        assert ben.answer_to(first.id) is None
        found = ben.answer_to(second.id)
        assert found is not None
        assert (found["author_name"], found["text"]) == ("Leaf", "Yes, of course.")
        told = found["ai"]
        assert (told["provider"], told["model"], told["host_name"]) == ("scripted", "scripted-1", "Anna")
        assert told["given"] == [second.id.hex()], "what is not for AI is not given to one"
        assert (told["finish"], told["prompt_tokens"], told["answer_tokens"]) == ("stop", 10, 3)
        assert 2_000 <= told["ms"] < 2_300
        assert anna.provider.requests[0].temperature == 0.2
        assert states(anna)[0] == DeltaState.THINKING
        assert states(anna)[-1] == DeltaState.DONE
        assert ben.provider.requests == []


async def test_what_is_asked_along_reaches_the_model(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    async with stage(tmp_path, "anna", "ben") as whole:
        anna, ben = whole["anna"], whole["ben"]
        await add(anna)
        old = messages.say(anna.conversation, "An old story")
        await trio.sleep(10)
        config = dump_table({"model": "dear-one", "max_tokens": 9, "top_p": 0.5, "temperature": 1.5})
        ask = Ask(context=dump_table({"soil": "heavy clay"}), config=config, since=anna_last(anna))
        asked = messages.say(ben.conversation, "What grows here?", ask=ask)
        await trio.sleep(10)
        request = anna.provider.requests[-1]
        assert "heavy clay" in request.turns[0].content
        assert "old story" not in str([turn.content for turn in request.turns])
        assert (request.max_tokens, request.top_p, request.temperature) == (9, 0.5, 1.5)
        assert request.model != "dear-one", "the host pays, so a member does not choose its model"
        assert reply(ben, asked.id).provenance.ignored == ("model", "top_p")
        assert reply(ben, asked.id).provenance.given == (asked.id,)
        messages.say(anna.conversation, "And here?", ask=Ask(config=config))
        await trio.sleep(10)
        assert anna.provider.requests[-1].model == "dear-one"
        assert old.id in reply(anna, anna_asked(anna)).provenance.given


def anna_last(actor: Actor) -> bytes:
    """Return the newest message of a person or an AI."""
    return bytes.fromhex([each["id"] for each in page(actor) if each["kind"] != "notice"][-1])


def anna_asked(actor: Actor) -> OpId:
    return OpId(bytes.fromhex([each["id"] for each in page(actor) if each["kind"] == "human"][-1]))


async def test_an_answer_names_only_what_the_model_really_was_given(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with stage(tmp_path, "anna") as whole:
        anna = whole["anna"]
        await add(anna, policy="mentioned")
        said = [messages.say(anna.conversation, f"No. {number:02} {'words and ' * 40}").id for number in range(30)]
        anna.provider.prompt_tokens = 2_000
        asked = messages.say(anna.conversation, "@Leaf, so?")
        await trio.sleep(10)
        given = reply(anna, asked.id).provenance.given
        assert given[-1] == asked.id
        assert 10 <= len(given) < 31
        assert list(given[:-1]) == said[-len(given) + 1 :]
        sent = str([turn.content for turn in anna.provider.requests[-1].turns])
        assert [f"No. {number:02} " in sent for number in range(30)] == [name in given for name in said]


async def test_a_stand_by_takes_over_from_a_silent_host(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    async with stage(tmp_path, "anna", "ben", "cat") as whole:
        anna, ben, cat = (whole[name] for name in ("anna", "ben", "cat"))
        ai = await with_stand_by(whole)
        anna.is_cut_off = True
        asked = messages.say(cat.conversation, "Who answers?")
        began = trio.current_time()
        while cat.answer_to(asked.id) is None:
            assert trio.current_time() - began < 20
            await trio.sleep(0.5)
        assert reply(cat, asked.id).term == 1
        assert (len(ben.provider.requests), len(cat.provider.requests)) == (1, 0)
        lease = cat.conversation.replica.fold.lease(ai)
        assert lease is not None
        assert lease.device == ben.conversation.replica.device.public
        again = messages.say(cat.conversation, "And now?")
        began = trio.current_time()
        while cat.answer_to(again.id) is None:
            assert trio.current_time() - began < 4, "who took over answers at once from then on"
            await trio.sleep(0.5)
        anna.is_cut_off = False
        whole.heal()
        await trio.sleep(60)
        assert len(whole.states()) == 1
        assert anna.replies() == cat.replies()
        assert len(cat.replies()) == 2
        assert anna.provider.requests == [], "what is answered is not answered again"


async def test_a_host_that_dies_in_the_middle_is_replaced(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with stage(tmp_path, "anna", "ben") as whole:
        anna, ben = whole["anna"], whole["ben"]
        await with_stand_by(whole)
        anna.provider.script = lambda _: ["I begin ", 1_000.0, "and never end"]
        asked = messages.say(ben.conversation, "Well?")
        await trio.sleep(30)
        assert ben.provider.requests == [], "a host that gives signs of life is left alone"
        anna.is_cut_off = True
        died = trio.current_time()
        while ben.answer_to(asked.id) is None:
            assert trio.current_time() - died < 20
            await trio.sleep(0.25)


async def test_two_hosts_apart_both_answer_and_all_show_the_same_afterwards(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with stage(tmp_path, "anna", "ben", "cat") as whole:
        anna, ben, cat = (whole[name] for name in ("anna", "ben", "cat"))
        await with_stand_by(whole)
        anna.provider.script = lambda _: ["Anna's side"]
        ben.provider.script = lambda _: ["Ben's side"]
        cat.provider.is_available = False
        with whole.cut_off("anna"):
            asked = messages.say(cat.conversation, "Which?")
            anna.conversation.receive(cat.conversation.records.ops([asked.id]))
            await trio.sleep(30)
            assert (anna.replies(), cat.replies()) == ([("Leaf", "Anna's side")], [("Leaf", "Ben's side")])
        assert len(whole.states()) == 1
        for each in (anna, ben, cat):
            found = each.answer_to(asked.id)
            assert found is not None
            assert found["text"] == "Ben's side", "the later term wins"
            (other,) = found["ai"]["alternatives"]
            (lost,) = each.conversation.view.alternatives(OpId(bytes.fromhex(found["id"])))
            assert (lost["id"], lost["text"]) == (other, "Anna's side")


async def test_a_stand_by_without_a_model_does_not_take_over(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with stage(tmp_path, "anna", "ben") as whole:
        ai = await with_stand_by(whole)
        whole["ben"].provider.is_available = False
        whole["anna"].is_cut_off = True
        messages.say(whole["ben"].conversation, "Anybody?")
        await trio.sleep(60)
        assert whole["ben"].conversation.replica.fold.lease(ai) is None


async def test_nobody_hosts_for_another_unasked(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    async with stage(tmp_path, "anna", "ben") as whole:
        await add(whole["anna"])
        whole["anna"].participants.set_hosts("Leaf", ["Ben"])
        asked = messages.say(whole["anna"].conversation, "Ben's machine, please")
        await trio.sleep(60)
        assert whole["ben"].provider.requests == []
        whole["ben"].participants.accept("Leaf", on=True)
        await trio.sleep(10)
        assert whole["anna"].answer_to(asked.id) is not None, "what waits is answered as soon as somebody agrees"
        whole["ben"].participants.accept("Leaf", on=False)
        asked = messages.say(whole["anna"].conversation, "Once more")
        await trio.sleep(60)
        assert whole["anna"].answer_to(asked.id) is None


async def test_why_an_answer_failed_can_be_said_in_another_language_elsewhere_too(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with stage(tmp_path, "anna", "ben") as whole:
        anna, ben = whole["anna"], whole["ben"]
        await with_stand_by(whole)
        form = "{name} is busy: try again in {seconds} s."
        anna.provider.script = lambda _: [0.5, ProviderError("rate_limited", form, name="Leaf", seconds=20)]
        told: list[tuple[str, Any]] = []
        ben.one.events.subscribe(lambda _, event, payload: told.append((event, payload)))
        messages.say(ben.conversation, "Now?")
        await trio.sleep(60)
        failed = anna.told[-1]
        assert failed.state == DeltaState.FAILED
        mouth = Mouth(anna.conversation.replica.keyring, anna.one.profile.secrets.device, boot=bytes(8))
        now_ms, epoch = anna.one.clock.now_ms(), anna.conversation.replica.authority.epochs()[-1].id
        frame = mouth.say(failed, epoch=epoch, now_ms=now_ms, nonce=bytes(24))
        ear = Ear(ben.conversation.replica.authority, ben.conversation.replica.keyring)
        heard = ear.hear(frame, origin=anna.one.profile.peer_id.encode(), now_ms=now_ms, now_s=0.0).signal
        assert isinstance(heard, AiDelta)
        Streams(ben.conversation).heard(heard)
        payload = next(payload for event, payload in reversed(told) if event == "ai_delta")
        assert payload["reason"] == "Leaf is busy: try again in 20 s."
        assert payload["said"] == {"reason": {"form": form, "values": {"name": "Leaf", "seconds": 20}}}


async def test_a_failure_is_told_to_everybody_and_a_retry_asks_again(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with stage(tmp_path, "anna", "ben") as whole:
        anna, ben = whole["anna"], whole["ben"]
        await with_stand_by(whole)
        anna.provider.script = lambda _: [0.5, ProviderError("unauthorized", "The key was refused: check it.")]
        asked = messages.say(ben.conversation, "Now?")
        await trio.sleep(60)
        assert (states(anna)[-1], anna.told[-1].code) == (DeltaState.FAILED, "unauthorized")
        assert ben.provider.requests == [], "a host that says why it failed is not gone"
        anna.provider.script = lambda _: ["Now!"]
        assert [each["name"] for each in ben.participants.retry(asked.id, None)] == ["Leaf"]
        await trio.sleep(10)
        found = ben.answer_to(asked.id)
        assert found is not None
        assert found["text"] == "Now!"


@pytest.mark.parametrize("what", ["delete", "remove", "pause"])
async def test_what_is_not_wanted_any_more_is_given_up(
    tmp_path: Path, autojump_clock: trio.testing.MockClock, what: str
) -> None:
    async with stage(tmp_path, "anna", "ben") as whole:
        anna, ben = whole["anna"], whole["ben"]
        await add(anna)
        anna.provider.script = lambda _: ["Long ", 50.0, "story"]
        asked = messages.say(ben.conversation, "Tell me")
        await trio.sleep(5)
        assert anna.provider.at_once == 1
        match what:
            case "delete":
                messages.delete(ben.conversation, asked.id)
            case "remove":
                await anna.participants.remove("Leaf")
            case "pause":
                anna.participants.pause(on=True)
        await trio.sleep(1)
        assert anna.provider.at_once == 0, "the model stops at once"
        assert (states(anna)[-1], anna.told[-1].code) == (DeltaState.FAILED, "cancelled")
        await trio.sleep(100)
        assert anna.replies() == []


async def test_a_pause_ends(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    async with stage(tmp_path, "anna", "ben") as whole:
        await add(whole["anna"])
        whole["anna"].participants.pause(on=True)
        assert whole["ben"].conversation.view.summary()["ai_paused"]
        messages.say(whole["ben"].conversation, "Silence")
        await trio.sleep(10)
        assert whole["anna"].provider.requests == []
        whole["anna"].participants.pause(on=False)
        messages.say(whole["ben"].conversation, "Speak")
        await trio.sleep(10)
        assert len(whole["ben"].replies()) == 1


async def test_who_asked_may_stop_an_answer_and_what_there_is_stays(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with stage(tmp_path, "anna", "ben", "cat") as whole:
        anna, ben, cat = (whole[name] for name in ("anna", "ben", "cat"))
        ai = await add(anna)
        anna.provider.script = lambda _: ["Half ", 50.0, "whole"]
        asked = messages.say(ben.conversation, "Tell me")
        await trio.sleep(2)
        whole.stop(cat, ai, asked.id)
        await trio.sleep(2)
        assert anna.provider.at_once == 1, "not anybody may"
        whole.stop(ben, ai, asked.id)
        await trio.sleep(1)
        assert anna.provider.at_once == 0
        assert (reply(cat, asked.id).text, reply(cat, asked.id).provenance.finish) == ("Half", "stopped")


async def test_a_host_that_comes_back_listens_before_it_answers(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with stage(tmp_path, "anna", "ben") as whole:
        anna, ben = whole["anna"], whole["ben"]
        await with_stand_by(whole)
        anna.conversation.hooks.on_stored = lambda _: None  # as if the node was not running
        anna.is_cut_off = True
        asked = messages.say(ben.conversation, "Who is there?")
        anna.conversation.receive([asked])
        await trio.sleep(30)
        assert ben.answer_to(asked.id) is not None
        whole.wire(anna)
        anna.hosting.resume(anna.conversation)
        await trio.sleep(3)
        anna.is_cut_off = False
        whole.heal()
        await trio.sleep(60)
        assert anna.provider.requests == []
        assert anna.replies() == ben.replies()


async def test_one_slow_ai_never_holds_up_another_and_who_waits_is_told(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    def script(request: Request) -> Sequence[str | float | Exception]:
        return [100.0 if "slow" in request.turns[-1].content.splitlines()[-1] else 0.5, "done"]

    async with stage(tmp_path, "anna", "ben") as whole:
        anna, ben = whole["anna"], whole["ben"]
        anna.provider.script = script
        await add(anna, "Slow", policy="mentioned")
        quick = await add(anna, "Quick", policy="mentioned")
        asked = [messages.say(ben.conversation, f"@Slow slow number {number}").id for number in range(3)]
        await trio.sleep(3)
        fast = messages.say(ben.conversation, "@Quick now")
        await trio.sleep(3)
        assert ben.answer_to(fast.id) is not None
        assert [list(each.waiting) for each in anna.lines][-1] == asked[1:]
        assert all(each.ai != quick for each in anna.lines)
        await trio.sleep(400)
        assert len(ben.replies()) == 4
        assert anna.lines[-1].waiting == ()
        assert [each["reply_to"] for each in page(ben) if each["author_name"] == "Slow"] == [n.hex() for n in asked]


def page(actor: Actor) -> list[dict[str, Any]]:
    return actor.conversation.view.page(before=None, limit=200)[0]


async def test_ais_answer_each_other_only_when_called_and_three_times_in_a_row(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with stage(tmp_path, "anna", "ben") as whole:
        anna, ben = whole["anna"], whole["ben"]
        await add(anna, "Yin")
        await add(anna, "Yang", policy="mentioned")

        def call_the_other(request: Request) -> Sequence[str]:
            return ["@Yang and you?" if "name is Yin." in request.turns[0].content else "@Yin and you?"]

        anna.provider.script = call_the_other
        messages.say(ben.conversation, "Begin")
        await trio.sleep(300)
        assert [name for name, _ in ben.replies()] == ["Yin", "Yang", "Yin"]


async def test_an_ai_answers_so_often_within_an_hour_and_says_when_again(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with stage(tmp_path, "anna", hourly=3) as whole:
        anna = whole["anna"]
        await add(anna)
        for number in range(4):
            messages.say(anna.conversation, f"Number {number}")
            await trio.sleep(10)
        assert len(anna.replies()) == 3
        assert anna.told[-1].code == "rate_limited"
        assert "60 minutes" in anna.told[-1].text
        await trio.sleep(3_600)
        messages.say(anna.conversation, "Later")
        await trio.sleep(10)
        assert len(anna.replies()) == 4


async def test_what_was_left_open_is_answered_after_a_restart(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with stage(tmp_path, "anna", "ben") as whole:
        anna = whole["anna"]
        await add(anna)
        anna.conversation.hooks.on_stored = lambda _: None  # as if the node was not running
        asked = messages.say(anna.conversation, "Are you there?")
        whole.wire(anna)
        anna.hosting.resume(anna.conversation)
        await trio.sleep(10)
        assert anna.answer_to(asked.id) is not None
        anna.hosting.resume(anna.conversation)
        await trio.sleep(10)
        assert len(anna.replies()) == 1
