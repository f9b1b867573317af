"""Tells the others what this device has stored and what its owner was shown: in registers, and not too often."""

import math
from collections.abc import Callable, Iterable
from typing import Final

import trio

from crypto.ids import IdentityKey, OpId
from protocol.bodies.control import Level
from protocol.ops import CONTENT
from protocol.outcome import Outcome
from protocol.receipts import Place, dump_heads, shown_up_to
from protocol.registers import HELD, READ
from protocol.replica import Replica

PAUSE_S: Final = 5.0
"""Between two values of one register of one conversation, at least."""
PAUSE_PER_MEMBER_S: Final = 0.1
"""So that all of a large conversation together tell no more than ten times a second."""
SETTLE_S: Final = 0.05
"""What comes within it is told at once."""


class Acknowledger:
    """What this device owes the others of one conversation."""

    def __init__(
        self, replica: Callable[[], Replica], publish: Callable[[bytes, bytes], bool], *, own: IdentityKey
    ) -> None:
        """Owe nothing yet.

        Args:
            replica: gives the conversation's replica, which is another one after it was loaded again.
            publish: gives a register of this device a value, and returns whether it did not have that already.
            own: whose device this is.
        """
        self.on_owing: Callable[[], None] = lambda: None
        """Called when there is something to tell."""
        self._replica = replica
        self._publish = publish
        self._own = own
        self._owes_held = True  # what came just before the program ended may be untold
        self._read: bytes | None = None
        self._read_place: Place = (0, 0, b"")
        self._told_s = {HELD: -math.inf, READ: -math.inf}

    def stored(self, outcome: Outcome) -> None:
        """Take note of what was stored; one's own messages are nothing to tell."""
        is_foreign = any(row.op.header.plane == CONTENT and row.author != self._own for row in outcome.rows.values())
        if is_foreign or outcome.control_changed:
            self._owes_held = True
            self.on_owing()

    def shown(self, name: OpId, place: Place) -> None:
        """Take note that everything up to this message of the timeline was displayed.

        What is told are the heads of all that stands at or before it here and now: that holds the message's whole past,
        and what was written at the same time and stands above it.
        """
        if place <= self._read_place:
            return
        self._read_place = place
        plane = self._replica().content
        heads = shown_up_to(plane, place) or ({name} if name in plane else set())
        if heads:
            self._read = dump_heads(plane, heads)
            self.on_owing()

    def due_s(self) -> float:
        """Return when there is something to tell; never (infinity) where nobody would hear it."""
        if not self._others():
            return math.inf
        return min((self._told_s[name] + self._pause_s() for name in self._owed()), default=math.inf)

    def tell(self, now_s: float, *, at_once: bool = False) -> None:
        """Tell what is owed and due, or everything that is owed."""
        pause_s = 0.0 if at_once else self._pause_s()
        plane = self._replica().content
        for name in self._owed():
            if self._told_s[name] + pause_s > now_s:
                continue
            if name == READ:
                value, self._read = self._read or b"", None
            else:
                value, self._owes_held = dump_heads(plane, plane.heads), False
            if self._publish(name, value):
                self._told_s[name] = now_s

    def _pause_s(self) -> float:
        return max(PAUSE_S, PAUSE_PER_MEMBER_S * self._others())

    def _others(self) -> int:
        members = self._replica().authority.members().items()
        return sum(member.level >= Level.MEMBER and identity != self._own for identity, member in members)

    def _owed(self) -> list[bytes]:
        is_held_owed = self._owes_held and bool(self._replica().content.heads)
        return [*([HELD] if is_held_owed else []), *([READ] if self._read is not None else [])]


class Acknowledging:
    """Lets every conversation's acknowledger tell when its time has come."""

    def __init__(self, acknowledgers: Callable[[], Iterable[Acknowledger]]) -> None:
        self._acknowledgers = acknowledgers
        self._woken = trio.Event()

    def wake(self) -> None:
        """Look again at what is owed."""
        self._woken.set()

    async def run(self) -> None:
        """Tell until cancelled; what is owed then is told to the disk, and by the next sync to the others."""
        try:
            while True:
                due_s = self._tell_due(trio.current_time())
                with trio.move_on_at(due_s):
                    await self._woken.wait()
                self._woken = trio.Event()
                await trio.sleep(SETTLE_S)
        finally:
            for acknowledger in self._acknowledgers():
                if acknowledger.due_s() != math.inf:
                    acknowledger.tell(trio.current_time(), at_once=True)

    def _tell_due(self, now_s: float) -> float:
        """Tell what is due; return when the next is."""
        next_s = math.inf
        for acknowledger in self._acknowledgers():
            due_s = acknowledger.due_s()
            if due_s <= now_s:
                acknowledger.tell(now_s)
                due_s = acknowledger.due_s()
            next_s = min(next_s, due_s)
        return next_s
