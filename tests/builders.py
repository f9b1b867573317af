"""People, conversations and operations for tests: the same keys, nonces, times and ids in every run.

    talk = Talk("ana", "ben", "cat")     # one conversation, three members, everybody up to date
    talk.ana.say("hello")                # an operation, written and received by ana's copy only
    talk.meet("ana", "ben")              # the two give each other everything
    assert talk.ben.texts() == ["hello"]

Nothing here is random and no clock is read, so a failure can be repeated.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from nacl.bindings import crypto_box, crypto_box_seed_keypair

from crypto.certificates import Certificate, issue
from crypto.epochs import Position, commitment, encrypt_body, link_history
from crypto.ids import BoxKey, ConversationId, DeviceKey, IdentityKey, OpId, blake2b
from crypto.keys import Device, Identity
from crypto.signatures import JOIN_CONTEXT
from protocol.bodies.ai import AiReply, AiSettings, Provenance, dump_settings, reply_key
from protocol.bodies.content import ContentBody, ContentKind, Message, Title, dump_content
from protocol.bodies.control import (
    Admit,
    AiSet,
    ControlBody,
    EpochNew,
    EpochWrap,
    Genesis,
    Grant,
    InviteCreate,
    Level,
    Revoke,
    dump_control,
)
from protocol.compose import write_content, write_control, writing_epoch
from protocol.invite import Invite
from protocol.join import Transcript
from protocol.ops import (
    CONTENT,
    CONTROL,
    NO_CONVERSATION,
    RULES,
    Header,
    Op,
    body_hash,
    parse_op,
    sign_op,
    verify_op,
)
from protocol.outcome import Outcome
from protocol.registers import Registers
from protocol.replica import Replica
from protocol.shelf import MemoryShelf

START_MS = 1_750_000_000_000
"""The time at which everything in these tests begins."""


def fixed(label: str, size: int = 32) -> bytes:
    """Return `size` bytes that look random and depend on `label` only."""
    return hashlib.shake_128(label.encode()).digest(size)


# --- people ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Person:
    """Somebody with one device; `Person.make("ana", device="laptop")` is the same ana at another machine."""

    name: str
    identity: Identity
    device: Device
    certificate: Certificate

    @classmethod
    def make(cls, name: str, *, device: str = "desk") -> "Person":
        identity = Identity(fixed(f"identity {name}"))
        machine = Device(fixed(f"device {name} {device}"), fixed(f"box {name} {device}"))
        peer_id = f"12D3Koo{fixed(f'peer {name} {device}', 20).hex()}".encode()
        return cls(name, identity, machine, issue(identity, device=machine, peer_id=peer_id, created_ms=START_MS))

    @property
    def id(self) -> IdentityKey:
        return self.identity.public

    @property
    def device_id(self) -> DeviceKey:
        return self.device.public


@cache
def person(name: str) -> Person:
    """Return the one person of this name."""
    return Person.make(name)


# --- keys ------------------------------------------------------------------------------------------------------------


def fixed_wrap(epoch_key: bytes, box: BoxKey) -> bytes:
    """Return a libsodium sealed box of `epoch_key` to `box` whose one-time key is not random."""
    once_public, once_secret = crypto_box_seed_keypair(blake2b(epoch_key + box, person=b"test.wrap"))
    nonce = blake2b(once_public + box, person=b"", size=24)
    sealed: bytes = once_public + crypto_box(epoch_key, nonce, box, once_secret)
    return sealed


def new_epoch(
    proof: OpId,
    key: bytes,
    people: Iterable[Person],
    *,
    number: int = 0,
    history: Sequence[tuple[OpId, bytes]] = (),
) -> EpochNew:
    """Return the body that begins an epoch; `history` names earlier epochs with their keys."""
    return EpochNew(
        proof=proof,
        number=number,
        commit=commitment(key),
        wraps=tuple((each.device_id, fixed_wrap(key, each.device.box_public)) for each in people),
        history=tuple(
            (name, link_history(key, earlier, nonce=fixed(f"history {name.hex()}", 24))) for name, earlier in history
        ),
    )


# --- nodes -----------------------------------------------------------------------------------------------------------


class Member:
    """A person's copy of a conversation, with a clock of its own and all operations at hand."""

    def __init__(self, who: Person, conversation: ConversationId, *, now_ms: int = START_MS) -> None:
        self.person = who
        self.shelf = MemoryShelf()
        self.replica = Replica(conversation, device=who.device, shelf=self.shelf)
        self.registers = Registers(self.replica.keyring)
        self.ops: dict[OpId, Op] = {}
        """Everything that is in the replica, in the order in which it got in."""
        self.shown: set[OpId] = set()
        self.kinds: dict[OpId, int] = {}
        self.now_ms = now_ms
        self._written = 0

    @property
    def id(self) -> ConversationId:
        return self.replica.id

    @property
    def proof(self) -> OpId:
        """The grant that this person's own control operations cite."""
        member = self.replica.authority.member(self.person.id)
        assert member is not None
        return member.proof

    @property
    def epoch(self) -> OpId:
        """The epoch this person writes under."""
        return writing_epoch(self.replica)

    def tick(self, by_ms: int = 1_000) -> int:
        """Return the time, moved on."""
        self.now_ms += by_ms
        return self.now_ms

    def nonce(self) -> bytes:
        """Return a nonce that this person never used before."""
        self._written += 1
        return fixed(f"nonce {self.person.name} {self.person.device_id.hex()} {self._written}", 24)

    # --- writing: each returns the operation, already received here ---

    def write(self, body: ContentBody) -> Op:
        """Write a content operation as an honest program does."""
        return self._own(write_content(self.replica, body, now_ms=self.tick(), nonce=self.nonce()))

    def rule(self, body: ControlBody) -> Op:
        """Write a control operation as an honest program does."""
        return self._own(write_control(self.replica, body, now_ms=self.tick()))

    def say(self, text: str, *, reply_to: bytes = b"") -> Op:
        return self.write(Message(text, reply_to))

    def reply(self, ai: bytes, trigger: OpId, *, term: int = 0, text: str = "an answer") -> Op:
        """Publish an AI's answer from this device."""
        key = reply_key(ai, trigger)
        stream = fixed(f"stream {self._written}", 8)
        return self.write(AiReply(ai, key, term, stream, trigger, text, Provenance("fake", "model", 12)))

    def set_ai(self, hosts: Iterable[Person], *, ai: bytes = b"", name: str = "Ada") -> Op:
        """Add or change an AI participant hosted on these people's devices."""
        closed = self.replica.keyring.close_control(
            dump_settings(AiSettings(name, "fake", "model")), epoch=self.epoch, nonce=self.nonce()
        )
        listed = tuple((host.id, host.device_id) for host in hosts)
        return self.rule(AiSet(self.proof, ai, listed, 6_000, 0, self.epoch, closed))

    def grant(self, subject: Person, level: int = Level.MEMBER) -> Op:
        return self.rule(Grant(self.proof, subject.id, int(level), (subject.certificate.encoded,)))

    def remove(self, subject: Person, *kept: OpId) -> Op:
        """Revoke somebody's membership; of what they wrote only what leads to `kept` stays."""
        cut = ((subject.device_id, tuple(kept)),) if kept else ()
        return self.rule(Revoke(self.proof, ((subject.id, 0),), cut))

    def invite(self, label: str = "link", *, level: int = Level.MEMBER, uses: int = 1) -> Invite:
        """Write an invite into the log and return its link."""
        invite = Invite(self.id, fixed(f"invite {label}"), ("/ip4/192.0.2.1/tcp/4001/p2p/12D3Koo",))
        preview = invite.close_preview("a title", nonce=self.nonce())
        expires_ms = self.now_ms + 7 * 86_400_000
        self.rule(InviteCreate(self.proof, invite.signing.public, int(level), uses, expires_ms, preview=preview))
        return invite

    def admit(self, newcomer: Person, invite: Invite) -> Op:
        """Let somebody in who holds a link, as the join handshake does; the keys follow with `wrap`."""
        return self.rule(admit_body(self, newcomer, invite))

    def wrap(self, newcomer: Person) -> list[Op]:
        """Give somebody every epoch key held here."""
        return [
            self.rule(
                EpochWrap(
                    self.proof,
                    rule.id,
                    ((newcomer.device_id, fixed_wrap(self.key(rule.id), newcomer.device.box_public)),),
                )
            )
            for rule in self.replica.authority.epochs()
            if rule.id in self.replica.keyring
        ]

    def rotate(self, label: str, people: Iterable[Person], *, linked: bool = True) -> Op:
        """Begin a new epoch whose key these people get; `linked`: with the last key inside."""
        history = [(self.epoch, self.key(self.epoch))] if linked else []
        number = len(self.replica.authority.epochs())
        return self.rule(new_epoch(self.proof, fixed(f"epoch {label}"), people, number=number, history=history))

    def key(self, epoch: OpId) -> bytes:
        return self.replica.keyring.keys[epoch].key

    # --- receiving ---

    def receive(self, ops: Iterable[Op]) -> Outcome:
        """Take operations in as a node does, from their wire form, and note what is shown."""
        offered = [parse_op(op.wire(), conversation=self.id) for op in ops]
        for op in offered:
            verify_op(op)
        return self.receive_checked(offered)

    def receive_checked(self, ops: Iterable[Op]) -> Outcome:
        """Take in operations whose form and signatures were checked before: much faster."""
        outcome = self.replica.receive(ops)
        self._note(outcome)
        return outcome

    def _own(self, op: Op) -> Op:
        outcome = self.receive([op])
        if outcome.rejected:
            raise outcome.rejected[0][1]
        assert not outcome.missing
        return op

    def _note(self, outcome: Outcome) -> None:
        """Do what the store does in its transaction: insert rows, then the updates of kinds and of what is shown."""
        self.shelf.commit(outcome)
        self.replica.stored()
        for row in outcome.rows.values():
            assert row.op.id not in self.ops, "an operation was handed out for storing twice"
            self.ops[row.op.id] = row.op
            self.kinds[row.op.id] = row.kind
            if row.is_shown:
                self.shown.add(row.op.id)
        self.kinds.update(outcome.kinds)
        for name, is_shown in outcome.shown.items():
            (self.shown.add if is_shown else self.shown.discard)(name)

    # --- what there is to see ---

    def entry_of(self, name: OpId) -> Any:
        replica = self.replica
        return replica.content.get(name) or replica.control.entry(name)

    def timeline(self) -> list[OpId]:
        """Return what is shown, in display order."""
        entries = [self.entry_of(name) for name in self.shown]
        return [entry.id for entry in sorted(entries, key=lambda entry: (entry.vts_ms, entry.depth, entry.id))]

    def texts(self) -> list[str]:
        """Return the messages and answers shown, in display order."""
        bodies = [
            self.replica.read(self.ops[name]) for name in self.timeline() if self.ops[name].header.plane == CONTENT
        ]
        return [body.text for body in bodies if isinstance(body, Message | AiReply)]

    def state_hash(self) -> bytes:
        return self.replica.state_hash(self.timeline())

    def fetch(self, names: Sequence[OpId]) -> list[tuple[OpId, bytes, bytes, bytes]]:
        """Return stored operations as they travel (what a sync's server reads)."""
        found = [self.ops[name] for name in names if name in self.ops]
        return [(op.id, op.header_bytes, op.signature, op.body) for op in found]

    def restarted(self) -> "Member":
        """Return the same copy, loaded anew from what was stored."""
        loaded = Member(self.person, self.id, now_ms=self.now_ms)
        for epoch, key in self.replica.keyring.keys.items():
            loaded.replica.keyring.hold(epoch, key.key)
        rows = list(self.shelf.rows.values())
        loaded.shelf.rows.update(self.shelf.rows)
        content = [row for row in rows if row.op.header.plane == CONTENT]
        plane = self.replica.content
        loaded.replica.restore(
            [(row.op, row.level, row.is_quarantined) for row in rows if row.op.header.plane == CONTROL],
            heads=plane.head_keys(),
            tips=plane.tips,
            forked=plane.forked,
            count=plane.count,
            invalid={row.op.id: row.is_quarantined for row in content if row.level < 1},
            folded=[
                (row.op, row.author)
                for row in content
                if row.kind > 0 and row.kind != ContentKind.MESSAGE and row.level > 0
            ],
            locked=[row.op for row in content if row.kind == 0],
        )
        loaded.ops, loaded.shown, loaded.kinds = dict(self.ops), set(self.shown), dict(self.kinds)
        loaded._written = self._written
        return loaded


