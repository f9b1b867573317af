"""Answers of AIs: end one that grows, ask for another, see those that lost."""

from __future__ import annotations

from gui.api.client import Client
from gui.state import objects
from gui.state.conversation import Conversation
from gui.state.message import Message
from gui.state.values import dicts


async def stop(client: Client, one: Conversation, message_id: str, ai: str) -> None:
    """End an AI's answer to a message; what there is of it stays."""
    await client.call(one.topic, "stop", {"id": message_id, "ai": ai})


async def retry(client: Client, one: Conversation, message_id: str, ai: str) -> None:
    """Ask an AI once more for an answer to a message."""
    await client.call(one.topic, "retry", {"id": message_id, "ai": ai})


async def alternatives(client: Client, one: Conversation, message_id: str) -> list[Message]:
    """Return the answers that lost to one."""
    reply = await client.call(one.topic, "alternatives", {"id": message_id})
    return [objects.message(item) for item in dicts(reply.get("messages"))]
