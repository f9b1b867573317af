"""The messages of one conversation, as clients of the channel read and write them.

Implements node.gateway.messages.Messages.
"""

from functools import partial
from typing import Final

from crypto.ids import OpId
from node.conversations import messages
from node.conversations.conversation import Conversation
from node.conversations.events import Json
from node.gateway.wishes import NO_WISHES, Wishes, asked
from node.store.preferences import Preferences
from node.store.pushed import Pushed
from node.store.sessions import AiSessions
from protocol.errors import UsageError

AI_PREFERENCE: Final = "ai"
"""Whether this person's messages are for AI where they say nothing about it."""


class Messages:
    """Reads and writes them for this person."""

    def __init__(
        self, conversation: Conversation, preferences: Preferences, sessions: AiSessions, pushed: Pushed
    ) -> None:
        self._conversation = conversation
        self._preferences = preferences
        self._sessions = sessions
        self._pushed = pushed

    def resolve(self, prefix: str) -> str:
        """Return the whole id of the message that `prefix` begins."""
        found = self._conversation.records.shown.find(prefix)
        if not found:
            raise UsageError("unknown_message", "there is no message {prefix} in this conversation", prefix=prefix[:12])
        if len(found) > 1:
            raise UsageError("ambiguous", "several messages begin with {prefix}: give more of the id", prefix=prefix)
        return found[0].hex()

    async def post(
        self,
        content: str,
        *,
        reply_to: str | None,
        not_for_ai: bool | None = None,
        wishes: Wishes = NO_WISHES,
        client_id: str | None = None,
        once: bool = False,
    ) -> Json:
        """Write a message, durably; one that says nothing about it is for AI as this person prefers.

        Under a `client_id` that is to be written `once`, what was written before is returned.
        """
        if not_for_ai is None:
            not_for_ai = not self._preferences.get(AI_PREFERENCE, True)
        conversation, before = self._conversation, None
        if client_id is not None:
            written = self._written(client_id) if once else None
            if written is not None:
                return written
            before = partial(self._pushed.note, conversation.name, client_id)
        session = self._sessions.get(conversation.name)
        ask = asked(wishes, session.context, since=session.since)
        answered = bytes.fromhex(reply_to or "")
        op = messages.say(conversation, content, reply_to=answered, not_for_ai=not_for_ai, ask=ask, before=before)
        return {"id": op.id.hex(), "state": "stored"}

    def _written(self, client_id: str) -> Json | None:
        """Return the message that a client pushed before under an id of its own, as far as it has come."""
        conversation = self._conversation
        name = self._pushed.find(conversation.name, client_id)
        if name is None or conversation.records.shown.get(name) is None:
            return None
        return {"id": name.hex(), "state": (conversation.view.message(name) or {}).get("state", "stored")}

    async def edit(self, message_id: str, content: str) -> Json:
        """Give a message another text, durably."""
        conversation, name = self._conversation, _op_id(message_id)
        messages.edit(conversation, name, content)
        return conversation.view.message(name) or {}

    async def delete(self, message_id: str) -> Json:
        """Delete a message, durably."""
        conversation, name = self._conversation, _op_id(message_id)
        messages.delete(conversation, name)
        return conversation.view.message(name) or {}

    async def react(self, message_id: str, emoji: str, *, on: bool) -> Json:
        """Put an emoji under a message or take it away, durably."""
        conversation, name = self._conversation, _op_id(message_id)
        messages.react(conversation, name, emoji, on=on)
        return conversation.view.message(name) or {}

    async def pin(self, message_id: str, *, on: bool) -> Json:
        """Pin a message or take it down, durably."""
        conversation, name = self._conversation, _op_id(message_id)
        messages.pin(conversation, name, on=on)
        return conversation.view.message(name) or {}

    def pins(self) -> list[Json]:
        """Return the pinned messages, in the order in which they were pinned."""
        return self._conversation.view.timeline.pins()

    def edits(self, message_id: str) -> list[Json]:
        """Return what a message said and says, oldest first."""
        return messages.edits(self._conversation, _op_id(message_id))

    def receipts(self, message_id: str) -> Json:
        """Return who has a message of this person, and who has read it."""
        return messages.receipts(self._conversation, _op_id(message_id))

    def first_unread(self) -> str | None:
        """Return the first message that this person has not read."""
        return self._conversation.view.timeline.first_unread()

    def history(
        self,
        *,
        before: str | None = None,
        after: str | None = None,
        around: str | None = None,
        first: bool = False,
        limit: int,
    ) -> Json:
        """Return a page of messages, and whether there are older and newer ones."""
        return self._conversation.view.history(
            before=_maybe(before), after=_maybe(after), around=_maybe(around), first=first, limit=limit
        )

    def read(self, message_id: str) -> None:
        """Note how far this person has read."""
        self._conversation.mark_read(_op_id(message_id))

    def alternatives(self, message_id: str) -> list[Json]:
        """Return the answers that lost to one in the timeline."""
        conversation, name = self._conversation, _op_id(message_id)
        return conversation.view.alternatives(name)


def _op_id(name: str) -> OpId:
    return OpId(bytes.fromhex(name))


def _maybe(name: str | None) -> OpId | None:
    return _op_id(name) if name is not None else None
