"""Brings messages from the outbox to the node: in order, each once, whatever happens to the connection (S10).

A message goes through the topic of its conversation while that is open, so that its AI answers are told to this client,
else through the topic `node`. A push whose reply was lost is made again under the same id; the node writes it once.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from gui.api.client import Client
from gui.api.errors import ApiError, CallRefused
from gui.observe import Signal
from gui.state.outbox import Outbox, Outgoing
from gui.tasks import spawn

log = logging.getLogger("gui.sender")

AGAIN_S = 1.0


class Sender:
    """Sends what waits; one message of a conversation at a time.

    Signals:
        begun: this message is being pushed.
        stored: the node has this message: its id there and its state.
        refused: the node said no to it, and why.
    """

    def __init__(self, client: Client, outbox: Outbox, *, again_s: float = AGAIN_S) -> None:
        self.begun: Signal[Outgoing] = Signal()
        self.stored: Signal[Outgoing, str, str] = Signal()
        self.refused: Signal[Outgoing, str] = Signal()
        self._client = client
        self._outbox = outbox
        self._again_s = again_s
        self._busy: set[str] = set()

    def wake(self, conversation_id: str) -> None:
        """Send what waits there, if there is a connection."""
        if self._client.connected and conversation_id not in self._busy:
            self._busy.add(conversation_id)
            spawn(self._drain(conversation_id), name="send")

    def wake_all(self) -> None:
        """Send everything that waits."""
        for conversation_id in self._outbox.conversations():
            self.wake(conversation_id)

    async def _drain(self, conversation_id: str) -> None:
        try:
            while self._client.connected and (item := self._outbox.next(conversation_id)) is not None:
                await self._send(item)
        finally:
            self._busy.discard(conversation_id)

    async def _send(self, item: Outgoing) -> None:
        self.begun.emit(item)
        try:
            reply = await self._push(item)
        except CallRefused as error:
            self._outbox.failed(item.client_id, error.reason)
            self.refused.emit(item, error.reason)
        except (ApiError, KeyError) as error:  # nobody knows whether it arrived
            log.info("message is sent again cause=%s", type(error).__name__)
            if self._client.connected:
                await asyncio.sleep(self._again_s)
        else:
            self._outbox.remove(item.client_id)
            self.stored.emit(item, str(reply.get("id", "")), str(reply.get("state") or "stored"))

    async def _push(self, item: Outgoing) -> dict[str, Any]:
        ask: dict[str, Any] = {"content": item.text, "client_id": item.client_id, "once": True}
        if item.reply_to:
            ask["reply_to"] = item.reply_to
        if item.not_for_ai is not None:
            ask["not_for_ai"] = item.not_for_ai
        topic = f"conversation:{item.conversation}"
        if self._client.wants(topic):
            return await self._client.call(topic, "message", ask)
        return await self._client.call("node", "send", {**ask, "conversation": item.conversation})
