"""What the desktop does, without widgets: open a conversation, send, invite, join; the stores follow the node's events.

Every method that asks the node something raises `ApiError` with a sentence for a person where that fails.
"""

from __future__ import annotations

import logging
import uuid
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication

from gui import clock
from gui.api.client import Client
from gui.api.errors import ApiError, CallRefused
from gui.api.frames import Payload
from gui.api.vault import Vault
from gui.clock import Monotonic, Now
from gui.observe import Signal
from gui.reading import Reading
from gui.sender import Sender
from gui.state import objects
from gui.state.conversation import Conversation
from gui.state.conversations import Conversations
from gui.state.drafts import Drafts
from gui.state.outbox import Outbox, Outgoing
from gui.tasks import spawn

log = logging.getLogger("gui.session")

TYPING_EVERY_S = 2.0
JOIN_TIMEOUT_S = 120.0


class Session:
    """One connection to one node, and everything that is known through it.

    Signals:
        me: my name or identity became known.
        opened: another conversation is open now, or none.
        problem: a sentence about something that failed without anybody waiting for it.
    """

    def __init__(
        self,
        client: Client,
        *,
        unsent: Path | None = None,
        now: Now = clock.now,
        monotonic: Monotonic = clock.monotonic,
    ) -> None:
        """Speak through `client`; keep what is not sent in the file `unsent`, or only in memory."""
        self.me: Signal[()] = Signal()
        self.opened: Signal[()] = Signal()
        self.problem: Signal[str] = Signal()
        self.client = client
        self.conversations = Conversations()
        self.drafts = Drafts()
        self.outbox = Outbox()
        self.sender = Sender(client, self.outbox)
        self.for_ai = True
        self.status = "online"
        self.identity = ""
        self.name = ""
        self.open_one: Conversation | None = None
        self.now = now
        self._monotonic = monotonic
        self._typed_s = float("-inf")
        self.reading = Reading(client)
        self._unsent = Vault(unsent, self._gather) if unsent is not None else None
        if self._unsent is not None:
            self.drafts.changed.connect(self._unsent.changed)
            self.outbox.changed.connect(self._unsent.changed)
        self.sender.begun.connect(self._sending)
        self.sender.stored.connect(self._stored)
        self.sender.refused.connect(self._refused)
        client.online.connect(self._online)
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
            self._leave(self.open_one)
        one = Conversation(summary, me=self.identity, clock=self._monotonic, now=self.now)
        self.open_one = one
        for item in self.outbox.of(conversation_id):
            self._show(one, item)
        channel = self.client.channel(one.topic, {"summaries": False})  # the topic of the node tells them
        channel.joined.connect(lambda reply: self._joined(one, reply))
        channel.event.connect(one.handle)
        channel.refused.connect(lambda error: self.problem.emit(error.reason))
        self.opened.emit()
        return one

    def close(self) -> None:
        """Close the open conversation."""
        if self.open_one is not None:
            self._leave(self.open_one)
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

    def send(self, text: str, *, reply_to: str | None = None, not_for_ai: bool | None = None) -> str:
        """Show my message at once and send it, now or when the node is there again; return the key of its row."""
        one = self.open_one
        assert one is not None
        item = Outgoing(uuid.uuid4().hex, one.id, text, self.now(), reply_to or "", not_for_ai)
        self._show(one, item)
        self._typed_s = float("-inf")
        self.outbox.add(item)
        self.sender.wake(one.id)
        return item.client_id

    def retry(self, client_id: str) -> None:
        """Send a failed message again."""
        one = self.open_one
        if one is not None and one.timeline.retry(client_id) is not None:
            self.outbox.retry(client_id)
            self.sender.wake(one.id)

    def discard(self, client_id: str) -> str:
        """Give a message up that the node does not have; return its text."""
        item = self.outbox.get(client_id)
        self.outbox.remove(client_id)
        if self.open_one is not None:
            self.open_one.timeline.discard(client_id)
        return item.text if item is not None else ""

    def write_down(self) -> None:
        """Write down what is not sent, when nothing comes from the node any more."""
        if self._unsent is not None:
            self._unsent.close()

    def be(self, status: str) -> None:
        """Tell how the person at this window is: `online` or `away`."""
        if status != self.status:
            self.status = status
            self._tell_status()

    def typed(self) -> None:
        """Note a key press; the others are told at most every 2 s."""
        if self.open_one is not None and self._monotonic() - self._typed_s >= TYPING_EVERY_S:
            self._typed_s = self._monotonic()
            self.client.tell(self.open_one.topic, "typing", {"typing": True})

    def stopped_typing(self) -> None:
        """Note that the text is gone, sent or given up."""
        if self.open_one is not None and self._typed_s != float("-inf"):
            self._typed_s = float("-inf")
            self.client.tell(self.open_one.topic, "typing", {"typing": False})

    def displayed(self, message_id: str) -> None:
        """Note the newest message that was seen."""
        if self.open_one is not None:
            self.reading.saw(self.open_one.topic, message_id)

    def _leave(self, one: Conversation) -> None:
        self.stopped_typing()
        self.reading.leave()
        self.client.leave(one.topic)

    def _joined(self, one: Conversation, reply: Payload) -> None:
        self.reading.tell_again()
        if self.status != "online":
            self.client.tell(one.topic, "presence", {"status": self.status})
        one.joined(reply)

    def _show(self, one: Conversation, item: Outgoing) -> None:
        """Show a message that the node does not have yet, if it is not shown."""
        timeline = one.timeline
        if timeline.index_of(item.client_id) is None:
            timeline.sending(item.client_id, item.text, item.ts, name=self.name, reply_to=item.reply_to or None)
        if item.problem:
            timeline.failed(item.client_id, item.problem)
        elif not self.client.connected:
            timeline.waits(item.client_id)

    def _sending(self, item: Outgoing) -> None:
        if self.open_one is not None and self.open_one.id == item.conversation:
            self.open_one.timeline.retry(item.client_id)

    def _stored(self, item: Outgoing, message_id: str, state: str) -> None:
        if self.open_one is not None and self.open_one.id == item.conversation:
            self.open_one.timeline.stored(item.client_id, message_id, state)

    def _refused(self, item: Outgoing, reason: str) -> None:
        one = self.open_one
        failed = self.outbox.get(item.client_id)
        if one is not None and one.id == item.conversation and failed is not None:
            self._show(one, failed)
        else:
            summary = self.conversations.get(item.conversation)
            say = QCoreApplication.translate
            words = say("Session", "A message in “{title}” was not sent: {reason}")
            self.problem.emit(words.format(title=summary.title if summary is not None else "", reason=reason))

    def _online(self, online: bool, reason: str) -> None:
        if not online and self.open_one is not None:
            self.open_one.lost()
            for item in self.outbox.of(self.open_one.id):
                if not item.problem:
                    self.open_one.timeline.waits(item.client_id)

    def _gather(self) -> dict[str, Any]:
        return {"drafts": self.drafts.dump(), "outbox": self.outbox.dump()}

    def _tell_status(self) -> None:
        self.client.tell("node", "presence", {"status": self.status})
        if self.open_one is not None:
            self.client.tell(self.open_one.topic, "presence", {"status": self.status})

    def _node_joined(self, reply: Payload) -> None:
        self.identity, self.name = str(reply.get("identity", "")), str(reply.get("name", ""))
        self.me.emit()
        self._tell_status()
        spawn(self._begin(), name="session")

    async def _begin(self) -> None:
        """Take up what was not sent, and read what the node knows; anew after each reconnect."""
        try:
            if self._unsent is not None and not self._unsent.is_open:
                await self._take_up(self._unsent)
            self.sender.wake_all()
            await self.refresh()
            preferences = (await self.client.call("node", "preferences")).get("preferences")
            self.for_ai = not (isinstance(preferences, dict) and preferences.get("ai") is False)
            self.me.emit()
        except ApiError as error:
            self.problem.emit(error.reason)

    async def _take_up(self, unsent: Vault) -> None:
        try:
            key = str((await self.client.call("node", "client_key", {"name": "desktop"})).get("key", ""))
            kept = unsent.open(bytes.fromhex(key))
        except (CallRefused, ValueError):
            log.warning("the node gave no key; what is not sent is kept in memory alone")
            return
        self.outbox.load(kept.get("outbox"))
        self.drafts.load(kept.get("drafts"))

    def _node_event(self, event: str, payload: Payload) -> None:
        match event:
            case "conversation":
                summary = objects.summary(payload)
                if self.open_one is not None and self.open_one.id == summary.id:
                    self.open_one.stands(summary)
                self.conversations.put(summary)
            case "typing":
                conversation, who = str(payload.get("conversation", "")), str(payload.get("user_id", ""))
                is_typing = payload.get("typing") is True
                self.conversations.typed(conversation, who, str(payload.get("name", "")), is_typing=is_typing)
            case _:
                pass
