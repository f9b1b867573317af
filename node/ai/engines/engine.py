"""The six engines: what each tells the model, and what it finds in the answer for the metadata (S53, S54); pure.

An engine is chosen by a route, adds its instructions to the turns which node/ai/context.py built, and reads the answer:
as prose by its titles, lists and fences, or as JSON where the provider was held to the engine's schema.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from node.ai.engines import findings
from node.ai.engines.contracts import CONTRACTS, FORM, Answer, answer_in, schema_of
from node.ai.engines.prompts import PROMPTS, titles_in
from node.ai.engines.recap import recap
from node.ai.engines.route import ENGINE_OF, TYPES, ConversationType, EngineName, Route
from node.ai.engines.sections import Section, sections_of
from node.ai.engines.wishes import Wishes
from node.ai.providers.request import Turn

Find = Callable[[Sequence[Section]], dict[str, object]]
NO_WISHES: Final = Wishes()


@dataclass(frozen=True, slots=True)
class Engine:
    """Makes one kind of answer.

    Attributes:
        conversation_type: the kind.
        find: returns the kind's metadata out of the parts of an answer; empty values are left out.
    """

    conversation_type: ConversationType
    find: Find = field(repr=False)

    @property
    def name(self) -> EngineName:
        """The engine's name, as `routed_to` on the channel (S52)."""
        return ENGINE_OF[self.conversation_type]

    @property
    def fields(self) -> tuple[str, ...]:
        """The metadata which answers of this kind may carry, beside those of every answer (S54)."""
        return CONTRACTS[self.conversation_type].fields

    @property
    def gains(self) -> bool:
        """Whether a model that can be held to `schema()` is, where nobody said (see `Contract`)."""
        return CONTRACTS[self.conversation_type].gains

    def instructions(self, wishes: Wishes = NO_WISHES, *, constrained: bool = False) -> str:
        """Return what the system prompt says for this kind of answer.

        Args:
            wishes: of the one who asks.
            constrained: the provider holds the model to `schema()`, so that it writes JSON.
        """
        form = FORM if constrained else PROMPTS[self.conversation_type].form
        asked = f"{PROMPTS[self.conversation_type].task} {form.format_map(titles_in(wishes.base_language))}"
        return "\n".join([asked.strip(), *wishes.sentences()])

    def turns(
        self, turns: Sequence[Turn], wishes: Wishes = NO_WISHES, *, constrained: bool = False
    ) -> tuple[Turn, ...]:
        """Return the turns with the instructions at the end of the system prompt; without one, with one before them.

        Of the multi-step engine it also says what the last answers had in numbered parts, so that `step 3` and `the
        second option` are found by a model which sees the talk cut short.

        Args:
            turns: of the talk, as `context.build` makes them; the last is the message to answer.
            wishes: of the one who asks.
            constrained: see `instructions`.
        """
        added = self.instructions(wishes, constrained=constrained)
        rest = list(turns)
        if self.conversation_type == "multi_step" and (earlier := recap(rest[:-1])):
            added = f"{added}\n\n{earlier}"
        if not rest or rest[0].role != "system":
            return (Turn("system", added), *rest)
        return (Turn("system", f"{rest[0].content}\n\n{added}"), *rest[1:])

    def metadata(self, text: str) -> dict[str, object]:
        """Return what the answer says for each of `fields`; what it does not say is left out. Any text will do."""
        found = self.find(sections_of(text))
        return {name: found[name] for name in self.fields if found.get(name)}

    def schema(self) -> dict[str, object]:
        """Return the JSON schema of an answer, for providers which hold a model to one; everything in it is bounded."""
        return schema_of(self.conversation_type)

    def answer(self, text: str) -> Answer:
        """Return the response and the metadata of what was said under `schema()`, also where it was cut or is prose."""
        found = answer_in(text, self.conversation_type)
        return self.completed(found) if found else Answer(text.strip(), self.metadata(text))

    def completed(self, said: Answer) -> Answer:
        """Return an answer with what its response says beside the fields which the model filled itself."""
        return Answer(said.response, {**self.metadata(said.response), **said.metadata})


def engine_for(route: Route | ConversationType) -> Engine:
    """Return the engine of a route, or of a type."""
    return _ENGINES[route.conversation_type if isinstance(route, Route) else route]


def _steps(sections: Sequence[Section]) -> dict[str, object]:
    return {"steps": findings.steps(sections, "steps", "plan", "solution")}


def _analysis(sections: Sequence[Section]) -> dict[str, object]:
    return {
        "analysis_points": findings.points(sections),
        "recommendations": findings.under(sections, "recommendations"),
    }


def _generation(sections: Sequence[Section]) -> dict[str, object]:
    blocks = findings.code_blocks(sections)
    return {
        "generated_code": "\n\n".join(block["code"] for block in blocks),
        "code_blocks": blocks,
        "implementation_plan": findings.under(sections, "plan", "steps"),
    }


def _problem(sections: Sequence[Section]) -> dict[str, object]:
    steps = findings.steps(sections, "solution", "steps", "recommendations", "plan")
    return {"root_cause": findings.root_cause(sections), "steps": steps, "solution_steps": steps}


def _nothing(_: Sequence[Section]) -> dict[str, object]:
    return {}


_FIND: Final[Mapping[ConversationType, Find]] = MappingProxyType(
    {
        "simple": _nothing,
        "complex": _steps,
        "analysis": _analysis,
        "generation": _generation,
        "problem_solving": _problem,
        "multi_step": _steps,
    }
)
_ENGINES: Final = MappingProxyType({each: Engine(each, _FIND[each]) for each in TYPES})
