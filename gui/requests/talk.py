"""What a person does from the input and the menu of an open conversation, besides sending."""

from __future__ import annotations

from gui.api.client import Client
from gui.state.conversation import Conversation


async def edit(client: Client, one: Conversation, message_id: str, text: str) -> None:
    """Give a message of mine another text (S16)."""
    await client.call(one.topic, "edit", {"id": message_id, "content": text})


async def begin_session(client: Client, one: Conversation) -> None:
    """Begin my AI session anew: no model is given what was said before for an answer to me (S57)."""
    await client.call(one.topic, "new_conversation")
