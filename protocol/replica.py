"""One member's copy of a conversation: takes operations in any order, says what to store and what changed.

An operation waits until everything it cites is here (`missing` tells what to ask for), then it is placed, its authority
checked, and, where its key is held, opened and folded. The caller verifies signatures before, and commits what
`receive` returns in one transaction; if that fails, this object is thrown away and loaded again.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from crypto.codec import Value, encode
from crypto.errors import SealError
from crypto.ids import ConversationId, DeviceKey, IdentityKey, OpId, blake2b
from crypto.keys import Device
from protocol import limits
from protocol.authority import Authority, Rule
from protocol.bodies.content import (
    AiReply,
    AiSettings,
    ContentBody,
    ContentKind,
    kind_of,
    load_content,
    load_settings,
)
from protocol.bodies.control import Admit, AiSet, EpochNew, EpochWrap, load_control
from protocol.dag import Entry, Plane
from protocol.errors import RemoteError
from protocol.fold import NOT_A_HOST, Fold, Folded
from protocol.keyring import Keyring
from protocol.ops import CONTENT, CONTROL, Op

LOCKED: Final = 0
"""Kind of a content operation whose key is not held yet."""
NO_EFFECT: Final = -1
"""Kind of one that was opened and found false or unknown: kept for its descendants, never folded."""


@dataclass(frozen=True, slots=True)
class Row:
    """An operation to be stored."""

    op: Op
    entry: Entry
    author: IdentityKey
    kind: int
    """ControlKind or ContentKind by plane, LOCKED or NO_EFFECT."""
    shown: bool
    """Whether it stands in the timeline."""
    body: ContentBody | None = None
    """What a content operation says, where it could be opened."""


@dataclass(slots=True)
class Outcome:
    """What came of receiving operations; everything in it belongs into one transaction."""

    rows: list[Row] = field(default_factory=list)
    """New operations, in an order in which each follows what it cites."""
    kinds: dict[OpId, int] = field(default_factory=dict)
    """Operations stored earlier whose kind is known now."""
    shown: dict[OpId, bool] = field(default_factory=dict)
    """Operations stored earlier that enter or leave the timeline."""
    keys: dict[OpId, bytes] = field(default_factory=dict)
    """Epoch keys learned."""
    missing: set[OpId] = field(default_factory=set)
    """Cited operations that are not here."""
    rejected: list[tuple[OpId, RemoteError]] = field(default_factory=list)
    control_changed: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to store."""
        return not (self.rows or self.kinds or self.shown or self.keys)


