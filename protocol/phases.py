"""The five mitosis phases and the lane that decides which one it is (SPEC section 4, PROTOCOL section 3).

A step counts on: `cycle * 5 + phase`. An advance names the step it leaves and counts only where the conversation still
stands there, so two people who press at the same time advance once; progress for a step that is over is ignored.
"""

from bisect import insort
from dataclasses import dataclass
from enum import IntEnum

from crypto.ids import OpId
from protocol.bodies.content import PhaseAdvance, PhaseProgress
from protocol.dag import Key


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

    @property
    def phase(self) -> Phase:
        """The phase of this step."""
        return Phase(self.step % len(Phase))

    @property
    def cycle(self) -> int:
        """How often the five have been gone through."""
        return self.step // len(Phase)


class PhaseLane:
    """The few operations that move the phase, kept in order and replayed."""

    def __init__(self) -> None:
        self._ops: list[tuple[Key, PhaseAdvance | PhaseProgress]] = []
        self.state = PhaseState()
        self.effective: frozenset[OpId] = frozenset()
        """The advances that counted."""

    def add(self, key: Key, body: PhaseAdvance | PhaseProgress) -> None:
        """Take in an operation at its place, however late it comes."""
        insort(self._ops, (key, body), key=lambda row: row[0])
        step, progress, effective = 0, 0, set()
        for (_, name), each in self._ops:
            match each:
                case PhaseAdvance() if each.from_step == step:
                    step, progress = step + 1, 0
                    effective.add(name)
                case PhaseProgress() if each.step == step:
                    progress = each.value
                case _:
                    pass
        self.state = PhaseState(step, progress)
        self.effective = frozenset(effective)