def give(source: Member, target: Member) -> Outcome:
    """Give `target` everything that `source` holds."""
    return target.receive(list(source.ops.values()))


class Talk:
    """A conversation whose members are everybody named, the first its owner, all with the first epoch's key.

    Members are attributes: `talk.ana`. Each holds a copy of its own; nothing travels by itself.
    """

    def __init__(self, *names: str, levels: Sequence[int] = (), title: str = "a title") -> None:
        self.people = [person(name) for name in names]
        given = [Level.OWNER, *([Level.MEMBER] * (len(names) - 1))] if not levels else list(levels)
        slots = tuple(
            (who.id, int(level), (who.certificate.encoded,)) for who, level in zip(self.people, given, strict=True)
        )
        body = Genesis(fixed(f"genesis {names}", 16), RULES, slots)
        self.genesis = write_control(Replica(NO_CONVERSATION, device=self.people[0].device), body, now_ms=START_MS)
        self.id = ConversationId(self.genesis.id)
        self.members = {who.name: Member(who, self.id) for who in self.people}
        founder = self.members[names[0]]
        founder.receive([self.genesis])
        self.epoch_key = fixed(f"epoch {names}")
        self.epoch = founder.rule(new_epoch(self.genesis.id, self.epoch_key, self.people)).id
        if title:
            founder.write(Title(title))
        for member in self.members.values():
            if member is not founder:
                give(founder, member)

    def __getattr__(self, name: str) -> Member:
        try:
            return self.__dict__["members"][name]  # type: ignore[no-any-return]
        except KeyError:
            raise AttributeError(name) from None

    def copy_for(self, who: Person) -> Member:
        """Return an empty copy for somebody, noted as a member of this test (not of the conversation)."""
        self.members[who.name] = Member(who, self.id)
        return self.members[who.name]

    def meet(self, *names: str) -> None:
        """Let these (or all) members give each other everything."""
        met = [self.members[name] for name in names] if names else list(self.members.values())
        for _ in range(2):
            for source in met:
                for target in met:
                    if source is not target:
                        give(source, target)

    def ops(self) -> list[Op]:
        """Return every operation that any member holds."""
        found = {name: op for member in self.members.values() for name, op in member.ops.items()}
        return list(found.values())


