"""What becomes of a message after it was written: edits, deletion, reactions, pins.

A mark may arrive before its message, and its message may fall and come back; what counts is elected anew each time, for
that message only. Edits lie by message and author, so a stranger's edits cost nothing and never count.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from crypto.ids import IdentityKey, OpId
from protocol.bodies.content import ContentKind, Delete, Edit, Pin, React
from protocol.bodies.control import Level
from protocol.dag import Key
from protocol.fold.folded import Changes, FindTarget, Folded, Target
from protocol.fold.writers import Switches, Writers

MARKED_KINDS: Final = (ContentKind.MESSAGE, ContentKind.AI_REPLY)


@dataclass(frozen=True, slots=True)
class Edited:
    """The text that stands in for a message's own."""

    op: OpId
    text: str
    mentions: tuple[IdentityKey, ...]


@dataclass(frozen=True, slots=True)
class _Mark:
    edit: tuple[Key, Edit] | None = None
    deletion: Key | None = None


_NO_MARK: Final = _Mark()


class Marks:
    """The marks on all messages."""

    def __init__(self, target: FindTarget) -> None:
        self._target = target
        self._edits: Writers[tuple[OpId, IdentityKey], Edit] = Writers()
        self._own_deletions: Writers[tuple[OpId, IdentityKey], bool] = Writers()
        self._deletions: Writers[OpId, bool] = Writers()
        """By those who may delete anyone's message."""
        self._marks: dict[OpId, _Mark] = {}
        """What counts, for the messages that have been edited or deleted."""
        self._reactions: Switches[tuple[str, IdentityKey]] = Switches()
        self._pins: Switches[None] = Switches()
        self._spoken_of: set[OpId] = set()
        """Messages that any mark was ever about, with or without the right to."""

    # --- operations: `counts` tells whether one is here and counts; if not, it is taken away -------------------------

    def message(self, op: Folded, kind: ContentKind, changes: Changes, *, counts: bool) -> None:
        """Take note that a message came, or went: what was said about it counts, or no longer."""
        if op.id not in self._spoken_of:
            return
        self._elect(op.id, Target(op.author, kind) if counts else None, changes)
        if op.id in self._pins:
            changes.settings = True
            changes.touched.add(op.id)
        elif op.id in self._reactions:
            changes.touched.add(op.id)

    def edit(self, op: Folded, body: Edit, changes: Changes, *, counts: bool) -> None:
        """Edit a message, if it is the author's own."""
        self._spoken_of.add(body.target)
        self._edits.put((body.target, op.author), op.key, body if counts else None)
        self._elect(body.target, self._target(body.target), changes)

    def delete(self, op: Folded, body: Delete, changes: Changes, *, is_here: bool) -> None:
        """Delete a message: its author as any member may, everyone else at the level that the policy needs."""
        self._spoken_of.add(body.target)
        is_member = is_here and op.level >= Level.MEMBER
        self._own_deletions.put((body.target, op.author), op.key, True if is_member else None)
        self._deletions.put(body.target, op.key, True if is_here and op.counts else None)
        self._elect(body.target, self._target(body.target), changes)

    def react(self, op: Folded, body: React, changes: Changes, *, counts: bool) -> None:
        """Put an emoji under a message, or take it away."""
        self._spoken_of.add(body.target)
        value = body.on if counts else None
        if self._reactions.put(body.target, (body.emoji, op.author), op.key, value):
            changes.touched.add(body.target)

    def pin(self, op: Folded, body: Pin, changes: Changes, *, counts: bool) -> None:
        """Pin a message, or take it down."""
        self._spoken_of.add(body.target)
        if self._pins.put(body.target, None, op.key, body.on if counts else None):
            changes.touched.add(body.target)
            changes.settings = True

    def is_spoken_of(self, name: OpId) -> bool:
        """Return whether there may be a mark on a message; False is certain."""
        return name in self._spoken_of

    # --- what counts -------------------------------------------------------------------------------------------------

    def edited(self, name: OpId) -> Edited | None:
        """Return the text that stands in for a message's own; None where it was not edited, or is deleted."""
        mark = self._marks.get(name, _NO_MARK)
        if mark.edit is None:
            return None
        (_, op), body = mark.edit
        return Edited(op, body.text, body.mentions)

    def edits(self, name: OpId) -> list[Edited]:
        """Return every text that has stood in for a message's own, by `(depth, id)`; none where it is deleted."""
        known = self._target(name)
        if known is None or self._marks.get(name, _NO_MARK).edit is None:
            return []
        rows = self._edits.all((name, known.author))
        return [Edited(op, body.text, body.mentions) for (_, op), body in rows]

    def deletion(self, name: OpId) -> OpId | None:
        """Return the first deletion of a message that counts."""
        mark = self._marks.get(name, _NO_MARK)
        return mark.deletion[1] if mark.deletion is not None else None

    def reactions(self, name: OpId) -> dict[str, list[IdentityKey]]:
        """Return who reacted with what, by `(depth, id)`: emoji by their first, people within an emoji likewise."""
        found: dict[str, list[IdentityKey]] = {}
        for _, (emoji, who) in self._reactions.on(name):
            found.setdefault(emoji, []).append(who)
        return found

    def is_pinned(self, name: OpId) -> bool:
        """Return whether a message is pinned, here or not."""
        return name in self._pins

    def pins(self) -> list[OpId]:
        """Return the pinned messages in the order in which they were pinned, without the deleted and the absent."""
        rows = sorted((self._pins.on(name)[0][0], name) for name in self._pins)
        return [name for _, name in rows if self.deletion(name) is None and self._is_message(name)]

    def winners(self) -> Iterator[OpId]:
        """Yield the operations whose edit, deletion, reaction or pin counts, in no certain order."""
        for mark in self._marks.values():
            if mark.edit is not None:
                yield mark.edit[0][1]
            if mark.deletion is not None:
                yield mark.deletion[1]
        yield from self._reactions.winners()
        yield from self._pins.winners()

    def _is_message(self, name: OpId) -> bool:
        known = self._target(name)
        return known is not None and known.kind in MARKED_KINDS

    def _elect(self, name: OpId, known: Target | None, changes: Changes) -> None:
        mark = self._mark(name, known)
        before = self._marks.get(name, _NO_MARK)
        if mark == before:
            return
        if mark == _NO_MARK:
            del self._marks[name]
        else:
            self._marks[name] = mark
        changes.touched.add(name)
        if mark.deletion != before.deletion and name in self._pins:
            changes.settings = True

    def _mark(self, name: OpId, known: Target | None) -> _Mark:
        if known is None or known.kind not in MARKED_KINDS:
            return _NO_MARK
        own, by_right = self._own_deletions.first((name, known.author)), self._deletions.first(name)
        deletions = [row[0] for row in (own, by_right) if row is not None]
        if deletions:
            return _Mark(deletion=min(deletions))
        if known.kind != ContentKind.MESSAGE:
            return _NO_MARK
        edit = self._edits.last((name, known.author))
        return _Mark(edit) if edit is not None else _NO_MARK
