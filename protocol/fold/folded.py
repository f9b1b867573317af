"""What goes into the fold, what it asks its caller, and what comes back."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from crypto.ids import DeviceKey, IdentityKey, OpId
from protocol.bodies.content import ContentBody
from protocol.bodies.control import Level
from protocol.dag import Key

NOT_A_HOST: Final = -1


@dataclass(frozen=True, slots=True)
class Folded:
    """A valid, decrypted content operation as the fold sees it; it counts where `level` reaches `needed`."""

    id: OpId
    depth: int
    author: IdentityKey
    device: DeviceKey
    body: ContentBody
    host_rank: int = NOT_A_HOST
    """For an AI's reply or lease: its author's place among the AI's hosts as of the operation's `auth`."""
    level: int = Level.OWNER
    """The highest level at which the operation is valid."""
    needed: int = Level.MEMBER
    """The level that the conversation's policy asks for this kind; for a deletion, of another's message."""
    first_term: int = 0
    """For an AI's reply or lease: the term that the AI's settings begin with, as of the operation's `auth`."""

    @property
    def key(self) -> Key:
        """`(depth, id)`."""
        return (self.depth, self.id)

    @property
    def counts(self) -> bool:
        """Whether its level is high enough."""
        return self.level >= self.needed


@dataclass(frozen=True, slots=True)
class Target:
    """A message that other operations speak of."""

    author: IdentityKey
    kind: int
    """ContentKind."""


InPast = Callable[[OpId, OpId], bool]
"""Whether the first operation lies in the past of the second; asked of applied operations only."""

FindTarget = Callable[[OpId], Target | None]
"""Who wrote an operation, and its kind; None while it is not here, not readable, or does not count.

Its answer for a message changes when that message is applied or dropped, at no other time: then the fold asks again,
since it keeps no message itself. It may already give the new answer while that call runs, or still the old one.
"""


@dataclass(slots=True)
class Changes:
    """What one operation changed."""

    shown: dict[OpId, bool] = field(default_factory=dict)
    """The operation itself, and others that enter (True) or leave the timeline."""
    touched: set[OpId] = field(default_factory=set)
    """Messages whose text, deletion, reactions or pin are not what they were; they need not be here yet."""
    settings: bool = False
    """Whether title, description, phase, archive or the list of pins changed."""
    leases: set[bytes] = field(default_factory=set)
    """AI participants whose lease changed hands."""