# --- operations that no honest program writes ------------------------------------------------------------------------


def admit_body(admitter: Member, newcomer: Person, link: Invite, /, **changes: Any) -> Admit:
    """Return an honest admit, then with `changes`."""
    joiner_nonce, admitter_nonce = fixed(f"joiner {newcomer.name}", 16), fixed(f"admitter {newcomer.name}", 16)
    peer_id = admitter.person.certificate.peer_id
    signed = Transcript(
        conversation=admitter.id,
        invite=link.signing.public,
        identity=newcomer.id,
        device=newcomer.device_id,
        admitter_peer_id=peer_id,
        joiner_nonce=joiner_nonce,
        admitter_nonce=admitter_nonce,
    ).encode()
    found = admitter.replica.authority.invite(link.signing.public)
    body = Admit(
        proof=admitter.proof,
        subject=newcomer.id,
        certificate=newcomer.certificate.encoded,
        invite=found[0] if found else OpId(bytes(32)),
        transcript=(peer_id, joiner_nonce, admitter_nonce),
        invite_signature=link.signing.sign(signed, context=JOIN_CONTEXT),
        device_signature=newcomer.device.signing.sign(signed, context=JOIN_CONTEXT),
    )
    return replace(body, **changes)


def control_op(member: Member, body: ControlBody, *, by: Person | None = None, **changes: Any) -> Op:
    """Return a signed control operation, its header changed after `write_control` made it; nobody received it."""
    op = write_control(member.replica, body, now_ms=member.tick())
    return resigned(op, dump_control(body), conversation=member.id, by=by or member.person, **changes)


