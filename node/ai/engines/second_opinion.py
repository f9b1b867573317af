"""Asks a model for the type of a query of which the router is not sure; off unless the caller wants it (S53).

Whatever goes wrong, and after the deadline, the router's own answer stands.
"""

import re
from typing import Final

import trio

from node.ai.engines.lexicon import folded
from node.ai.engines.route import TYPES, ConversationType, Route
from node.ai.providers.errors import ProviderError
from node.ai.providers.provider import Provider
from node.ai.providers.request import Chunk, Request, Turn

SURE: Final = 0.6
DEADLINE_S: Final = 1.5
PROVIDER: Final = "provider"
_QUERY_CHARACTERS: Final = 2_000
_WORD_TOKENS: Final = 8
_ANSWER_CHARACTERS: Final = 80
_CHOICES: Final = {
    "simple": "small talk, or a question with a short factual answer",
    "complex": "needs reasoning: why, how, trade-offs, decisions",
    "analysis": "asks to examine, compare or judge given material or a subject",
    "generation": "asks to make something: code, a text, a plan, a list",
    "problem_solving": "something fails or goes wrong and is to be put right",
    "multi_step": "makes sense only together with what was said before",
}


async def second_opinion(
    route: Route,
    query: str,
    *,
    has_history: bool,
    provider: Provider,
    model: str = "",
    sure: float = SURE,
    deadline_s: float = DEADLINE_S,
) -> Route:
    """Return the provider's choice where the router is less sure than `sure`; else, and on any failure, `route`.

    Args:
        route: the router's answer.
        query: what was said.
        has_history: something was said before; without that `multi_step` is not offered.
        provider: is asked for one of the types by name, in at most 8 tokens.
        model: empty for the provider's default.
        sure: a confidence with which nobody is asked, 0.0-1.0.
        deadline_s: the provider's answer counts only so long.
    """
    if route.confidence >= sure:
        return route
    choices = [name for name in TYPES if has_history or name != "multi_step"]
    listed = "\n".join(f"{name}: {_CHOICES[name]}" for name in choices)
    request = Request(
        model=model,
        turns=(
            Turn("system", f"Say of which kind the user's message is. Answer with one of these words only.\n{listed}"),
            Turn("user", query[:_QUERY_CHARACTERS]),
        ),
        temperature=0.0,
        max_tokens=_WORD_TOKENS,
        stop=("\n",),
    )
    said: list[str] = []
    with trio.move_on_after(deadline_s) as scope:
        try:
            await _listen(provider, request, said)
        except* ProviderError:
            said.clear()
    chosen = None if scope.cancelled_caught else _chosen("".join(said), choices)
    return route if chosen is None else Route(chosen, sure, PROVIDER)


async def _listen(provider: Provider, request: Request, said: list[str]) -> None:
    async with provider.stream(request) as pieces:
        async for piece in pieces:
            if isinstance(piece, Chunk):
                said.append(piece.text)
            if sum(map(len, said)) > _ANSWER_CHARACTERS:
                return


def _chosen(answer: str, choices: list[ConversationType]) -> ConversationType | None:
    """Return the one choice which the answer names; None where it names none, or several."""
    words = re.sub(r"[^a-z]+", " ", folded(answer[:_ANSWER_CHARACTERS]))
    named = [name for name in choices if re.search(rf"\b{name.replace('_', ' ')}\b", words)]
    return named[0] if len(named) == 1 else None
