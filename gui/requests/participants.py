"""The AI participants of a conversation, and what they can run on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gui.api.client import Client
from gui.api.frames import Payload
from gui.state import details
from gui.state.conversation import Conversation
from gui.state.details import Providers, Tried

SLOW_S = 60.0


async def providers(client: Client) -> Providers:
    """Return what an AI can run on here."""
    return details.providers(await client.call("node", "providers", timeout=30))


async def offers(client: Client, conversation_id: str, ai: str) -> Providers:
    """Return what an AI can run on where it runs; its host's node is asked."""
    ask = {"conversation": conversation_id, "ai": ai}
    return details.providers(await client.call("node", "ai_offers", ask, timeout=30))


async def attempt(client: Client, settings: Payload) -> Tried:
    """Let my node ask a model one short thing, as an AI with these settings would."""
    return details.tried(await client.call("node", "ai_test", settings, timeout=SLOW_S))


async def add(client: Client, conversation_id: str, settings: Payload) -> None:
    """Add an AI that my node hosts."""
    await client.call("node", "ai_add", {"conversation": conversation_id, **settings}, timeout=SLOW_S)


async def change(client: Client, conversation_id: str, ai: str, settings: Payload) -> None:
    """Change settings of an AI."""
    await client.call("node", "ai_set", {"conversation": conversation_id, "ai": ai, **settings})


async def set_hosts(client: Client, conversation_id: str, ai: str, people: Sequence[str]) -> None:
    """Say whose nodes answer for an AI, the first until it is silent, then the next."""
    await client.call("node", "ai_hosts", {"conversation": conversation_id, "ai": ai, "hosts": list(people)})


async def accept(client: Client, conversation_id: str, ai: str, *, on: bool) -> None:
    """Agree that my node answers for an AI, or no longer."""
    await client.call("node", "ai_accept", {"conversation": conversation_id, "ai": ai, "on": on})


async def remove(client: Client, conversation_id: str, ai: str) -> None:
    """Remove an AI."""
    await client.call("node", "ai_remove", {"conversation": conversation_id, "ai": ai}, timeout=SLOW_S)


async def pause(client: Client, one: Conversation, *, on: bool) -> None:
    """Let no AI answer in a conversation, or let them again."""
    await client.call("node", "ai_pause", {"conversation": one.id, "on": on})
    one.summary = replace(one.summary, ai_paused=on)
    one.about.emit()
