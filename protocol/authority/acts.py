"""What is kept of a control operation, and of what it confers, binds and takes away (docs/protocol.md, "Authority").

Nothing here decides anything. Sets of operations are bits of an integer: each operation has one, and knows its past.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final, NamedTuple

from crypto.certificates import Certificate
from crypto.ids import DeviceKey, IdentityKey, OpId
from protocol.bodies.control import ControlBody, Level

NONE: Final = -1
"""The level of somebody who does not belong."""

Path = tuple[tuple[int, bytes | int], ...]
Key = tuple[int, Path]
"""Seniority of a standing, the smaller the more senior: `(rank of its level, where it comes from)`."""
Seniority = tuple[bool, tuple[int, ...], int, bytes]
"""Seniority of a person's device by its certificates, the smaller the more senior."""


def rank(level: int) -> int:
    """Return the first part of the key of a standing of this level; the odd numbers lie between levels."""
    return 2 * (Level.OWNER - level)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who belongs, as of all control operations known."""

    identity: IdentityKey
    level: Level
    certificates: tuple[Certificate, ...]
    """Of every device that counts, the most senior first."""
    proof: OpId
    """The most powerful grant, which this member's own operations cite."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A sound control operation, with its place in the order; whether it is valid, `Authority.is_valid` says."""

    id: OpId
    depth: int
    author: IdentityKey
    body: ControlBody

    @property
    def key(self) -> tuple[int, OpId]:
        """`(depth, id)`."""
        return (self.depth, self.id)


@dataclass(frozen=True, slots=True)
class Added:
    """What came of one more control operation."""

    rule: Rule
    concerned: frozenset[IdentityKey] = frozenset()
    """People whose content operations may have another verdict now than before."""
    flipped: frozenset[OpId] = frozenset()
    """Earlier control operations that were valid and are not, or the other way round."""
    needs_changed: bool = False
    """Whether `needed` may have another answer now for control heads known before: a policy flipped."""


class Claim(NamedTuple):
    """A content operation as far as its verdict hangs on it."""

    id: OpId
    device: DeviceKey
    seq: int
    author: IdentityKey
    auth: tuple[OpId, ...]


@dataclass(frozen=True, slots=True)
class Binding:
    """A device that one operation ties to its owner."""

    certificate: Certificate
    by: "Act"
    order: tuple[bool, int, OpId]
    """`(the device has not shown that it holds its key, depth, id)`: of several bindings, the first in order counts."""


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """A level that one operation confers on one person."""

    identity: IdentityKey
    level: int
    key: Key
    by: "Act" = field(repr=False)


class Scope(Enum):
    """Whom a removal reaches."""

    JUNIORS = auto()
    """Uses of standings more junior than its author's: a revocation, or that of somebody else's device."""
    YOUNGER_DEVICE = auto()
    """A person's device, revoked from a more senior one of the same person."""
    FUTURE = auto()
    """What its own author does after it: leaving, or a device that retires itself."""


@dataclass(frozen=True, slots=True, eq=False)
class Removal:
    """What one operation takes away from one person, or from one device of theirs."""

    by: "Act" = field(repr=False)
    identity: IdentityKey
    device: DeviceKey | None
    scope: Scope
    left: int
    """The level that is left, -1 for none."""
    cut: Mapping[DeviceKey, tuple[OpId, ...]]


@dataclass(slots=True, eq=False)
class Act:
    """A sound control operation in its surroundings. All but the last two is settled once and for all."""

    rule: Rule
    device: DeviceKey
    bit: int
    before: int
    """Its past, without itself."""
    standing: Standing | None
    """What it cites as its proof; None for the genesis."""
    needed: int
    """The level it needs; of kinds that a policy governs, the least that any policy in its past asks for."""
    governed: tuple[int, int] | None
    """`(plane, kind)` where a policy says what it needs."""
    order: Key
    """Validity hangs only on operations whose `(order, place, depth)` is smaller."""
    place: Seniority = field(init=False)
    """Its device's among its author's, by the certificates in its past and its own."""
    confers: list[Standing] = field(default_factory=list)
    takes: list[Removal] = field(default_factory=list)
    ceiling: int = NONE
    """The highest level at which it is valid, by everything known."""
    is_valid: bool = False
    """Whether that reaches the level it needs."""
