"""A provider over HTTP: asks, tries again, leaves out what is refused, and closes the connection when told to stop.

What differs from vendor to vendor is behind `Api`. The key goes into one header and nowhere else.
"""

import logging
import random
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Any

import orjson
import trio

from node.ai.providers.answer import Answer, Piece
from node.ai.providers.api import Api, Model
from node.ai.providers.errors import ProviderError
from node.ai.providers.keychain import Keychain
from node.ai.providers.lines import OversizeError
from node.ai.providers.provider import Availability
from node.ai.providers.refusal import malformed, parsed
from node.ai.providers.request import Chunk, Finish, Request
from node.ai.providers.retry import backoff_s
from node.ai.providers.settings import OFFICIAL, VARIABLES, ServerSettings, account, is_official
from node.ai.providers.tokens import Window, family_tokens, window
from node.ai.providers.transport import Response, Transport
from protocol.sentence import Sentence

LEAST_CONTEXT_TOKENS = 4096  # where nothing is known of a model
ABLE_PARAMETERS = 6_000_000_000  # what is sold as a model of seven thousand million, and everything above
AVAILABILITY_S = 3.0  # a vendor on the other side of the world, a busy machine
_WINDOW_S = 2.0
_LONGEST_WAIT_S = 20.0  # a person is waiting: after that the error shows, with a Retry button
_AFTER_END_S = 2.0  # for the counts which follow the last word
_MODELS_REMEMBERED = 256
_log = logging.getLogger("node.ai")


