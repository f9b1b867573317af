"""The oracle: who may do what, worked out from the rule as it is written down, in the plainest way there is.

Nothing of protocol.authority is used. Sets are sets, and what is valid is asked anew each time, by recursion to the
genesis; remembered is only what is fixed with an operation: its past, its author, its proof. Signatures on links are
taken as sound.

    valid(x)   = sound(x) and valid(proof(x)) and nothing kills x at the level it needs
    kills(r, x, L) = r names the author of x (or its device)
                     and r is not in the past of proof(x)
                     and L > what r leaves
                     and (r is a leave:      r in past(x), K(proof(r)) <= K(proof(x)), from no younger device
                          r is a revocation: K(proof(r)) < K(proof(x)), as an owner where proof(x) makes an admin,
                                             and x not kept by r
                          r is the own device's revocation: K(proof(r)) <= K(proof(x)), from an older device,
                                             and x not kept by r)
                     and valid(r)
    kept(x, r) = x in past(r), where x is control; where x is content, x on the chain of a head in the cut of r, or of a
                 valid revocation of the same that has r in its past and ranks no lower
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from crypto.certificates import Certificate
from crypto.certificates import parse_certificate as _parse_certificate
from protocol.bodies.content import ContentKind
from protocol.bodies.control import (
    Admit,
    AiSet,
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
)

parse_certificate = cache(_parse_certificate)


@dataclass(frozen=True)
class Ruled:
    """A control operation."""

    id: bytes
    device: bytes
    depth: int
    cited: tuple[bytes, ...]
    body: Any


@dataclass(frozen=True)
class Said:
    """A content operation."""

    id: bytes
    device: bytes
    seq: int
    prev: bytes | None
    auth: tuple[bytes, ...]
    epoch: bytes


@dataclass(frozen=True)
class Stand:
    """What an operation confers on one person."""

    by: bytes
    who: bytes
    level: int
    path: tuple[Any, ...]

    @property
    def key(self) -> tuple[int, tuple[Any, ...]]:
        return (-self.level, self.path)


class Naive:
    """One set of operations; all that is cited by one of them is among them."""

    def __init__(self, control: Iterable[Ruled], content: Iterable[Said]) -> None:
        self.control = {op.id: op for op in control}
        self.content = {op.id: op for op in content}
        self.pasts: dict[bytes, set[bytes]] = {}
        for op in sorted(self.control.values(), key=lambda each: each.depth):
            self.pasts[op.id] = set()
            for name in op.cited:
                self.pasts[op.id] |= {name} | self.pasts[name]
        self._fixed: dict[Any, Any] = {}

    def fixed(self, kind: str, x: Any, work_out: Any) -> Any:
        """Return what is fixed with `x`, worked out once."""
        if (kind, x) not in self._fixed:
            self._fixed[kind, x] = work_out()
        return self._fixed[kind, x]

    # --- what is fixed -----------------------------------------------------------------------------------------------

    def past(self, x: Ruled | Said) -> set[bytes]:
        """Return the control operations in the past of one of either kind."""
        if isinstance(x, Ruled):
            return self.pasts[x.id]
        return {name for head in x.auth for name in {head} | self.pasts[head]}

    def certificates(self, op: Ruled) -> list[Certificate]:
        body = op.body
        if isinstance(body, Genesis):
            return [parse_certificate(each) for slot in body.slots for each in slot[2]]
        if isinstance(body, Grant):
            return [parse_certificate(each) for each in body.certificates]
        if isinstance(body, Admit | DeviceAdd):
            return [parse_certificate(body.certificate)]
        return []

    def owner(self, device: bytes, among: set[bytes]) -> bytes | None:
        """Return who is bound first to a device: by an operation that shows that the key is held, else by any."""
        found = []
        for name in among:
            op = self.control[name]
            for certificate in self.certificates(op):
                if certificate.device == device:
                    shown = isinstance(op.body, Admit) or op.device == device
                    found.append((0 if shown else 1, op.depth, op.id, certificate.identity))
        return min(found)[3] if found else None

    def author(self, x: Ruled | Said) -> bytes | None:
        return self.fixed("author", x.id, lambda: self.find_author(x))  # type: ignore[no-any-return]

    def target(self, op: Ruled) -> bytes | None:
        """Return whose device an operation revokes."""
        find = lambda: self.owner(op.body.device, self.past(op))  # noqa: E731
        return self.fixed("target", op.id, find)  # type: ignore[no-any-return]

    def find_author(self, x: Ruled | Said) -> bytes | None:
        if isinstance(x, Ruled):
            if isinstance(x.body, Genesis):
                return x.body.slots[0][0]
            if isinstance(x.body, DeviceAdd):
                certificate = parse_certificate(x.body.certificate)
                if certificate.device == x.device:
                    return certificate.identity
        return self.owner(x.device, self.past(x))

    def age(self, x: Ruled | Said) -> Any:
        """Return what the devices of one person are ordered by, by the certificates that an operation knew."""
        who = self.author(x)
        known = [self.control[name] for name in self.past(x)] + ([x] if isinstance(x, Ruled) else [])
        return min(
            (x.device != who, certificate.rank_path, certificate.created_ms, x.device)
            for op in known
            for certificate in self.certificates(op)
            if certificate.identity == who and certificate.device == x.device
        )

    def stands(self, op: Ruled) -> list[Stand]:
        return self.fixed("stands", op.id, lambda: self.find_stands(op))  # type: ignore[no-any-return]

    def find_stands(self, op: Ruled) -> list[Stand]:
        body = op.body
        match body:
            case Genesis():
                return [Stand(op.id, who, level, ((0, at),)) for at, (who, level, _) in enumerate(body.slots)]
            case Grant():
                above = self.proof(op)
                return [Stand(op.id, body.subject, body.level, (*above.path, (op.depth, op.id)))]
            case Admit():
                invite = self.control[body.invite]
                above = max(self.proof(op), self.proof(invite), key=lambda each: each.key)
                level = min(1, invite.body.level)
                return [Stand(op.id, body.subject, level, (*above.path, (op.depth, op.id)))]
        return []

    def proof(self, op: Ruled) -> Stand:
        """Return what an operation cites (StopIteration where its author has nothing by it)."""
        who = self.author(op)
        return next(each for each in self.stands(self.control[op.body.proof]) if each.who == who)

    def is_barred(self, device: bytes, stand: Stand) -> bool:
        """Return whether a device was revoked in the past of what its owner was given."""
        for name in self.pasts[stand.by]:
            op = self.control[name]
            if isinstance(op.body, DeviceRevoke) and op.body.device == device:
                if self.target(op) == stand.who:
                    return True
        return False

    def sound(self, op: Ruled) -> bool:
        """Return whether an operation is right as far as it and its past go."""
        body, past = op.body, self.past(op)
        if isinstance(body, Genesis):
            return True
        if isinstance(body, Revoke) and self.author(op) in dict(body.subjects):
            return False
        if body.proof not in past or self.author(op) is None:
            return False
        try:
            stand = self.proof(op)
        except StopIteration:
            return False
        if self.is_barred(op.device, stand):
            return False
        match body:
            case Grant():
                needed = 3 if body.level >= 2 else 2
                if any(each.identity != body.subject for each in self.certificates(op)):
                    return False
            case Admit():
                needed = 1
                if body.invite not in past or not isinstance(self.control[body.invite].body, InviteCreate):
                    return False
            case EpochWrap():
                needed = 1
            case Leave():
                needed = 0
            case DeviceAdd():
                needed = 0
                if self.certificates(op)[0].identity != self.author(op):
                    return False
            case DeviceRevoke():
                whose = self.target(op)
                if whose is None:
                    return False
                needed = 0 if whose == self.author(op) else 2
            case InviteRevoke():
                if body.invite not in past or not isinstance(self.control[body.invite].body, InviteCreate):
                    return False
                invite = self.control[body.invite]
                own = self.author(invite) == self.author(op) and stand.key <= self.proof(invite).key
                needed = 1 if own else 2
            case InviteCreate() | AiSet():
                tables = [self.table_of(name) for name in past if isinstance(self.control[name].body, Genesis | Policy)]
                needed = min(table[self.kind(body)] for table in tables)
                if isinstance(body, AiSet):
                    if body.epoch not in past or not isinstance(self.control[body.epoch].body, EpochNew):
                        return False
                    if body.ai:
                        named = self.control.get(body.ai)
                        if named is None or named.id not in past:
                            return False
                        if not isinstance(named.body, AiSet) or named.body.ai:
                            return False
            case Policy():
                needed = 3
            case _:
                needed = 2
        return stand.level >= needed

    @staticmethod
    def kind(body: Any) -> tuple[int, int]:
        return (0, ControlKind.INVITE_CREATE if isinstance(body, InviteCreate) else ControlKind.AI_SET)

    # --- the rule ----------------------------------------------------------------------------------------------------

    def valid(self, op: Ruled) -> bool:
        return self.valid_at(op, self.needed(op))

    def valid_at(self, op: Ruled, level: int) -> bool:
        """Return whether a sound control operation is valid, and would be if it needed this level."""
        if isinstance(op.body, Genesis):
            return True
        stand = self.proof(op)
        if stand.level < level or not self.valid(self.control[stand.by]):
            return False
        if isinstance(op.body, Admit):
            if not self.valid(self.control[op.body.invite]):
                return False
            for other in self.control.values():
                if isinstance(other.body, InviteRevoke) and other.body.invite == op.body.invite:
                    if op.id not in self.past(other) and self.valid(other):
                        return False
        return not any(self.kills(r, op, stand, level) for r in self.removals())

    def content_level(self, x: Said) -> int:
        """Return the highest level at which a content operation is valid; 0 for none."""
        for level in (3, 2, 1):
            for name in self.past(x):
                for stand in self.stands(self.control[name]):
                    if stand.who != self.author(x) or stand.level < level or self.is_barred(x.device, stand):
                        continue
                    if not self.valid(self.control[name]):
                        continue
                    if not any(self.kills(r, x, stand, level) for r in self.removals()):
                        return level
        return 0

    def removals(self) -> list[Ruled]:
        return [op for op in self.control.values() if isinstance(op.body, Revoke | Leave | DeviceRevoke)]

    def kills(self, r: Ruled, x: Ruled | Said, stand: Stand, level: int) -> bool:
        who, remover = self.author(x), self.author(r)
        assert who is not None
        is_own = remover == who
        match r.body:
            case Revoke():
                named = dict(r.body.subjects)
                if who not in named:
                    return False
                left, as_leave, as_own = named[who] - 1, False, False
            case Leave():
                if not is_own:
                    return False
                left, as_leave, as_own = r.body.left - 1, True, False
            case DeviceRevoke():
                if x.device != r.body.device or self.target(r) != who:
                    return False
                left, as_leave, as_own = -1, is_own and r.device == x.device, is_own
            case _:
                raise AssertionError(r)
        if r.id in self.pasts[stand.by] or level <= left:
            return False
        mine = self.proof(r)
        if as_leave:
            if r.id not in self.past(x) or mine.key > stand.key:
                return False
            if self.age(r) > self.age(x):
                return False
        elif as_own:
            if mine.key > stand.key or self.age(r) >= self.age(x) or self.kept(x, r, stand):
                return False
        else:
            if mine.key >= stand.key or self.kept(x, r, stand):
                return False
            if stand.level >= 2 and not self.valid_at(r, 3):
                return False
        return self.valid(r)

    def kept(self, x: Ruled | Said, r: Ruled, stand: Stand) -> bool:
        if isinstance(x, Ruled):
            return x.id in self.past(r)
        return any(self.on_chain(x.id, head) for head in self.heads(x, r)) or any(
            self.on_chain(x.id, head)
            for other in self.removals()
            if self.amends(other, r, x, stand)
            for head in self.heads(x, other)
        )

    def heads(self, x: Said, r: Ruled) -> tuple[bytes, ...]:
        """Return the heads of the chains of the device of `x` that a cut names."""
        if isinstance(r.body, DeviceRevoke):
            return tuple(r.body.cut)
        return tuple(dict(r.body.cut).get(x.device, ()))

    def amends(self, later: Ruled, r: Ruled, x: Said, stand: Stand) -> bool:
        """Return whether a revocation makes the cut of an earlier one larger: it knew that, and ranks no lower."""
        if type(later.body) is not type(r.body) or r.id not in self.pasts[later.id]:
            return False
        if self.proof(later).key > self.proof(r).key or not self.valid(later):
            return False
        if stand.level >= 2 and self.author(later) != stand.who and not self.valid_at(later, 3):
            return False
        if later.id in self.pasts[stand.by]:
            return False
        if isinstance(r.body, Revoke):
            return stand.who in dict(later.body.subjects)
        if later.body.device != r.body.device or self.target(later) != stand.who or later.device == later.body.device:
            return False
        if (self.author(later) == stand.who) != (self.author(r) == stand.who):
            return False
        if self.author(r) == stand.who:
            return bool(self.age(later) <= self.age(r))
        return True

    def on_chain(self, name: bytes, head: bytes | None) -> bool:
        while head is not None and head in self.content:
            if head == name:
                return True
            head = self.content[head].prev
        return False

    def needed(self, op: Ruled) -> int:
        match op.body:
            case Grant():
                return 3 if op.body.level >= 2 else 2
            case Genesis() | Policy():
                return 3
            case Admit() | EpochWrap():
                return 1
            case Leave() | DeviceAdd():
                return 0
            case DeviceRevoke():
                return 0 if self.target(op) == self.author(op) else 2
            case InviteRevoke():
                invite = self.control[op.body.invite]
                own = self.author(invite) == self.author(op) and self.proof(op).key <= self.proof(invite).key
                return 1 if own else 2
            case InviteCreate() | AiSet():
                return self.table(self.past(op))[self.kind(op.body)]
            case _:
                return 2

    def table_of(self, name: bytes) -> dict[tuple[int, int], int]:
        table = {(0, int(kind)): 2 for kind in (ControlKind.INVITE_CREATE, ControlKind.AI_SET)}
        table |= {(1, int(kind)): 1 for kind in (ContentKind.TITLE, ContentKind.DESCRIPTION)}
        return table | {(plane, kind): level for plane, kind, level in self.control[name].body.table}

    def table(self, among: set[bytes]) -> dict[tuple[int, int], int]:
        """Return the table of the last valid policy, or the genesis."""
        ordered = sorted((self.control[name] for name in among), key=lambda op: (op.depth, op.id), reverse=True)
        last = next(op for op in ordered if isinstance(op.body, Genesis | Policy) and self.valid(op))
        return self.table_of(last.id)

    # --- what it comes to --------------------------------------------------------------------------------------------

    def members(self) -> dict[bytes, int]:
        """Return everybody's level: the highest at which something new of theirs, knowing all, would be valid."""
        found: dict[bytes, int] = {}
        for op in self.control.values():
            for stand in self.stands(op):
                if self.valid(op):
                    now = min([stand.level, *(left for left in self.losses(stand))])
                    found[stand.who] = max(now, found.get(stand.who, -1))
        return {who: level for who, level in found.items() if level >= 0}

    def losses(self, stand: Stand) -> Iterable[int]:
        for r in self.removals():
            if r.id in self.pasts[stand.by]:
                continue
            mine = self.proof(r)
            if isinstance(r.body, Revoke) and stand.who in dict(r.body.subjects):
                strong = stand.level < 2 or self.valid_at(r, 3)
                if mine.key < stand.key and strong and self.valid(r):
                    yield dict(r.body.subjects)[stand.who] - 1
            if isinstance(r.body, Leave) and self.author(r) == stand.who:
                if mine.key <= stand.key and self.valid(r):
                    yield r.body.left - 1

    def heard(self, x: Said, before: tuple[bytes, ...]) -> bytes | None:
        """Return the author of a content operation that may be kept at all; None where it may not."""
        past = self.past(x)
        who = self.owner(x.device, past)
        if who is None or x.epoch not in past or not isinstance(self.control[x.epoch].body, EpochNew):
            return None
        if not {name for head in before for name in {head} | self.pasts[head]} <= past:
            return None
        for name in past:
            for stand in self.stands(self.control[name]):
                if stand.who == who and stand.level >= 1 and not self.is_barred(x.device, stand):
                    return who
        return None
