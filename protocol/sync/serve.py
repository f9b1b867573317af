"""The answering side of a sync: sends what the asker lacks, never more than it gave credit for."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

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


class Server:
    """One run of the answering side, for a peer that may read the conversation."""

    def __init__(self, replica: Replica, registers: Registers, fetch: Fetch) -> None:
        self._replica = replica
        self._registers = registers
        self._fetch = fetch
        self._queues: dict[int, deque[OpId]] = {}
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
                lacking = self._replica.plane(frame.plane).lacking(frame.haves)
                self._queues[frame.rid] = deque(lacking)
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
                return [Ops(frame.rid, tuple(self._fetch(names[:_BATCH])), True, len(names))]
            case AskRegisters():
                newer = self._registers.newer_than(frame.digest)
                return [TellRegisters(tuple(register.encoded for register in newer[: limits.MEMBERS]))]
            case _:
                raise RemoteError("out_of_turn", "a sync frame came that nobody asked for")

    def _more(self, rid: int) -> list[Frame]:
        """Return as many frames as the credit allows; the last one of a request says that it is."""
        queue, total = self._queues[rid], self._totals[rid]
        batches: list[list[Any]] = [[]]
        size = 0
        while queue and self._credit[rid] > 0:
            for op in self._fetch([queue.popleft() for _ in range(min(_BATCH, len(queue)))]):
                length = op_bytes(op)
                if batches[-1] and size + length > limits.SYNC_OPS_FRAME_BYTES:
                    batches.append([])
                    size = 0
                batches[-1].append(op)
                size += length
                self._credit[rid] -= length
        done = not queue
        if done:
            del self._queues[rid]
        last = len(batches) - 1
        return [Ops(rid, tuple(ops), done and at == last, total) for at, ops in enumerate(batches) if ops or done]
