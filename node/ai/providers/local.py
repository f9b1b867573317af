"""Provider `local`: a small model on this machine, without key or network (S40).

It speaks to the child process with the same code as to any OpenAI-compatible server.
"""

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import trio

from node.ai.providers.errors import ProviderError
from node.ai.providers.local_model import CONTEXT_TOKENS, Endpoint, LocalModel, bundled_weights, missing
from node.ai.providers.openai import OpenAI
from node.ai.providers.provider import Availability
from node.ai.providers.request import Chunk, Finish, Request, Turn
from node.ai.providers.settings import ServerSettings
from node.ai.providers.tokens import Window, window

PROMPT_TOKENS = 1024  # two slow cores read 120 tokens/s: more would leave people waiting
DEFAULT_MAX_TOKENS = 200
DEFAULT_FORM_TOKENS = 400  # JSON says things twice
DEFAULT_TEMPERATURE = 0.4
DEFAULT_TOP_P = 0.9
_EXTRA = MappingProxyType({"repeat_penalty": 1.1})  # without it a model this small goes round in circles
_log = logging.getLogger("node.ai")
_BROKEN = frozenset({"unavailable", "refused_connection", "malformed", "timeout"})


class Local:
    """Streams answers from the model in the child process.

    Args:
        weights: a GGUF file; the one installed with the app where not given.
        idle_s: how long the model stays loaded without work; `watch` must run for that.
        read_s: how long it may be silent, which includes reading the prompt and waiting for others.
        command: starts the child process; for bundles, where `python -m` does not work, and for tests.
    """

    name = "local"

    def __init__(
        self, weights: Path | None = None, *, idle_s: float = 300.0, read_s: float = 90.0, command: Sequence[str] = ()
    ) -> None:
        self._weights = weights or bundled_weights()
        self._read_s = read_s
        self.model = LocalModel(self._weights, idle_s=idle_s, command=command) if self._weights else None
        self._server: tuple[Endpoint, OpenAI] | None = None

    async def availability(self) -> Availability:
        """Return whether everything is installed; nothing is loaded for it."""
        await trio.lowlevel.checkpoint()
        if reason := missing(self._weights):
            return Availability(False, reason, (), "")
        alias = self.model.alias if self.model else ""
        return Availability(True, "", (alias,), alias, self.model.memory_bytes() if self.model else None)

    async def window(self, model: str = "", texts: Sequence[str] = ()) -> Window:
        """Return how much the model takes; see Provider. It is loaded for counting, as it will be for the answer."""
        found = window(CONTEXT_TOKENS)
        if self.model and texts and model in {"", self.model.alias} and not missing(self._weights):
            try:
                async with self.model.lease() as endpoint:
                    sent = {text: _harmless(text) for text in texts}
                    counted = await self._at(endpoint).window(self.model.alias, tuple(sent.values()))
                    found = window(CONTEXT_TOKENS, {text: counted.count(turn) for text, turn in sent.items()})
            except ProviderError as error:
                _log.info("window not known provider=local code=%s", error.code)
        return replace(found, prompt_tokens=PROMPT_TOKENS)

    async def constrains(self, model: str = "") -> bool:
        """Return whether the model is large enough; see Provider. It is loaded for that, as for the answer."""
        if self.model and model in {"", self.model.alias} and not missing(self._weights):
            try:
                async with self.model.lease() as endpoint:
                    return await self._at(endpoint).constrains(self.model.alias)
            except ProviderError as error:
                _log.info("model not known provider=local code=%s", error.code)
        return False

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[AsyncIterator[Chunk | Finish]]:
        """Return the answer as it is generated; see Provider. The first one waits for the model to load."""
        async with aclosing(self._answer(request)) as answer:
            yield answer

    async def watch(self) -> None:
        """Unload the model whenever it had no work for a while; runs until cancelled."""
        if self.model:
            await self.model.watch()

    async def aclose(self) -> None:
        """Stop the child process in less than a second."""
        if self.model:
            await self.model.aclose()

    async def _answer(self, request: Request) -> AsyncGenerator[Chunk | Finish, None]:
        reason = missing(self._weights)
        if self.model is None or reason:
            raise ProviderError("unavailable", reason)
        if request.model not in {"", self.model.alias}:
            raise ProviderError(
                "model_missing", "The local model is {model}: choose it in the settings.", model=self.model.alias
            )
        fitted = fit(request, model=self.model.alias)
        for attempt in range(2):
            shown = False
            async with self.model.lease() as endpoint:
                try:
                    async with self._at(endpoint).stream(fitted) as pieces:
                        async for piece in pieces:
                            shown = True
                            yield piece
                    return
                except ProviderError as error:
                    if error.code not in _BROKEN:
                        raise
                    ended = await self.model.ended(endpoint)
                    if ended or error.code == "timeout":
                        await self.model.discard(endpoint)
                    if ended and not shown and attempt == 0:
                        continue  # nothing was lost, and most likely it died before this request came
                    raise ProviderError(
                        "unavailable", "The local model stopped in the middle of the answer: try again."
                    ) from None

    def _at(self, endpoint: Endpoint) -> OpenAI:
        """Return what speaks to the process behind this endpoint."""
        if self._server is None or self._server[0] is not endpoint:
            settings = ServerSettings(
                endpoint.base_url,
                endpoint.api_key,
                context_tokens=CONTEXT_TOKENS,
                read_s=self._read_s,
                retries=0,
                extra=_EXTRA,
            )
            self._server = endpoint, OpenAI(settings, name=self.name, label="The local model")
        return self._server[1]


def fit(request: Request, *, model: str) -> Request:
    """Return the request with the defaults that suit a small model, and with nobody able to speak its control words."""
    limit = DEFAULT_FORM_TOKENS if request.form else DEFAULT_MAX_TOKENS
    return replace(
        request,
        model=model,
        turns=_all_harmless(request.turns),
        form=replace(request.form, turns=_all_harmless(request.form.turns)) if request.form else None,
        temperature=DEFAULT_TEMPERATURE if request.temperature is None else request.temperature,
        top_p=DEFAULT_TOP_P if request.top_p is None else request.top_p,
        max_tokens=limit if request.max_tokens is None else request.max_tokens,
    )


def _all_harmless(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    return tuple(Turn(turn.role, _harmless(turn.content)) for turn in turns)


def _harmless(text: str) -> str:
    """Return the text without control words.

    llama.cpp takes `<|…|>` inside a message for the end of that message: whoever wrote it would speak as the system.
    """
    return text.replace("<|", "< |")
