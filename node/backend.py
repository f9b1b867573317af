"""Everything a person or a script can ask of a node, behind the channel (docs/channel.md).

Implements node.gateway.backend.Backend: arguments come validated, answers are JSON-ready, refusals are UsageErrors.
"""

from collections.abc import Callable, Hashable
from importlib.metadata import version
from typing import Final

import psutil

from crypto.ids import ConversationId, OpId
from node.ai.hosting import Hosting
from node.ai.participants import Consent, Participants
from node.ai.private import PrivateTalks, history
from node.ai.providers.registry import Registry
from node.clock import Clock, iso
from node.conversations import messages
from node.conversations.conversation import Conversation
from node.conversations.cursor import parse_cursor
from node.conversations.events import Callback, Json
from node.conversations.joining import Doorway
from node.conversations.library import Library
from node.conversations.people import People
from node.conversations.search import Search
from node.conversations.services import Services
from node.gateway.wishes import NO_WISHES, Wishes, asked, table
from node.store.preferences import Preferences
from node.store.sessions import AiSessions
from protocol.bodies.ask import CONTEXT_CHARACTERS
from protocol.bodies.content import PhaseAdvance, PhaseProgress
from protocol.ephemeral import AiStop, State
from protocol.errors import UsageError
from protocol.phases import Phase

AI_PREFERENCE: Final = "ai"
"""Whether this person's messages are for AI where they say nothing about it."""
_STATES: Final = {"online": State.ONLINE, "away": State.AWAY}


