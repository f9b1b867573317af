"""Makes a profile: conversations, people, messages, marks, phases and answers, each an operation its author signed.

Everything is written by the node's own classes into its own database, so a real node opens it like any other profile.
The other people have no node: their operations are signed here with keys made from their names. With `steady` nothing
is random, so a profile made twice has the same ids and with them the same colours.
"""

import itertools
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from secrets import token_bytes
from unittest.mock import patch

from crypto.ids import IdentityKey, OpId
from crypto.keystore import Secrets, write_keystore
from node.clock import Clock
from node.conversations.conversation import Conversation
from node.conversations.events import Events
from node.conversations.library import Library
from node.profile import API_KEY, DATABASE, KEYSTORE, open_profile, write_private
from node.store.database import open_database
from protocol.bodies.ai import AiReply, AiSettings, Provenance, dump_settings, reply_key
from protocol.bodies.content import Archive, ContentBody, Delete, Edit, Message, PhaseAdvance, PhaseProgress, Pin, React
from protocol.bodies.control import AiSet, EpochWrap, InviteCreate, Level
from protocol.compose import writing_epoch
from protocol.invite import Invite
from protocol.registers import PROFILE, write_register
from tests.builders import Person, admit_body, fixed, fixed_wrap

MINUTE_MS = 60_000


class SetClock(Clock):
    """A clock that stands until it is moved."""

    def __init__(self, at_ms: int) -> None:
        self.at_ms = at_ms

    def now_ms(self) -> int:
        return self.at_ms


