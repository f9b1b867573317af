"""What the gateway asks of the node behind it: plain values in, JSON-ready dicts out, as in `docs/channel.md`."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any, Protocol

from crypto.ids import OpId
from node.gateway.wishes import NO_WISHES, Wishes

Json = dict[str, Any]

EventCallback = Callable[[str | None, str, Json], None]
"""Gets `(conversation_id, event, payload)`; None as the id means the topic `node`. It never waits and never raises."""


class People(Protocol):
    """Who belongs to one conversation, to be looked at and changed; refusals as those of `Backend`.

    Somebody is named (`who`) by their id, their name, or the beginning of either; where that names nobody the code is
    `unknown_member`, where several `ambiguous`.
    """

    def members(self) -> list[Json]:
        """Return the member objects."""

    def former(self) -> list[Json]:
        """Return `{identity, name, role, how, by, by_name, kept, hidden}` of those who belonged and do not."""

    def invites(self) -> list[Json]:
        """Return `{id, by, by_name, uses, used, expires, expired}` of each invite that is not taken back."""

    def removal(self, who: str, *, with_invited: bool) -> Json:
        """Return `{who, invited, kept, invites}`: what removing them would do; nothing is done."""

    def remove(self, who: str, *, with_invited: bool) -> Json:
        """Remove somebody, durably; return what `removal` said."""

    def set_role(self, who: str, role: str) -> Json:
        """Give somebody a role; return `{identity, name, role}`."""

    def hand_over(self, who: str) -> Json:
        """Make somebody an owner and step down; return them as `{identity, name, role}`."""

    def leave(self) -> Json:
        """Leave; return `{status}`."""

    def revoke_invite(self, prefix: str) -> Json:
        """Take an invite back whose id `prefix` (1 to 64 lower-case hex digits) begins; return `{id}`.

        Raises:
            Refusal: `unknown_invite` or `ambiguous`.
        """


class Participants(Protocol):
    """The AIs of one conversation, to be looked at and changed; refusals as those of `Backend`.

    An AI is named by its id, a unique prefix of it, or its name; else the code is `unknown_ai` or `ambiguous`.
    """

    def all(self) -> list[Json]:
        """Return the AI objects."""

    async def add(self, settings: Json) -> Json:
        """Add an AI hosted here (`name`, and other settings where given); return it."""

    def set(self, ai: str, settings: Json) -> Json:
        """Change those settings that are given; return it."""

    def set_hosts(self, ai: str, people: Sequence[str]) -> Json:
        """Say whose nodes answer for it, in their order; return it."""

    def accept(self, ai: str, *, on: bool) -> Json:
        """Agree that this node answers for an AI that somebody else set up, or no longer; return it."""

    async def remove(self, ai: str) -> None:
        """Remove it."""

    def pause(self, *, on: bool) -> None:
        """Let no AI answer in this conversation, or let them again."""

    def retry(self, message: OpId, ai: str | None) -> list[Json]:
        """Ask once more for an answer to a message; return the AIs that were asked."""

    def stop(self, message: OpId, ai: str) -> Json:
        """End an answer in flight; return the AI."""


class Backend(Protocol):
    """The node as the channel sees it.

    Every argument has been validated for type, size and range before it comes here; ids are whole. Every method may
    raise `Refusal(code, reason)` (or any `UsageError`) to say no; any other exception is a bug and ends the asking
    channel. An async method may be cancelled at any checkpoint once its client is gone.
    """

    def subscribe(self, callback: EventCallback) -> Callable[[], None]:
        """Deliver every event from now on to the callback; return what ends that.

        A `conversation` event (a summary) is given once, with its conversation's id: the gateway sends it on both.
        """

    # The node

    def now(self) -> str:
        """Return the time, as in `ts`."""

    def identity(self) -> Json:
        """Return `{identity, name, peer_id, version}`."""

    def status(self) -> Json:
        """Return the reply to `status`."""

    def peers(self) -> list[Json]:
        """Return the known peers."""

    async def providers(self) -> list[Json]:
        """Return the AI providers, those that do not work too, with the reason."""

    # Conversations

    def summaries(self) -> list[Json]:
        """Return the summaries of my conversations, newest activity first."""

    def summary(self, conversation_id: str) -> Json:
        """Return one summary."""

    def resolve(self, prefix: str) -> str:
        """Return the whole id of the conversation that `prefix` (1 to 64 lower-case hex digits) begins.

        Raises:
            Refusal: `unknown_conversation` or `ambiguous`.
        """

    def resolve_message(self, conversation_id: str, prefix: str) -> str:
        """Return the whole id of the message that `prefix` (1 to 64 lower-case hex digits) begins.

        Raises:
            Refusal: `unknown_message` or `ambiguous`.
        """

    async def create(self, *, title: str, description: str, ai: bool) -> Json:
        """Create a conversation, durably; return `{id, title}`."""

    async def join(self, link: str) -> Json:
        """Join by an invite link; return `{id, title}` once admitted and the title is known."""

    async def invite(self, conversation_id: str, *, uses: int, expires_s: int) -> Json:
        """Return `{link, expires, uses}`; 0 uses means unlimited."""

    def show(self, conversation_id: str) -> Json:
        """Return the summary and `{state_hash, ops, heads, members, ai, parent, children}`."""

    def members(self, conversation_id: str) -> list[Json]:
        """Return the members."""

    def session(self, conversation_id: str) -> str:
        """Return the id of my AI session in this conversation."""

    def new_session(self, conversation_id: str) -> str:
        """Begin my AI session anew: no model is given what was said so far for an answer to me; return its id."""

    def set_context(self, conversation_id: str, context: Json) -> Json:
        """Lay facts over those of my AI session (null takes one away); return all of them."""

    # People

    def people(self, conversation_id: str) -> People:
        """Return who belongs to a conversation, to be looked at and changed."""

    # Messages

    async def post(
        self,
        conversation_id: str,
        content: str,
        *,
        reply_to: str | None,
        not_for_ai: bool | None = None,
        wishes: Wishes = NO_WISHES,
    ) -> Json:
        """Write a message, durably; return `{id, state}`. Its `message` event may come before or after the return.

        `not_for_ai`: no AI may answer or read it; None: as I prefer. `wishes`: what is asked of the AI that answers.
        """

    async def edit(self, conversation_id: str, message_id: str, content: str) -> Json:
        """Give a message of mine another text, durably; return the message."""

    async def delete(self, conversation_id: str, message_id: str) -> Json:
        """Delete a message for everybody, durably; return what stays of it."""

    async def react(self, conversation_id: str, message_id: str, emoji: str, *, on: bool) -> Json:
        """Put an emoji under a message or take it away, durably; return the message."""

    async def pin(self, conversation_id: str, message_id: str, *, on: bool) -> Json:
        """Pin a message for everybody or take it down, durably; return the message."""

    def pins(self, conversation_id: str) -> list[Json]:
        """Return the pinned messages, in the order in which they were pinned."""

    async def archive(self, conversation_id: str, *, on: bool) -> Json:
        """Put the conversation away for everybody or bring it back, durably; return its summary."""

    def history(
        self,
        conversation_id: str,
        *,
        before: str | None = None,
        after: str | None = None,
        around: str | None = None,
        limit: int,
    ) -> Json:
        """Return `{messages, more, newer}`: `limit` messages in display order, the newest, or those next to one."""

    async def search(
        self, query: str, *, conversation_id: str | None, order: str, limit: int, after: str | None
    ) -> Json:
        """Return `{results, cursor, complete, done, of}`: messages that hold what the query asks for, newest first.

        Raises:
            Refusal: `bad_request` where `after` is not the cursor of an earlier reply.
        """

    def typing(self, conversation_id: str, *, typing: bool) -> None:
        """Tell the others that this person types, or no longer."""

    def read(self, conversation_id: str, message_id: str) -> None:
        """Note that everything up to this message was displayed."""

    # Presence

    def attend(self, client: Hashable, status: str) -> None:
        """Note that a client is attached and how its person is, `online` or `away`; the most present client counts."""

    def part(self, client: Hashable) -> None:
        """Note that a client is gone; one that never attended is none."""

    def presence(self, conversation_id: str) -> Json:
        """Return who is here: `{identity: {metas: [{phx_ref, name, status, devices}]}}`.

        Each change of it is a `presence_diff` event of the conversation.
        """

    # AI participants

    def participants(self, conversation_id: str) -> Participants:
        """Return the AIs of a conversation, to be looked at and changed."""

    def alternatives(self, conversation_id: str, message_id: str) -> list[Json]:
        """Return the answers that lost to an AI's answer in the timeline."""

    def preferences(self) -> Json:
        """Return `{ai}`: whether my messages are for AI where I say nothing about it."""

    def prefer(self, values: Json) -> Json:
        """Change preferences; return them all."""

    # Private sessions

    def private(self, name: str) -> Json:
        """Return `{session_id, context, history}` of a private session; one that nobody has used begins."""

    def ask_privately(self, name: str, query: str, wishes: Wishes) -> None:
        """Ask the AI of a private session: `thinking`, then `response` or `error` come as events of its topic."""

    def new_private_session(self, name: str) -> str:
        """Begin a private session anew; return its id."""

    def set_private_context(self, name: str, context: Json) -> Json:
        """Lay facts over those of a private session; return all of them."""

    # Phases

    def phase(self, conversation_id: str) -> Json:
        """Return `{phase, progress, cycle, step}`."""

    async def advance(self, conversation_id: str, *, from_phase: str) -> Json:
        """Go on to the next phase, if it still is in `from_phase`; return `{phase, progress, cycle, step}`."""

    async def progress(self, conversation_id: str, value: float) -> Json:
        """Set the progress (0.0 to 1.0); return `{phase, progress, cycle, step}`."""
