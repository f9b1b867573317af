"""The six conversation types, the engines they go to, and where a query was routed (S53); pure."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, get_args

ConversationType = Literal["simple", "complex", "analysis", "generation", "problem_solving", "multi_step"]
EngineName = Literal[
    "simple_conversation",
    "complex_conversation",
    "analysis_conversation",
    "generation_conversation",
    "problem_solver",
    "multi_step_conversation",
]
TYPES: Final[tuple[ConversationType, ...]] = get_args(ConversationType)
ENGINE_OF: Final = MappingProxyType[ConversationType, EngineName](dict(zip(TYPES, get_args(EngineName), strict=True)))


@dataclass(frozen=True, slots=True)
class Route:
    """Where a query goes.

    Attributes:
        conversation_type: what kind of answer is wanted.
        confidence: how likely that is right, 0.0-1.0; measured for a rule, computed by the model.
        rule: the name of the rule which decided; `model` where none applied, `provider` where an AI was asked.
    """

    conversation_type: ConversationType
    confidence: float
    rule: str

    @property
    def engine(self) -> EngineName:
        """The name of the engine, as `routed_to` on the channel (S52)."""
        return ENGINE_OF[self.conversation_type]
