"""The state of a conversation's content (docs/protocol.md, "The fold").

Every operation may come at any time, and go again where its authority falls; the state depends on the set alone.
Registers keep all their writers and elect the highest `(depth, id)`, lanes replay their few operations, messages are
not kept at all. The naive refold in tests/props is the oracle.
"""

from crypto.codec import Value
from crypto.ids import IdentityKey, OpId, blake2b
from protocol.bodies.ai import AiLease, AiPause, AiReply, AiRetry, reply_key
from protocol.bodies.content import (
    Archive,
    ContentKind,
    Delete,
    Description,
    Edit,
    Message,
    PhaseAdvance,
    PhaseProgress,
    PhaseSet,
    Pin,
    React,
    Title,
)
from protocol.fold.answers import Answers, Lease
from protocol.fold.folded import Changes, FindTarget, Folded, InPast, Target
from protocol.fold.marks import Edited, Marks
from protocol.fold.writers import Register, Writers
from protocol.phases import PhaseBody, PhaseLane


def _nothing_here(_: OpId) -> Target | None:
    return None


class Fold:
    """What a conversation comes to."""

    def __init__(self, in_past: InPast, target: FindTarget = _nothing_here) -> None:
        """Start empty.

        Args:
            in_past: tells whether an applied operation lies in the past of another.
            target: tells who wrote a message and its kind, as of now; without it nothing can be edited, deleted or
                listed as pinned.
        """
        self.phase = PhaseLane()
        self._texts: Writers[ContentKind, str] = Writers()
        self._switches: Writers[ContentKind, bool] = Writers()
        self._marks = Marks(target)
        self._answers = Answers(in_past)

    def apply(self, op: Folded) -> Changes:
        """Take in an operation and return what it changed; where its level is too low, it changes nothing."""
        return self._put(op, is_here=True)

    def drop(self, op: Folded) -> Changes:
        """Take out an operation that is not valid any more, or is about to come back with another level.

        It is known by its place and body: the level, the rank and the first term it once came with do not matter.
        Taking out what was never applied changes nothing.
        """
        return self._put(op, is_here=False)

    def is_awaited(self, name: OpId) -> bool:
        """Return whether anything here speaks of a message; where not, a message need not be applied to be shown."""
        return self._marks.is_spoken_of(name)

    # --- what there is to see ----------------------------------------------------------------------------------------

    @property
    def title(self) -> Register | None:
        """The title; None until one is here."""
        return self._text(ContentKind.TITLE)

    @property
    def description(self) -> Register | None:
        """The description; None until one is here."""
        return self._text(ContentKind.DESCRIPTION)

    @property
    def archived(self) -> bool:
        """Whether the conversation is put away."""
        return self._is_on(ContentKind.ARCHIVE)

    @property
    def ai_paused(self) -> bool:
        """Whether no AI is to answer."""
        return self._is_on(ContentKind.AI_PAUSE)

    @property
    def pins(self) -> list[OpId]:
        """The pinned messages in the order in which they were pinned, without deleted ones and those not here."""
        return self._marks.pins()

    def is_pinned(self, name: OpId) -> bool:
        """Return whether a message is pinned."""
        return self._marks.is_pinned(name)

    def edited(self, name: OpId) -> Edited | None:
        """Return the text that stands in for a message's own; None where it was not edited, or is deleted."""
        return self._marks.edited(name)

    def edits(self, name: OpId) -> list[Edited]:
        """Return all that `edited` would have returned in the course of time, oldest first."""
        return self._marks.edits(name)

    def is_deleted(self, name: OpId) -> bool:
        """Return whether a message is deleted."""
        return self._marks.deletion(name) is not None

    def deletion(self, name: OpId) -> OpId | None:
        """Return the operation that deleted a message: the first that had the right to."""
        return self._marks.deletion(name)

    def reactions(self, name: OpId) -> dict[str, list[IdentityKey]]:
        """Return who reacted to a message with what: emoji by their first use, people within an emoji likewise."""
        return self._marks.reactions(name)

    def answered(self, ai: bytes, trigger: OpId) -> bool:
        """Return whether a valid reply of this AI to this message, or to this retry, is here."""
        return self._answers.answered(reply_key(ai, trigger))

    def alternatives(self, answer: OpId, body: AiReply) -> list[OpId]:
        """Return the other answers to what an answer in the timeline, which says `body`, answers."""
        return self._answers.others_than(answer, body)

    def lease(self, ai: bytes) -> Lease | None:
        """Return the lease under which an AI answers; None while nobody took one."""
        return self._answers.holder(ai)

    def digest(self) -> list[Value]:
        """Return the state as a canonical value, equal on two nodes exactly when it is the same state.

        Registers are told by the operation that wins them. What few conversations have stands in a sixth item, left out
        where there is nothing of it. Plain messages cost nothing.
        """
        state = self.phase.state
        digest: list[Value] = [
            self._texts.last_id(ContentKind.TITLE),
            self._texts.last_id(ContentKind.DESCRIPTION),
            state.step,
            state.progress,
            list[Value](self._answers.winners()),
        ]
        archive = self._switches.last_id(ContentKind.ARCHIVE)
        pause = self._switches.last_id(ContentKind.AI_PAUSE)
        others = b"".join(sorted([*self._marks.winners(), *self._answers.others(), pause]))
        if state.generation or archive or others:
            digest.append([state.generation, archive, blake2b(others, person=b"p2p.fold.1")])
        return digest

    def _text(self, kind: ContentKind) -> Register | None:
        row = self._texts.last(kind)
        return Register(*row) if row is not None else None

    # --- one operation -----------------------------------------------------------------------------------------------

    def _put(self, op: Folded, *, is_here: bool) -> Changes:
        changes = Changes()
        counts = is_here and op.counts
        match op.body:
            case Message():
                changes.shown[op.id] = counts
                self._marks.message(op, ContentKind.MESSAGE, changes, counts=counts)
            case Edit() as body:
                self._marks.edit(op, body, changes, counts=counts)
            case Delete() as body:
                self._marks.delete(op, body, changes, is_here=is_here)
            case React() as body:
                self._marks.react(op, body, changes, counts=counts)
            case Pin() as body:
                self._marks.pin(op, body, changes, counts=counts)
            case Title(text):
                changes.shown[op.id] = counts and op.depth > 0  # the title a conversation begins with is no news
                self._write(ContentKind.TITLE, op, text if counts else None, changes)
            case Description(text):
                changes.shown[op.id] = counts and op.depth > 1  # right behind the title it is part of the beginning
                self._write(ContentKind.DESCRIPTION, op, text if counts else None, changes)
            case Archive(on):
                self._switch(ContentKind.ARCHIVE, op, on if counts else None, changes)
            case AiPause(on):
                self._switch(ContentKind.AI_PAUSE, op, on if counts else None, changes)
            case PhaseAdvance() | PhaseProgress() | PhaseSet() as body:
                self._move(op, body if counts else None, changes)
            case AiLease() as body:
                self._answers.lease(op, body, changes, counts=counts)
            case AiRetry() as body:
                self._answers.retry(op, body, changes, counts=counts)
            case AiReply() as body:
                self._answers.reply(op, body, changes, counts=counts)
                self._marks.message(op, ContentKind.AI_REPLY, changes, counts=counts)
        changes.shown.setdefault(op.id, False)
        return changes

    def _write(self, kind: ContentKind, op: Folded, text: str | None, changes: Changes) -> None:
        before = self._texts.last_id(kind)
        self._texts.put(kind, op.key, text)
        changes.settings = self._texts.last_id(kind) != before

    def _is_on(self, kind: ContentKind) -> bool:
        row = self._switches.last(kind)
        return row is not None and row[1]

    def _switch(self, kind: ContentKind, op: Folded, on: bool | None, changes: Changes) -> None:
        before = self._is_on(kind)
        self._switches.put(kind, op.key, on)
        changes.settings = self._is_on(kind) != before

    def _move(self, op: Folded, body: PhaseBody | None, changes: Changes) -> None:
        before = self.phase.state
        changes.shown.update(self.phase.put(op.key, body))
        changes.settings = self.phase.state != before
