"""Everything a person or a script can ask of a node, behind the channel (docs/channel.md).

Implements node.gateway.backend.Backend: arguments come validated, answers are JSON-ready, refusals are UsageErrors.
"""

from collections.abc import Callable, Hashable
from importlib.metadata import version
from typing import Final

import psutil

from crypto.ids import ConversationId, IdentityKey, OpId, blake2b
from node.ai.hosting import Hosting
from node.ai.offers import Offers, offered
from node.ai.participants import Consent, Participants
from node.ai.private import PrivateTalks
from node.ai.providers.registry import Registry
from node.ai.trial import try_out
from node.clock import Clock, iso
from node.conversations import messages
from node.conversations.acquaintances import Acquaintances
from node.conversations.conversation import Conversation
from node.conversations.cursor import parse_cursor
from node.conversations.direct import DirectTalks
from node.conversations.events import Callback, Json
from node.conversations.joining import Doorway
from node.conversations.library import Library
from node.conversations.people import People
from node.conversations.search import Search
from node.conversations.services import Services
from node.findings import Doctor
from node.log import tail
from node.messages import AI_PREFERENCE, Messages
from node.phases import Phases
from node.profile import checked_name
from node.sessions import PrivateSession, SharedSession
from node.store.preferences import Preferences
from node.store.pushed import Pushed
from node.store.sessions import AiSessions
from protocol.bodies.signals import AiStop, State
from protocol.errors import UsageError

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
        offers: Offers,
        consent: Consent,
        preferences: Preferences,
        search: Search,
        doctor: Doctor,
        acquaintances: Acquaintances,
        talks: DirectTalks,
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
        self._offers = offers
        self._consent = consent
        self._preferences = preferences
        self._search = search
        self._doctor = doctor
        self._acquaintances = acquaintances
        self._talks = talks
        self._sessions = AiSessions(library.database, storage_key=library.profile.secrets.storage_key)
        self._pushed = Pushed(library.database, storage_key=library.profile.secrets.storage_key)
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
            **self._services.status(),
        }

    def rename(self, name: str) -> Json:
        """Go by another name everywhere."""
        self._library.rename(checked_name(name))
        return {"name": self._library.profile.secrets.name}

    async def doctor(self) -> list[Json]:
        """Return what is well and what is wrong with this node."""
        return await self._doctor.findings()

    def log(self, after: int) -> Json:
        """Return the newest lines of the log."""
        lines, count = tail.after(after)
        return {"lines": lines, "next": count}

    def peers(self) -> list[Json]:
        """Return the peers that are connected, then those met before."""
        return self._services.peers_json()

    async def providers(self) -> Json:
        """Return the AI providers and whether each works here, and which one is taken where nobody chose."""
        return offered(await self._registry.availabilities(), self._registry)

    async def try_ai(self, settings: Json) -> Json:
        """Ask a model of this node one short thing, as an AI with these settings would; return what it said."""
        return await try_out(self._registry, settings)

    def client_key(self, name: str) -> str:
        """Return a key for what a client keeps on this machine, always the same for a name."""
        storage_key = self._library.profile.secrets.storage_key
        return blake2b(name.encode(), person=b"p2p.client", key=storage_key).hex()

    # --- conversations -----------------------------------------------------------------------------------------------

    def summaries(self) -> list[Json]:
        """Return the summaries, newest activity first."""
        found = [conversation.telling.summary() for conversation in self._library.conversations.values()]
        found.sort(key=lambda summary: (summary["last"] or {}).get("ts") or summary["created"], reverse=True)
        return found

    def summary(self, conversation_id: str) -> Json:
        """Return one summary."""
        return self._get(conversation_id).view.summary()

    def resolve(self, prefix: str) -> str:
        """Return the whole id that `prefix` begins."""
        return self._library.find(prefix).name

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

    # --- people ------------------------------------------------------------------------------------------------------

    def people(self, conversation_id: str) -> People:
        """Return what changes who belongs to a conversation."""
        return People(self._get(conversation_id))

    def acquaintances(self) -> list[Json]:
        """Return everybody with whom this person shares a conversation."""
        return self._acquaintances.all()

    def acquaintance(self, identity: str) -> Json:
        """Return one of them, with our check words."""
        return self._acquaintances.get(IdentityKey(bytes.fromhex(identity)))

    def verify(self, identity: str, *, on: bool) -> Json:
        """Keep whether our check words were compared; return the person."""
        return self._acquaintances.verify(IdentityKey(bytes.fromhex(identity)), on=on)

    def direct(self, identity: str) -> Json:
        """Return the conversation of two with somebody, made where there is none yet."""
        conversation = self._talks.open(IdentityKey(bytes.fromhex(identity)))
        return {"id": conversation.name, "title": conversation.view.title}

    # --- messages ----------------------------------------------------------------------------------------------------

    def messages(self, conversation_id: str) -> Messages:
        """Return what reads and writes the messages of a conversation."""
        return Messages(self._get(conversation_id), self._preferences, self._sessions, self._pushed)

    async def archive(self, conversation_id: str, *, on: bool) -> Json:
        """Put a conversation away or bring it back, durably; return its summary."""
        conversation = self._get(conversation_id)
        messages.archive(conversation, on=on)
        return conversation.view.summary()

    async def describe(self, conversation_id: str, *, title: str | None, description: str | None) -> Json:
        """Give a conversation another title or description, durably; return its summary."""
        conversation = self._get(conversation_id)
        messages.describe(conversation, title=title, description=description)
        return conversation.view.summary()

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

    def read_all(self, conversation_id: str) -> Json:
        """Note that this person has read all of a conversation; return its summary."""
        conversation = self._get(conversation_id)
        newest = conversation.records.shown.page(before=None, limit=1)
        if newest:
            conversation.mark_read(newest[-1].op.id)
        return conversation.view.summary()

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
            offers=self._offers.ask,
        )

    def _stop_answer(self, conversation: Conversation, ai: bytes, message: OpId) -> None:
        own = conversation.profile.secrets.identity.public
        self._hosting.stop(conversation, ai, message, by=own)
        self._services.carrier(conversation).signals.say(AiStop(ai, message))

    def preferences(self) -> Json:
        """Return what this person prefers everywhere."""
        return {"ai": bool(self._preferences.get(AI_PREFERENCE, True))}

    def prefer(self, values: Json) -> Json:
        """Change preferences; return them all."""
        if "ai" in values:
            self._preferences.set(AI_PREFERENCE, bool(values["ai"]))
        return self.preferences()

    # --- sessions, phases --------------------------------------------------------------------------------------------

    def session(self, conversation_id: str) -> SharedSession:
        """Return this person's AI session of a conversation."""
        return SharedSession(self._get(conversation_id), self._sessions)

    def private(self, name: str) -> PrivateSession:
        """Return a private session."""
        return PrivateSession(name, self._sessions, self._private)

    def phases(self, conversation_id: str) -> Phases:
        """Return what shows and changes the phase of a conversation."""
        return Phases(self._get(conversation_id))

    def _get(self, conversation_id: str) -> Conversation:
        found = self._library.conversations.get(ConversationId(bytes.fromhex(conversation_id)))
        if found is None:
            raise UsageError("unknown_conversation", "that conversation is not one of yours")
        return found
