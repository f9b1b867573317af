"""A profile's settings: `config.toml` in its folder, every key optional."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from node.ai.providers.provider import PROVIDERS
from node.ai.providers.settings import VARIABLES, url_fault
from node.errors import StartError
from node.gateway.message_rate import Rates
from node.relay_limits import RelayLimits

FILE: Final = "config.toml"
LIMITS: Final = "limits"
RELAY: Final = "relay"
NUMBERS: Final[Mapping[str, type[Rates] | type[RelayLimits]]] = MappingProxyType({LIMITS: Rates, RELAY: RelayLimits})
"""The tables of numbers, and what they fill."""
MOST_RATE: Final = 1_000_000
TABLES: Final = ("default_model", "base_url")
"""The settings that have a value for each provider which is reached over HTTP."""


@dataclass(frozen=True, slots=True)
class Config:
    """The settings, with their defaults."""

    default_provider: str = ""
    """AI provider for new AI participants; empty: the first that works."""
    local_weights: Path | None = None
    """A GGUF file for the provider `local`; none: the one that comes with the program."""
    default_model: Mapping[str, str] = field(default_factory=dict)
    """The model of a provider for AI participants that name none; else the provider's own choice."""
    base_url: Mapping[str, str] = field(default_factory=dict)
    """Where the server of a provider is; else the vendor's own, and for Ollama this machine."""
    rates: Rates = field(default_factory=Rates)
    """How fast a client of the channel may write and ask."""
    relay: RelayLimits = field(default_factory=RelayLimits)
    """What a node with `--relay` gives to others."""
    host_for_others: bool = False
    """Answer for any AI participant whose setting names this node as a host; else its person is asked each time."""


def read_config(home: Path) -> Config:
    """Return the settings of the profile in `home`.

    Raises:
        StartError: `damaged_config`: the file is not TOML, has an unknown key, or a value that cannot be used;
            `unknown_provider`: a provider is none of ours.
    """
    path = home / FILE
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Config()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _damaged(path, str(error)) from error
    known = [LIMITS if each.name == "rates" else each.name for each in fields(Config)]
    for key, value in values.items():
        if key not in known:
            raise _damaged(path, f"there is no setting {key}; known are {', '.join(known)}")
        if key in NUMBERS:
            _check_numbers(path, key, value)
        elif key in TABLES:
            _check_table(path, key, value)
        elif key == "host_for_others":
            if type(value) is not bool:
                raise _damaged(path, f"{key} must be true or false")
        elif type(value) is not str:
            raise _damaged(path, f"{key} must be a text in quotes")
    default_provider, weights = values.get("default_provider", ""), values.get("local_weights")
    if default_provider and default_provider not in PROVIDERS:
        raise _unknown(path, "default_provider", default_provider, PROVIDERS)
    return Config(
        default_provider,
        Path(weights).expanduser() if weights else None,
        default_model=values.get("default_model", {}),
        base_url=values.get("base_url", {}),
        rates=Rates(**values.get(LIMITS, {})),
        relay=RelayLimits(**values.get(RELAY, {})),
        host_for_others=values.get("host_for_others", False),
    )


def _check_numbers(path: Path, key: str, value: Any) -> None:
    """Raise StartError unless this is a table of positive numbers under the names of its class."""
    known = {each.name: each.type for each in fields(NUMBERS[key])}
    first = next(iter(known))
    if not isinstance(value, dict):
        raise _damaged(path, f"{key} must be a table: a line [{key}], and below it lines like {first} = 2000")
    for name, number in value.items():
        if name not in known:
            raise _damaged(path, f"there is no limit {name}; known are {', '.join(known)}")
        if type(number) not in (int, float) or not 0 < number <= MOST_RATE:
            raise _damaged(path, f"{key}.{name} must be a number above 0, at most {MOST_RATE:,}")
        if known[name] is int and type(number) is not int:
            raise _damaged(path, f"{key}.{name} must be a whole number")


def _check_table(path: Path, key: str, value: Any) -> None:
    """Raise StartError unless this is a table with a text for each provider that is named in it."""
    if not isinstance(value, dict):
        raise _damaged(path, f'{key} must be a table: a line [{key}], and below it lines like ollama = "…"')
    for provider, text in value.items():
        if provider not in VARIABLES:
            raise _unknown(path, key, provider, tuple(VARIABLES))
        if type(text) is not str or not text.strip():
            raise _damaged(path, f"{key}.{provider} must be a text in quotes")
        if key == "base_url" and (reason := url_fault(text)):
            raise _damaged(path, f"{key}.{provider} {reason}")


def _unknown(path: Path, key: str, provider: str, known: tuple[str, ...]) -> StartError:
    named = provider[:40] if provider.isprintable() else "of that name"
    reason = f"there is no AI provider {named} for {key} in {path}: use one of {', '.join(known)}"
    return StartError("unknown_provider", reason)


def _damaged(path: Path, why: str) -> StartError:
    return StartError("damaged_config", f"the settings in {path} cannot be read: {why}; mend the file, or remove it")
