"""What is done with a message that is there: delete, react, pin; who has it, and what it said before."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from gui.api.client import Client
from gui.state import objects
from gui.state.conversation import Conversation
from gui.state.message import Message, Who, people
from gui.state.values import dicts, moment, text


@dataclass(frozen=True, slots=True)
class Receipts:
    """Who has a message of mine, who has read it, and who lacks it."""

    delivered: tuple[Who, ...]
    read: tuple[Who, ...]
    waiting: tuple[Who, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """What a message said from a moment on."""

    text: str
    ts: datetime.datetime


async def delete(client: Client, one: Conversation, message_id: str) -> None:
    """Delete a message for everybody."""
    await client.call(one.topic, "delete", {"id": message_id})


async def react(client: Client, one: Conversation, message_id: str, emoji: str, *, on: bool) -> None:
    """Put an emoji under a message, or take it away."""
    await client.call(one.topic, "react", {"id": message_id, "emoji": emoji, "on": on})


async def pin(client: Client, one: Conversation, message_id: str, *, on: bool) -> None:
    """Pin a message for everybody, or take it down."""
    await client.call(one.topic, "pin", {"id": message_id, "on": on})


async def pins(client: Client, one: Conversation) -> list[Message]:
    """Return the pinned messages in the order in which they were pinned."""
    reply = await client.call(one.topic, "pins")
    return [objects.message(item) for item in dicts(reply.get("messages"))]


async def edits(client: Client, one: Conversation, message_id: str) -> list[Said]:
    """Return what a message said and says, oldest first."""
    reply = await client.call(one.topic, "edits", {"id": message_id})
    return [Said(text(item, "text"), moment(item.get("ts"))) for item in dicts(reply.get("edits"))]


async def receipts(client: Client, one: Conversation, message_id: str) -> Receipts:
    """Return who has a message of mine."""
    reply = await client.call(one.topic, "receipts", {"id": message_id})
    return Receipts(people(reply.get("delivered")), people(reply.get("read")), people(reply.get("waiting")))
