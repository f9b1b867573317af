"""The answering side of a sync: says what it holds, sends what is asked for, never more than it was given credit for.

Between frames it remembers nothing but what is still to be sent.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Final, TypeVar

from crypto.ids import OpId
from crypto.signatures import is_signed
from protocol import limits
from protocol.errors import RemoteError
from protocol.ops import CONTENT, Op
from protocol.registers import DIGEST_ROWS, Registers
from protocol.replica import Replica
from protocol.sync.compact import OpsEncoder, Stored
from protocol.sync.frames import (
    Ack,
    AskRegisters,
    Follow,
    Frame,
    Get,
    Hello,
    Ops,
    Pull,
    Recon,
    Summary,
    TellRegisters,
    op_bytes,
    tag_of,
)
from protocol.sync.respond import respond
from protocol.sync.views import View, view_of
from protocol.vouching import Link, Runs, prove

Fetch = Callable[[Sequence[OpId]], list[Stored]]
"""Reads stored operations, in the order asked for."""

RECONS: Final = 128
"""Frames of reconciliation that one stream may ask, and one more for every 32 operations."""
REQUESTS: Final = 4
"""Requests that may be open at a time."""
FOLLOWED: Final = 0
"""The request number of what is new."""
_BATCH: Final = 256
_T = TypeVar("_T")


class _Request:
    """What is still to be sent of one request."""

    def __init__(self, names: Iterable[OpId], credit: int) -> None:
        self.names = deque(names)
        self.total = len(self.names)
        self.fetched: deque[Stored] = deque()
        self.credit = min(credit, limits.SYNC_CREDIT_BYTES)

    @property
    def is_done(self) -> bool:
        return not self.names and not self.fetched


class Server:
    """One run of the answering side, for a peer that may read the conversation."""

    def __init__(self, replica: Replica, registers: Registers, fetch: Fetch) -> None:
        self._replica = replica
        self._registers = registers
        self._fetch = fetch
        self._requests: dict[int, _Request] = {}
        self._encoder = OpsEncoder(self._assured)
        self._recons = 0
        self._salts = 0
        self._salted: tuple[int, bytes, View] | None = None
        self.is_followed = False
        """Whether the asker wants what is new as it comes."""
        self._follow_credit = 0

    def handle(self, frame: Frame, *, now_ms: int) -> list[Frame]:
        """Return the frames that answer `frame` (RemoteError where it has no place here)."""
        match frame:
            case Hello():
                replica = self._replica
                return [Hello(tag_of(replica.id), now_ms, Summary.of(replica.control), Summary.of(replica.content))]
            case Recon():
                view = self._view(frame.plane, frame.salt)
                return [Recon(frame.rid, frame.plane, frame.salt, tuple(respond(view, frame.ranges)))]
            case Pull():
                keys = self._replica.plane(frame.plane).index.range(frame.lower, frame.upper)
                return self._open(frame.rid, [name for _, name in keys[-frame.newest :]], frame.credit)
            case Get():
                plane = self._replica.plane(frame.plane)
                names = [name for name in frame.ids if name not in plane.quarantine and name in plane]
                return self._open(frame.rid, names, limits.SYNC_CREDIT_BYTES)
            case Ack(rid) if rid == FOLLOWED and self.is_followed:
                self._follow_credit = min(self._follow_credit + frame.credit, limits.SYNC_CREDIT_BYTES)
                return []
            case Ack():
                request = self._requests.get(frame.rid)
                if request is None:
                    return []  # everything was within the first credit
                request.credit = min(request.credit + frame.credit, limits.SYNC_CREDIT_BYTES)
                return self._more(frame.rid)
            case Follow():
                self.is_followed = True
                self._follow_credit = min(frame.credit, limits.SYNC_CREDIT_BYTES)
                return []
            case AskRegisters():
                newer = self._registers.newer_than(frame.digest, after=frame.after, upto=frame.upto)
                told = _first(newer[:DIGEST_ROWS], lambda register: len(register.encoded))
                upto = frame.upto if len(told) == len(newer) else told[-1].place
                return [TellRegisters(tuple(register.encoded for register in told), upto)]
            case _:
                raise RemoteError("out_of_turn", "a sync frame came that nobody asked for")

    def _view(self, plane: int, salt: bytes) -> View:
        """Return a plane as a reconciliation sees it; what costs much is done once, and not for ever."""
        index = self._replica.plane(plane).index
        self._recons += 1
        if self._recons > RECONS + len(index) // 32:
            raise RemoteError("too_long", "a sync asks again and again where the two sides differ")
        if not salt:
            return index
        if self._salted is None or self._salted[:2] != (plane, salt):
            self._salts += 1
            if self._salts > 2:
                raise RemoteError("too_long", "a sync salts its questions again and again")
            self._salted = (plane, salt, view_of(index, salt))
        return self._salted[2]

    def push(self, waiting: deque[Op]) -> Frame | None:
        """Take from `waiting` what fits into one frame and the follower's credit; None where nothing does."""
        part: list[Stored] = []
        room = min(self._follow_credit, limits.SYNC_OPS_FRAME_BYTES)
        for op in islice(waiting, _BATCH):
            length = op_bytes(len(op.header_bytes), len(op.body))
            if length > (room if part else self._follow_credit):
                break
            room -= length
            part.append((op.id, op.header_bytes, op.signature, op.body))
        if not part:
            return None
        blob, count = self._encoder.encode(part, most_bytes=limits.SYNC_FRAME_BYTES)
        for _, header, _, body in part[:count]:
            self._follow_credit -= op_bytes(len(header), len(body))
            waiting.popleft()
        return Ops(FOLLOWED, blob, True, count)

    def _assured(self, ops: Sequence[Stored], links: Sequence[Link]) -> Sequence[Stored]:
        """Look at the signatures that nothing else in a frame stands for; put a proof in place of one that is false.

        A proof stands for nothing but itself, so what came before it is looked at next.
        """
        plane, shelf, own = self._replica.content, self._replica.shelf, self._replica.device.public
        made, seen = list(ops), set[int]()
        links = list(links)
        while asked := [at for at in Runs(links, forked=plane.forked).asked if at not in seen]:
            seen.update(asked)
            for at in asked:
                link, (name, header, signature, body) = links[at], made[at]
                if link.plane != CONTENT or link.device == own or link.is_proven:
                    continue
                if is_signed(link.device, name, signature):
                    continue
                proof = prove(link, shelf.successors)
                if not proof:
                    raise RemoteError("unproven", "an operation is held that cannot be shown to be its author's")
                shelf.keep_proof(name, proof)
                made[at], links[at] = (name, header, proof, body), link._replace(is_proven=True)
        return made

    def _open(self, rid: int, names: list[OpId], credit: int) -> list[Frame]:
        if rid == FOLLOWED or rid in self._requests or len(self._requests) >= REQUESTS:
            raise RemoteError("bad_frame", "a request has a number that is taken, or too many are open")
        if credit < limits.WIRE_OP_BYTES:
            raise RemoteError("bad_frame", "a request gives less credit than an operation may need")
        self._requests[rid] = _Request(names, credit)
        return self._more(rid)

    def _more(self, rid: int) -> list[Frame]:
        """Return as many frames as the credit allows; the last one of a request says that it is."""
        request = self._requests[rid]
        frames: list[Frame] = []
        while not request.is_done:
            batch = self._batch(request)
            if not batch:
                return frames
            blob, count = self._encoder.encode(batch, most_bytes=limits.SYNC_FRAME_BYTES)
            request.fetched.extendleft(reversed(batch[count:]))
            request.credit -= sum(op_bytes(len(header), len(body)) for _, header, _, body in batch[:count])
            frames.append(Ops(rid, blob, request.is_done, request.total))
        del self._requests[rid]
        return frames or [Ops(rid, self._encoder.encode([])[0], True, request.total)]

    def _batch(self, request: _Request) -> list[Stored]:
        """Take from a request what fits into one frame and its credit."""
        batch: list[Stored] = []
        room = min(request.credit, limits.SYNC_OPS_FRAME_BYTES)
        while not request.is_done:
            if not request.fetched:
                names = [request.names.popleft() for _ in range(min(_BATCH, len(request.names)))]
                request.fetched.extend(self._fetch(names))
                continue
            _, header, _, body = request.fetched[0]
            length = op_bytes(len(header), len(body))
            if length > (room if batch else request.credit):
                break
            room -= length
            batch.append(request.fetched.popleft())
        return batch


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
