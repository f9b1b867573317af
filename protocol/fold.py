"""What a conversation shows, out of its content operations (PROTOCOL section 3).

Every rule here takes an operation at any time and ends in the same state whatever the order: registers keep the
writer with the highest `(depth, id)`, lanes replay their few operations, messages are only ever added. The naive
refold in tests/props is the oracle.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from crypto.codec import Value
from crypto.ids import DeviceKey, IdentityKey, OpId
from protocol.bodies.content import (
    AiReply,
    ContentBody,
    Description,
    Message,
    PhaseAdvance,
    PhaseProgress,
    Title,
    reply_key,
)
from protocol.dag import Key
from protocol.phases import PhaseLane

NOT_A_HOST: Final = -1


@dataclass(frozen=True, slots=True)
class Folded:
    """A valid, decrypted content operation as the fold sees it."""

    id: OpId
    depth: int
    author: IdentityKey
    device: DeviceKey
    body: ContentBody
    host_rank: int = NOT_A_HOST
    """For an AI's reply: its author's place among the AI's hosts as of the reply's `auth`."""

    @property
    def key(self) -> Key:
        """`(depth, id)`."""
        return (self.depth, self.id)


@dataclass(frozen=True, slots=True)
class Register:
    """The winning writer of one value."""

    key: Key
    text: str


class Fold:
    """The state of a conversation's content."""

    def __init__(self, in_past: Callable[[OpId, OpId], bool]) -> None:
        """Start empty; `in_past(a, b)` tells whether operation a lies in the past of b."""
        self._in_past = in_past
        self.title: Register | None = None
        self.description: Register | None = None
        self.phase = PhaseLane()
        self._replies: dict[bytes, list[Folded]] = {}

    def apply(self, op: Folded) -> dict[OpId, bool]:
        """Take in one operation; return which operations are now to be shown (True) or not (False) in the timeline."""
        match op.body:
            case Message():
                return {op.id: True}
            case Title():
                self.title = _later(self.title, Register(op.key, op.body.text))
                return {op.id: op.depth > 0}  # the title a conversation begins with is no news
            case Description():
                self.description = _later(self.description, Register(op.key, op.body.text))
                return {op.id: False}
            case PhaseAdvance() | PhaseProgress():
                before = self.phase.effective
                self.phase.add(op.key, op.body)
                after = self.phase.effective
                return {op.id: op.id in after} | {name: name in after for name in before ^ after}
            case AiReply():
                return self._reply(op, op.body)

    def answered(self, ai: bytes, trigger: OpId) -> bool:
        """Return whether a valid reply of this AI to this message is here."""
        return bool(self._replies.get(reply_key(ai, trigger)))

    def digest(self) -> list[Value]:
        """Return the state as a canonical value, equal on two nodes exactly when it is the same state."""
        return [
            self.title.key[1] if self.title else b"",
            self.description.key[1] if self.description else b"",
            self.phase.state.step,
            self.phase.state.progress,
            [self._winner(rivals).id for _, rivals in sorted(self._replies.items())],
        ]

    def _reply(self, op: Folded, body: AiReply) -> dict[OpId, bool]:
        if op.host_rank == NOT_A_HOST or body.reply_key != reply_key(body.ai, body.reply_to):
            return {op.id: False}
        rivals = self._replies.setdefault(body.reply_key, [])
        rivals.append(op)
        winner = self._winner(rivals).id
        return {rival.id: rival.id == winner for rival in rivals}

    def _winner(self, rivals: list[Folded]) -> Folded:
        """Return the one reply that everyone shows: not written in knowledge of another, highest term, first host."""
        first = [
            reply
            for reply in rivals
            if not any(self._in_past(other.id, reply.id) for other in rivals if other is not reply)
        ]

        def rank(reply: Folded) -> tuple[int, int, Key]:
            assert isinstance(reply.body, AiReply)
            return (-reply.body.term, reply.host_rank, reply.key)

        return min(first, key=rank)


def _later(held: Register | None, new: Register) -> Register:
    return new if held is None or held.key < new.key else held
