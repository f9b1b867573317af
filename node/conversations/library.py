"""All conversations of a profile: loading them, making new ones, finding one by what a person typed."""

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from logging import getLogger
from secrets import token_bytes

from sqlite_utils import Database

from crypto.epochs import commitment, wrap
from crypto.ids import ConversationId, IdentityKey, OpId
from node.clock import Clock, iso
from node.conversations.conversation import Conversation
from node.conversations.events import Events
from node.conversations.membership import ACTIVE, JOINING
from node.conversations.rights import permitted
from node.profile import Profile
from node.store.catalogue import Catalogue, Listed
from node.store.database import damaged, not_stored, storing
from node.store.own_name import OwnName
from node.store.records import Records
from node.verifier import FalseSignatures, checked_here
from protocol.bodies.content import Description, Title
from protocol.bodies.control import EpochNew, Genesis, InviteCreate, Level
from protocol.compose import write_control
from protocol.errors import RemoteError, UsageError
from protocol.invite import Invite
from protocol.ops import NO_CONVERSATION, RULES, Op
from protocol.replica import Replica
from protocol.sentence import Sentence

log = getLogger("node.conversations")

CREATING = "creating"


class Library:
    """The conversations of one profile, by id."""

    def __init__(
        self,
        database: Database,
        *,
        profile: Profile,
        clock: Clock,
        events: Events,
        verify: FalseSignatures = checked_here,
    ) -> None:
        self.catalogue = Catalogue(database)
        self.clock = clock
        self.events = events
        self.conversations: dict[ConversationId, Conversation] = {}
        self.on_opened: Callable[[Conversation], None] = lambda _conversation: None
        """Called with each conversation that is made or joined while the node runs."""
        self.on_loaded: Callable[[Conversation], None] = lambda _conversation: None
        """Called with each conversation as soon as it is in memory, before anything happens in it."""
        self.known_as: Callable[[IdentityKey], str] = lambda _identity: ""
        """Gives the name that somebody goes by in any conversation; empty where none is known."""
        self.database = database
        """What everything is stored in."""
        self._verify = verify
        self._own_name = OwnName(database, storage_key=profile.secrets.storage_key)
        self.profile = profile.renamed(self._own_name.get() or profile.secrets.name)

    def load(self) -> None:
        """Load what is stored; a conversation that was being made when the node ended is dropped (StartError)."""
        try:
            found = self.catalogue.conversations()
            self.catalogue.peers()  # read later; damage is to be known now
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise damaged() from error
        for listed in found:
            if listed.status == CREATING:
                self.catalogue.drop_conversation(listed.key)
            else:
                self._open(listed)

    def create(self, *, title: str, description: str) -> Conversation:
        """Return a new conversation with its owner, its first epoch and its title, on disk.

        Raises:
            UsageError: the title or description breaks its limits, or nothing can be stored.
        """
        secrets = self.profile.secrets
        certificate = self.profile.certificate(now_ms=self.clock.now_ms())
        slots = ((secrets.identity.public, int(Level.OWNER), (certificate.encoded,)),)

        def begin(conversation: Conversation) -> None:
            key = token_bytes(32)
            wraps = ((secrets.device.public, wrap(key, secrets.device.box_public)),)
            conversation.rule(EpochNew(OpId(bytes(conversation.id)), 0, commitment(key), wraps))
            conversation.write(Title(title))
            if description:
                conversation.write(Description(description))

        return self.found(Genesis(token_bytes(16), RULES, slots), begin)

    def found(self, body: Genesis, begin: Callable[[Conversation], None]) -> Conversation:
        """Return a new conversation, on disk with what `begin` writes into it; where that fails there is none.

        Raises:
            UsageError: what is written breaks its limits, or nothing can be stored.
        """
        blank = Replica(NO_CONVERSATION, device=self.profile.secrets.device)
        genesis = write_control(blank, body, now_ms=self.clock.now_ms())

        def fill(conversation: Conversation) -> None:
            conversation.receive([genesis])
            begin(conversation)

        return self._made(genesis, fill, status=ACTIVE)

    def accept(self, genesis: Op) -> Conversation:
        """Return a copy of a conversation that somebody has begun with this person, to be filled by sync.

        Raises:
            RemoteError: `bad_op`: nothing begins so, and nothing is kept of it.
            UsageError: nothing can be stored.
        """

        def fill(conversation: Conversation) -> None:
            conversation.receive([genesis])
            if genesis.id not in conversation.replica.control:
                raise RemoteError("bad_op", "a conversation was refused that does not begin as one may")

        return self._made(genesis, fill, status=JOINING)

    def _made(self, genesis: Op, fill: Callable[[Conversation], None], *, status: str) -> Conversation:
        """Return a new conversation once `fill` has stored its beginning; where that fails nothing of it is left."""
        name, now_ms = ConversationId(genesis.id), self.clock.now_ms()
        with storing():
            listed = self.catalogue.add_conversation(name, created_ms=now_ms, status=CREATING)
        conversation = self._open(listed)
        try:
            conversation.status = status
            fill(conversation)
            conversation.set_status(status)
        except (UsageError, RemoteError, sqlite3.Error) as error:
            del self.conversations[name]
            with suppress(sqlite3.Error):  # else it is dropped at the next start
                self.catalogue.drop_conversation(listed.key)
            if isinstance(error, sqlite3.Error):
                raise not_stored() from error
            raise
        self.on_opened(conversation)
        return conversation

    def begin_joining(self, conversation_id: ConversationId) -> Conversation:
        """Return an empty copy of a conversation that has admitted this person, to be filled by sync.

        Raises:
            UsageError: nothing can be stored.
        """
        with storing():
            listed = self.catalogue.add_conversation(conversation_id, created_ms=self.clock.now_ms(), status=JOINING)
        conversation = self._open(listed)
        self.on_opened(conversation)
        return conversation

    def invite(
        self, conversation: Conversation, *, uses: int, expires_s: int, addresses: tuple[str, ...]
    ) -> dict[str, object]:
        """Write an invite into the log; return `{link, expires, uses}` (UsageError where this person may not)."""
        if conversation.view.direct is not None:
            raise UsageError(
                "not_allowed", "this conversation is for the two of you: create one with everybody you want in it"
            )
        owner = permitted(conversation.replica, "invite", to=Sentence("invite people"))
        invite = Invite(conversation.id, token_bytes(32), addresses)
        expires_ms = self.clock.now_ms() + expires_s * 1000
        conversation.rule(
            InviteCreate(
                proof=owner.proof,
                key=invite.signing.public,
                level=Level.MEMBER,
                max_uses=uses,
                expires_ms=expires_ms,
                preview=invite.close_preview(conversation.view.title, nonce=token_bytes(24)),
            )
        )
        return {"link": invite.link(), "expires": iso(expires_ms), "uses": uses}

    def rename(self, name: str) -> None:
        """Go by another name from now on, durably; the members of each conversation are told.

        Raises:
            UsageError: nothing can be stored.
        """
        self._own_name.set(name)
        self.profile = self.profile.renamed(name)
        for conversation in self.conversations.values():
            conversation.rename(self.profile)

    def find(self, prefix: str) -> Conversation:
        """Return the conversation whose id begins with these hex digits.

        Raises:
            UsageError: `unknown_conversation` or `ambiguous`.
        """
        found = [conversation for conversation in self.conversations.values() if conversation.name.startswith(prefix)]
        if not found:
            raise UsageError(
                "unknown_conversation",
                "there is no conversation {prefix}: `peer2peer conversations` lists yours",
                prefix=prefix[:12],
            )
        if len(found) > 1:
            raise UsageError(
                "ambiguous",
                "{count} conversations begin with {prefix}: give more of the id",
                count=len(found),
                prefix=prefix,
            )
        return found[0]

    def _open(self, listed: Listed) -> Conversation:
        records = Records(self.database, listed.key, listed.id, self.profile.secrets.storage_key)
        conversation = Conversation(
            listed, records, profile=self.profile, clock=self.clock, events=self.events, verify=self._verify
        )
        conversation.view.known_as = lambda identity: self.known_as(identity)
        self.conversations[listed.id] = conversation
        self.on_loaded(conversation)
        return conversation
