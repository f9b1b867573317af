"""Logs that nobody honest would write: any parents, any proof, forks, late and early revocations, several devices.

A log is drawn from bytes: each byte makes one choice, so Hypothesis can shrink it and a seed can repeat it. Signatures
on operations are left out (nothing here checks them); those on certificates and links are real.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from crypto.certificates import issue
from crypto.ids import ConversationId, DeviceKey, IdentityKey, OpId
from crypto.signatures import JOIN_CONTEXT, SigningKey
from protocol.authority import Claim
from protocol.bodies.control import (
    Admit,
    AiSet,
    ControlBody,
    ControlKind,
    DeviceAdd,
    DeviceRevoke,
    EpochNew,
    EpochWrap,
    Genesis,
    Grant,
    InviteCreate,
    InviteRevoke,
    Leave,
    Policy,
    Revoke,
    dump_control,
)
from protocol.join import Transcript
from protocol.ops import CONTENT, CONTROL, NO_CONVERSATION, Header, Op, op_id
from tests.builders import START_MS, Person, fixed
from tests.props.naive_authority import Naive, Ruled, Said

NAMES = ("ana", "ben", "cat", "dan", "eve", "fay", "gus")
LEVELS = (3, 3, 2, 2, 1)
"""Of the first five; the others come later, if at all."""
ACTORS = (
    "ana",
    "ana",
    "ana",
    "ben",
    "ben",
    "ben",
    "cat",
    "cat",
    "cat",
    "cat",
    "dan",
    "dan",
    "dan",
    "eve",
    "fay",
    "gus",
)
MACHINES = ("desk", "lap")
KINDS = (
    *("grant", "grant", "grant", "grant", "grant", "revoke", "revoke", "revoke", "revoke", "revoke", "revoke", "leave"),
    *("invite", "invite", "admit", "admit", "admit", "close", "device", "lost", "lost", "lost", "policy", "ai"),
)
LESSER = (
    "admit",
    "admit",
    "admit",
    "leave",
    "wrap",
    "device",
    "lost",
    "lost",
    "lost",
    "close",
    "invite",
    "ai",
    "revoke",
)
"""What somebody does who is no admin; some of it, a policy must allow."""


@cache
def machine(name: str, device: str) -> Person:
    return Person.make(name, device=device)


@cache
def certificate(name: str, device: str, later: int = 0) -> bytes:
    """Return a certificate; the machines of one person are not all of one age."""
    who = machine(name, device)
    created_ms = START_MS + (device == "lap") * (NAMES.index(name) % 3) + later
    return issue(who.identity, device=who.device, peer_id=b"peer", created_ms=created_ms).encoded


@cache
def link(label: int) -> SigningKey:
    return SigningKey(fixed(f"link {label}"))


@cache
def admitted(conversation: ConversationId, label: int, name: str, device: str) -> tuple[bytes, bytes]:
    """Return the two signatures by which somebody comes in."""
    who = machine(name, device)
    signed = Transcript(
        conversation=conversation,
        invite=link(label).public,
        identity=who.id,
        device=who.device_id,
        admitter_peer_id=b"peer",
        joiner_nonce=bytes(16),
        admitter_nonce=bytes(16),
    ).encode()
    return link(label).sign(signed, context=JOIN_CONTEXT), who.device.signing.sign(signed, context=JOIN_CONTEXT)


def control_op(
    conversation: ConversationId | None,
    machine_key: DeviceKey,
    parents: list[OpId],
    depth: int,
    ts_ms: int,
    body: ControlBody,
) -> Op:
    """Return an unsigned control operation; None as its conversation makes a genesis."""
    data = dump_control(body)
    header = Header(CONTROL, machine_key, 0, None, tuple(sorted(parents)), (), depth, ts_ms, None, len(data), bytes(32))
    encoded = header.encode()
    return Op(op_id(conversation or NO_CONVERSATION, encoded), header, encoded, bytes(64), data)


@dataclass
class Log:
    """What was drawn, in an order in which each operation follows what it cites."""

    conversation: ConversationId = ConversationId(bytes(32))  # noqa: RUF009 - bytes, never changed
    steps: list[Op] = field(default_factory=list)
    bodies: dict[OpId, ControlBody] = field(default_factory=dict)
    refused: list[tuple[Op, ControlBody]] = field(default_factory=list)
    """Control operations that are not sound."""
    epoch: OpId = OpId(b"")  # noqa: RUF009 - bytes, never changed
    """The first epoch; it lies in the past of everything else."""
    ruled: dict[bytes, Ruled] = field(default_factory=dict)
    said: dict[bytes, Said] = field(default_factory=dict)

    def naive(self, held: set[bytes] | None = None) -> Naive:
        """Return the oracle over what is held."""
        return Naive(
            (op for name, op in self.ruled.items() if held is None or name in held),
            (op for name, op in self.said.items() if held is None or name in held),
        )

    def claim(self, naive: Naive, said: Said) -> Claim:
        who = naive.author(said)
        assert who is not None
        return Claim(OpId(said.id), DeviceKey(said.device), said.seq, IdentityKey(who), tuple(map(OpId, said.auth)))


class Drawing:
    """Draws one log, or what some people add to one."""

    def __init__(self, numbers: bytes, *, log: Log | None = None, actors: tuple[str, ...] = ()) -> None:
        self._numbers: Iterator[int] = iter(numbers)
        self._actors = actors or ACTORS
        self.is_over = False
        self.log = log or Log()
        if log is None:
            self._begin()
        while not self.is_over:
            self._step()

    def pick(self, below: int) -> int:
        """Return the next choice out of so many; 0 once the bytes are used up."""
        number = next(self._numbers, None)
        if number is None:
            self.is_over = True
            return 0
        return number % max(1, below)

    def _begin(self) -> None:
        slots = []
        for name, level in zip(NAMES, LEVELS, strict=False):
            certificates = [certificate(name, device) for device in (MACHINES if name != "dan" else MACHINES[:1])]
            slots.append((machine(name, "desk").id, level, tuple(certificates)))
        body = Genesis(fixed("nonce", 16), 1, tuple(slots))
        genesis = control_op(None, machine("ana", "desk").device_id, [], 0, 0, body)
        self.log.conversation = ConversationId(genesis.id)
        self.keep(genesis, body)
        epoch = EpochNew(genesis.id, 0, fixed("commit"), ())
        self.keep(control_op(self.log.conversation, genesis.header.device, [genesis.id], 1, 0, epoch), epoch)
        self.log.epoch = OpId(self.log.steps[-1].id)

    def keep(self, op: Op, body: ControlBody) -> None:
        ruled = Ruled(op.id, op.header.device, op.header.depth, op.header.parents, body)
        self.log.ruled[op.id] = ruled
        if self.log.naive().sound(ruled):
            self.log.steps.append(op)
            self.log.bodies[op.id] = body
        else:
            del self.log.ruled[op.id]
            self.log.refused.append((op, body))

    def _step(self) -> None:
        name = self._actors[self.pick(len(self._actors))]
        device = MACHINES[self.pick(4) == 3]
        who = machine(name, device)
        if self.pick(4) == 0:
            self._say(who)
            return
        known = [ruled for name_, ruled in self.log.ruled.items() if name_ != self.log.conversation]
        cited = {known[-1 - self.pick(len(known))].id for _ in range(1 + self.pick(3))}
        depth = 1 + max(self.log.ruled[each].depth for each in cited)
        naive = self.log.naive()
        past = {each for head in cited for each in {head} | naive.pasts[head]}
        stands = [stand for each in past for stand in naive.stands(naive.control[each]) if stand.who == who.id]
        stands.sort(key=lambda stand: (stand.key, stand.by))
        if not stands and self.pick(16):
            return
        choice = min(max(0, self.pick(6) - 2), len(stands) - 1)
        level, proof = (stands[choice].level, OpId(stands[choice].by)) if stands else (1, OpId(self.log.conversation))
        body = self._body(naive, level, proof, who, name, sorted(past))
        if body is None:
            return
        op = control_op(
            self.log.conversation, who.device_id, [OpId(each) for each in cited], depth, len(self.log.steps), body
        )
        if op.id not in self.log.ruled and not self.is_over:
            self.keep(op, body)

    def _body(
        self, naive: Naive, level: int, proof: OpId, who: Person, name: str, past: list[bytes]
    ) -> ControlBody | None:
        other = NAMES[self.pick(len(NAMES))]
        subject = machine(other, "desk").id
        match KINDS[self.pick(len(KINDS))] if level >= 2 else LESSER[self.pick(len(LESSER))]:
            case "grant":
                encoded = [certificate(other, each) for each in MACHINES[: self.pick(3)]]
                if encoded and self.pick(8) == 7:  # a claim on somebody else's device
                    thief = machine(other, "desk")
                    stolen = machine(NAMES[self.pick(len(NAMES))], "desk").device
                    encoded = [issue(thief.identity, device=stolen, peer_id=b"p", created_ms=0).encoded]
                return Grant(proof, subject, self.pick(level + 1), tuple(encoded))
            case "revoke":
                people = {subject: self.pick(4) if self.pick(2) else 0}
                people = {each: left for each, left in people.items() if each != who.id or self.pick(8) == 7}
                if self.pick(3) == 0 or not people:
                    people[machine(NAMES[self.pick(len(NAMES))], "desk").id] = self.pick(4)
                return Revoke(proof, tuple(sorted(people.items())), self._cut(people))
            case "leave":
                return Leave(proof, self.pick(4))
            case "invite":
                return InviteCreate(proof, link(self.pick(2)).public, int(self.pick(8) != 7), 0, 0)
            case "admit":
                return self._admit(naive, proof, past, other)
            case "close":
                invites = [each for each in past if isinstance(naive.control[each].body, InviteCreate)]
                return InviteRevoke(proof, OpId(invites[self.pick(len(invites))])) if invites else None
            case "device":
                return DeviceAdd(proof, certificate(name, MACHINES[self.pick(2)], self.pick(3) - 1))
            case "lost":
                whose = name if self.pick(3) else other
                device = machine(whose, MACHINES[self.pick(2)]).device_id
                return DeviceRevoke(proof, device, dict(self._cut({machine(whose, "desk").id: 0})).get(device, ()))
            case "policy":
                kinds = (ControlKind.INVITE_CREATE, ControlKind.AI_SET)
                rows = tuple((0, int(kind), 1 + self.pick(3)) for kind in kinds[: 1 + self.pick(2)])
                return Policy(proof, rows, 0)
            case "wrap":
                return EpochWrap(proof, self.log.epoch, ())
            case _:
                return AiSet(proof, b"", (), 0, 0, self.log.epoch, b"")

    def _admit(self, naive: Naive, proof: OpId, past: list[bytes], name: str) -> Admit | None:
        invites = [each for each in past if isinstance(naive.control[each].body, InviteCreate)]
        if not invites:
            return None
        invite = OpId(invites[self.pick(len(invites))])
        key = naive.control[invite].body.key
        label = next(number for number in range(2) if link(number).public == key)
        device = MACHINES[self.pick(2)]
        signatures = admitted(self.log.conversation, label, name, device)
        transcript = (b"peer", bytes(16), bytes(16))
        subject = machine(name, device).id
        return Admit(proof, subject, certificate(name, device), invite, transcript, *signatures)

    def _cut(self, people: dict[IdentityKey, int]) -> tuple[tuple[DeviceKey, tuple[OpId, ...]], ...]:
        """Return some of what these people's devices have said; sometimes under another device's name."""
        cut: dict[DeviceKey, tuple[OpId, ...]] = {}
        for said in self.log.said.values():
            if said.device in {machine(name, each).device_id for name in NAMES for each in MACHINES} and self.pick(2):
                device = DeviceKey(said.device) if self.pick(12) else machine("ben", "desk").device_id
                heads = {OpId(said.id), *cut.get(device, ())}
                if len(heads) <= 4:
                    cut[device] = tuple(sorted(heads))
        return tuple(sorted(cut.items()))

    def _say(self, who: Person) -> None:
        own = [said for said in self.log.said.values() if said.device == who.device_id]
        before = own[-1 - self.pick(len(own))] if own and self.pick(8) else None
        known = list(self.log.ruled)
        auth = {OpId(known[-1 - self.pick(len(known))]) for _ in range(1 + self.pick(2))}
        auth |= {OpId(each) for each in (before.auth if before else ())}
        if len(auth) > 4 or self.is_over:
            return
        seq = before.seq + 1 if before else 0
        prev = OpId(before.id) if before else None
        header = Header(
            CONTENT,
            who.device_id,
            seq,
            prev,
            (),
            tuple(sorted(auth)),
            0,
            len(self.log.said),
            self.log.epoch,
            0,
            bytes(32),
        )
        encoded = header.encode()
        name = op_id(self.log.conversation, encoded)
        said = Said(name, who.device_id, seq, prev, header.auth, self.log.epoch)
        if self.log.naive().heard(said, before.auth if before else ()) is not None:
            self.log.said[name] = said
            self.log.steps.append(Op(name, header, encoded, bytes(64), b""))


def draw(numbers: bytes) -> Log:
    """Return the log that these bytes stand for."""
    return Drawing(numbers).log
