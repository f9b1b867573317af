"""What came of receiving operations, as it is to be stored."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from crypto.ids import IdentityKey, OpId
from protocol.bodies.content import ContentBody
from protocol.dag import Entry
from protocol.errors import RemoteError
from protocol.ops import Op


class Row(NamedTuple):
    """An operation to be stored."""

    op: Op
    entry: Entry
    author: IdentityKey
    kind: int
    """ControlKind or ContentKind by plane, LOCKED or NO_EFFECT."""
    level: int
    """The highest level of an act at which it is valid (docs/protocol.md, "Authority"); below 1 it is not."""
    is_quarantined: bool
    is_shown: bool
    """Whether it stands in the timeline."""
    body: ContentBody | None = None
    """What a content operation says, where it could be opened."""


@dataclass(slots=True)
class Outcome:
    """What came of receiving operations; everything in it belongs into one transaction."""

    rows: dict[OpId, Row] = field(default_factory=dict)
    """New operations, in an order in which each follows what it cites."""
    kinds: dict[OpId, int] = field(default_factory=dict)
    """Operations stored earlier whose kind is known now."""
    levels: dict[OpId, int] = field(default_factory=dict)
    """Operations stored earlier that have another verdict."""
    quarantined: dict[OpId, bool] = field(default_factory=dict)
    """Operations stored earlier that left the log (True) or entered it."""
    shown: dict[OpId, bool] = field(default_factory=dict)
    """Operations stored earlier that enter or leave the timeline."""
    touched: set[OpId] = field(default_factory=set)
    """Messages that read differently now: edited, deleted, reacted to, pinned."""
    keys: dict[OpId, bytes] = field(default_factory=dict)
    """Epoch keys learned."""
    missing: set[OpId] = field(default_factory=set)
    """Cited operations that are not here."""
    rejected: list[tuple[OpId, RemoteError]] = field(default_factory=list)
    control_changed: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to store."""
        return not (self.rows or self.kinds or self.levels or self.quarantined or self.shown or self.keys)

    def move(self, names: Iterable[OpId], *, is_quarantined: bool) -> None:
        """Note that operations left the log or entered it."""
        for name in names:
            row = self.rows.get(name)
            if row is not None:
                self.rows[name] = row._replace(is_quarantined=is_quarantined)
            else:
                self.quarantined[name] = is_quarantined

    def show(self, name: OpId, is_shown: bool) -> None:
        """Note that an operation enters or leaves the timeline."""
        row = self.rows.get(name)
        if row is not None:
            self.rows[name] = row._replace(is_shown=is_shown)
        else:
            self.shown[name] = is_shown

    def relevel(self, name: OpId, level: int) -> None:
        """Note another verdict."""
        row = self.rows.get(name)
        if row is not None:
            self.rows[name] = row._replace(level=level)
        self.levels[name] = level

    def rekind(self, name: OpId, kind: int) -> None:
        """Note the kind of what could not be opened before."""
        row = self.rows.get(name)
        if row is not None:
            self.rows[name] = row._replace(kind=kind)
        self.kinds[name] = kind
