"""A profile's settings: `config.toml` in its folder, every key optional."""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

from node.errors import StartError

FILE: Final = "config.toml"


@dataclass(frozen=True, slots=True)
class Config:
    """The settings, with their defaults."""

    default_provider: str = ""
    """AI provider for new AI participants; empty: the first that works."""
    local_weights: Path | None = None
    """A GGUF file for the provider `local`; none: the one that comes with the program."""


def read_config(home: Path) -> Config:
    """Return the settings of the profile in `home`.

    Raises:
        StartError: `damaged_config`: the file is not TOML, has an unknown key, or a value of the wrong type.
    """
    path = home / FILE
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Config()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _damaged(path, str(error)) from error
    known = [field.name for field in fields(Config)]
    for key, value in values.items():
        if key not in known:
            raise _damaged(path, f"there is no setting {key}; known are {', '.join(known)}")
        if type(value) is not str:
            raise _damaged(path, f"{key} must be a text in quotes")
    weights = values.get("local_weights")
    return Config(values.get("default_provider", ""), Path(weights).expanduser() if weights else None)


def _damaged(path: Path, why: str) -> StartError:
    return StartError("damaged_config", f"the settings in {path} cannot be read: {why}; mend the file, or remove it")