class Remote:
    """Streams answers from one server.

    Args:
        api: how to speak to it.
        settings: how to reach it.
        name: the provider's name.
        vendor: whose API it is: one of `OFFICIAL`.
        needs_key: the vendor's own server refuses everything without a key; others may not.
        keychain: where the key is kept which is not in the settings.
        chance: where the waiting times get their jitter from.
    """

    def __init__(
        self,
        api: Api,
        settings: ServerSettings,
        *,
        name: str,
        vendor: str,
        needs_key: bool,
        keychain: Keychain | None = None,
        chance: random.Random | None = None,
    ) -> None:
        base_url = settings.base_url or OFFICIAL[vendor]
        self.name = name
        self._api = api
        self._settings = settings
        self._needs_key = needs_key and is_official(vendor, base_url)
        self._keychain = keychain
        self._account = account(vendor, base_url)
        self._label = api.wording.label
        self._transport = Transport(base_url, label=self._label, connect_s=settings.connect_s, read_s=settings.read_s)
        self._chance = chance or random.Random()
        self._refused: dict[str, frozenset[str]] = {}
        self._models: dict[str, Model] = {}
        self._default_model = settings.default_model or api.default_model

    async def availability(self) -> Availability:
        """Return whether the server answers; one that is slow, not down, counts as available."""
        models: tuple[str, ...] = ()
        reason: str = Sentence("The keyring of this system has not answered yet: try again.")
        available = False
        with trio.move_on_after(AVAILABILITY_S):
            try:
                await self._key()
                available, reason = True, Sentence("{label} has not answered yet.", label=self._label)
                models, reason = await self._api.models(self._ask), ""
            except ProviderError as error:
                available = error.code in {"rate_limited", "timeout"} or (
                    error.code == "refused_request" and not self._settings.fault
                )
                reason = error.message
        model = self._default_model or self._api.chosen(models)
        if available and not reason and (lack := self._api.lacks(model, models)):
            available, reason = False, lack.message
        return Availability(available, reason, tuple(sorted(models)), model)

    async def window(self, model: str = "", texts: Sequence[str] = ()) -> Window:
        """Return how much the model takes; see Provider."""
        known, counted = Model(), dict[str, int]()
        name = model or self._default_model
        with trio.move_on_after(_WINDOW_S):
            try:
                name = name or await self._first_model()
                if texts or not self._settings.context_tokens:
                    known = await self._known(name)
                if known.tokenizes and texts:
                    counted = dict(zip(texts, await self._api.count(self._ask, texts), strict=True))
            except ProviderError as error:
                _log.debug("window not known provider=%s code=%s", self.name, error.code)
        return window(self._settings.context_tokens or known.context_tokens or _guess(name), counted)

    async def constrains(self, model: str = "") -> bool:
        """Return whether the model is the vendor's own or large, and takes a schema; see Provider."""
        with trio.move_on_after(_WINDOW_S):
            try:
                name = model or self._default_model or await self._first_model()
                if self._api.form in self._refused.get(name, frozenset()):
                    return False
                return self._api.is_vendors_own or (await self._known(name)).parameters >= ABLE_PARAMETERS
            except ProviderError as error:
                _log.debug("model not known provider=%s code=%s", self.name, error.code)
        return False

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[AsyncIterator[Chunk | Finish]]:
        """Return the answer as it is generated; see Provider."""
        with trio.move_on_after(self._settings.total_s) as total:
            async with aclosing(self._answer(request)) as answer:
                yield answer
        if total.cancelled_caught:
            raise ProviderError(
                "timeout", "{label} took too long to answer: try again, or ask for less.", label=self._label
            )

    async def aclose(self) -> None:
        """Return at once: every connection belongs to a stream and ends with it."""
        await trio.lowlevel.checkpoint()

    async def _answer(self, request: Request) -> AsyncGenerator[Piece, None]:
        """Yield the answer; try again where it fails before its first text."""
        for attempt in range(self._settings.retries + 1):
            shown = False
            try:
                async with aclosing(self._attempt(request)) as pieces:
                    async for piece in pieces:
                        shown = True
                        yield piece
                return
            except ProviderError as error:
                if error.code == "unauthorized" and self._keychain:
                    self._keychain.forget(self._account)
                wait_s = error.retry_after_s
                if wait_s is None:
                    wait_s = backoff_s(attempt + 1, self._chance.uniform(0.0, 1.0))
                last = attempt == self._settings.retries
                if shown or last or not error.transient or wait_s > _LONGEST_WAIT_S:
                    _log.info("answer failed provider=%s code=%s attempt=%d", self.name, error.code, attempt)
                    raise
            await trio.sleep(wait_s)

    async def _attempt(self, request: Request) -> AsyncGenerator[Piece, None]:
        """Yield the answer of one request; repeat it without a parameter which the server does not take."""
        model = request.model or self._default_model or await self._first_model()
        context_tokens = self._settings.context_tokens
        if self._api.sizes and not context_tokens:
            context_tokens = (await self._known(model)).context_tokens
        refused = self._refused.get(model, frozenset())
        while True:
            call = self._api.call(request, model=model, context_tokens=context_tokens, refused=refused)
            answer = self._api.answer(model=model, ignored=call.ignored)
            body = orjson.dumps({**self._settings.extra, **call.body})
            headers = {**await self._headers(), **call.headers}
            async with self._transport.request("POST", call.path, headers=headers, body=body) as response:
                if response.status == 200:
                    async with aclosing(self._pieces(response, answer)) as pieces:
                        async for piece in pieces:
                            yield Chunk(piece.text, call.constrained) if isinstance(piece, Chunk) else piece
                    return
                said = parsed(await response.body())
            parameter = self._api.refused_parameter(response.status, said)
            poorer = refused | {parameter.name} if parameter else refused
            if parameter is None or call == self._api.call(
                request, model=model, context_tokens=context_tokens, refused=poorer
            ):
                raise self._api.refusal(response.status, response.headers, said)
            refused = poorer
            if parameter.always:
                self._remember(model, parameter.name)

    async def _pieces(self, response: Response, answer: Answer) -> AsyncGenerator[Piece, None]:
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if not self._api.streams(kind):
            if kind != "application/json":
                raise malformed(self._api.wording)
            for piece in answer.take_whole(await response.body()):
                yield piece
            return
        events = self._api.events()
        while True:
            data = await self._next_bytes(response, answer)
            try:
                complete = events.feed(data) if data else events.finish()
            except OversizeError:
                raise malformed(self._api.wording) from None
            for event in complete:
                for piece in answer.take(event):
                    yield piece
                    if isinstance(piece, Finish):
                        return
            if not data:
                yield answer.end()
                return

    @staticmethod
    async def _next_bytes(response: Response, answer: Answer) -> bytes:
        """Return the next bytes of the body, empty at its end; do not wait long once the answer is complete."""
        if not answer.complete:
            return await anext(response.chunks, b"")
        with trio.move_on_after(_AFTER_END_S):
            try:
                return await anext(response.chunks, b"")
            except ProviderError:
                pass
        return b""

    async def _ask(self, path: str, body: Mapping[str, object] | None = None) -> Any:
        """Return what the server says to a small question; see `Ask`."""
        sent = None if body is None else orjson.dumps(body)
        headers = await self._headers()
        async with self._transport.request(
            "GET" if sent is None else "POST", path, headers=headers, body=sent
        ) as response:
            said = parsed(await response.body())
            if response.status != 200:
                raise self._api.refusal(response.status, response.headers, said)
        return said

    async def _first_model(self) -> str:
        """Return the default model of a server which was not told about; asked once."""
        models = await self._api.models(self._ask)
        chosen = self._api.chosen(models)
        if lack := self._api.lacks(chosen, models):
            raise lack
        self._default_model = chosen
        return chosen

    async def _known(self, model: str) -> Model:
        """Return what the server tells about a model; asked once."""
        if model not in self._models:
            _make_room(self._models)
            self._models[model] = await self._api.model(self._ask, model)
        return self._models[model]

    def _remember(self, model: str, parameter: str) -> None:
        """Leave the parameter out from now on, for as long as the node runs."""
        refused = self._refused.get(model, frozenset())
        _make_room(self._refused)
        self._refused[model] = refused | {parameter}
        _log.info("parameter refused provider=%s parameter=%s", self.name, parameter)

    async def _headers(self) -> dict[str, str]:
        headers = {"accept": "text/event-stream, application/json", "content-type": "application/json"}
        return {**headers, **self._api.headers(await self._key())}

    async def _key(self) -> str:
        """Return the key; empty where there is none and none is needed.

        Raises:
            ProviderError: no_key, or refused_request where the settings cannot be used.
        """
        if self._settings.fault:
            raise ProviderError("refused_request", self._settings.fault)
        key = self._settings.api_key
        if not key and self._keychain:
            key = await self._keychain.key(self._account)
        if key or not self._needs_key:
            return key
        raise ProviderError(
            "no_key",
            "{label} needs an API key: keep one with `peer2peer ai key {provider}`, or start the app with {variable} "
            "set.",
            label=self._label,
            provider=self.name,
            variable=VARIABLES[self.name][0],
        )


def _guess(model: str) -> int:
    return family_tokens(model) or LEAST_CONTEXT_TOKENS


def _make_room(remembered: dict[str, Any]) -> None:
    """Forget what was remembered first, where it is getting too much."""
    if len(remembered) >= _MODELS_REMEMBERED:
        del remembered[next(iter(remembered))]
