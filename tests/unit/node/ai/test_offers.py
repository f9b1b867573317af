"""What an AI could run on where it runs: asked of its host, told to admins alone."""

from pathlib import Path

import pytest
import trio
import trio.testing

from node.ai.offers import WHOLE_S
from node.ai.providers.provider import Availability
from protocol.bodies.signals import OFFERED_MODELS, AiOffer, AiWantsOffer, Offered
from protocol.errors import UsageError
from tests.unit.node.ai.stage import Actor, Stage, stage

pytestmark = pytest.mark.trio


@pytest.fixture
def autojump_clock() -> trio.testing.MockClock:
    """Let waits take no time."""
    return trio.testing.MockClock(autojump_threshold=0.05)


async def hosted_by_ben(on: Stage) -> str:
    """Let Anna set up an AI that runs at Ben's, who agrees; return its id."""
    anna, ben = on["anna"], on["ben"]
    ai = str((await anna.participants.add({"name": "Leaf", "provider": "scripted"}))["id"])
    anna.participants.set_hosts(ai, ["Ben"])
    ben.participants.accept(ai, on=True)
    return ai


def offering(actor: Actor, *models: str) -> None:
    """Let somebody's node have these models."""

    async def availability() -> Availability:
        await trio.lowlevel.checkpoint()
        return Availability(True, "", models, models[0] if models else "")

    actor.provider.availability = availability  # type: ignore[method-assign]


async def test_an_owner_is_told_what_the_host_has(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    async with stage(tmp_path, "anna", "ben") as on:
        ai = await hosted_by_ben(on)
        offering(on["ben"], "big", "small")
        found = await on["anna"].participants.offers("Leaf")
        (one,) = found["providers"]
        assert (one["name"], one["available"], one["models"]) == ("scripted", True, ["big", "small"])
        assert (one["default_model"], found["default"]) == ("big", None)
        on["ben"].provider.is_available = False
        del on["ben"].provider.availability
        await trio.sleep(2)
        (one,) = (await on["anna"].participants.offers(ai))["providers"]
        assert (one["available"], one["reason"]) == (False, "switched off")
        # two who ask at once are both told
        await trio.sleep(2)
        async with trio.open_nursery() as nursery:
            for _ in range(2):
                nursery.start_soon(on["anna"].participants.offers, ai)


async def test_of_an_ai_that_runs_here_nobody_is_asked(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    async with stage(tmp_path, "anna", "ben") as on:
        ai = str((await on["anna"].participants.add({"name": "Leaf", "provider": "scripted"}))["id"])
        offering(on["anna"], "mine")
        found = await on["anna"].participants.offers(ai)
        assert (found["providers"][0]["models"], found["default"]) == (["mine"], "scripted")


async def test_a_silent_host_is_waited_for_and_named(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    async with stage(tmp_path, "anna", "ben") as on:
        ai = await hosted_by_ben(on)
        began_s = trio.current_time()
        with on.cut_off("ben"), pytest.raises(UsageError) as told:
            await on["anna"].participants.offers(ai)
        assert told.value.code == "unreachable"
        assert "Ben" in told.value.reason
        assert trio.current_time() - began_s == pytest.approx(WHOLE_S)
        assert on["anna"].offers._waiting == {}


async def test_members_and_hosts_who_did_not_agree_tell_nothing(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with stage(tmp_path, "anna", "ben", "cleo") as on:
        ai = await hosted_by_ben(on)
        with pytest.raises(UsageError) as told:
            await on["cleo"].participants.offers(ai)
        assert told.value.code == "not_allowed"
        said: list[object] = []
        on["ben"].offers._say = lambda _, signal: said.append(signal)
        on.say(on["cleo"], AiWantsOffer(bytes.fromhex(ai)))  # a program that asks all the same
        await trio.sleep(1)
        assert said == []
        on["ben"].participants.accept(ai, on=False)
        on.say(on["anna"], AiWantsOffer(bytes.fromhex(ai)))
        await trio.sleep(1)
        assert said == []
        on["ben"].participants.accept(ai, on=True)
        for _ in range(5):
            on.say(on["anna"], AiWantsOffer(bytes.fromhex(ai)))
        await trio.sleep(1)
        assert len(said) == 1, "once a second at most"


async def test_what_others_say_a_host_has_counts_for_nothing(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with stage(tmp_path, "anna", "ben", "cleo") as on:
        ai = await hosted_by_ben(on)
        offering(on["ben"], "true")
        forged = AiOffer(bytes.fromhex(ai), (Offered("evil", True, "", "x", ("x",)),))
        answers = []

        async def ask() -> None:
            answers.append(await on["anna"].participants.offers(ai))

        with on.cut_off("ben"):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(ask)
                await trio.sleep(0.5)
                on.say(on["cleo"], forged)
                await trio.sleep(0.5)
                on["ben"].is_cut_off = False
        assert [each["providers"][0]["models"] for each in answers] == [["true"]]


async def test_an_offer_has_no_more_models_than_a_frame_has_room_for(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with stage(tmp_path, "anna", "ben") as on:
        ai = await hosted_by_ben(on)
        offering(on["ben"], *(f"model-{n}" for n in range(500)))
        found = await on["anna"].participants.offers(ai)
        assert len(found["providers"][0]["models"]) == OFFERED_MODELS


async def test_a_model_server_that_speaks_nonsense_ends_nothing(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with stage(tmp_path, "anna", "ben") as on:
        ai = await hosted_by_ben(on)
        offering(on["ben"], "half \ud83d", "whole")
        (one,) = (await on["anna"].participants.offers(ai))["providers"]
        assert (one["models"], one["default_model"]) == (["whole"], "")

        async def fails() -> Availability:
            raise ValueError("what nobody thought of")

        on["ben"].provider.availability = fails  # type: ignore[method-assign]
        await trio.sleep(2)
        with pytest.raises(UsageError):
            await on["anna"].participants.offers(ai)
        offering(on["ben"], "again")
        (one,) = (await on["anna"].participants.offers(ai))["providers"]
        assert one["models"] == ["again"]
