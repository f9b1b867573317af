"""Copies of a drawn log: each takes the operations in some order, and is checked against the oracle at every step."""

from random import Random

from crypto.ids import DeviceKey, IdentityKey, OpId
from protocol.authority import Authority, Claim
from protocol.ops import CONTENT, Op
from tests.props.logs import Log


class Copy:
    """One node's view of a log: what it holds, and an authority that is told of it."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.held: set[bytes] = set()
        self.claims: dict[OpId, Claim] = {}
        self.authority = Authority(log.conversation, self.is_on_chain)

    def is_on_chain(self, name: OpId, device: DeviceKey, seq: int, head: OpId) -> bool:
        said = self.log.said.get(head)
        if said is None or said.device != device:
            return False
        at: bytes | None = head
        while at is not None and at in self.claims:
            if at == name:
                assert self.log.said[at].seq == seq
                return True
            at = self.log.said[at].prev
        return False

    def verdicts(self) -> dict[OpId, int]:
        return {name: max(0, self.authority.verdict(claim)) for name, claim in self.claims.items()}

    def valid(self) -> set[OpId]:
        return {name for name in self.authority.rules if self.authority.is_valid(name)}

    def take(self, op: Op) -> set[IdentityKey]:
        """Take in one operation; return whose verdicts may have changed. Checks that nobody else's did."""
        verdicts, valid = self.verdicts(), self.valid()
        if op.header.plane == CONTENT:
            prev = op.header.prev
            prev_auth = self.claims[prev].auth if prev else ()
            author = self.authority.check_content(op.header, prev_auth=prev_auth)
            self.claims[op.id] = Claim(op.id, op.header.device, op.header.seq, author, op.header.auth)
            concerned = set(self.authority.cut_heads.get(op.id, ()))
            assert self.valid() == valid
        else:
            added = self.authority.add(op, self.log.bodies[op.id])
            concerned = set(added.concerned)
            assert added.flipped == valid ^ (self.valid() - {op.id})
        self.held.add(op.id)
        now = self.verdicts()
        changed = {self.claims[name].author for name, level in verdicts.items() if now[name] != level}
        assert changed <= concerned
        return concerned


def check(copy: Copy) -> None:
    naive = copy.log.naive(copy.held)
    assert copy.valid() == {name for name, op in naive.control.items() if naive.valid(op)}
    assert copy.verdicts() == {name: naive.content_level(said) for name, said in naive.content.items()}
    assert {who: member.level for who, member in copy.authority.members().items()} == naive.members()


def arrivals(log: Log, random: Random) -> list[Op]:
    """Return all operations of a log, in any order in which each follows what it cites."""
    waiting, order, held = list(log.steps), [], set()
    while waiting:
        ready = [
            op
            for op in waiting
            if held.issuperset(op.header.parents)
            and held.issuperset(op.header.auth)
            and (op.header.prev is None or op.header.prev in held)
        ]
        op = random.choice(ready)
        waiting.remove(op)
        order.append(op)
        held.add(op.id)
    return order


def state(copy: Copy) -> object:
    authority = copy.authority
    return (
        copy.valid(),
        copy.verdicts(),
        {who: (member.level, member.proof, member.certificates) for who, member in authority.members().items()},
        {who: rule.id for who, rule in authority.removed().items()},
        [rule.id for rule in authority.epochs()],
        {ai: rule.id for ai, rule in authority.ais().items()},
        [rule.id for rule in authority.invites()],
        dict(authority.policy()),
        authority.peers(),
    )
