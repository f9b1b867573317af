"""What a model is asked: which kind of answer is wanted and who says so, what is told, in which form (S38, S53)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from node.ai.context import Line, Scene, select, spoken
from node.ai.engines.engine import Engine, engine_for
from node.ai.engines.route import Route
from node.ai.engines.router import classify
from node.ai.engines.second_opinion import second_opinion
from node.ai.engines.wishes import Wishes
from node.ai.providers.provider import Provider
from node.ai.providers.request import Form, Request
from protocol.bodies.ai import Constraint


@dataclass(frozen=True, slots=True)
class Manner:
    """How answers are made where the one who asks says nothing about it.

    Attributes:
        constrained: whether the model is held to the JSON schema of its engine.
        second_opinion: whether the model is asked for the kind of answer where the router is not sure.
    """

    constrained: Constraint = Constraint.AUTO
    second_opinion: bool = False


USUAL: Final = Manner()


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question, ready for its model.

    Attributes:
        request: for the provider.
        route: what kind of answer is wanted, and who decided.
        lines: the places of the lines which the model is given, ascending.
        insists: somebody asked for an answer under the schema, and is to hear where it is none.
    """

    request: Request
    route: Route
    lines: tuple[int, ...]
    insists: bool = False

    @property
    def engine(self) -> Engine:
        """The engine that reads the answer."""
        return engine_for(self.route)


async def inquire(
    provider: Provider,
    asked: Request,
    scene: Scene,
    lines: Sequence[Line],
    *,
    context: Mapping[str, Any],
    wishes: Wishes,
    manner: Manner = USUAL,
) -> Inquiry:
    """Return what the provider's model is asked.

    Args:
        provider: asked for its window, and for a second opinion where one is wanted.
        asked: the request before the talk is in it: its last turn is the message to answer, as it was written.
        scene: who answers, and where.
        lines: the talk in display order; the last is the message to answer.
        context: facts for this answer.
        wishes: of the one who asks; they come before `manner`.
        manner: of the AI.
    """
    query, has_history = asked.turns[-1].content, len(lines) > 1
    route = classify(query, has_history=has_history, context=context)
    if manner.second_opinion if wishes.second_opinion is None else wishes.second_opinion:
        route = await second_opinion(route, query, has_history=has_history, provider=provider, model=asked.model)
    engine = engine_for(route)
    wanted = _WANTED[manner.constrained] if wishes.constrained is None else wishes.constrained
    has_form = engine.gains and await provider.constrains(asked.model) if wanted is None else wanted
    added = [engine.instructions(wishes, constrained=each) for each in ((False, True) if has_form else (False,))]
    window = await provider.window(asked.model, (*added, *spoken(scene, lines)))
    budget = window.prompt_tokens - max(map(window.count, added))
    told = select(scene, lines, budget_tokens=budget, count=window.count)
    form = Form(engine.name, engine.schema(), engine.turns(told.turns, wishes, constrained=True)) if has_form else None
    request = replace(asked, turns=engine.turns(told.turns, wishes), form=form)
    return Inquiry(request, route, told.lines, insists=bool(wanted))


_WANTED: Final = {Constraint.AUTO: None, Constraint.ALWAYS: True, Constraint.NEVER: False}
