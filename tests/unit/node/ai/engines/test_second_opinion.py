"""Asking a model for the type: only when unsure, and never worse than the router's own answer."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager

import pytest
import trio

from node.ai.engines.route import Route
from node.ai.engines.second_opinion import second_opinion
from node.ai.providers.errors import ProviderError
from node.ai.providers.provider import Availability
from node.ai.providers.request import Chunk, Finish, Request

UNSURE = Route("simple", 0.3, "model")
SURE = Route("simple", 0.9, "short_fact")


class Scripted:
    """A provider that says one thing, after a while, or fails."""

    name = "scripted"
    context_tokens = 4096
    prompt_tokens = 2048

    def __init__(self, *pieces: str, error: Exception | None = None, delay_s: float = 0.0) -> None:
        self.pieces = pieces
        self.error = error
        self.delay_s = delay_s
        self.asked: list[Request] = []

    async def availability(self) -> Availability:
        return Availability(True, "", (), "")

    async def aclose(self) -> None:
        """Nothing runs."""

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[AsyncIterator[Chunk | Finish]]:
        self.asked.append(request)
        async with aclosing(self._answer()) as answer:
            yield answer

    async def _answer(self) -> AsyncGenerator[Chunk | Finish, None]:
        for piece in self.pieces:
            yield Chunk(piece)
        await trio.sleep(self.delay_s)
        if self.error:
            raise self.error
        yield Finish("stop", None, None, "scripted")


@pytest.mark.trio
async def test_who_is_sure_asks_nobody() -> None:
    provider = Scripted("analysis")
    assert await second_opinion(SURE, "x", has_history=False, provider=provider) == SURE
    assert provider.asked == []


@pytest.mark.trio
@pytest.mark.parametrize("pieces", [("analysis",), ("Ana", "lysis."), ("**analysis**",), ("The kind is: analysis",)])
async def test_the_named_type_counts(pieces: tuple[str, ...]) -> None:
    route = await second_opinion(UNSURE, "x", has_history=False, provider=Scripted(*pieces))
    assert (route.conversation_type, route.rule) == ("analysis", "provider")


@pytest.mark.trio
async def test_a_type_of_two_words_is_understood_with_and_without_the_line() -> None:
    for said in ("problem_solving", "Problem solving", "problem-solving"):
        route = await second_opinion(UNSURE, "x", has_history=False, provider=Scripted(said))
        assert route.conversation_type == "problem_solving"


@pytest.mark.trio
@pytest.mark.parametrize("said", ["", "I think so", "simple or complex", "multi_step", "x" * 5_000])
async def test_no_choice_or_several_leave_the_router_right(said: str) -> None:
    assert await second_opinion(UNSURE, "x", has_history=False, provider=Scripted(said)) == UNSURE


@pytest.mark.trio
async def test_multi_step_is_offered_only_with_history() -> None:
    provider = Scripted("multi_step")
    route = await second_opinion(UNSURE, "x", has_history=True, provider=provider)
    assert route.conversation_type == "multi_step"
    await second_opinion(UNSURE, "x", has_history=False, provider=provider)
    assert ["multi_step" in request.turns[0].content for request in provider.asked] == [True, False]


@pytest.mark.trio
@pytest.mark.parametrize("group", [False, True])
async def test_a_failure_leaves_the_router_right(group: bool) -> None:
    error = ProviderError("timeout", "too slow")
    raised = ExceptionGroup("stream", [error]) if group else error
    assert await second_opinion(UNSURE, "x", has_history=False, provider=Scripted("analysis", error=raised)) == UNSURE


@pytest.mark.trio
async def test_after_the_deadline_the_router_is_right(autojump_clock: trio.testing.MockClock) -> None:
    provider = Scripted("analysis", delay_s=60.0)
    began_s = trio.current_time()
    assert await second_opinion(UNSURE, "x", has_history=False, provider=provider, deadline_s=1.0) == UNSURE
    assert trio.current_time() - began_s == pytest.approx(1.0)


@pytest.mark.trio
async def test_little_of_the_query_is_sent_and_little_is_asked_for() -> None:
    provider = Scripted("complex")
    await second_opinion(UNSURE, "x" * 100_000, has_history=False, provider=provider, model="mine")
    (request,) = provider.asked
    assert len(request.turns[-1].content) == 2_000
    assert (request.max_tokens, request.model, request.form) == (8, "mine", None)
