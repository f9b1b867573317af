"""The five mitosis phases and the lane that decides which one it is (SPEC section 4, PROTOCOL section 3).

A step counts on: `cycle * 5 + phase`. An advance names the step it leaves and counts only where the conversation still
stands there, so two people who press at the same time advance once; progress for a step that is over is ignored; an
admin may set any step, once in each generation.
"""

from dataclasses import dataclass, replace
from enum import IntEnum

from crypto.ids import OpId
from protocol.bodies.content import PhaseAdvance, PhaseProgress, PhaseSet
from protocol.dag import Key
from protocol.lanes import Lane

PhaseBody = PhaseAdvance | PhaseProgress | PhaseSet


class Phase(IntEnum):
    """In order; after the last the cycle begins again."""

    PROPHASE = 0
    PROMETAPHASE = 1
    METAPHASE = 2
    ANAPHASE = 3
    TELOPHASE = 4


@dataclass(frozen=True, slots=True)
class PhaseState:
    """Where a conversation stands."""

    step: int = 0
    progress: int = 0
    """Ten-thousandths within the step."""
    generation: int = 0
    """How often an admin has set the step."""

    @property
    def phase(self) -> Phase:
        """The phase of this step."""
        return Phase(self.step % len(Phase))

    @property
    def cycle(self) -> int:
        """How often the five have been gone through."""
        return self.step // len(Phase)


class PhaseLane:
    """The few operations that move the phase, in order."""

    def __init__(self) -> None:
        self._lane: Lane[PhaseState, PhaseBody] = Lane(PhaseState(), _step)

    @property
    def state(self) -> PhaseState:
        """Where the conversation stands."""
        return self._lane.state

    @property
    def effective(self) -> frozenset[OpId]:
        """The advances and settings of the step that counted."""
        return frozenset(name for name, body in self._lane.counted() if not isinstance(body, PhaseProgress))

    @property
    def last(self) -> tuple[OpId, PhaseState] | None:
        """The operation that brought it there, a progress too, and where it stood before; None at the beginning."""
        return self._lane.last()

    def put(self, place: Key, body: PhaseBody | None) -> dict[OpId, bool]:
        """Put an operation at its place, or take it away (None).

        Returns:
            Whether it is a move that counts, and the other moves that count from now on, or no longer.
        """
        flips = self._lane.put(place, body)
        is_move = body is not None and not isinstance(body, PhaseProgress)
        moves = {name: counts for name, moved, counts in flips if not isinstance(moved, PhaseProgress)}
        return moves | {place[1]: is_move and self._lane.counts(place)}


def _step(state: PhaseState, _: OpId, body: PhaseBody) -> PhaseState | None:
    match body:
        case PhaseAdvance(from_step) if from_step == state.step:
            return PhaseState(state.step + 1, 0, state.generation)
        case PhaseProgress(step, value) if step == state.step:
            return replace(state, progress=value)
        case PhaseSet(step, generation) if generation == state.generation + 1:
            return PhaseState(step, 0, generation)
        case _:
            return None
