"""A board on which scenes of authority are played: people, operations with any parents, and what comes of them.

board = Board(ana=3, ben=2, cat=1)
word = board.say("cat")
gone = board.revoke("ben", "cat")                # on top of everything, with an empty cut
board.grant("ana", "cat", 1, after=[board.epoch])  # beside it
assert board.levels() == {"ana": 3, "ben": 2}
board.check()                                    # the same in any order of arrival, and by the oracle
"""

from collections.abc import Iterable, Mapping
from random import Random

from crypto.ids import DeviceKey, OpId
from protocol.authority import Added
from protocol.bodies.control import (
    Admit,
    ControlBody,
    DeviceAdd,
    DeviceRevoke,
    EpochNew,
    Genesis,
    Grant,
    InviteCreate,
    InviteRevoke,
    Leave,
    Policy,
    Revoke,
)
from protocol.ops import CONTENT, Header, Op, op_id
from tests.builders import Person, fixed
from tests.props.copies import Copy, arrivals, check, state
from tests.props.logs import Log, admitted, certificate, control_op, link, machine
from tests.props.naive_authority import Ruled, Said

ALL = {"ana": 3, "fay": 3, "ben": 2, "dan": 2, "cat": 1}
"""Who belongs to the board of the tests (conftest.py)."""


def without(*names: str, **changed: int) -> dict[str, int]:
    """Return the levels of everybody but these, some of them changed."""
    return {name: level for name, level in {**ALL, **changed}.items() if name not in names}


def who(name: str) -> Person:
    return machine(name, "desk")


