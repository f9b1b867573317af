"""What earlier answers of a talk had in numbered parts, for a message that refers to them; pure (S53)."""

from collections.abc import Sequence
from typing import Final

from node.ai.engines.findings import entries
from node.ai.engines.sections import numbered_run, sections_of
from node.ai.providers.request import Turn

ANSWERS: Final = 2
PARTS: Final = 12
PART_CHARACTERS: Final = 80


def recap(turns: Sequence[Turn]) -> str:
    """Return the numbered parts of the newest answers which had some, the newest first; empty where none had.

    Args:
        turns: the talk before the message to answer, oldest first; only the AI's own turns count.
    """
    said: list[str] = []
    for turn in reversed(turns):
        if turn.role != "assistant" or len(said) == ANSWERS:
            continue
        if parts := entries(numbered_run(sections_of(turn.content)))[:PARTS]:
            when = "Your last list" if not said else "The list before it"
            listed = "; ".join(f"{number}. {part[:PART_CHARACTERS]}" for number, part in enumerate(parts, 1))
            said.append(f"{when}: {listed}")
    return "\n".join(said)