class NodeBackend:
    """One node as the channel sees it."""

    def __init__(
        self,
        library: Library,
        services: Services,
        doorway: Doorway,
        registry: Registry,
        hosting: Hosting,
        consent: Consent,
        preferences: Preferences,
        search: Search,
        *,
        clock: Clock,
        api: str,
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self._library = library
        self._services = services
        self._doorway = doorway
        self._registry = registry
        self._hosting = hosting
        self._consent = consent
        self._preferences = preferences
        self._search = search
        self._sessions = AiSessions(library.database, storage_key=library.profile.secrets.storage_key)
        self._private = PrivateTalks(registry, self._sessions, clock=clock, tell=library.events.tell)
        self.run_private = self._private.run
        """Answers the private sessions until cancelled."""
        self._clock = clock
        self._started_s = clock.monotonic_s()
        self._random_bytes = random_bytes
        self.api = api

    def subscribe(self, callback: Callback) -> Callable[[], None]:
        """Deliver every event from now on to `callback`; return what ends that."""
        return self._library.events.subscribe(callback)

    # --- the node ----------------------------------------------------------------------------------------------------

    def now(self) -> str:
        """Return the time, as messages tell theirs."""
        return iso(self._clock.now_ms())

    def identity(self) -> Json:
        """Return who this node belongs to."""
        profile = self._library.profile
        return {
            "identity": profile.secrets.identity.public.hex(),
            "name": profile.secrets.name,
            "peer_id": profile.peer_id,
            "version": version("peer2peer"),
        }

    def status(self) -> Json:
        """Return how the node stands."""
        return {
            **self.identity(),
            "addrs": self._services.addresses(),
            "api": self.api,
            "conversations": len(self._library.conversations),
            "peers": len(self._services.network.links()),
            "rss_bytes": psutil.Process().memory_info().rss,
            "uptime_s": round(self._clock.monotonic_s() - self._started_s, 1),
        }

    def peers(self) -> list[Json]:
        """Return the peers that are connected, then those met before."""
        return self._services.peers_json()

    async def providers(self) -> list[Json]:
        """Return the AI providers and whether each works here."""
        return [
            {
                "name": name,
                "available": availability.available,
                "reason": availability.reason,
                "models": list(availability.models),
                "default_model": availability.default_model,
                "memory_bytes": availability.memory_bytes,
            }
            for name, availability in (await self._registry.availabilities()).items()
        ]

    # --- conversations -----------------------------------------------------------------------------------------------

    def summaries(self) -> list[Json]:
        """Return the summaries, newest activity first."""
        found = [conversation.view.summary() for conversation in self._library.conversations.values()]
        found.sort(key=lambda summary: (summary["last"] or {}).get("ts") or summary["created"], reverse=True)
        return found

    def summary(self, conversation_id: str) -> Json:
        """Return one summary."""
        return self._get(conversation_id).view.summary()

    def resolve(self, prefix: str) -> str:
        """Return the whole id that `prefix` begins."""
        return self._library.find(prefix).name

    def resolve_message(self, conversation_id: str, prefix: str) -> str:
        """Return the whole id of the message that `prefix` begins."""
        found = self._get(conversation_id).records.shown.find(prefix)
        if not found:
            raise UsageError("unknown_message", f"there is no message {prefix[:12]} in this conversation")
        if len(found) > 1:
            raise UsageError("ambiguous", f"several messages begin with {prefix}: give more of the id")
        return found[0].hex()

    async def create(self, *, title: str, description: str, ai: bool) -> Json:
        """Create a conversation, with the default AI unless told otherwise (S1, S2)."""
        conversation = self._library.create(title=title, description=description)
        if ai:
            await self.participants(conversation.name).add_default()
        return {"id": conversation.name, "title": title}

    async def join(self, link: str) -> Json:
        """Join by an invite link."""
        conversation = await self._doorway.join(link)
        return {"id": conversation.name, "title": conversation.view.title}

    async def invite(self, conversation_id: str, *, uses: int, expires_s: int) -> Json:
        """Return a new invite link (`unreachable` where nobody could come by it)."""
        addresses = tuple(self._services.addresses())
        if not addresses:
            raise UsageError(
                "unreachable",
                "nobody could reach this node by an invite: it listens nowhere and no relay keeps a place for it; let "
                "it listen, or connect it with a relay first",
            )
        return self._library.invite(self._get(conversation_id), uses=uses, expires_s=expires_s, addresses=addresses)

    def show(self, conversation_id: str) -> Json:
        """Return everything about a conversation but its messages."""
        return self._get(conversation_id).view.details()

    def members(self, conversation_id: str) -> list[Json]:
        """Return the members."""
        return self._get(conversation_id).view.members()

    def session(self, conversation_id: str) -> str:
        """Return the id of this person's AI session."""
        return self._sessions.get(self._get(conversation_id).name).id.hex()

    def new_session(self, conversation_id: str) -> str:
        """Begin this person's AI session anew: its models are given nothing of what was said so far; return its id."""
        conversation = self._get(conversation_id)
        newest = conversation.records.shown.page(before=None, limit=1)
        return self._sessions.begin(conversation.name, since=newest[-1].op.id if newest else b"").id.hex()

    def set_context(self, conversation_id: str, context: Json) -> Json:
        """Lay facts over those of this person's AI session; return all of them."""
        return self._set_context(self._get(conversation_id).name, context)

    def _set_context(self, name: str, context: Json) -> Json:
        table({"context": {**self._sessions.get(name).context, **context}}, "context", most=CONTEXT_CHARACTERS)
        return self._sessions.set_context(name, context).context

    # --- people ------------------------------------------------------------------------------------------------------

    def people(self, conversation_id: str) -> People:
        """Return what changes who belongs to a conversation."""
        return People(self._get(conversation_id))

    # --- messages ----------------------------------------------------------------------------------------------------

    async def post(
        self,
        conversation_id: str,
        content: str,
        *,
        reply_to: str | None,
        not_for_ai: bool | None = None,
        wishes: Wishes = NO_WISHES,
    ) -> Json:
        """Write a message, durably; one that says nothing about it is for AI as this person prefers."""
        if not_for_ai is None:
            not_for_ai = not self._preferences.get(AI_PREFERENCE, True)
        conversation = self._get(conversation_id)
        session = self._sessions.get(conversation.name)
        ask = asked(wishes, session.context, since=session.since)
        op = messages.say(conversation, content, reply_to=bytes.fromhex(reply_to or ""), not_for_ai=not_for_ai, ask=ask)
        return {"id": op.id.hex(), "state": "stored"}

    async def edit(self, conversation_id: str, message_id: str, content: str) -> Json:
        """Give a message another text, durably."""
        conversation, name = self._named(conversation_id, message_id)
        messages.edit(conversation, name, content)
        return conversation.view.message(name) or {}

    async def delete(self, conversation_id: str, message_id: str) -> Json:
        """Delete a message, durably."""
        conversation, name = self._named(conversation_id, message_id)
        messages.delete(conversation, name)
        return conversation.view.message(name) or {}

    async def react(self, conversation_id: str, message_id: str, emoji: str, *, on: bool) -> Json:
        """Put an emoji under a message or take it away, durably."""
        conversation, name = self._named(conversation_id, message_id)
        messages.react(conversation, name, emoji, on=on)
        return conversation.view.message(name) or {}

    async def pin(self, conversation_id: str, message_id: str, *, on: bool) -> Json:
        """Pin a message or take it down, durably."""
        conversation, name = self._named(conversation_id, message_id)
        messages.pin(conversation, name, on=on)
        return conversation.view.message(name) or {}

    def pins(self, conversation_id: str) -> list[Json]:
        """Return the pinned messages, in the order in which they were pinned."""
        return self._get(conversation_id).view.timeline.pins()

    async def archive(self, conversation_id: str, *, on: bool) -> Json:
        """Put a conversation away or bring it back, durably; return its summary."""
        conversation = self._get(conversation_id)
        messages.archive(conversation, on=on)
        return conversation.view.summary()

    def history(
        self,
        conversation_id: str,
        *,
        before: str | None = None,
        after: str | None = None,
        around: str | None = None,
        limit: int,
    ) -> Json:
        """Return a page of messages, and whether there are older and newer ones."""
        return self._get(conversation_id).view.history(
            before=_op_id(before), after=_op_id(after), around=_op_id(around), limit=limit
        )

    async def search(
        self, query: str, *, conversation_id: str | None, order: str, limit: int, after: str | None
    ) -> Json:
        """Return messages that hold what the query asks for."""
        conversation = self._get(conversation_id) if conversation_id is not None else None
        cursor = parse_cursor(after, order) if after is not None else None
        return await self._search.find(query, conversation=conversation, order=order, limit=limit, after=cursor)

    def typing(self, conversation_id: str, *, typing: bool) -> None:
        """Tell the others that this person types, or no longer."""
        presence = self._services.presence(self._get(conversation_id))
        presence.type(is_typing=typing)

    def attend(self, client: Hashable, status: str) -> None:
        """Note how a client's person is, here or away."""
        self._services.attending.attend(client, _STATES[status])

    def part(self, client: Hashable) -> None:
        """Note that a client has gone."""
        self._services.attending.part(client)

    def presence(self, conversation_id: str) -> Json:
        """Return who is here."""
        return self._services.presence(self._get(conversation_id)).state()

    def read(self, conversation_id: str, message_id: str) -> None:
        """Note how far this person has read."""
        self._get(conversation_id).mark_read(OpId(bytes.fromhex(message_id)))

    # --- AI participants ---------------------------------------------------------------------------------------------

    def participants(self, conversation_id: str) -> Participants:
        """Return what shows and changes the AIs of a conversation."""
        return Participants(
            self._get(conversation_id),
            self._registry,
            self._consent,
            random_bytes=self._random_bytes,
            again=self._hosting.resume,
            stop=self._stop_answer,
        )

    def _stop_answer(self, conversation: Conversation, ai: bytes, message: OpId) -> None:
        own = conversation.profile.secrets.identity.public
        self._hosting.stop(conversation, ai, message, by=own)
        self._services.carrier(conversation).signals.say(AiStop(ai, message))

    def alternatives(self, conversation_id: str, message_id: str) -> list[Json]:
        """Return the answers that lost to one in the timeline."""
        conversation, name = self._named(conversation_id, message_id)
        return conversation.view.alternatives(name)

    def preferences(self) -> Json:
        """Return what this person prefers everywhere."""
        return {"ai": bool(self._preferences.get(AI_PREFERENCE, True))}

    def prefer(self, values: Json) -> Json:
        """Change preferences; return them all."""
        if "ai" in values:
            self._preferences.set(AI_PREFERENCE, bool(values["ai"]))
        return self.preferences()

    # --- private sessions --------------------------------------------------------------------------------------------

    def private(self, name: str) -> Json:
        """Return `{session_id, context, history}` of a private session."""
        session = self._sessions.get(name)
        return {"session_id": session.id.hex(), "context": session.context, "history": history(session.turns)}

    def ask_privately(self, name: str, query: str, wishes: Wishes) -> None:
        """Ask the AI of a private session; events of its topic tell the rest."""
        self._private.ask(name, query, asked(wishes, self._sessions.get(name).context, since=b""))

    def new_private_session(self, name: str) -> str:
        """Begin a private session anew; return its id."""
        return self._sessions.begin(name).id.hex()

    def set_private_context(self, name: str, context: Json) -> Json:
        """Lay facts over those of a private session; return all of them."""
        return self._set_context(name, context)

    # --- phases ------------------------------------------------------------------------------------------------------

    def phase(self, conversation_id: str) -> Json:
        """Return where the conversation stands."""
        return self._get(conversation_id).view.phase()

    async def advance(self, conversation_id: str, *, from_phase: str) -> Json:
        """Go on from `from_phase`; once it is over, nothing happens (S27)."""
        conversation = self._get(conversation_id)
        state = conversation.replica.fold.phase.state
        if state.phase == Phase[from_phase.upper()]:
            conversation.write(PhaseAdvance(state.step))
        return conversation.view.phase()

    async def progress(self, conversation_id: str, value: float) -> Json:
        """Set the progress within the phase."""
        conversation = self._get(conversation_id)
        state = conversation.replica.fold.phase.state
        conversation.write(PhaseProgress(state.step, round(value * 10_000)))
        return conversation.view.phase()

    def _named(self, conversation_id: str, message_id: str) -> tuple[Conversation, OpId]:
        return self._get(conversation_id), OpId(bytes.fromhex(message_id))

    def _get(self, conversation_id: str) -> Conversation:
        found = self._library.conversations.get(ConversationId(bytes.fromhex(conversation_id)))
        if found is None:
            raise UsageError("unknown_conversation", "that conversation is not one of yours")
        return found


def _op_id(name: str | None) -> OpId | None:
    return OpId(bytes.fromhex(name)) if name is not None else None