def content_op(member: Member, body: ContentBody, *, by: Person | None = None, **changes: Any) -> Op:
    """Return a signed content operation, its header changed; its body is closed for the changed header."""
    op = write_content(member.replica, body, now_ms=member.tick(), nonce=member.nonce())
    return sealed_op(member, dump_content(body), op.header, by=by, **changes)


def sealed_op(member: Member, plain: bytes, header: Header, *, by: Person | None = None, **changes: Any) -> Op:
    """Return a content operation around any plaintext at `header`'s place."""
    who = by or member.person
    header = replace(header, **{"device": who.device_id, **changes})
    position = Position(member.id, header.device, CONTENT, header.seq, header.prev or b"")
    epoch = header.epoch if header.epoch in member.replica.keyring.keys else member.epoch
    key = member.replica.keyring.keys[OpId(epoch or b"")].content
    data = encrypt_body(key, plain, position=position, nonce=member.nonce())
    header = replace(header, body_bytes=len(data), body_hash=body_hash(data))
    return sign_op(header, data, conversation=member.id, key=who.device.signing)


def resigned(op: Op, body: bytes, *, conversation: ConversationId, by: Person, **changes: Any) -> Op:
    """Return `op` with another body or header, signed by `by`."""
    values = {"device": by.device_id, "body_bytes": len(body), "body_hash": body_hash(body), **changes}
    header = replace(op.header, **values)
    where = conversation if header.parents or header.plane == CONTENT else NO_CONVERSATION
    return sign_op(header, body, conversation=where, key=by.device.signing)
