"""What the settings of a conversation show beside its summary, members and AIs, as frozen values (docs/channel.md)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gui.state.objects import EPOCH, PHASES, dicts, moment
from gui.state.values import sentence


@dataclass(frozen=True, slots=True)
class Former:
    """Somebody who belonged to a conversation."""

    identity: str
    name: str
    left: bool  # by themselves; else they were removed
    by_name: str = ""


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody whom the person to be removed had invited."""

    identity: str
    name: str
    removed: bool
    reason: str = ""  # why they stay, where they were to go


@dataclass(frozen=True, slots=True)
class Removal:
    """What removing somebody would do."""

    name: str
    invited: tuple[Invited, ...] = ()
    kept: int = 0  # messages that stay
    invites: int = 0  # open invites that are taken back


@dataclass(frozen=True, slots=True)
class Invite:
    """An invite that was not taken back."""

    id: str
    by_name: str
    uses: int  # 0: any number
    used: int
    expires: datetime.datetime = EPOCH
    expired: bool = False
    revocable: bool = False  # by me

    @property
    def open(self) -> bool:
        """Whether somebody could still come by it."""
        return not self.expired and (self.uses == 0 or self.used < self.uses)


@dataclass(frozen=True, slots=True)
class Move:
    """Who brought a conversation to its phase and progress, when, and from where; nobody at the beginning."""

    by: str = ""
    by_name: str = ""
    ts: datetime.datetime = EPOCH
    from_phase: str = PHASES[0]
    from_progress: float = 0.0


@dataclass(frozen=True, slots=True)
class Provider:
    """What an AI can run on, on one node."""

    name: str
    available: bool
    reason: str = ""
    models: tuple[str, ...] = ()
    default_model: str = ""
    memory_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Providers:
    """All providers of a node, and the one that is taken where nobody chose."""

    all: tuple[Provider, ...] = ()
    default: str = ""

    def get(self, name: str) -> Provider | None:
        """Return one by name."""
        return next((one for one in self.all if one.name == name), None)


@dataclass(frozen=True, slots=True)
class Tried:
    """What a model answered when it was tried."""

    text: str
    ms: int
    model: str


def former(data: Any) -> tuple[Former, ...]:
    """Return the former members in `data`."""
    return tuple(
        Former(_text(item, "identity"), _text(item, "name"), item.get("how") == "left", _text(item, "by_name"))
        for item in dicts(data)
    )


def removal(data: Mapping[str, Any]) -> Removal:
    """Return what a removal does, as `data` tells."""
    who = data.get("who")
    return Removal(
        _text(who, "name") if isinstance(who, dict) else "",
        tuple(
            Invited(_text(item, "identity"), _text(item, "name"), item.get("removed") is True, sentence(item, "reason"))
            for item in dicts(data.get("invited"))
        ),
        _count(data, "kept"),
        _count(data, "invites"),
    )


def invites(data: Any) -> tuple[Invite, ...]:
    """Return the invites in `data`."""
    return tuple(
        Invite(
            _text(item, "id"),
            _text(item, "by_name"),
            _count(item, "uses"),
            _count(item, "used"),
            moment(item.get("expires")),
            item.get("expired") is True,
            item.get("revocable") is True,
        )
        for item in dicts(data)
    )


def move(data: Mapping[str, Any]) -> Move:
    """Return who brought a conversation where it stands, as `data` tells."""
    before = data.get("from")
    before = before if isinstance(before, dict) else {}
    phase, progress = before.get("phase"), before.get("progress")
    return Move(
        _text(data, "by"),
        _text(data, "by_name"),
        moment(data.get("ts")),
        phase if phase in PHASES else PHASES[0],
        float(progress) if isinstance(progress, int | float) else 0.0,
    )


def providers(data: Mapping[str, Any]) -> Providers:
    """Return the providers in `data`."""
    return Providers(
        tuple(
            Provider(
                _text(item, "name"),
                item.get("available") is True,
                sentence(item, "reason"),
                tuple(model for model in item.get("models") or () if isinstance(model, str)),
                _text(item, "default_model"),
                _count(item, "memory_bytes") if item.get("memory_bytes") is not None else None,
            )
            for item in dicts(data.get("providers"))
        ),
        _text(data, "default"),
    )


def tried(data: Mapping[str, Any]) -> Tried:
    """Return what a model answered."""
    return Tried(_text(data, "text"), _count(data, "ms"), _text(data, "model"))


def _text(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    return value if isinstance(value, str) else ""


def _count(data: Mapping[str, Any], key: str) -> int:
    value = data.get(key)
    return max(0, value) if isinstance(value, int) and not isinstance(value, bool) else 0
