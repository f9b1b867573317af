"""What content operations say: opened with the keys held, and folded as far as they are valid."""

from collections.abc import Callable
from typing import Final

from crypto.errors import SealError
from crypto.ids import IdentityKey, OpId
from protocol.authority import Authority, Claim
from protocol.bodies.ai import AiLease, AiReply
from protocol.bodies.content import ContentBody, ContentKind, kind_of, load_content
from protocol.bodies.control import AiSet, Level
from protocol.errors import RemoteError
from protocol.fold import NOT_A_HOST, Changes, Fold, Folded, InPast, Target
from protocol.keyring import Keyring
from protocol.ops import CONTENT, Op
from protocol.outcome import Outcome
from protocol.shelf import Shelf, Shelved

LOCKED: Final = 0
"""Kind of a content operation whose key is not held yet."""
NO_EFFECT: Final = -1
"""Kind of one that was opened and found false or unknown: kept for its descendants, never folded."""


class Contents:
    """The content operations of one conversation, as they read.

    Attributes:
        fold: what the valid ones come to.
        outcome: where changes are noted; of the operations being received.
    """

    def __init__(
        self,
        authority: Authority,
        keyring: Keyring,
        shelf: Shelf,
        *,
        in_past: InPast,
        author: Callable[[Op], IdentityKey],
    ) -> None:
        """Start empty.

        Args:
            authority: judges.
            keyring: opens.
            shelf: holds what was stored before.
            in_past: tells of two operations of the log whether the first is in the past of the second.
            author: returns an operation's author, whose standing it checks.
        """
        self._authority = authority
        self._keyring = keyring
        self._shelf = shelf
        self._author = author
        self._locked: dict[OpId, list[Op]] = {}
        self.fold = Fold(in_past, self._target)
        self.outcome = Outcome()

    def read(self, op: Op) -> ContentBody | None:
        """Return what a content operation says; None where it is locked, false or of an unknown kind."""
        if op.header.epoch is None or op.header.epoch not in self._keyring:
            return None
        try:
            return load_content(self._keyring.decrypt(op.header, op.body))
        except (SealError, RemoteError):
            return None

    def level(self, op: Op, author: IdentityKey) -> int:
        """Return the highest level of an act at which an operation is valid."""
        header = op.header
        return self._authority.verdict(Claim(op.id, header.device, header.seq, author, header.auth))

    def lock(self, op: Op) -> None:
        """Keep an operation until its key is here."""
        assert op.header.epoch is not None
        self._locked.setdefault(op.header.epoch, []).append(op)

    def unlock(self) -> None:
        """Open what waited for keys that are here now."""
        for epoch in [epoch for epoch in self._locked if epoch in self._keyring]:
            for op in self._locked.pop(epoch):
                author = self._author(op)
                level = self.level(op, author)
                body = self.read(op)
                self.outcome.rekind(op.id, kind_of(body) if body is not None else NO_EFFECT)
                if body is not None and level >= Level.MEMBER:
                    self.outcome.show(op.id, self.apply(op, author, body, level))

    def apply(self, op: Op, author: IdentityKey, body: ContentBody, level: int) -> bool:
        """Fold a valid operation; return whether it stands in the timeline."""
        return self._note(op.id, self.fold.apply(self._folded(op, author, body, level)))

    def judge(self, name: OpId, each: Shelved, before: int, level: int) -> None:
        """Fold an operation that has another verdict, or take it out of the fold."""
        if self.outcome.kinds.get(name, each.kind) in (LOCKED, NO_EFFECT):
            return
        op = self._op(name)
        body = self.read(op)
        if body is None:
            return
        if before >= Level.MEMBER:
            self.outcome.show(name, self._drop(op, each.author, body, before))
        if level >= Level.MEMBER:
            self.outcome.show(name, self.apply(op, each.author, body, level))

    def fold_all_again(self) -> None:
        """Fold everything but messages once more: levels, or the hosts of an AI, have changed for what is here."""
        new = [
            (row.op, row.author)
            for row in self.outcome.rows.values()
            if row.op.header.plane == CONTENT and row.level >= Level.MEMBER and row.kind > ContentKind.MESSAGE
        ]
        for op, author in (*self._shelf.folded(), *new):
            body, level = self.read(op), self.level(op, author)
            if body is not None and level >= Level.MEMBER:
                self._drop(op, author, body, level)
                self.outcome.show(op.id, self.apply(op, author, body, level))

    def _drop(self, op: Op, author: IdentityKey, body: ContentBody, level: int) -> bool:
        return self._note(op.id, self.fold.drop(self._folded(op, author, body, level)))

    def _note(self, name: OpId, changes: Changes) -> bool:
        """Note what a fold changed; return whether `name` itself is shown."""
        if changes.touched:
            self.outcome.touched |= changes.touched
        is_shown = False
        for each, each_shown in changes.shown.items():
            if each == name:
                is_shown = each_shown
            else:
                self.outcome.show(each, each_shown)
        return is_shown

    def _target(self, name: OpId) -> Target | None:
        """Return whose message an operation is; None where it is not here, not readable or not valid."""
        row = self.outcome.rows.get(name)
        found = Shelved(row.entry, row.author, row.kind, row.level) if row else self._shelf.shelved([name]).get(name)
        if found is None or self.outcome.levels.get(name, found.level) < Level.MEMBER:
            return None
        kind = self.outcome.kinds.get(name, found.kind)
        return Target(found.author, ContentKind(kind)) if kind > 0 else None

    def _folded(self, op: Op, author: IdentityKey, body: ContentBody, level: int) -> Folded:
        header, kind = op.header, kind_of(body)
        if kind == ContentKind.MESSAGE:
            return Folded(op.id, header.depth, author, header.device, body, NOT_A_HOST, level, Level.MEMBER)
        rank, term = NOT_A_HOST, 0
        if isinstance(body, AiReply | AiLease):
            rule = self._authority.ais(within=header.auth).get(body.ai)
            if rule is not None and isinstance(rule.body, AiSet):
                host, term = (author, header.device), rule.body.term
                rank = rule.body.hosts.index(host) if host in rule.body.hosts else NOT_A_HOST
        needed = self._authority.needed(kind, header.auth)
        return Folded(op.id, header.depth, author, header.device, body, rank, level, needed, term)

    def _op(self, name: OpId) -> Op:
        row = self.outcome.rows.get(name)
        return row.op if row is not None else self._shelf.ops([name])[0]
