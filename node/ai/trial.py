"""Asks a model one short thing, to see whether an AI with these settings would answer (S35, S39)."""

from typing import Any, Final

import trio

from node.ai.providers.errors import ProviderError, UnknownProviderError
from node.ai.providers.registry import Registry
from node.ai.providers.request import Chunk, Finish, Request, Turn
from protocol.errors import UsageError

Json = dict[str, Any]

WHOLE_S: Final = 45.0
"""A model that runs here may have to be loaded first."""
TOKENS: Final = 512
"""Room for a model that thinks before it speaks."""
CHARACTERS: Final = 300
_QUESTION: Final = "Say hello, and in one short sentence what you can help with."


async def try_out(registry: Registry, settings: Json) -> Json:
    """Return `{text, ms, provider, model}`: what the model answered, and how long that took.

    Args:
        registry: the providers of this node.
        settings: those of an AI; `provider`, `model`, `persona`, `system_prompt` and `temperature` count.

    Raises:
        UsageError: `unknown_provider`, or the provider's own code, with what to do about it.
    """
    began_s = trio.current_time()
    said: list[str] = []
    try:
        provider = await registry.choose(settings.get("provider") or "")
        request = _request(settings)
        model = request.model
        with trio.move_on_after(WHOLE_S) as scope:
            async with provider.stream(request) as pieces:
                async for piece in pieces:
                    match piece:
                        case Chunk(text):
                            said.append(text)
                        case Finish():
                            model = piece.model or model
        if scope.cancelled_caught:
            raise ProviderError(
                "timeout", "The model took longer than {seconds} s to answer and was stopped.", seconds=round(WHOLE_S)
            )
    except (ProviderError, UnknownProviderError) as error:
        raise UsageError(error.code, error.message) from error
    text = "".join(said).strip()
    if not text:
        raise UsageError("malformed", "The model gave an empty answer: choose another model.")
    took_ms = round((trio.current_time() - began_s) * 1000)
    return {"text": text[:CHARACTERS], "ms": took_ms, "provider": provider.name, "model": model}


def _request(settings: Json) -> Request:
    told = "\n\n".join(filter(None, (settings.get("system_prompt"), settings.get("persona"))))
    system = (Turn("system", told),) if told else ()
    return Request(
        model=(settings.get("model") or "").strip(),
        turns=(*system, Turn("user", _QUESTION)),
        temperature=settings.get("temperature"),
        max_tokens=TOKENS,
    )
