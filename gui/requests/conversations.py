"""What is done to a conversation, whether it is open or not."""

from __future__ import annotations

from gui.api.client import Client
from gui.api.frames import Payload


async def describe(
    client: Client, conversation_id: str, *, title: str | None = None, description: str | None = None
) -> Payload:
    """Give a conversation another title, another description, or both, for everybody; return its summary."""
    given = {"title": title, "description": description}
    ask = {key: value for key, value in given.items() if value is not None}
    return await client.call(f"conversation:{conversation_id}", "settings", ask)


async def archive(client: Client, conversation_id: str, *, on: bool) -> Payload:
    """Put a conversation away for everybody, or bring it back; return its summary."""
    return await client.call("node", "archive", {"conversation": conversation_id, "on": on})


async def mark_read(client: Client, conversation_id: str) -> None:
    """Count all of a conversation as read."""
    await client.call("node", "read", {"conversation": conversation_id})


async def leave(client: Client, conversation_id: str) -> None:
    """Leave a conversation."""
    await client.call("node", "leave", {"conversation": conversation_id})
