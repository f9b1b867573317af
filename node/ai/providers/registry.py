"""The known providers by name, and the one to use where nobody chose (S40)."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import trio

from node.ai.providers.anthropic import Anthropic
from node.ai.providers.errors import ProviderError, UnknownProviderError
from node.ai.providers.keychain import Keychain
from node.ai.providers.local import Local
from node.ai.providers.ollama import Ollama
from node.ai.providers.openai import OpenAI
from node.ai.providers.provider import Availability, Provider
from node.ai.providers.settings import VARIABLES, ServerSettings


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """What the user set.

    Attributes:
        default_provider: tried first; empty for none.
        servers: how to reach those that are reached over HTTP, by name; those left out have nothing set.
        weights: a GGUF file for `local`; None for the one installed with the app.
        idle_s: how long the local model stays loaded without work.
        local_command: starts the local model's process; empty for the usual way.
        keychain: where keys are kept which are not in the environment; None for nowhere.
    """

    default_provider: str = ""
    servers: Mapping[str, ServerSettings] = field(default_factory=dict)
    weights: Path | None = None
    idle_s: float = 300.0
    local_command: Sequence[str] = ()
    keychain: Keychain | None = None

    def order(self) -> tuple[str, ...]:
        """Return the order of choice: the default, what the user set up, what the keyring may hold, Ollama, `local`."""
        paid = ("openai", "anthropic")
        set_up = [name for name in paid if (server := self.servers.get(name)) and (server.api_key or server.base_url)]
        return tuple(dict.fromkeys(filter(None, [self.default_provider, *set_up, *paid, "ollama", "local"])))


class Registry:
    """Has one provider of each name; made by `open_registry`.

    Args:
        providers: by name, in the order in which they are shown.
        order: names to try where nobody chose.
    """

    def __init__(self, providers: Mapping[str, Provider], *, order: Sequence[str]) -> None:
        self._providers = dict(providers)
        self._order = tuple(dict.fromkeys(order))
        for name in self._order:
            self.get(name)

    @property
    def names(self) -> tuple[str, ...]:
        """The known names."""
        return tuple(self._providers)

    def get(self, name: str) -> Provider:
        """Return the provider of that name, whether or not it can be used now.

        Raises:
            UnknownProviderError: there is none; the message names the known ones.
        """
        if (provider := self._providers.get(name)) is None:
            raise UnknownProviderError(name, known=self.names)
        return provider

    async def choose(self, preferred: str = "") -> Provider:
        """Return the preferred provider; where there is no preference, the first that works.

        Raises:
            UnknownProviderError: there is no provider of that name.
            ProviderError: unavailable; none of them works.
        """
        if preferred:
            return self.get(preferred)
        reasons = []
        for name in self._order:
            availability = await self._providers[name].availability()
            if availability.available:
                return self._providers[name]
            reasons.append(availability.reason)
        raise ProviderError("unavailable", " ".join(reasons) or "No AI provider is set up: choose one in the settings.")

    def first(self, found: Mapping[str, Availability]) -> str | None:
        """Return which provider `choose` takes where nobody chose, by what was found; None where none works."""
        return next((name for name in self._order if found[name].available), None)

    async def availabilities(self) -> dict[str, Availability]:
        """Return what can be used now, by name; all are asked at once."""
        found: dict[str, Availability] = {}

        async def ask(name: str) -> None:
            found[name] = await self._providers[name].availability()

        async with trio.open_nursery() as nursery:
            for name in self._providers:
                nursery.start_soon(ask, name)
        return {name: found[name] for name in self._providers}


@asynccontextmanager
async def open_registry(settings: ProviderSettings) -> AsyncIterator[Registry]:
    """Return the providers; on leaving, also by a cancel, everything they run is stopped.

    Raises:
        UnknownProviderError: the default provider is none of ours.
    """
    reached = {name: settings.servers.get(name) or ServerSettings() for name in VARIABLES}
    local = Local(settings.weights, idle_s=settings.idle_s, command=settings.local_command)
    providers: dict[str, Provider] = {
        "openai": OpenAI(reached["openai"], keychain=settings.keychain),
        "anthropic": Anthropic(reached["anthropic"], keychain=settings.keychain),
        "ollama": Ollama(reached["ollama"], keychain=settings.keychain),
        "local": local,
    }
    registry = Registry(providers, order=settings.order())
    async with trio.open_nursery() as nursery:
        nursery.start_soon(local.watch)
        try:
            yield registry
        finally:
            for provider in providers.values():
                with trio.CancelScope(shield=True):
                    await provider.aclose()
            nursery.cancel_scope.cancel()
