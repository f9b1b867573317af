"""The people I share conversations with: who they are, comparing our check words, talking to one alone (S7, S22)."""

from __future__ import annotations

from gui.api.client import Client
from gui.state import found
from gui.state.found import Person


async def people(client: Client) -> tuple[Person, ...]:
    """Return everybody with whom I share a conversation, by name."""
    return found.people((await client.call("node", "people")).get("people"))


async def person(client: Client, identity: str) -> Person:
    """Return one of them, with our check words."""
    return _person(await client.call("node", "person", {"identity": identity}))


async def verify(client: Client, identity: str, *, on: bool) -> Person:
    """Keep that our check words were compared and are the same, or that they were not."""
    return _person(await client.call("node", "verify", {"identity": identity, "on": on}))


async def direct(client: Client, identity: str) -> str:
    """Return the id of our conversation of two, which is made where there is none yet."""
    return str((await client.call("node", "direct", {"identity": identity}, timeout=30)).get("id", ""))


def _person(reply: dict[str, object]) -> Person:
    described = reply.get("person")
    return found.person(described if isinstance(described, dict) else {})
