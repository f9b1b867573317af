"""Provider `ollama`: models that Ollama runs on this machine or another, over its own API (S40).

Ollama silently drops the beginning of a prompt that is longer than the window it was told to use, and loads the model
anew when it is told another one. So it is told the same one each time, and prompts are made to fit.
"""

import random
import re
from collections.abc import Mapping, Sequence
from typing import Any

from node.ai.providers.api import Ask, Call, Model
from node.ai.providers.errors import ProviderError
from node.ai.providers.event_stream import JsonLines
from node.ai.providers.keychain import Keychain
from node.ai.providers.ollama_answer import OllamaAnswer
from node.ai.providers.refusal import (
    RefusedParameter,
    Wording,
    malformed,
    no_model,
    refusal,
    refused_parameter,
    what_was_said,
)
from node.ai.providers.remote import LEAST_CONTEXT_TOKENS, Remote
from node.ai.providers.request import CONSTRAINED, Request
from node.ai.providers.settings import ServerSettings
from protocol.sentence import Sentence

LARGEST_CONTEXT_TOKENS = 8192  # a window takes memory, which the model needs
_OPTIONS = ("temperature", "top_p", "stop", "num_predict", "num_ctx")
_NUM_CTX = re.compile(r"^\s*num_ctx\s+(\d{1,9})\s*$", re.MULTILINE)
_NO_MEMORY = "more system memory"
_CANNOT_CHAT = re.compile(r"bert|embed", re.IGNORECASE)


class OllamaChat:
    """The API; see `Api`."""

    sizes = True
    default_model = ""
    form = "format"
    is_vendors_own = False

    def __init__(self) -> None:
        self.wording = Wording(
            "Ollama", "Ollama", Sentence("fetch it with `ollama pull`, or choose another one in the settings")
        )

    def headers(self, key: str) -> Mapping[str, str]:
        """Return the key as a bearer token; only the vendor's own servers want one."""
        return {"authorization": f"Bearer {key}"} if key else {}

    def call(self, request: Request, *, model: str, context_tokens: int, refused: frozenset[str]) -> Call:
        """Return how to ask for an answer; see `Api`. Without a limit some models would never end."""
        size = context_tokens or LEAST_CONTEXT_TOKENS
        wanted: dict[str, object | None] = {
            "temperature": request.temperature,
            "top_p": request.top_p,
            "stop": list(request.stop) or None,
            "num_predict": request.max_tokens,
        }
        asked = {name: value for name, value in wanted.items() if value is not None}
        options = {"num_predict": size // 4, **asked, "num_ctx": size}
        form = request.form if self.form not in refused else None
        turns = form.turns if form else request.turns
        body: dict[str, object] = {
            "model": model,
            "messages": [{"role": turn.role, "content": turn.content} for turn in turns],
            "stream": True,
            "options": {name: value for name, value in options.items() if name not in refused},
        }
        ignored = {"max_tokens" if name == "num_predict" else name for name in asked.keys() & refused}
        if form:
            body[self.form] = form.schema
        elif request.form:
            ignored.add(CONSTRAINED)
        return Call("api/chat", body, ignored=tuple(sorted(ignored)), constrained=form is not None)

    def events(self) -> JsonLines:
        """Return what takes a JSON object on each line apart."""
        return JsonLines()

    def streams(self, content_type: str) -> bool:
        """Return whether this is one JSON object on each line; a single one is too."""
        return content_type in {"application/x-ndjson", "application/json", ""}

    def answer(self, *, model: str, ignored: tuple[str, ...]) -> OllamaAnswer:
        """Return what puts an answer together."""
        return OllamaAnswer(self.wording, model=model, ignored=ignored)

    def refusal(self, status: int, headers: Mapping[str, str], body: object) -> ProviderError:
        """Return the error for an answer with this status."""
        if _NO_MEMORY in what_was_said(body):
            return ProviderError("unavailable", "Ollama has too little memory for this model: choose a smaller one.")
        return refusal(status, headers, body, self.wording)

    def refused_parameter(self, status: int, body: object) -> RefusedParameter | None:
        """Return the option which is refused; see `Api`."""
        return refused_parameter(status, body, _OPTIONS, form=self.form)

    async def models(self, ask: Ask) -> tuple[str, ...]:
        """Return the names of the models that were pulled and can chat, the one changed last first."""
        said = await ask("api/tags")
        listed = said.get("models") if isinstance(said, dict) else None
        if not isinstance(listed, list):
            raise malformed(self.wording)
        names = [entry.get("name") for entry in listed if isinstance(entry, dict) and not _embeds(entry)]
        return tuple(dict.fromkeys(name for name in names if isinstance(name, str) and name))

    def chosen(self, models: Sequence[str]) -> str:
        """Return the one changed last."""
        return next(iter(models), "")

    def lacks(self, model: str, models: Sequence[str]) -> ProviderError | None:
        """Return why the model cannot be used: what was not pulled is not there."""
        if not models:
            return ProviderError("model_missing", "Ollama has no model: fetch one with `ollama pull llama3.2`.")
        if model and {model, f"{model}:latest"}.isdisjoint(models):
            return no_model(self.wording)
        return None

    async def model(self, ask: Ask, name: str) -> Model:
        """Return the window to use: what was set for the model, else as much as it can, within reason."""
        said = await ask("api/show", {"model": name})
        if not isinstance(said, dict):
            raise malformed(self.wording)
        information = said.get("model_info")
        weights = _number(information, "general.parameter_count")
        parameters = said.get("parameters")
        if isinstance(parameters, str) and (chosen := _NUM_CTX.search(parameters)):
            return Model(max(1, int(chosen.group(1))), parameters=weights)
        able = _number(information, ".context_length")  # the key begins with the name of the architecture
        return Model(min(able or LEAST_CONTEXT_TOKENS, LARGEST_CONTEXT_TOKENS), parameters=weights)

    async def count(self, ask: Ask, texts: Sequence[str]) -> Sequence[int]:
        """No model of this API tokenizes: Ollama does not offer it."""
        raise malformed(self.wording)


class Ollama(Remote):
    """Streams answers from Ollama.

    Args:
        settings: how to reach it.
        keychain: where the key is kept which is not in the settings.
        chance: where the waiting times get their jitter from.
    """

    def __init__(
        self, settings: ServerSettings, *, keychain: Keychain | None = None, chance: random.Random | None = None
    ) -> None:
        super().__init__(
            OllamaChat(),
            settings,
            name="ollama",
            vendor="ollama",
            needs_key=False,
            keychain=keychain,
            chance=chance,
        )


def _embeds(entry: Mapping[str, Any]) -> bool:
    """Return whether this model makes nothing but embeddings."""
    details = entry.get("details")
    family = details.get("family") if isinstance(details, dict) else ""
    return bool(_CANNOT_CHAT.search(f"{family} {entry.get('name')}"))


def _number(information: object, key_end: str) -> int:
    """Return the number whose key ends so; 0 where there is none."""
    if not isinstance(information, dict):
        return 0
    found = (value for key, value in information.items() if key.endswith(key_end))
    return next((value for value in found if type(value) is int and value > 0), 0)
