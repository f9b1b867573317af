"""The answering side of a sync: sends what the asker lacks, never more than it gave credit for."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from crypto.ids import OpId
from protocol import limits
from protocol.errors import RemoteError
from protocol.ops import PLANES
from protocol.registers import Registers
from protocol.replica import Replica
from protocol.sync.frames import (
    Ack,
    AskRegisters,
    Frame,
    Get,
    Hello,
    Ops,
    Pull,
    Summary,
    TellRegisters,
    op_bytes,
    tag_of,
)

Fetch = Callable[[Sequence[OpId]], list[list[Any]]]
"""Reads stored operations, in the order asked for, as they travel."""

_BATCH = 64
_T = TypeVar("_T")


class Server:
    """One run of the answering side, for a peer that may read the conversation."""

    def __init__(self, replica: Replica, registers: Registers, fetch: Fetch) -> None:
        self._replica = replica
        self._registers = registers
        self._fetch = fetch
        self._queues: dict[int, deque[OpId]] = {}
        self._fetched: dict[int, deque[list[Any]]] = {}
        self._totals: dict[int, int] = {}
        self._credit: dict[int, int] = {}

    def handle(self, frame: Frame, *, now_ms: int) -> list[Frame]:
        """Return the frames that answer `frame` (RemoteError where it has no place here)."""
        match frame:
            case Hello():
                replica = self._replica
                return [Hello(tag_of(replica.id), now_ms, Summary.of(replica.control), Summary.of(replica.content))]
            case Pull():
                if frame.rid not in PLANES:
                    raise RemoteError("bad_frame", "a request has an unknown number")
                if frame.credit < limits.WIRE_OP_BYTES:
                    raise RemoteError("bad_frame", "a request gives less credit than an operation may need")
                lacking = self._replica.plane(frame.plane).lacking(frame.haves)
                self._queues[frame.rid] = deque(lacking)
                self._fetched[frame.rid] = deque()
                self._totals[frame.rid] = len(lacking)
                self._credit[frame.rid] = min(frame.credit, limits.SYNC_CREDIT_BYTES)
                return self._more(frame.rid)
            case Ack() if frame.rid not in self._queues:
                return []  # everything was within the first credit
            case Ack():
                self._credit[frame.rid] = min(self._credit[frame.rid] + frame.credit, limits.SYNC_CREDIT_BYTES)
                return self._more(frame.rid)
            case Get():
                names = [name for name in frame.ids if name in self._replica.plane(frame.plane)]
                ops = _first(self._fetch(names[:_BATCH]), op_bytes)
                return [Ops(frame.rid, tuple(ops), True, len(ops))]
            case AskRegisters():
                newer = [register.encoded for register in self._registers.newer_than(frame.digest)]
                return [TellRegisters(tuple(_first(newer, len)))]
            case _:
                raise RemoteError("out_of_turn", "a sync frame came that nobody asked for")

    def _more(self, rid: int) -> list[Frame]:
        """Return as many frames as the credit allows; the last one of a request says that it is."""
        queue, fetched, total = self._queues[rid], self._fetched[rid], self._totals[rid]
        batches: list[list[Any]] = [[]]
        size = 0
        while queue or fetched:
            if not fetched:
                fetched.extend(self._fetch([queue.popleft() for _ in range(min(_BATCH, len(queue)))]))
                continue
            length = op_bytes(fetched[0])
            if length > self._credit[rid]:
                break
            if batches[-1] and size + length > limits.SYNC_OPS_FRAME_BYTES:
                batches.append([])
                size = 0
            batches[-1].append(fetched.popleft())
            size += length
            self._credit[rid] -= length
        done = not queue and not fetched
        if done:
            del self._queues[rid], self._fetched[rid]
        last = len(batches) - 1
        return [Ops(rid, tuple(ops), done and at == last, total) for at, ops in enumerate(batches) if ops or done]


def _first(items: Sequence[_T], length: Callable[[_T], int]) -> list[_T]:
    """Return as many of `items` as fit into one frame, one at least."""
    taken: list[_T] = []
    size = 0
    for item in items:
        size += length(item)
        if taken and size > limits.SYNC_OPS_FRAME_BYTES:
            break
        taken.append(item)
    return taken