class Board:
    """One conversation, everything of which is known to one copy at once."""

    def __init__(self, *, table: tuple[tuple[int, int, int], ...] = (), **levels: int) -> None:
        self.log = Log()
        self.copy = Copy(self.log)
        self.added: dict[OpId, Added] = {}
        self.heads: set[OpId] = set()
        self.proofs: dict[str, OpId] = {}
        first = next(iter(levels))
        slots = tuple((who(name).id, level, (certificate(name, "desk"),)) for name, level in levels.items())
        body = Genesis(fixed("nonce", 16), 1, slots, table=table)
        genesis = control_op(None, who(first).device_id, [], 0, 0, body)
        self.log.conversation = self.copy.authority.conversation = type(self.log.conversation)(genesis.id)
        self.genesis = self._keep(genesis, body)
        self.proofs = dict.fromkeys(levels, self.genesis)
        self.epoch = self.rule(first, EpochNew(self.genesis, 0, fixed("commit"), ()))

    # --- writing -----------------------------------------------------------------------------------------------------

    def rule(self, by: str, body: ControlBody, *, after: Iterable[OpId] = (), device: str = "desk") -> OpId:
        """Write a control operation after some others, or after everything."""
        parents = list(after) or sorted(self.heads)
        depth = 1 + max(self.log.ruled[name].depth for name in parents)
        return self._keep(self.op(by, body, parents, depth, device), body)

    def op(self, by: str, body: ControlBody, parents: list[OpId], depth: int, device: str = "desk") -> Op:
        return control_op(
            self.log.conversation, machine(by, device).device_id, parents, depth, len(self.log.steps), body
        )

    def _keep(self, op: Op, body: ControlBody) -> OpId:
        self.log.bodies[op.id] = body
        ruled = Ruled(op.id, op.header.device, op.header.depth, op.header.parents, body)
        added = self.copy.authority.add(op, body)
        self.log.ruled[op.id] = ruled
        self.log.steps.append(op)
        self.copy.held.add(op.id)
        self.heads = (self.heads - set(op.header.parents)) | {op.id}
        self.added[op.id] = added
        return op.id

    def grant(
        self, by: str, subject: str, level: int, *, after: Iterable[OpId] = (), proof: OpId | None = None
    ) -> OpId:
        body = Grant(proof or self.proofs[by], who(subject).id, level, (certificate(subject, "desk"),))
        name = self.rule(by, body, after=after)
        self.proofs.setdefault(subject, name)
        return name

    def revoke(
        self,
        by: str,
        subjects: str | Mapping[str, int],
        *,
        cut: Mapping[str, Iterable[OpId]] | None = None,
        after: Iterable[OpId] = (),
        proof: OpId | None = None,
        device: str = "desk",
    ) -> OpId:
        """Lower people, to nothing where `subjects` is a name; `cut` is by name ("cat", or "cat/lap")."""
        levels = {subjects: -1} if isinstance(subjects, str) else subjects
        named = tuple((who(name).id, level + 1) for name, level in levels.items())
        kept = tuple((self.device(*name.split("/")), tuple(heads)) for name, heads in (cut or {}).items())
        return self.rule(by, Revoke(proof or self.proofs[by], named, kept), after=after, device=device)

    def leave(
        self, by: str, level: int = -1, *, after: Iterable[OpId] = (), proof: OpId | None = None, device: str = "desk"
    ) -> OpId:
        return self.rule(by, Leave(proof or self.proofs[by], level + 1), after=after, device=device)

    def invite(self, by: str, label: int = 0, *, level: int = 1, after: Iterable[OpId] = ()) -> OpId:
        return self.rule(by, InviteCreate(self.proofs[by], link(label).public, level, 0, 0), after=after)

    def close(self, by: str, invite: OpId, *, after: Iterable[OpId] = ()) -> OpId:
        return self.rule(by, InviteRevoke(self.proofs[by], invite), after=after)

    def admit(
        self,
        by: str,
        newcomer: str,
        invite: OpId,
        label: int = 0,
        *,
        after: Iterable[OpId] = (),
        proof: OpId | None = None,
    ) -> OpId:
        signatures = admitted(self.log.conversation, label, newcomer, "desk")
        transcript = (b"peer", bytes(16), bytes(16))
        encoded = certificate(newcomer, "desk")
        body = Admit(proof or self.proofs[by], who(newcomer).id, encoded, invite, transcript, *signatures)
        name = self.rule(by, body, after=after)
        self.proofs.setdefault(newcomer, name)
        return name

    def add_device(
        self, by: str, device: str, *, at: str = "desk", created: int = 0, after: Iterable[OpId] = ()
    ) -> OpId:
        return self.rule(by, DeviceAdd(self.proofs[by], certificate(by, device, created)), device=at, after=after)

    def lose(
        self,
        by: str,
        whose: str,
        device: str,
        *,
        cut: Iterable[OpId] = (),
        at: str = "desk",
        after: Iterable[OpId] = (),
        proof: OpId | None = None,
    ) -> OpId:
        """Revoke a device."""
        body = DeviceRevoke(proof or self.proofs[by], machine(whose, device).device_id, tuple(cut))
        return self.rule(by, body, device=at, after=after)

    def policy(self, by: str, *rows: tuple[int, int, int], history: int = 0, after: Iterable[OpId] = ()) -> OpId:
        return self.rule(by, Policy(self.proofs[by], rows, history), after=after)

    def say(
        self,
        by: str,
        *,
        knowing: Iterable[OpId] = (),
        device: str = "desk",
        after: OpId | None = None,
        is_held: bool = True,
    ) -> OpId:
        """Write a content operation that cites some control operations, or everything; `after`: of the same device.

        Without `after` it follows what that device said last. With `is_held=False` nobody has it yet: see `hear`.
        """
        key = machine(by, device).device_id
        own = [said for said in self.log.said.values() if said.device == key]
        before = self.log.said[after] if after else own[-1] if own else None
        auth = tuple(sorted(knowing)) or tuple(sorted(self.heads))
        seq, prev = (before.seq + 1, OpId(before.id)) if before else (0, None)
        header = Header(CONTENT, key, seq, prev, (), auth, 0, len(self.log.said), self.epoch, 0, bytes(32))
        encoded = header.encode()
        name = op_id(self.log.conversation, encoded)
        self.log.said[name] = Said(name, key, seq, prev, auth, self.epoch)
        self.log.steps.append(Op(name, header, encoded, bytes(64), b""))
        if is_held:
            self.hear(name)
        return name

    def hear(self, name: OpId) -> None:
        self.copy.take(next(op for op in self.log.steps if op.id == name))

    # --- what comes of it --------------------------------------------------------------------------------------------

    def levels(self) -> dict[str, int]:
        """Return everybody's level now, by name."""
        names = {who(name).id: name for name in ("ana", "ben", "cat", "dan", "eve", "fay", "gus")}
        return {names[identity]: int(member.level) for identity, member in self.copy.authority.members().items()}

    def is_valid(self, name: OpId) -> bool:
        return self.copy.authority.is_valid(name)

    def verdict(self, name: OpId) -> int:
        return self.copy.authority.verdict(self.copy.claims[name])

    def device(self, name: str, device: str = "desk") -> DeviceKey:
        return machine(name, device).device_id

    def check(self) -> None:
        """Assert that the oracle agrees, and that twenty other orders of arrival lead here."""
        check(self.copy)
        for seed in range(20):
            other = Copy(self.log)
            for op in arrivals(self.log, Random(seed)):
                other.take(op)
            assert state(other) == state(self.copy)
