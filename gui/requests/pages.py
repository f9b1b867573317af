"""Pages of an open conversation's messages: older, newer, those around an old one, and single ones that are quoted."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from gui.api.client import Client
from gui.api.errors import ApiError, CallRefused
from gui.state import objects
from gui.state.conversation import Conversation
from gui.state.message import Message

log = logging.getLogger("gui.pages")

PAGE = 100
AROUND = 80


async def older(client: Client, one: Conversation) -> None:
    """Load the page before the oldest message shown; one at a time. A failure is passed over: it is asked for again."""
    timeline = one.shown
    if one.loading_older or not timeline.more:
        return
    before = timeline.oldest_id()
    one.loading_older = True
    try:
        messages, reply = await _history(client, one, {"limit": PAGE} | ({"before": before} if before else {}))
    except ApiError as error:
        log.info("older messages could not be loaded code=%s", error.code)
        return
    finally:
        one.loading_older = False
    timeline.prepend(messages, more=reply.get("more") is True and bool(messages))


async def newer(client: Client, one: Conversation) -> None:
    """Load the page after the newest message of the window; one at a time."""
    window = one.window
    newest = window.newest_id() if window is not None else None
    if window is None or newest is None or one.loading_newer or not window.newer:
        return
    one.loading_newer = True
    try:
        messages, reply = await _history(client, one, {"after": newest, "limit": PAGE})
    finally:
        one.loading_newer = False
    if one.window is window:
        one.later(messages, newer=reply.get("newer") is True)


async def around(
    client: Client, one: Conversation, message_id: str, *, wanted: Callable[[], bool] = lambda: True
) -> bool:
    """Show what stands around a message; False where it is not in this conversation (any more).

    Where it is not `wanted` any more by the time it is here, nothing is shown.
    """
    try:
        messages, reply = await _history(client, one, {"around": message_id, "limit": AROUND})
    except CallRefused as error:
        if error.code == "unknown_message":
            return False
        raise
    if all(message.id != message_id for message in messages):
        return False
    if wanted():
        one.look_around(messages, more=reply.get("more") is True, newer=reply.get("newer") is True)
    return True


async def quoted(client: Client, one: Conversation, message_id: str) -> None:
    """Note a message that is quoted and not loaded in `one.quotes`; None where it is not there."""
    one.quotes[message_id] = None  # asked for once, whatever comes of it
    try:
        messages, _ = await _history(client, one, {"around": message_id, "limit": 1})
    except ApiError:
        return
    found: Message | None = next((message for message in messages if message.id == message_id), None)
    one.quotes[message_id] = found


async def _history(client: Client, one: Conversation, ask: dict[str, Any]) -> tuple[list[Message], dict[str, Any]]:
    reply = await client.call(one.topic, "history", ask)
    return [objects.message(item) for item in objects.dicts(reply.get("messages"))], reply
