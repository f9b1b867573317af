"""What the desktop does, without widgets: open a conversation, send, invite, join; the stores follow the node's events.

Every method that asks the node something raises `ApiError` with a sentence for a person where that fails.
"""

from __future__ import annotations

import logging
import uuid
from typing import Any

from gui import clock
from gui.api.client import Client
from gui.api.errors import ApiError
from gui.api.frames import Payload
from gui.clock import Monotonic, Now
from gui.state import objects
from gui.state.conversation import Conversation
from gui.state.conversations import Conversations
from gui.state.drafts import Drafts
from gui.state.observe import Signal
from gui.tasks import spawn

log = logging.getLogger("gui.session")

PAGE = 100
TYPING_EVERY_S = 2.0
JOIN_TIMEOUT_S = 120.0


class Session:
    """One connection to one node, and everything that is known through it.

    Signals:
        me: my name or identity became known.
        opened: another conversation is open now, or none.
        problem: a sentence about something that failed without anybody waiting for it.
    """

    def __init__(self, client: Client, *, now: Now = clock.now, monotonic: Monotonic = clock.monotonic) -> None:
        self.me: Signal[()] = Signal()
        self.opened: Signal[()] = Signal()
        self.problem: Signal[str] = Signal()
        self.client = client
        self.conversations = Conversations()
        self.drafts = Drafts()
        self.identity = ""
        self.name = ""
        self.open_one: Conversation | None = None
        self.now = now
        self._monotonic = monotonic
        self._typed_s = float("-inf")
        self._read = ""
        node = client.channel("node")
        node.joined.connect(self._node_joined)
        node.event.connect(self._node_event)

    def open(self, conversation_id: str) -> Conversation | None:
        """Open a conversation of the list and return it; the one open before is left."""
        summary = self.conversations.get(conversation_id)
        if summary is None:
            return None
        if self.open_one is not None:
            if self.open_one.id == conversation_id:
                return self.open_one
            self.client.leave(_topic(self.open_one.id))
        one = Conversation(summary, me=self.identity, clock=self._monotonic, now=self.now)
        self.open_one = one
        self._typed_s = float("-inf")
        self._read = ""
        channel = self.client.channel(_topic(conversation_id))
        channel.joined.connect(one.joined)
        channel.event.connect(one.handle)
        channel.refused.connect(lambda error: self.problem.emit(error.reason))
        self.opened.emit()
        return one

    def close(self) -> None:
        """Close the open conversation."""
        if self.open_one is not None:
            self.client.leave(_topic(self.open_one.id))
            self.open_one = None
            self.opened.emit()

    async def refresh(self) -> None:
        """Read the list of conversations anew."""
        reply = await self.client.call("node", "conversations")
        self.conversations.replace(objects.summary(item) for item in objects.dicts(reply.get("conversations")))

    async def create(self, title: str, description: str, *, ai: bool) -> str:
        """Create a conversation and return its id."""
        reply = await self.client.call(
            "node", "create", {"title": title, "description": description, "ai": ai}, timeout=30
        )
        await self.refresh()
        return str(reply.get("id", ""))

    async def join(self, link: str) -> tuple[str, str]:
        """Join by an invite link and return id and title; it may take long, a member has to be reachable."""
        reply = await self.client.call("node", "join", {"link": link}, timeout=JOIN_TIMEOUT_S)
        await self.refresh()
        return str(reply.get("id", "")), str(reply.get("title", ""))

    async def invite(self, conversation_id: str, *, uses: int, expires_s: int) -> Payload:
        """Return `link`, `expires` and `uses` of a new invite."""
        ask = {"conversation": conversation_id, "uses": uses, "expires_s": expires_s}
        return await self.client.call("node", "invite", ask, timeout=30)

    async def advance(self, conversation_id: str, phase: str) -> None:
        """Advance from `phase`, the one that was shown when the person pressed."""
        await self.client.call("node", "advance", {"conversation": conversation_id, "from": phase})

    async def set_progress(self, conversation_id: str, value: float) -> None:
        """Set the progress within the current phase, 0.0-1.0."""
        await self.client.call("node", "progress", {"conversation": conversation_id, "value": value})

    def send(self, text: str, *, reply_to: str | None = None) -> str:
        """Show my message at once and send it; return the key of its row."""
        one = self.open_one
        assert one is not None
        client_id = uuid.uuid4().hex
        one.timeline.sending(client_id, text, self.now(), name=self.name, reply_to=reply_to)
        self._typed_s = float("-inf")
        spawn(self._send(one, client_id, text, reply_to), name="send")
        return client_id

    def retry(self, client_id: str) -> None:
        """Send a failed message again."""
        one = self.open_one
        row = one.timeline.retry(client_id) if one is not None else None
        if one is not None and row is not None:
            spawn(self._send(one, client_id, row.text, row.reply_to), name="retry")

    def typed(self) -> None:
        """Note a key press; the others are told at most every 2 s."""
        if self.open_one is not None and self._monotonic() - self._typed_s >= TYPING_EVERY_S:
            self._typed_s = self._monotonic()
            self._tell("typing", {"typing": True})

    def stopped_typing(self) -> None:
        """Note that the text is gone, sent or given up."""
        if self.open_one is not None and self._typed_s != float("-inf"):
            self._typed_s = float("-inf")
            self._tell("typing", {"typing": False})

    def displayed(self, message_id: str) -> None:
        """Note the newest message that was seen."""
        if message_id and message_id != self._read:
            self._read = message_id
            self._tell("read", {"id": message_id})

    async def load_older(self) -> None:
        """Load the page before the oldest message shown; one at a time."""
        one = self.open_one
        if one is None or one.loading_older or not one.timeline.more:
            return
        before = one.timeline.oldest_id()
        one.loading_older = True
        try:
            ask: dict[str, Any] = {"limit": PAGE}
            if before:
                ask["before"] = before
            reply = await self.client.call(_topic(one.id), "history", ask)
        except ApiError as error:
            log.info("older messages could not be loaded code=%s", error.code)
            return
        finally:
            one.loading_older = False
        messages = [objects.message(item) for item in objects.dicts(reply.get("messages"))]
        one.timeline.prepend(messages, more=reply.get("more") is True and bool(messages))

    async def _send(self, one: Conversation, client_id: str, text: str, reply_to: str | None) -> None:
        ask: dict[str, Any] = {"content": text, "client_id": client_id}
        if reply_to is not None:
            ask["reply_to"] = reply_to
        try:
            reply = await self.client.call(_topic(one.id), "message", ask)
        except KeyError:
            one.timeline.failed(client_id, "This conversation was closed before the message was sent.")
        except ApiError as error:
            one.timeline.failed(client_id, error.reason)
        else:
            one.timeline.stored(client_id, str(reply.get("id", "")), str(reply.get("state") or "stored"))

    def _tell(self, event: str, payload: Payload) -> None:
        """Push something whose loss does not matter."""
        assert self.open_one is not None
        spawn(self._told(_topic(self.open_one.id), event, payload), name=event)

    async def _told(self, topic: str, event: str, payload: Payload) -> None:
        try:
            await self.client.call(topic, event, payload)
        except (ApiError, KeyError) as error:
            log.debug("push was lost event=%s cause=%s", event, type(error).__name__)

    def _node_joined(self, reply: Payload) -> None:
        self.identity, self.name = str(reply.get("identity", "")), str(reply.get("name", ""))
        self.me.emit()
        spawn(self._told("node", "presence", {"status": "online"}), name="presence")
        spawn(self._refresh_quietly(), name="conversations")

    async def _refresh_quietly(self) -> None:
        try:
            await self.refresh()
        except ApiError as error:
            self.problem.emit(error.reason)

    def _node_event(self, event: str, payload: Payload) -> None:
        if event == "conversation":
            self.conversations.put(objects.summary(payload))


def _topic(conversation_id: str) -> str:
    return f"conversation:{conversation_id}"
