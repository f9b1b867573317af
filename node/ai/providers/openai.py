"""Provider `openai`: OpenAI's Chat Completions, and every server compatible with it (S40).

llama.cpp, vLLM, LM Studio and Ollama's /v1 differ by base URL alone. Servers differ in what they take; what one of
them refused is left out, and the answer says so.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from node.ai.providers.api import Ask, Call, Model
from node.ai.providers.chat_answer import ChatAnswer
from node.ai.providers.dialect import strict
from node.ai.providers.errors import ProviderError
from node.ai.providers.event_stream import EventStream
from node.ai.providers.keychain import Keychain
from node.ai.providers.refusal import (
    RefusedParameter,
    Wording,
    malformed,
    refusal,
    refused_parameter,
)
from node.ai.providers.remote import Remote
from node.ai.providers.request import CONSTRAINED, Request
from node.ai.providers.settings import ServerSettings, is_official
from node.ai.providers.tokens import family_tokens
from protocol.sentence import Sentence

OFFICIAL_MODEL = "gpt-4o-mini"
OFFICIAL_CONTEXT_TOKENS = 16_384  # of a model which we do not know
MAX_STOPS = 4
_LIMITS = ("max_tokens", "max_completion_tokens")
_PARAMETERS = (*_LIMITS, "stream_options", "temperature", "top_p", "stop")
_WINDOW_KEYS = ("max_model_len", "context_length", "context_window", "max_context_length")
_MARK = -1  # no token; llama.cpp gives it back between the tokens of one text and of the next


class ChatCompletions:
    """The API; see `Api`.

    Args:
        label: what messages call the server.
        official: it is OpenAI's own, which takes `max_completion_tokens`.
    """

    sizes = False
    form = "response_format"

    def __init__(self, label: str, *, official: bool) -> None:
        self.wording = Wording(label, Sentence("an OpenAI-compatible server; it often ends in /v1"))
        self.default_model = OFFICIAL_MODEL if official else ""
        self.is_vendors_own = official

    def headers(self, key: str) -> Mapping[str, str]:
        """Return the key as a bearer token."""
        return {"authorization": f"Bearer {key}"} if key else {}

    def call(self, request: Request, *, model: str, context_tokens: int, refused: frozenset[str]) -> Call:
        """Return how to ask for an answer; see `Api`. The limit has two names, of which a server may take either."""
        form = request.form if self.form not in refused else None
        turns = form.turns if form else request.turns
        body: dict[str, object] = {
            "model": model,
            "messages": [{"role": turn.role, "content": turn.content} for turn in turns],
            "stream": True,
        }
        if form:
            schema = strict(form.schema) if self.is_vendors_own else form.schema
            told = {"name": form.name, "schema": schema, "strict": True}
            body[self.form] = {"type": "json_schema", "json_schema": told}
        wanted: dict[str, object | None] = {
            "temperature": request.temperature,
            "top_p": request.top_p,
            "stop": list(request.stop[:MAX_STOPS]) or None,
        }
        given = {name: value for name, value in wanted.items() if value is not None}
        body |= {name: value for name, value in given.items() if name not in refused}
        ignored = {name for name in given if name in refused}
        if request.form and not form:
            ignored.add(CONSTRAINED)
        if len(request.stop) > MAX_STOPS:
            ignored.add("stop")
        if request.max_tokens is not None:
            names = [name for name in (reversed(_LIMITS) if self.is_vendors_own else _LIMITS) if name not in refused]
            if names:
                body[names[0]] = request.max_tokens
            else:
                ignored.add("max_tokens")
        if "stream_options" not in refused:
            body["stream_options"] = {"include_usage": True}
        return Call("chat/completions", body, ignored=tuple(sorted(ignored)), constrained=form is not None)

    def events(self) -> EventStream:
        """Return what takes server-sent events apart."""
        return EventStream()

    def streams(self, content_type: str) -> bool:
        """Return whether these are server-sent events."""
        return content_type in {"text/event-stream", ""}

    def answer(self, *, model: str, ignored: tuple[str, ...]) -> ChatAnswer:
        """Return what puts an answer together."""
        return ChatAnswer(self.wording, model=model, ignored=ignored)

    def refusal(self, status: int, headers: Mapping[str, str], body: object) -> ProviderError:
        """Return the error for an answer with this status."""
        return refusal(status, headers, body, self.wording)

    def refused_parameter(self, status: int, body: object) -> RefusedParameter | None:
        """Return the parameter which is refused; see `Api`."""
        return refused_parameter(status, body, _PARAMETERS, form=self.form)

    async def models(self, ask: Ask) -> tuple[str, ...]:
        """Return the names of the models, sorted: servers have no order of their own."""
        names = {entry.get("id") for entry in await self._listed(ask)}
        return tuple(sorted(name for name in names if isinstance(name, str) and name))

    def chosen(self, models: Sequence[str]) -> str:
        """Return the first one which does not look as if it could do nothing but embeddings."""
        return next((model for model in models if "embed" not in model.lower()), next(iter(models), ""))

    def lacks(self, model: str, models: Sequence[str]) -> ProviderError | None:
        """Return why there is no model; a list is no proof against one that was chosen."""
        if model:
            return None
        return ProviderError(
            "model_missing", "{label} has no model: load one there and try again.", label=self.wording.label
        )

    async def model(self, ask: Ask, name: str) -> Model:
        """Return the window as vLLM, llama.cpp and others list it; llama.cpp also counts tokens, and tells the size."""
        if self.is_vendors_own:
            return Model(family_tokens(name) or OFFICIAL_CONTEXT_TOKENS)
        entry = next((entry for entry in await self._listed(ask) if entry.get("id") == name), {})
        if tokens := _first_number(entry, _WINDOW_KEYS):
            return Model(tokens)
        meta = entry.get("meta")
        parameters = _first_number(meta, ("n_params",)) if isinstance(meta, dict) else 0
        try:
            properties = await ask("../props")
        except ProviderError as error:
            if error.transient:
                raise
            return Model(parameters=parameters)
        settings = properties.get("default_generation_settings") if isinstance(properties, dict) else None
        if not isinstance(settings, dict):
            return Model(parameters=parameters)
        return Model(_first_number(settings, ("n_ctx",)), tokenizes=True, parameters=parameters)

    async def count(self, ask: Ask, texts: Sequence[str]) -> Sequence[int]:
        """Return the tokens of each text by llama.cpp's tokenizer, asked once for all of them."""
        content: list[object] = []
        for text in texts:
            content += [text, _MARK]
        said = await ask("../tokenize", {"content": content})
        tokens = said.get("tokens") if isinstance(said, dict) else None
        if not isinstance(tokens, list) or tokens.count(_MARK) != len(texts):
            raise malformed(self.wording)
        counts, start = [], 0
        for end in (place for place, token in enumerate(tokens) if token == _MARK):
            counts.append(end - start)
            start = end + 1
        return counts

    async def _listed(self, ask: Ask) -> list[Mapping[str, Any]]:
        said = await ask("models")
        listed = said.get("data") if isinstance(said, dict) else None
        if not isinstance(listed, list):
            raise malformed(self.wording)
        return [entry for entry in listed if isinstance(entry, dict)]


class OpenAI(Remote):
    """Streams answers from OpenAI or a compatible server.

    Args:
        settings: how to reach it.
        name: the provider's name.
        label: what messages call the server.
        keychain: where the key is kept which is not in the settings.
        chance: where the waiting times get their jitter from.
    """

    def __init__(
        self,
        settings: ServerSettings,
        *,
        name: str = "openai",
        label: str = "",
        keychain: Keychain | None = None,
        chance: random.Random | None = None,
    ) -> None:
        official = is_official("openai", settings.base_url)
        super().__init__(
            ChatCompletions(label or ("OpenAI" if official else "The AI server"), official=official),
            settings,
            name=name,
            vendor="openai",
            needs_key=True,
            keychain=keychain,
            chance=chance,
        )


def _first_number(entry: Mapping[str, Any], names: Iterable[str]) -> int:
    """Return the first of these that is a number above 0; 0 where none is."""
    found = (entry.get(name) for name in names)
    return next((value for value in found if type(value) is int and value > 0), 0)
