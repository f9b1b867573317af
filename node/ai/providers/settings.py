"""How to reach a provider's server: from config.toml and the environment, which comes first (S40)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from protocol.sentence import Sentence

VARIABLES: Final = MappingProxyType(
    {
        "openai": ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL"),
        "anthropic": ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "ANTHROPIC_MODEL"),
        "ollama": ("OLLAMA_API_KEY", "OLLAMA_HOST", "OLLAMA_MODEL"),
    }
)
"""The environment variables of each provider: key, base URL, model."""
OFFICIAL: Final = MappingProxyType(
    {
        "openai": "https://api.openai.com/v1",
        "anthropic": "https://api.anthropic.com",
        "ollama": "http://127.0.0.1:11434",
    }
)
"""Where each provider is unless somebody says otherwise: at the vendor's, Ollama on this machine."""
_OLLAMA_PORT = 11434


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """How to reach one server.

    Attributes:
        base_url: http or https, without user and password; empty for the vendor's own.
        api_key: from the environment; where empty, the keyring of the system is asked.
        default_model: empty for the provider's own choice.
        context_tokens: the window to plan with; 0: what the server says, else what is known of the model.
        connect_s: how long connecting may take.
        read_s: how long the server may be silent.
        total_s: how long an answer may take altogether.
        retries: how often a request is repeated which failed before any text came.
        extra: further parameters for the body.
        fault: why the provider cannot be used as it is set up, for a person; empty where it can.
    """

    base_url: str = ""
    api_key: str = field(default="", repr=False)
    default_model: str = ""
    context_tokens: int = 0
    connect_s: float = 5.0
    read_s: float = 90.0
    total_s: float = 600.0
    retries: int = 1
    extra: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    fault: str = ""

    def __post_init__(self) -> None:
        if self.base_url and (reason := url_fault(self.base_url)):
            raise ValueError(f"the base URL {reason}")


def is_official(provider: str, base_url: str) -> bool:
    """Return whether this is the provider's own server; an empty address stands for it."""
    return not base_url or urlsplit(base_url).hostname == urlsplit(OFFICIAL[provider]).hostname


def account(provider: str, base_url: str) -> str:
    """Return the name under which a key is kept: the vendor's own is never sent to another server."""
    return provider if is_official(provider, base_url) else f"{provider}@{urlsplit(base_url).netloc}"


def servers(
    environment: Mapping[str, str], *, base_url: Mapping[str, str], default_model: Mapping[str, str]
) -> dict[str, ServerSettings]:
    """Return how to reach each server; what the environment says comes before the arguments, those of config.toml."""
    return {
        name: server_settings(
            name, environment, base_url=base_url.get(name, ""), default_model=default_model.get(name, "")
        )
        for name in VARIABLES
    }


def server_settings(
    provider: str, environment: Mapping[str, str], *, base_url: str = "", default_model: str = ""
) -> ServerSettings:
    """Return the settings of a provider; what the environment says comes before the arguments, those of config.toml.

    A variable that cannot be used does not stop the node: the provider says what is wrong with it (`fault`).
    """
    key, url, model = VARIABLES[provider]
    settings = ServerSettings(
        base_url=base_url,
        api_key=environment.get(key, "").strip(),
        default_model=environment.get(model, "").strip() or default_model,
    )
    if not (wanted := environment.get(url, "").strip()):
        return settings
    if provider == "ollama":
        wanted = ollama_url(wanted)
    if reason := url_fault(wanted):
        return replace(
            settings, fault=Sentence("{url} {why}: correct it and start the app again.", url=url, why=reason)
        )
    return replace(settings, base_url=wanted)


def url_fault(url: str) -> str:
    """Return what is wrong with a base URL, to stand after its name, without repeating it; empty where nothing is."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or any(character.isspace() or not character.isprintable() for character in url):
        return Sentence("is no address like http://HOST:PORT or https://HOST")
    if parts.username is not None or parts.password is not None:
        return Sentence("must not hold a user or a password; an API key has its own place")
    if parts.query or parts.fragment:
        return Sentence("must end with its path, without ? or #")
    return ""


def ollama_url(host: str) -> str:
    """Return the base URL for what Ollama itself takes as OLLAMA_HOST: a host, a port, both, or a URL."""
    scheme, found, rest = host.partition("://")
    if not found:
        scheme, rest = "http", host
    address, slash, path = rest.partition("/")
    name, colon, port = address.rpartition(":")
    if not colon or "]" in port:
        name, port = address, ""
    if name in {"", "0.0.0.0", "[::]"}:  # listening everywhere includes loopback
        name = "127.0.0.1"
    if not port:
        port = {"https": "443"}.get(scheme, "80" if found else str(_OLLAMA_PORT))
    return f"{scheme}://{name}:{port}{slash}{path}".rstrip("/")
