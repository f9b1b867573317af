"""Provider `anthropic`: the Messages API (S40).

The API has versions, named in a header. The newest takes neither `temperature` nor `top_p`; the one before takes them,
and is asked where a server does not know the newest.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from node.ai.providers.api import Ask, Call, Model
from node.ai.providers.dialect import unbounded
from node.ai.providers.errors import ProviderError
from node.ai.providers.event_stream import EventStream
from node.ai.providers.keychain import Keychain
from node.ai.providers.messages_answer import MessagesAnswer
from node.ai.providers.refusal import RefusedParameter, Wording, malformed, refusal, refused_parameter
from node.ai.providers.remote import Remote
from node.ai.providers.request import CONSTRAINED, Request, Turn
from node.ai.providers.settings import ServerSettings, is_official
from node.ai.providers.tokens import family_tokens
from protocol.sentence import Sentence

NEWEST: Final = "2026-10-21"
BEFORE: Final = "2023-06-01"
DEFAULT_MAX_TOKENS = 4096  # the API wants to be told; all models can say so much
CONTEXT_TOKENS = 200_000  # of every family since 2024
MAX_TEMPERATURE = 1.0
_VERSION = "anthropic-version"
_PARAMETERS = ("max_tokens", "temperature", "top_p", "stop_sequences", _VERSION)
_PREFERRED = "sonnet"  # neither the dearest nor the smallest
_BEGINNING = "[…]"


class Messages:
    """The API; see `Api`.

    Args:
        label: what messages call the server.
        version: which one to ask for first.
        official: it is Anthropic's own server.
    """

    sizes = False
    default_model = ""
    form = "output_config"

    def __init__(self, label: str, *, version: str = NEWEST, official: bool = True) -> None:
        self.wording = Wording(label, Sentence("Anthropic's Messages API"))
        self.is_vendors_own = official
        self._version = version

    def headers(self, key: str) -> Mapping[str, str]:
        """Return the key in the vendor's own header, and the version that everybody knows; a call may name another."""
        return {_VERSION: BEFORE, **({"x-api-key": key} if key else {})}

    def call(self, request: Request, *, model: str, context_tokens: int, refused: frozenset[str]) -> Call:
        """Return how to ask for an answer; see `Api`. System turns stand apart, the others take turns."""
        version = BEFORE if _VERSION in refused else self._version
        takes = {"temperature", "top_p"} - refused if version == BEFORE else set()
        ignored = set()
        form = request.form if self.form not in refused else None
        turns = form.turns if form else request.turns
        body: dict[str, object] = {
            "model": model,
            "max_tokens": request.max_tokens or DEFAULT_MAX_TOKENS,
            "messages": _messages(turns),
            "stream": True,
        }
        if form:
            body[self.form] = {"format": {"type": "json_schema", "schema": unbounded(form.schema)}}
        elif request.form:
            ignored.add(CONSTRAINED)
        if "max_tokens" in refused and request.max_tokens:
            body["max_tokens"] = min(request.max_tokens, DEFAULT_MAX_TOKENS)
            ignored.add("max_tokens")
        if system := "\n\n".join(turn.content for turn in turns if turn.role == "system" and turn.content):
            body["system"] = system
        if request.temperature is not None:
            if "temperature" in takes:
                body["temperature"] = min(request.temperature, MAX_TEMPERATURE)
            if "temperature" not in takes or request.temperature > MAX_TEMPERATURE:
                ignored.add("temperature")
        if request.top_p is not None:
            if "top_p" in takes:
                body["top_p"] = request.top_p
            else:
                ignored.add("top_p")
        stops = [text for text in request.stop if text.strip()]  # others are refused
        if stops and "stop_sequences" not in refused:
            body["stop_sequences"] = stops
        if len(stops) < len(request.stop) or (stops and "stop_sequences" in refused):
            ignored.add("stop")
        return Call("v1/messages", body, {_VERSION: version}, tuple(sorted(ignored)), form is not None)

    def events(self) -> EventStream:
        """Return what takes server-sent events apart."""
        return EventStream()

    def streams(self, content_type: str) -> bool:
        """Return whether these are server-sent events."""
        return content_type in {"text/event-stream", ""}

    def answer(self, *, model: str, ignored: tuple[str, ...]) -> MessagesAnswer:
        """Return what puts an answer together."""
        return MessagesAnswer(self.wording, model=model, ignored=ignored)

    def refusal(self, status: int, headers: Mapping[str, str], body: object) -> ProviderError:
        """Return the error for an answer with this status."""
        return refusal(status, headers, body, self.wording)

    def refused_parameter(self, status: int, body: object) -> RefusedParameter | None:
        """Return the parameter which is refused; see `Api`. An unknown version counts as one."""
        if status == 400 and _VERSION in str(body)[:4000].lower():
            return RefusedParameter(_VERSION, always=True)
        return refused_parameter(status, body, _PARAMETERS, form=self.form)

    async def models(self, ask: Ask) -> tuple[str, ...]:
        """Return the names of the models, those to prefer first: not about to be retired, of the middle size, new."""
        said = await ask("v1/models?limit=1000")
        listed = said.get("data") if isinstance(said, dict) else None
        if not isinstance(listed, list):
            raise malformed(self.wording)
        entries = [entry for entry in listed if isinstance(entry, dict) and entry.get("lifecycle") != "retired"]
        names = [entry.get("id") for entry in sorted(entries, key=_rank)]
        return tuple(dict.fromkeys(name for name in names if isinstance(name, str) and name))

    def chosen(self, models: Sequence[str]) -> str:
        """Return the first one."""
        return next(iter(models), "")

    def lacks(self, model: str, models: Sequence[str]) -> ProviderError | None:
        """Return why there is no model; a list is no proof against one that was chosen, for it may be an alias."""
        if model:
            return None
        return ProviderError(
            "model_missing",
            "{label} names no model: set one as default_model in the settings.",
            label=self.wording.label,
        )

    async def model(self, ask: Ask, name: str) -> Model:
        """Return the window of the family; nothing is asked."""
        return Model(family_tokens(name) or CONTEXT_TOKENS)

    async def count(self, ask: Ask, texts: Sequence[str]) -> Sequence[int]:
        """No model of this API tokenizes here: counting would be one request for each text."""
        raise malformed(self.wording)


