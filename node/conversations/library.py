"""All conversations of a profile: loading them, making new ones, finding one by what a person typed."""

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from logging import getLogger
from secrets import token_bytes

from sqlite_utils import Database

from crypto.epochs import commitment, wrap
from crypto.ids import ConversationId
from node.clock import Clock, iso
from node.conversations.conversation import Conversation, not_stored
from node.conversations.events import Events
from node.conversations.membership import ACTIVE, JOINING
from node.profile import Profile
from node.store.catalogue import Catalogue, Listed
from node.store.database import damaged
from node.store.records import Records
from node.verifier import FalseSignatures, checked_here
from protocol.bodies.content import Description, Title
from protocol.bodies.control import EpochNew, Genesis, InviteCreate, Level
from protocol.compose import own_member, write_control
from protocol.errors import UsageError
from protocol.invite import Invite
from protocol.ops import NO_CONVERSATION, RULES
from protocol.replica import Replica

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
        self.profile = profile
        self.clock = clock
        self.events = events
        self.conversations: dict[ConversationId, Conversation] = {}
        self.on_opened: Callable[[Conversation], None] = lambda _conversation: None
        """Called with each conversation that is made or joined while the node runs."""
        self.on_loaded: Callable[[Conversation], None] = lambda _conversation: None
        """Called with each conversation as soon as it is in memory, before anything happens in it."""
        self.database = database
        """What everything is stored in."""
        self._verify = verify

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
        secrets, now_ms = self.profile.secrets, self.clock.now_ms()
        certificate = self.profile.certificate(now_ms=now_ms)
        slots = ((secrets.identity.public, int(Level.OWNER), (certificate.encoded,)),)
        genesis = write_control(
            Replica(NO_CONVERSATION, device=secrets.device), Genesis(token_bytes(16), RULES, slots), now_ms=now_ms
        )
        try:
            listed = self.catalogue.add_conversation(ConversationId(genesis.id), created_ms=now_ms, status=CREATING)
        except sqlite3.Error as error:
            raise not_stored() from error
        conversation = self._open(listed)
        try:
            conversation.status = ACTIVE
            conversation.receive([genesis])
            key = token_bytes(32)
            wraps = ((secrets.device.public, wrap(key, secrets.device.box_public)),)
            conversation.rule(EpochNew(genesis.id, 0, commitment(key), wraps))
            conversation.write(Title(title))
            if description:
                conversation.write(Description(description))
            conversation.set_status(ACTIVE)
        except (UsageError, sqlite3.Error) as error:
            del self.conversations[conversation.id]
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
        try:
            listed = self.catalogue.add_conversation(conversation_id, created_ms=self.clock.now_ms(), status=JOINING)
        except sqlite3.Error as error:
            raise not_stored() from error
        conversation = self._open(listed)
        self.on_opened(conversation)
        return conversation

    def invite(
        self, conversation: Conversation, *, uses: int, expires_s: int, addresses: tuple[str, ...]
    ) -> dict[str, object]:
        """Write an invite into the log; return `{link, expires, uses}` (UsageError where this person may not)."""
        owner = own_member(conversation.replica, level=Level.ADMIN, to="invite people")
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

    def find(self, prefix: str) -> Conversation:
        """Return the conversation whose id begins with these hex digits.

        Raises:
            UsageError: `unknown_conversation` or `ambiguous`.
        """
        found = [conversation for conversation in self.conversations.values() if conversation.name.startswith(prefix)]
        if not found:
            raise UsageError(
                "unknown_conversation", f"there is no conversation {prefix[:12]}: `peer2peer conversations` lists yours"
            )
        if len(found) > 1:
            raise UsageError("ambiguous", f"{len(found)} conversations begin with {prefix}: give more of the id")
        return found[0]

    def _open(self, listed: Listed) -> Conversation:
        records = Records(self.database, listed.key, listed.id, self.profile.secrets.storage_key)
        conversation = Conversation(
            listed, records, profile=self.profile, clock=self.clock, events=self.events, verify=self._verify
        )
        self.conversations[listed.id] = conversation
        self.on_loaded(conversation)
        return conversation
