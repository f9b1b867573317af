"""What the gateway asks of the node about the messages of one conversation."""

from typing import Any, Protocol

from node.gateway.wishes import NO_WISHES, Wishes

Json = dict[str, Any]


class Messages(Protocol):
    """Reads and writes them; refusals as those of `node.gateway.backend.Backend`."""

    def resolve(self, prefix: str) -> str:
        """Return the whole id of the message that `prefix` (1 to 64 lower-case hex digits) begins.

        Raises:
            Refusal: `unknown_message` or `ambiguous`.
        """

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
        """Write a message, durably; return `{id, state}`. Its `message` event may come before or after the return.

        `not_for_ai`: no AI may answer or read it; None: as I prefer. `wishes`: what is asked of the AI that answers.
        `once`: where a message was written here under this `client_id` already, return that one and write nothing.
        """

    async def edit(self, message_id: str, content: str) -> Json:
        """Give a message of mine another text, durably; return the message."""

    async def delete(self, message_id: str) -> Json:
        """Delete a message for everybody, durably; return what stays of it."""

    async def react(self, message_id: str, emoji: str, *, on: bool) -> Json:
        """Put an emoji under a message or take it away, durably; return the message."""

    async def pin(self, message_id: str, *, on: bool) -> Json:
        """Pin a message for everybody or take it down, durably; return the message."""

    def pins(self) -> list[Json]:
        """Return the pinned messages, in the order in which they were pinned."""

    def edits(self, message_id: str) -> list[Json]:
        """Return `{text, ts}` of what a message said and says, oldest first."""

    def receipts(self, message_id: str) -> Json:
        """Return `{delivered, read, waiting}`: who has a message of mine, who has read it, and who lacks it."""

    def first_unread(self) -> str | None:
        """Return the id of the first message that this person has not read; None where all is read."""

    def history(
        self,
        *,
        before: str | None = None,
        after: str | None = None,
        around: str | None = None,
        first: bool = False,
        limit: int,
    ) -> Json:
        """Return `{messages, more, newer}`: `limit` messages in display order, newest, first, or next to one."""

    def read(self, message_id: str) -> None:
        """Note that everything up to this message was displayed."""

    def alternatives(self, message_id: str) -> list[Json]:
        """Return the answers that lost to an AI's answer in the timeline."""