class Anthropic(Remote):
    """Streams answers from Anthropic or a server that speaks its Messages API.

    Args:
        settings: how to reach it; the base URL may end in /v1.
        version: of the API.
        keychain: where the key is kept which is not in the settings.
        chance: where the waiting times get their jitter from.
    """

    def __init__(
        self,
        settings: ServerSettings,
        *,
        version: str = NEWEST,
        keychain: Keychain | None = None,
        chance: random.Random | None = None,
    ) -> None:
        official = is_official("anthropic", settings.base_url)
        settings = replace(settings, base_url=settings.base_url.rstrip("/").removesuffix("/v1"))
        super().__init__(
            Messages("Anthropic" if official else "The AI server", version=version, official=official),
            settings,
            name="anthropic",
            vendor="anthropic",
            needs_key=True,
            keychain=keychain,
            chance=chance,
        )


def _rank(entry: Mapping[str, Any]) -> tuple[bool, bool]:
    """Return what models are sorted by; servers name the newest first, and older ones name no line."""
    line = entry.get("line") or entry.get("id")
    return (entry.get("lifecycle", "active") != "active", not (isinstance(line, str) and _PREFERRED in line))


def _messages(turns: Sequence[Turn]) -> list[dict[str, Any]]:
    """Return the talk: a user first, then in turn, nothing empty, all of which the API insists on."""
    messages: list[dict[str, Any]] = []
    for turn in turns:
        if turn.role == "system" or not turn.content.strip():
            continue
        if messages and messages[-1]["role"] == turn.role:
            messages[-1]["content"] += f"\n\n{turn.content}"
        else:
            messages.append({"role": turn.role, "content": turn.content})
    if not messages or messages[0]["role"] == "assistant":
        messages.insert(0, {"role": "user", "content": _BEGINNING})
    return messages
