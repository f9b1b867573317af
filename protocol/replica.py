"""One member's copy of a conversation: takes operations in any order, says what to store and what changed.

An operation is *pending* until everything it cites is here, *attached* once its position and its author's standing are
checked, and *valid* as long as the authority says so; only valid ones are folded. The caller verifies signatures
before, and commits what `receive` returns in one transaction; if that fails, this object is thrown away and loaded
again.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from crypto.codec import Value, encode
from crypto.ids import ConversationId, DeviceKey, IdentityKey, OpId, blake2b
from crypto.keys import Device
from protocol import limits
from protocol.authority import Authority, Claim, Rule
from protocol.bodies.ai import AiSettings, load_settings
from protocol.bodies.content import ContentBody, ContentKind, Message, kind_of
from protocol.bodies.control import (
    Admit,
    AiSet,
    EpochNew,
    EpochWrap,
    Grant,
    Leave,
    Level,
    Revoke,
    load_control,
)
from protocol.contents import LOCKED, NO_EFFECT, Contents
from protocol.dag import Entry, Key, Plane
from protocol.errors import RemoteError
from protocol.keyring import Keyring
from protocol.ops import CONTENT, CONTROL, Op
from protocol.outcome import Outcome, Row
from protocol.pending import Pending
from protocol.shelf import MemoryShelf, Shelf, Shelved

NO_ROOM: Final = "no_room"
"""Code of the one refusal that is not for ever: the operation is taken as soon as something waits for it."""
_NOTICES: Final = (Admit, AiSet, Grant, Revoke, Leave)
"""Control operations that stand in the timeline."""


class Replica:
    """The operations of one conversation that this node holds, and what they come to."""

    def __init__(self, conversation: ConversationId, *, device: Device, shelf: Shelf | None = None) -> None:
        """Start empty; without a shelf everything is kept in memory."""
        self.id = conversation
        self.device = device
        self._memory = MemoryShelf() if shelf is None else None
        self.shelf: Shelf = shelf if shelf is not None else self._memory or MemoryShelf()
        self.content = Plane(shelf)
        self.control = Plane(pinned=self._pinned)
        self.authority = Authority(conversation, is_on_chain=self.content.is_on_chain)
        self.keyring = Keyring(conversation)
        self.contents = Contents(
            self.authority, self.keyring, self.shelf, in_past=self.content.in_past, author=self._author
        )
        self.fold = self.contents.fold
        self.pending = Pending()
        self._outcome = self.contents.outcome
        self._concerned: set[IdentityKey] = set()
        self._needs_changed = False
        self.composed: tuple[object, OpId, tuple[OpId, ...]] | None = None
        """Epoch and control heads last written under, and what that hung on (protocol.compose)."""
        self._written: tuple[OpId, ContentBody] | None = None

    def plane(self, number: int) -> Plane:
        """Return the control or the content plane."""
        return self.control if number == CONTROL else self.content

    def __contains__(self, name: OpId) -> bool:
        return name in self.control or name in self.content

    def receive(self, ops: Iterable[Op], *, now_ms: int = 0, written: ContentBody | None = None) -> Outcome:
        """Take in operations whose signatures hold; duplicates change nothing.

        Args:
            ops: in any order.
            now_ms: the time by this node's clock, for how long an operation may wait.
            written: what the only operation says, where it was written here just now: it need not be opened.
        """
        offered = list(ops)
        self._written = (offered[0].id, written) if written is not None else None
        outcome = self._outcome = self.contents.outcome = Outcome()
        self._concerned, self._needs_changed = set(), False
        self._prefetch(offered)
        for op in offered:
            self._offer(op, now_ms)
        self.contents.unlock()
        if self._concerned:
            self._judge_again()
        if self._needs_changed:
            self.contents.fold_all_again()
        self.pending.expire(now_ms=now_ms)
        outcome.missing = {name for name in self.pending.missing() if name not in self}
        if self._memory is not None:
            self._memory.commit(outcome)
        return outcome

    def stored(self) -> None:
        """Note that the last outcome is on the shelf."""
        self.content.trim()

    def restore(
        self,
        control: Sequence[tuple[Op, int, bool]],
        *,
        heads: Iterable[Key],
        tips: Mapping[DeviceKey, tuple[int, OpId]],
        forked: Iterable[DeviceKey],
        count: int,
        invalid: Mapping[OpId, bool],
        folded: Iterable[tuple[Op, IdentityKey]],
        locked: Sequence[Op],
    ) -> None:
        """Load what was stored before; content entries stay on the shelf.

        Args:
            control: all control operations with `(level, is quarantined)`, each after what it cites.
            heads: of the content log.
            tips: of its devices.
            forked: devices that forked their chain.
            count: how many operations the content log has.
            invalid: content operations that are not valid, and whether each is quarantined.
            folded: valid content operations that are no messages, with their authors.
            locked: content operations whose key was not held.
        """
        for op, _, is_quarantined in control:
            self.authority.add(op, load_control(op.body))
            self.control.add(self.control.place(op.id, op.header), is_valid=not is_quarantined)
        self.control.invalid = {op.id for op, level, _ in control if level < 0}
        content = self.content
        content.heads = {name: depth for depth, name in heads}
        content.tips, content.forked, content.count = dict(tips), set(forked), count
        content.invalid = set(invalid)
        content.quarantine = {name for name, is_quarantined in invalid.items() if is_quarantined}
        for op, author in folded:
            body = self.read(op)
            if body is not None:
                self.contents.apply(op, author, body, self.contents.level(op, author))
        for op in locked:
            self.contents.lock(op)
        self._outcome = self.contents.outcome = Outcome()

    def read(self, op: Op) -> ContentBody | None:
        """Return what a content operation says; None where it is locked, false or of an unknown kind."""
        return self.contents.read(op)

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
        """Return 32 bytes, equal on two nodes exactly when they hold the same log and show the same.

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

    def _prefetch(self, ops: Sequence[Op]) -> None:
        """Bring into memory at one go whatever content operations cite."""
        names = {op.id for op in ops if op.header.plane == CONTENT}
        if len(names) > 1:
            for op in ops:
                header = op.header
                if header.plane == CONTENT:
                    names.update(header.parents)
                    if header.prev is not None:
                        names.add(header.prev)
            self.content.fetch(names)

    def _offer(self, op: Op, now_ms: int) -> None:
        """Place `op` or let it wait; then place whatever waited for it."""
        ready = [op]
        while ready:
            each = ready.pop()
            if each.id in self.plane(each.header.plane):
                continue
            lacking = self._lacking(each)
            if lacking:
                self.pending.add(each, lacking, now_ms=now_ms)
                continue
            self.pending.take(each)
            try:
                self._attach(each)
            except RemoteError as error:
                self._outcome.rejected.append((each.id, error))
                self.pending.refuse(each.id)
                continue
            if len(self.pending):
                waiting = self.pending.waiting_for(each.id)
                self.pending.arrived(each.id)
                ready += [one for one in waiting if not self._lacking(one)]

    def _lacking(self, op: Op) -> list[OpId]:
        header = op.header
        if header.plane == CONTROL:
            return self.control.missing(header)
        lacking = self.content.missing(header)
        return lacking + [name for name in header.auth if name not in self.control]

    def _attach(self, op: Op) -> None:
        if op.header.plane == CONTROL:
            self._attach_control(op)
        else:
            self._attach_content(op)

    def _attach_control(self, op: Op) -> None:
        outcome, body = self._outcome, load_control(op.body)
        entry = self.control.place(op.id, op.header)
        added = self.authority.add(op, body)
        is_valid = self.authority.is_valid(op.id)
        released = self.control.add(entry, is_valid=is_valid)
        self._concerned |= added.concerned
        self._needs_changed |= added.needs_changed
        outcome.control_changed = True
        outcome.rows[op.id] = Row(
            op,
            entry,
            added.rule.author,
            op_kind(op),
            Level.MEMBER if is_valid else -1,
            is_quarantined=not is_valid,
            is_shown=is_valid and isinstance(body, _NOTICES),
        )
        self._outcome.move(released, is_quarantined=False)
        self._judge_control(added.flipped)
        if isinstance(body, EpochNew | EpochWrap):
            self._learn(op.id, body)

    def _learn(self, name: OpId, body: EpochNew | EpochWrap) -> None:
        epoch = name if isinstance(body, EpochNew) else body.epoch
        epochs = {known.id: known.body for known in self.authority.epochs() if isinstance(known.body, EpochNew)}
        if epoch in epochs:
            for learned in self.keyring.learn(epoch, body, epochs=epochs, device=self.device):
                self._outcome.keys[learned] = self.keyring.keys[learned].key

    def _attach_content(self, op: Op) -> None:
        outcome, header = self._outcome, op.header
        entry = self.content.place(op.id, header)
        author = self._author(op)
        level = self.contents.level(op, author)
        is_valid = level >= Level.MEMBER
        if not is_valid and len(self.content.quarantine) >= limits.QUARANTINED and not self.pending.is_awaited(op.id):
            raise RemoteError(NO_ROOM, "its author is no member any more, and too much of that kind is kept")
        released = self.content.add(entry, is_valid=is_valid)
        if is_valid:
            self._settle(entry, released)
        self._concerned |= self.authority.cut_heads.get(op.id, frozenset())
        kind, is_shown, body = LOCKED, False, None
        assert header.epoch is not None
        if header.epoch in self.keyring:
            body = self._written[1] if self._written and self._written[0] == op.id else self.read(op)
            if type(body) is Message:
                kind, is_shown = ContentKind.MESSAGE, is_valid and not self.fold.is_awaited(op.id)
            else:
                kind = kind_of(body) if body is not None else NO_EFFECT
            outcome.rows[op.id] = Row(op, entry, author, kind, level, not is_valid, is_shown, body)
            if body is not None and is_valid and not is_shown:
                is_shown = self.contents.apply(op, author, body, level)
                if is_shown:
                    outcome.rows[op.id] = outcome.rows[op.id]._replace(is_shown=True)
        else:
            self.contents.lock(op)
            outcome.rows[op.id] = Row(op, entry, author, kind, level, not is_valid, is_shown)

    def _settle(self, entry: Entry, released: list[OpId]) -> None:
        """Follow up on content that entered the log: what it brought along, and what it cites of the other plane."""
        self._outcome.move(released, is_quarantined=False)
        if self.control.quarantine:
            entries = [entry, *(self.content.entry(name) for name in released)]
            for name in {name for each in entries for name in each.auth if name in self.control.quarantine}:
                if name in self.control.quarantine:
                    self._outcome.move(self.control.release(name), is_quarantined=False)

    # --- judging -----------------------------------------------------------------------------------------------------

    def _judge_control(self, flipped: Iterable[OpId]) -> None:
        """Take in other verdicts of control operations."""
        verdicts = [(name, self.authority.is_valid(name)) for name in flipped if name in self.control]
        if not verdicts:
            return
        for name, is_valid in verdicts:
            self._outcome.relevel(name, Level.MEMBER if is_valid else -1)
            body = self.authority.rules[name].body
            self._outcome.show(name, is_valid and isinstance(body, _NOTICES))
            self._needs_changed |= isinstance(body, AiSet)  # its answers and leases rank by it
        entered, left = self.control.judge(verdicts)
        self._outcome.move(entered, is_quarantined=False)
        self._outcome.move(left, is_quarantined=True)

    def _judge_again(self) -> None:
        """Judge the content of everybody concerned by what was received; nobody else's can have changed."""
        verdicts: list[tuple[OpId, bool]] = []
        while self._concerned:
            author = self._concerned.pop()
            new = {row.op.id: Shelved(row.entry, row.author, row.kind, row.level) for row in self._new_by(author)}
            found = {each.entry.id: each for each in self.shelf.written_by(author)} | new
            for name, each in found.items():
                entry = each.entry
                level = self.authority.verdict(Claim(name, entry.device, entry.seq, author, entry.auth))
                before = self._outcome.levels.get(name, each.level)
                if level == before:
                    continue
                self._outcome.relevel(name, level)
                verdicts.append((name, level >= Level.MEMBER))
                self.contents.judge(name, each, before, level)
        entered, left = self.content.judge(verdicts)
        self._outcome.move(left, is_quarantined=True)
        for name in entered:
            self._settle(self.content.entry(name), [])
        self._outcome.move(entered, is_quarantined=False)
        if left and self.control.invalid - self.control.quarantine:
            self._outcome.move(self.control.judge([])[1], is_quarantined=True)

    def _pinned(self, candidates: set[OpId]) -> set[OpId]:
        """Return those control operations that content of the log cites, as it stands in the middle of receiving."""
        moved = self._outcome.quarantined
        found = self.shelf.citing(candidates, besides={name for name, has_left in moved.items() if has_left})
        for name, has_left in moved.items():
            if not has_left and name in self.content:
                found.update(candidates.intersection(self.content.entry(name).auth))
        for row in self._outcome.rows.values():
            if row.op.header.plane == CONTENT and row.op.id not in self.content.quarantine:
                found.update(name for name in row.entry.auth if name in candidates)
        return found

    def _new_by(self, author: IdentityKey) -> list[Row]:
        rows = self._outcome.rows.values()
        return [row for row in rows if row.author == author and row.op.header.plane == CONTENT]

    def _author(self, op: Op) -> IdentityKey:
        prev = self.content.entry(op.header.prev) if op.header.prev is not None else None
        return self.authority.check_content(op.header, prev_auth=prev.auth if prev else ())


def op_kind(op: Op) -> int:
    """Return the kind number at the front of a control operation's body (sound bodies only)."""
    return op.body[1]  # a fixint after the array's head byte: kinds are below 128


FOLDED_KINDS: Final = tuple(int(kind) for kind in ContentKind if kind is not ContentKind.MESSAGE)
"""Content kinds that must be folded again when a conversation is loaded."""
