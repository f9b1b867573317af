"""The answering side of a sync for a peer whose membership may end, or has ended (docs/protocol.md, "Sync").

Somebody who was removed learns of it: of the control plane they are sent everything, of what is said nothing.
"""

from collections import deque
from collections.abc import Callable

from protocol.dag import Plane
from protocol.errors import RemoteError
from protocol.ops import CONTROL, Op
from protocol.registers import Registers
from protocol.replica import Replica
from protocol.sync.frames import Ack, Failed, Frame, Get, Hello, Pull, Recon, Summary
from protocol.sync.serve import Fetch, Server


class GuardedServer(Server):
    """A server that asks before each answer whether the peer is a member."""

    def __init__(self, replica: Replica, registers: Registers, fetch: Fetch, *, may_read: Callable[[], bool]) -> None:
        """`may_read` says whether the peer is a member now; a peer that is none when this begins once was one."""
        super().__init__(replica, registers, fetch)
        self._may_read = may_read
        self._is_former = not may_read()

    def handle(self, frame: Frame, *, now_ms: int) -> list[Frame]:
        """Return the frames that answer `frame`: `not_member` where a former member asks for more than who belongs.

        Raises:
            RemoteError: it has no place here; `not_member`: the peer was removed since it began.
        """
        self._check()
        if not self._is_former:
            return super().handle(frame, now_ms=now_ms)
        match frame:
            case Hello():
                return [
                    Hello(each.tag, each.now_ms, each.control, Summary.of(Plane()))
                    for each in super().handle(frame, now_ms=now_ms)
                    if isinstance(each, Hello)
                ]
            case Recon(plane=plane) | Get(plane=plane) | Pull(plane=plane) if plane == CONTROL:
                return super().handle(frame, now_ms=now_ms)
            case Ack():
                return super().handle(frame, now_ms=now_ms)
            case _:
                return [Failed(getattr(frame, "rid", 0), "not_member")]

    def push(self, waiting: deque[Op]) -> Frame | None:
        """Take from `waiting` what fits into one frame and the follower's credit; None where nothing does.

        Raises:
            RemoteError: `not_member`: the follower was removed since it began.
        """
        self._check()
        return super().push(waiting)

    def _check(self) -> None:
        if not self._is_former and not self._may_read():
            raise RemoteError("not_member", "a peer was removed while it was served")
