"""Says what kind of answer a query wants, and so which engine makes it (S53); pure, below 2 ms, no model is called.

Ordered rules decide first; where all are silent, a small linear model does.
"""

from collections.abc import Mapping
from typing import Final

from node.ai.engines.features import marks_of, words_of
from node.ai.engines.linear import likely, trained_model
from node.ai.engines.reading import read
from node.ai.engines.route import Route
from node.ai.engines.rules import Situation, first_rule

ERROR_MESSAGE: Final = "error_message"
MODEL: Final = "model"


def classify(query: str, *, has_history: bool = False, context: Mapping[str, object] | None = None) -> Route:
    """Return where the query goes; any text will do, and the same text always goes the same way.

    The first call in a process reads two files and takes some 50 ms; call it once before the first query matters.

    Args:
        query: what was said.
        has_history: something was said before in this session, so that the query may lean on it.
        context: the conversation's context (S52); `error_message` in it is an error the client met.
    """
    reading = read(query)
    message = (context or {}).get(ERROR_MESSAGE)
    situation = Situation(has_history=has_history, has_error=isinstance(message, str) and bool(message.strip()))
    if rule := first_rule(reading, situation):
        return Route(rule.conversation_type, trained_model().rules[rule.name], rule.name)
    found, chance = likely(words_of(reading), marks_of(reading), has_history=has_history)
    return Route(found, round(chance, 3), MODEL)
