"""What a model is asked: in prose or under a schema, and who says which kind of answer it is to be."""

from collections.abc import Sequence
from typing import Any

import pytest
import trio
import trio.testing

from node.ai.context import Line, Scene
from node.ai.engines.wishes import Wishes
from node.ai.inquiry import USUAL, Inquiry, Manner, inquire
from node.ai.providers.errors import ProviderError
from node.ai.providers.request import Request, Turn
from protocol.bodies.ai import Constraint
from tests.unit.node.ai.stage import Scripted

pytestmark = pytest.mark.trio
PROBLEM = "My engine does not start, it fails with an error"
UNSURE = "beans or peas for a small garden and my neighbour"
TURN_TOKENS = 8
ROUNDING_TOKENS = 12  # texts are counted one by one, and joined
AUTO, ALWAYS, NEVER = Constraint.AUTO, Constraint.ALWAYS, Constraint.NEVER


@pytest.fixture
def autojump_clock() -> trio.testing.MockClock:
    """Let waits take no time."""
    return trio.testing.MockClock(autojump_threshold=0)


async def asked(provider: Scripted, query: str = PROBLEM, *, manner: Manner = USUAL, **options: Any) -> Inquiry:
    request = Request("mine", (Turn("user", query),), temperature=0.3, stop=("\nAna:",))
    lines = [Line("", query)]
    wishes = Wishes.of(options)
    return await inquire(provider, request, Scene("Leaf"), lines, context={}, wishes=wishes, manner=manner)


def able() -> Scripted:
    provider = Scripted()
    provider.is_able = True
    return provider


async def test_an_able_model_is_asked_for_prose_and_for_json_in_one_request() -> None:
    inquiry = await asked(able())
    request, form = inquiry.request, inquiry.request.form
    assert form is not None
    assert (form.name, form.schema) == ("problem_solver", inquiry.engine.schema())
    assert "JSON" in form.turns[0].content
    assert "JSON" not in request.turns[0].content
    assert "Root cause" in request.turns[0].content
    assert request.turns[1:] == form.turns[1:] == (Turn("user", PROBLEM),)
    assert (request.model, request.temperature, request.stop) == ("mine", 0.3, ("\nAna:",))


@pytest.mark.parametrize(
    ("is_able", "setting", "option", "has_form", "insists"),
    [
        (True, AUTO, None, True, False),
        (False, AUTO, None, False, False),
        (False, AUTO, True, True, True),
        (True, AUTO, False, False, False),
        (False, ALWAYS, None, True, True),
        (False, ALWAYS, False, False, False),
        (True, NEVER, None, False, False),
        (True, NEVER, True, True, True),
    ],
)
async def test_who_asks_decides_then_the_setting_then_what_the_model_is_able_to(
    is_able: bool, setting: Constraint, option: bool | None, has_form: bool, insists: bool
) -> None:
    provider = able() if is_able else Scripted()
    options = {} if option is None else {"constrained": option}
    inquiry = await asked(provider, manner=Manner(setting), **options)
    assert (inquiry.request.form is not None, inquiry.insists) == (has_form, insists)


async def test_small_talk_and_code_are_in_prose_unless_somebody_insists() -> None:
    for query in ("Hello!", "Write a Python function that adds two numbers"):
        assert (await asked(able(), query)).request.form is None
        assert (await asked(able(), query, constrained=True)).request.form is not None


async def test_both_forms_fit_into_the_window() -> None:
    provider = able()
    request = Request("", (Turn("user", PROBLEM),))
    lines = [*(Line("", f"word {number} " * 20, mine=bool(number % 2)) for number in range(20)), Line("", PROBLEM)]
    window = await provider.window()
    for provider.prompt_tokens in range(300, 600, 9):
        inquiry = await inquire(provider, request, Scene("Leaf"), lines, context={}, wishes=Wishes())
        assert inquiry.request.form is not None
        for turns in (inquiry.request.turns, inquiry.request.form.turns):
            taken = sum(window.count(turn.content) + TURN_TOKENS for turn in turns)
            assert taken <= provider.prompt_tokens + ROUNDING_TOKENS
        assert inquiry.lines[-1] == 20


def saying(*said: str | float | Exception) -> Scripted:
    def script(_: Request) -> Sequence[str | float | Exception]:
        return said

    return Scripted(script)


async def test_the_model_is_asked_for_the_kind_only_where_somebody_wants_it_and_the_router_is_not_sure() -> None:
    provider = saying("generation")
    own = (await asked(provider, UNSURE)).route
    assert own.confidence < 0.6
    assert provider.requests == []
    for manner, options in ((Manner(second_opinion=True), {}), (USUAL, {"second_opinion": True})):
        route = (await asked(provider, UNSURE, manner=manner, **options)).route
        assert (route.conversation_type, route.rule) == ("generation", "provider")
    assert {request.model for request in provider.requests} == {"mine"}
    assert (await asked(provider, UNSURE, manner=Manner(second_opinion=True), second_opinion=False)).route == own
    assert (await asked(provider, PROBLEM, second_opinion=True)).route.rule != "provider"
    assert len(provider.requests) == 2


@pytest.mark.parametrize(
    "said", [[60.0, "generation"], [ProviderError("timeout", "Too slow.")], ["I can not say"], []], ids=str
)
async def test_a_model_that_is_slow_or_fails_leaves_the_router_right(
    said: list[Any], autojump_clock: trio.testing.MockClock
) -> None:
    began_s = trio.current_time()
    inquiry = await asked(saying(*said), UNSURE, second_opinion=True)
    assert inquiry.route == (await asked(Scripted(), UNSURE)).route
    assert trio.current_time() - began_s <= 1.5
