"""Trying an AI out: what it answers, and what is said where it does not."""

from collections.abc import Sequence

import pytest
import trio.testing

from node.ai.providers.errors import ProviderError
from node.ai.providers.registry import Registry
from node.ai.providers.request import Request
from node.ai.trial import CHARACTERS, try_out
from protocol.errors import UsageError
from tests.unit.node.ai.stage import Scripted

pytestmark = pytest.mark.trio


def registry(provider: Scripted) -> Registry:
    return Registry({"scripted": provider}, order=["scripted"])


async def test_the_model_is_asked_as_the_ai_would_be(autojump_clock: trio.testing.MockClock) -> None:
    provider = Scripted(lambda _: [0.5, "Hello, ", 1.0, "I help."])
    settings = {"name": "AI", "model": "m", "persona": "A gardener.", "system_prompt": "Be brief.", "temperature": 0.2}
    told = await try_out(registry(provider), settings)
    assert (told["text"], told["ms"], told["provider"]) == ("Hello, I help.", 1500, "scripted")
    (request,) = provider.requests
    assert (request.model, request.temperature) == ("m", 0.2)
    assert request.turns[0].content == "Be brief.\n\nA gardener."


@pytest.mark.parametrize(
    ("script", "code", "reason"),
    [
        ([ProviderError("unauthorized", "The key was refused: give another.")], "unauthorized", "another"),
        ([100.0, "late"], "timeout", "45 s"),
        (["  "], "malformed", "empty"),
    ],
)
async def test_a_failure_says_what_to_do(
    script: Sequence[str | float | Exception], code: str, reason: str, autojump_clock: trio.testing.MockClock
) -> None:
    def answer(_: Request) -> Sequence[str | float | Exception]:
        return script

    with pytest.raises(UsageError) as told:
        await try_out(registry(Scripted(answer)), {})
    assert told.value.code == code
    assert reason in told.value.reason


async def test_an_unknown_provider_and_none_at_all_are_refused() -> None:
    with pytest.raises(UsageError) as told:
        await try_out(registry(Scripted()), {"provider": "nope"})
    assert told.value.code == "unknown_provider"
    away = Scripted()
    away.is_available = False
    with pytest.raises(UsageError) as told:
        await try_out(registry(away), {})
    assert (told.value.code, told.value.reason) == ("unavailable", "switched off")


async def test_a_long_answer_is_cut() -> None:
    told = await try_out(registry(Scripted(lambda _: ["x" * 5_000])), {})
    assert len(told["text"]) == CHARACTERS
