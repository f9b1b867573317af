"""What the desktop asks about its own node: who I am, whom it knows, what is wrong with it (S61, S73)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from gui.api.frames import Payload
from gui.session import Session
from gui.state.values import dicts, sentence

DOCTOR_S = 20.0


@dataclass(frozen=True, slots=True)
class Peer:
    """Somebody's node.

    Attributes:
        path: `lan`, `direct`, `relayed`, or empty where it is not connected.
        rtt_ms: the last round trip; None where none was measured.
        last_seen: ISO 8601; empty where it never was connected.
    """

    peer_id: str
    name: str
    path: str
    addr: str
    rtt_ms: float | None
    in_sync: bool
    last_seen: str


@dataclass(frozen=True, slots=True)
class Status:
    """How the node stands."""

    addrs: tuple[str, ...] = ()
    peers: int = 0
    version: str = ""
    rss_bytes: int = 0
    uptime_s: float = 0.0
    syncing: tuple[str, ...] = ()
    relaying: tuple[int, int] | None = None
    """Places kept and connections carried for others; None where it is no relay."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What the doctor says: `state` is `ok`, `warning` or `problem`."""

    what: str
    state: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Lines:
    """New lines of the log, and what to ask for next."""

    lines: tuple[str, ...] = ()
    next: int = field(default=0)


async def status(session: Session) -> Status:
    """Return how the node stands."""
    said = await session.client.call("node", "status")
    relay = said.get("relay")
    return Status(
        addrs=tuple(each for each in said.get("addrs") or () if isinstance(each, str)),
        peers=_whole(said, "peers"),
        version=str(said.get("version") or ""),
        rss_bytes=_whole(said, "rss_bytes"),
        uptime_s=float(said.get("uptime_s") or 0.0),
        syncing=tuple(str(each.get("title") or "") for each in dicts(said.get("syncing"))),
        relaying=(_whole(relay, "reservations"), _whole(relay, "circuits")) if isinstance(relay, dict) else None,
    )


async def peers(session: Session) -> list[Peer]:
    """Return the peers, connected ones first."""
    said = await session.client.call("node", "peers")
    found = []
    for each in dicts(said.get("peers")):
        rtt = each.get("rtt_ms")
        found.append(
            Peer(
                peer_id=str(each.get("peer_id") or ""),
                name=str(each.get("name") or ""),
                path=str(each.get("path") or ""),
                addr=str(each.get("addr") or ""),
                rtt_ms=float(rtt) if isinstance(rtt, int | float) else None,
                in_sync=each.get("in_sync") is True,
                last_seen=str(each.get("last_seen") or ""),
            )
        )
    return found


async def doctor(session: Session) -> list[Finding]:
    """Return what is well and what is wrong, the worst first."""
    said = await session.client.call("node", "doctor", timeout=DOCTOR_S)
    return [
        Finding(sentence(each, "what"), str(each.get("state") or ""), sentence(each, "remedy"))
        for each in dicts(said.get("findings"))
    ]


async def log_after(session: Session, after: int) -> Lines:
    """Return the lines of the log that came after the first `after`."""
    said = await session.client.call("node", "log", {"after": after})
    return Lines(tuple(each for each in said.get("lines") or () if isinstance(each, str)), _whole(said, "next"))


async def rename_me(session: Session, name: str) -> str:
    """Go by another name; return it as it is now."""
    said = await session.client.call("node", "rename_me", {"name": name})
    session.name = str(said.get("name") or name)
    session.me.emit()
    return session.name


async def wants_ai(session: Session) -> bool:
    """Return whether my messages are for AI where I say nothing about it."""
    return _prefers(await session.client.call("node", "preferences"))


async def prefer_ai(session: Session, *, on: bool) -> bool:
    """Say whether my messages are for AI where I say nothing about it; return what counts now."""
    session.for_ai = _prefers(await session.client.call("node", "prefer", {"ai": on}))
    session.me.emit()  # the box a message is written in shows it
    return session.for_ai


def _prefers(said: Payload) -> bool:
    preferences = said.get("preferences")
    return not (isinstance(preferences, dict) and preferences.get("ai") is False)


def _whole(said: dict[str, Any], key: str) -> int:
    value = said.get(key)
    return int(value) if isinstance(value, int | float) else 0