class Replica:
    """The operations of one conversation that this node holds, and what they come to."""

    def __init__(self, conversation: ConversationId, *, device: Device) -> None:
        self.id = conversation
        self.device = device
        self.authority = Authority(conversation)
        self.keyring = Keyring(conversation)
        self.control, self.content = Plane(), Plane()
        self.fold = Fold(self.content.in_past)
        self._waiting: dict[OpId, Op] = {}
        self._waiting_of: Counter[DeviceKey] = Counter()
        self._waiting_for: dict[OpId, set[OpId]] = {}
        self._locked: dict[OpId, list[Op]] = {}

    def plane(self, number: int) -> Plane:
        """Return the control or the content plane."""
        return self.control if number == CONTROL else self.content

    def __contains__(self, name: OpId) -> bool:
        return name in self.content or name in self.control

    def receive(self, ops: Iterable[Op]) -> Outcome:
        """Take in operations whose signatures hold; duplicates change nothing."""
        outcome = Outcome()
        for op in ops:
            self._offer(op, outcome)
        self._unlock(outcome)
        outcome.missing = {
            name
            for name, waiting in self._waiting_for.items()
            if name not in self and name not in self._waiting and not waiting.isdisjoint(self._waiting)
        }
        return outcome

    def restore(
        self, control: Sequence[Op], content: Sequence[Entry], folded: Sequence[Op], locked: Sequence[Op]
    ) -> None:
        """Load what was stored before.

        Args:
            control: all control operations, each after what it cites.
            content: the entries of all content operations, likewise.
            folded: those content operations that are registers, lanes or replies.
            locked: those whose key was not held.
        """
        for op in control:
            self.control.add(self.control.place(op.id, op.header))
            self.authority.add(op, load_control(op.body))
        for entry in content:
            self.content.add(entry)
        for op in folded:
            opened = self._open(op)
            if opened is not None:
                self.fold.apply(self._folded(op, self._author(op), opened))
        for op in locked:
            assert op.header.epoch is not None
            self._locked.setdefault(op.header.epoch, []).append(op)

    def read(self, op: Op) -> ContentBody | None:
        """Return what a content operation says; None where it is locked, false or of an unknown kind."""
        return self._open(op)

    def settings(self, rule: Rule) -> AiSettings | None:
        """Return an AI's settings; None where the key is not held, or the text is false."""
        assert isinstance(rule.body, AiSet)
        plain = self.keyring.open_control(rule.body.closed, epoch=rule.body.epoch)
        if plain is None:
            return None
        try:
            return load_settings(plain)
        except RemoteError:
            return None

    def state_hash(self, timeline: Iterable[OpId]) -> bytes:
        """Return 32 bytes, equal on two nodes exactly when they hold the same operations and show the same.

        Args:
            timeline: the ids of everything shown, in display order.
        """
        members: list[Value] = [
            [identity, int(member.level)] for identity, member in sorted(self.authority.members().items())
        ]
        state: list[Value] = [
            len(self.control),
            self.control.heads_hash(),
            len(self.content),
            self.content.heads_hash(),
            members,
            [rule.id for _, rule in sorted(self.authority.ais().items())],
            self.fold.digest(),
            blake2b(b"".join(timeline), person=b"p2p.timeline.1"),
        ]
        return blake2b(encode(state), person=b"p2p.state.1")

    # --- placing -----------------------------------------------------------------------------------------------------

    def _offer(self, op: Op, outcome: Outcome) -> None:
        """Place `op` or let it wait; then place whatever waited for it."""
        ready = [op]
        while ready:
            next_op = ready.pop()
            if next_op.id in self:
                continue
            lacking = self._lacking(next_op)
            if lacking:
                self._wait(next_op, lacking)
                continue
            try:
                self._attach(next_op, outcome)
            except RemoteError as error:
                outcome.rejected.append((next_op.id, error))
                self._drop_waiting_for(next_op.id)
                continue
            for name in self._waiting_for.pop(next_op.id, set()):
                waiting = self._waiting.get(name)
                if waiting is not None and not self._lacking(waiting):
                    del self._waiting[name]
                    self._waiting_of[waiting.header.device] -= 1
                    ready.append(waiting)

    def _lacking(self, op: Op) -> list[OpId]:
        lacking = self.plane(op.header.plane).missing(op.header)
        if op.header.plane == CONTENT:
            lacking += [name for name in op.header.auth if name not in self.control]
        return lacking

    def _wait(self, op: Op, lacking: list[OpId]) -> None:
        device = op.header.device
        if (
            self._waiting_of[device] >= limits.PENDING_PER_DEVICE
            or len(self._waiting) >= limits.PENDING_PER_CONVERSATION
        ):
            return  # it comes again with the next sync
        if op.id not in self._waiting:
            self._waiting_of[device] += 1
        self._waiting[op.id] = op
        for name in lacking:
            self._waiting_for.setdefault(name, set()).add(op.id)

    def _drop_waiting_for(self, refused: OpId) -> None:
        """Forget whatever waits for an operation that can never enter."""
        gone = [refused]
        while gone:
            for name in self._waiting_for.pop(gone.pop(), set()):
                waiting = self._waiting.pop(name, None)
                if waiting is not None:
                    self._waiting_of[waiting.header.device] -= 1
                    gone.append(name)

    def _attach(self, op: Op, outcome: Outcome) -> None:
        entry = self.plane(op.header.plane).place(op.id, op.header)
        if op.header.plane == CONTROL:
            row = self._attach_control(op, entry, outcome)
        else:
            row = self._attach_content(op, entry, outcome)
        outcome.rows.append(row)

    def _attach_control(self, op: Op, entry: Entry, outcome: Outcome) -> Row:
        body = load_control(op.body)
        rule = self.authority.add(op, body)
        self.control.add(entry)
        outcome.control_changed = True
        if isinstance(body, EpochNew | EpochWrap):
            epoch = op.id if isinstance(body, EpochNew) else body.epoch
            epochs = {known.id: known.body for known in self.authority.epochs() if isinstance(known.body, EpochNew)}
            for learned in self.keyring.learn(epoch, body, epochs=epochs, device=self.device):
                outcome.keys[learned] = self.keyring.keys[learned].key
        kind = op_kind(op)
        return Row(op, entry, rule.author, kind, shown=isinstance(body, Admit | AiSet))

    def _attach_content(self, op: Op, entry: Entry, outcome: Outcome) -> Row:
        author = self._author(op)
        self.content.add(entry)
        assert op.header.epoch is not None
        if op.header.epoch not in self.keyring:
            self._locked.setdefault(op.header.epoch, []).append(op)
            return Row(op, entry, author, LOCKED, shown=False)
        body = self._open(op)
        kind, shown = self._fold(op, author, body, outcome)
        return Row(op, entry, author, kind, shown, body)

    def _unlock(self, outcome: Outcome) -> None:
        for epoch in [epoch for epoch in self._locked if epoch in self.keyring]:
            for op in self._locked.pop(epoch):
                kind, shown = self._fold(op, self._author(op), self._open(op), outcome)
                outcome.kinds[op.id] = kind
                outcome.shown[op.id] = shown

    def _fold(self, op: Op, author: IdentityKey, body: ContentBody | None, outcome: Outcome) -> tuple[int, bool]:
        """Fold an opened content operation; return its kind and whether it is shown."""
        if body is None:
            return NO_EFFECT, False
        changes = self.fold.apply(self._folded(op, author, body))
        shown = changes.pop(op.id, False)
        if changes:
            new = {row.op.id: at for at, row in enumerate(outcome.rows)}
            for name, is_shown in changes.items():
                if name in new and name not in outcome.kinds:
                    row = outcome.rows[new[name]]
                    outcome.rows[new[name]] = replace(row, shown=is_shown)
                else:  # stored before, or told to be shown since its key came
                    outcome.shown[name] = is_shown
        return kind_of(body), shown

    def _author(self, op: Op) -> IdentityKey:
        prev = self.content.entries[op.header.prev] if op.header.prev is not None else None
        return self.authority.check_content(op.header, prev_auth=prev.auth if prev else ())

    def _open(self, op: Op) -> ContentBody | None:
        if op.header.epoch is None or op.header.epoch not in self.keyring:
            return None
        try:
            return load_content(self.keyring.decrypt(op.header, op.body))
        except (SealError, RemoteError):
            return None

    def _folded(self, op: Op, author: IdentityKey, body: ContentBody) -> Folded:
        rank = NOT_A_HOST
        if isinstance(body, AiReply):
            rule = self.authority.ais(within=op.header.auth).get(body.ai)
            if rule is not None and isinstance(rule.body, AiSet):
                host = (author, op.header.device)
                rank = rule.body.hosts.index(host) if host in rule.body.hosts else NOT_A_HOST
        return Folded(op.id, op.header.depth, author, op.header.device, body, rank)


def op_kind(op: Op) -> int:
    """Return the kind number at the front of a control operation's body (sound bodies only)."""
    return op.body[1]  # a fixint after the array's head byte: kinds are below 128


FOLDED_KINDS: Final = tuple(int(kind) for kind in ContentKind if kind is not ContentKind.MESSAGE)
"""Content kinds that must be folded again when a conversation is loaded."""
