"""Two indexes reconciled in memory, every frame through its bytes."""

from collections.abc import Callable
from dataclasses import dataclass, field

from crypto.ids import OpId
from protocol import limits
from protocol.sync.index import Key, KeyIndex
from protocol.sync.ranges import Range, dump_ranges, load_ranges
from protocol.sync.recon import Reconciler
from protocol.sync.respond import respond
from protocol.sync.views import view_of


@dataclass
class Run:
    """What a reconciliation came to, and what it took."""

    need: set[OpId] = field(repr=False)
    """What the asking side asks for, ranges resolved by the answering side."""
    lack: set[OpId] = field(repr=False)
    round_trips: int
    frames: int
    up_bytes: int
    down_bytes: int
    wire: list[bytes] = field(repr=False)
    """Every frame, in order."""


def index_of(keys: set[Key]) -> KeyIndex:
    return KeyIndex(sorted(keys))


def lossless(ranges: list[Range]) -> bytes:
    """Return the bytes of a frame, which must be within the limit and come back the same."""
    data = dump_ranges(ranges)
    assert len(data) <= limits.SYNC_FRAME_BYTES
    assert load_ranges(data) == ranges
    return data


def reconcile(
    asking: KeyIndex,
    answering: KeyIndex,
    *,
    salt: bytes = b"",
    between: Callable[[list[Range]], list[Range]] = lambda ranges: ranges,
) -> Run:
    """Run `asking` against `answering`; `between` sees every answer on its way and may change it."""
    reconciler = Reconciler(asking, salt=salt)
    view = view_of(answering, salt)
    run = Run(set(), set(), 0, 0, 0, 0, [])
    flight = reconciler.open()
    while flight:
        run.round_trips += 1
        answers = []
        for frame in flight:
            data = lossless(frame)
            answer = lossless(between(respond(view, load_ranges(data))))
            run.frames += 1
            run.up_bytes += len(data)
            run.down_bytes += len(answer)
            run.wire += [data, answer]
            answers.append(answer)
        flight = [more for answer in answers for more in reconciler.answer(load_ranges(answer))]
    assert reconciler.is_done
    assert len(set(reconciler.need)) == len(reconciler.need)
    parts = reconciler.wanted()
    assert [part for part in parts if isinstance(part, tuple)] == sorted(reconciler.need_ranges)
    assert sorted(name for part in parts if isinstance(part, list) for name in part) == sorted(reconciler.need)
    run.need.update(reconciler.need)
    run.lack.update(reconciler.theirs_lack)
    for lower, upper in reconciler.need_ranges:
        assert not asking.count(lower, upper), "a range to be pulled whole holds something"
        found = {name for _, name in answering.range(lower, upper)}
        assert not found & run.need
        run.need |= found
    for lower, upper in reconciler.theirs_lack_ranges:
        run.lack |= {name for _, name in asking.range(lower, upper)}
    return run