class Room:
    """One conversation of the profile. `by` is a person who was let in, or None for the profile's own."""

    def __init__(self, maker: "Maker", conversation: Conversation) -> None:
        self._maker = maker
        self.conversation = conversation
        self._own = conversation.replica.device

    @property
    def name(self) -> str:
        """The id, 64 hex digits."""
        return self.conversation.name

    def let_in(self, who: Person) -> None:
        """Let somebody in by an invite, with the keys, under their name."""
        conversation, replica = self.conversation, self.conversation.replica
        invite = Invite(conversation.id, fixed(f"invite {who.name}"), ("/ip4/192.0.2.1/tcp/4001/p2p/12D3Koo",))
        expires_ms = self._maker.clock.at_ms + 7 * 86_400_000
        preview = invite.close_preview(conversation.view.title, nonce=fixed(f"preview {who.name}", 24))
        proof = self._proof()
        link = InviteCreate(proof, invite.signing.public, int(Level.MEMBER), 1, expires_ms, preview=preview)
        conversation.rule(link)
        host = _Host(conversation, self._maker.person, proof)
        conversation.rule(admit_body(host, who, invite))  # type: ignore[arg-type]
        epoch = writing_epoch(replica)
        key = fixed_wrap(replica.keyring.keys[epoch].key, who.device.box_public)
        conversation.rule(EpochWrap(proof, epoch, ((who.device_id, key),)))
        conversation.slots.receive(
            write_register(
                replica.keyring,
                who.device,
                name=PROFILE,
                value=who.name.encode(),
                sequence=1,
                epoch=epoch,
                nonce=fixed(f"name {who.name} {self.name}", 24),
            )
        )

    def say(self, text: str, by: Person | None = None, *, reply_to: bytes = b"", after_ms: int = MINUTE_MS) -> OpId:
        """Write a message that comes `after_ms` after what was last written anywhere."""
        return self.write(Message(text, reply_to), by, after_ms=after_ms)

    def write(self, body: ContentBody, by: Person | None = None, *, after_ms: int = 1_000) -> OpId:
        """Write anything."""
        self._maker.clock.at_ms += after_ms
        replica = self.conversation.replica
        replica.device = by.device if by is not None else self._own
        try:
            return self.conversation.write(body).id
        finally:
            replica.device = self._own

    def edit(self, name: OpId, text: str, by: Person | None = None) -> None:
        self.write(Edit(name, text), by)

    def delete(self, name: OpId, by: Person | None = None) -> None:
        self.write(Delete(name), by)

    def react(self, name: OpId, emoji: str, *people: Person | None) -> None:
        for each in people:
            self.write(React(name, emoji), each)

    def pin(self, name: OpId) -> None:
        self.write(Pin(name))

    def advance(self, *, progress: float = 0.0, by: Person | None = None) -> None:
        """Go on to the next phase, and that far into it."""
        step = self.conversation.replica.fold.phase.state.step
        self.write(PhaseAdvance(step), by)
        if progress:
            self.progress(progress, by)

    def progress(self, share: float, by: Person | None = None) -> None:
        self.write(PhaseProgress(self.conversation.replica.fold.phase.state.step, round(share * 10_000)), by)

    def archive(self) -> None:
        self.write(Archive(True))

    def add_ai(self, name: str, *, provider: str, model: str) -> bytes:
        """Add an AI that this profile's node hosts; return its id."""
        replica = self.conversation.replica
        epoch = writing_epoch(replica)
        settings = dump_settings(AiSettings(name, provider, model, system_prompt="Be helpful, honest and brief."))
        closed = replica.keyring.close_control(settings, epoch=epoch, nonce=fixed(f"ai {name} {self.name}", 24))
        me = self._maker.person
        body = AiSet(self._proof(), b"", ((me.id, me.device_id),), 6_000, 0, epoch, closed)
        return self.conversation.rule(body).id

    def answer(
        self, ai: bytes, to: OpId, text: str, *, took_ms: int = 4_200, model: str = "", after_ms: int = 5_000
    ) -> OpId:
        """Write an AI's answer."""
        how = Provenance("local", model, took_ms, "complex", (to,), (), "stop", 412, len(text) // 4)
        body = AiReply(ai, reply_key(ai, to), 0, fixed(f"stream {to.hex()}", 8), to, text, how)
        return self.write(body, after_ms=after_ms)

    def read(self, name: OpId) -> None:
        """Note that everything up to a message was read here."""
        self.conversation.mark_read(name)

    def _proof(self) -> OpId:
        member = self.conversation.replica.authority.member(self._maker.person.id)
        assert member is not None
        return member.proof


class _Host:
    """What `admit_body` asks of the one who lets in."""

    def __init__(self, conversation: Conversation, who: Person, proof: OpId) -> None:
        self.id = conversation.id
        self.replica = conversation.replica
        self.person = who
        self.proof = proof


class Maker:
    """A profile that is being made; `making` opens and closes it."""

    def __init__(self, home: Path, *, now_ms: int) -> None:
        profile = open_profile(home, passphrase=None)
        self.clock = SetClock(now_ms)
        self.library = Library(open_database(home / DATABASE), profile=profile, clock=self.clock, events=Events())
        secrets = profile.secrets
        certificate = profile.certificate(now_ms=now_ms)
        self.person = Person(secrets.name, secrets.identity, secrets.device, certificate)
        """The profile's own."""

    @property
    def identity(self) -> IdentityKey:
        return self.person.id

    def room(self, title: str, description: str = "", *, at_ms: int | None = None) -> Room:
        """Make a conversation; what follows in it happens from `at_ms` on."""
        if at_ms is not None:
            self.clock.at_ms = at_ms
        conversation = self.library.create(title=title, description=description)
        conversation.introduce()
        return Room(self, conversation)


@contextmanager
def making(home: Path, name: str, *, now_ms: int, steady: bool = False) -> Iterator[Maker]:
    """Make a profile in `home`, an empty or missing folder."""
    numbers = itertools.count()

    def bytes_of(count: int) -> bytes:
        return fixed(f"{name} {next(numbers)}", count) if steady else token_bytes(count)

    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    secrets = Secrets.make(name, bytes_of(160))
    write_private(home / KEYSTORE, write_keystore(secrets, passphrase=None, randomness=bytes_of(40)))
    write_private(home / API_KEY, bytes_of(16).hex().encode())
    with ExitStack() as stack:
        if steady:
            for module in ("library", "conversation"):
                stack.enter_context(patch(f"node.conversations.{module}.token_bytes", bytes_of))
        maker = Maker(home, now_ms=now_ms)
        stack.callback(maker.library.database.close)
        yield maker
