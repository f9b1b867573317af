"""What the gateway asks of the node behind it: plain values in, JSON-ready dicts out, as in `docs/channel.md`."""

from collections.abc import Callable, Hashable
from typing import Any, Protocol

from node.gateway.messages import Messages
from node.gateway.parties import Participants, People
from node.gateway.phases import Phases
from node.gateway.sessions import PrivateSession, Session

Json = dict[str, Any]

EventCallback = Callable[[str | None, str, Json], None]
"""Gets `(conversation_id, event, payload)`; None as the id means the topic `node`. It never waits and never raises."""


class Backend(Protocol):
    """The node as the channel sees it.

    Every argument has been validated for type, size and range before it comes here; ids are whole. Every method may
    raise `Refusal(code, reason)` (or any `UsageError`) to say no; any other exception is a bug and ends the asking
    channel. An async method may be cancelled at any checkpoint once its client is gone.
    """

    def subscribe(self, callback: EventCallback) -> Callable[[], None]:
        """Deliver every event from now on to the callback; return what ends that.

        A `conversation` event (a summary) is given once, with its conversation's id: the gateway sends it on both
        topics. So it does with `typing`, which on `node` names its conversation.
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

    def rename(self, name: str) -> Json:
        """Go by another name everywhere; return `{name}`."""

    async def doctor(self) -> list[Json]:
        """Return findings about this node, the worst first."""

    def log(self, after: int) -> Json:
        """Return `{lines, next}`: the newest lines of the node's log that came after the first `after`."""

    async def providers(self) -> Json:
        """Return `{providers, default}`: the AI providers, those that do not work too, with the reason."""

    async def try_ai(self, settings: Json) -> Json:
        """Ask a model of this node one short thing; return `{text, ms, provider, model}`.

        Raises:
            Refusal: by the provider's own code, in words for a person.
        """

    def client_key(self, name: str) -> str:
        """Return a key (64 hex digits), always the same for a name, for what a client keeps on this machine."""

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

    # People

    def people(self, conversation_id: str) -> People:
        """Return who belongs to a conversation, to be looked at and changed."""

    def acquaintances(self) -> list[Json]:
        """Return the person objects of everybody with whom I share a conversation."""

    def acquaintance(self, identity: str) -> Json:
        """Return one person object, with `words`.

        Raises:
            Refusal: `unknown_member`.
        """

    def verify(self, identity: str, *, on: bool) -> Json:
        """Keep, durably, whether I compared our check words with somebody; return the person object with `words`."""

    def direct(self, identity: str) -> Json:
        """Return `{id, title}` of my conversation of two with somebody, made durably where there is none yet."""

    # Messages

    def messages(self, conversation_id: str) -> Messages:
        """Return what reads and writes the messages of a conversation."""

    async def archive(self, conversation_id: str, *, on: bool) -> Json:
        """Put the conversation away for everybody or bring it back, durably; return its summary."""

    async def describe(self, conversation_id: str, *, title: str | None, description: str | None) -> Json:
        """Give it another title or description (None: as it is), durably; return its summary."""

    async def search(
        self, query: str, *, conversation_id: str | None, order: str, limit: int, after: str | None
    ) -> Json:
        """Return `{results, cursor, complete, done, of}`: messages that hold what the query asks for, newest first.

        Raises:
            Refusal: `bad_request` where `after` is not the cursor of an earlier reply.
        """

    def typing(self, conversation_id: str, *, typing: bool) -> None:
        """Tell the others that this person types, or no longer."""

    def read_all(self, conversation_id: str) -> Json:
        """Note that everything in a conversation was displayed; return its summary."""

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

    def preferences(self) -> Json:
        """Return `{ai}`: whether my messages are for AI where I say nothing about it."""

    def prefer(self, values: Json) -> Json:
        """Change preferences; return them all."""

    def session(self, conversation_id: str) -> Session:
        """Return this person's AI session of a conversation."""

    def private(self, name: str) -> PrivateSession:
        """Return a private session."""

    # Phases

    def phases(self, conversation_id: str) -> Phases:
        """Return what shows and changes the phase of a conversation."""
