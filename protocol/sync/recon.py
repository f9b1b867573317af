"""Range-based set reconciliation: what each of two sets lacks, in two or three round trips (docs/protocol.md, "Sync").

The asking side drives: it cuts its keys into ranges and says of each what it has there: a fingerprint, a list, nothing.
The answering side is in `respond`. A range that the asking side lacks altogether is not listed but named, to be pulled
whole.
"""

import heapq
from collections import deque
from collections.abc import Container, Iterable
from math import isqrt
from typing import Final

from crypto.ids import ID_BYTES, OpId
from protocol.errors import RemoteError
from protocol.sync.index import (
    DEPTH_BYTES,
    END,
    START,
    Bound,
    KeyIndex,
    after,
)
from protocol.sync.ranges import ANSWER, FINGERPRINT, LIST, MOST_IDS, MOST_RANGES, NONE, SKIP, Range, Ranges
from protocol.sync.views import Sums, fingerprints, pieces, view_of

MOST_NEEDED: Final = 1 << 18

_OPENING: Final = 32
_PARTS: Final = 16
_LISTED: Final = 24
"""Up to so many keys the asking side lists them, since that costs less than fingerprints of their parts."""
_ASKED_RANGES: Final = MOST_RANGES // 4
"""So many at most in a frame that asks: the answer needs room to cut."""
_FLIGHT: Final = 16
"""Frames on their way at once."""
_FRAMES: Final = 128
_KEYS_PER_FRAME: Final = 1024
"""A run asks at most `_FRAMES` frames and one more for every so many keys: twice what honest sets were seen to need."""


Span = tuple[Bound, Bound]


class Reconciler:
    """One run of the asking side; what it learns stands in its attributes.

    Send what `open` returns, then what `answer` returns for each answer, which come in the order of the frames that
    asked; until `is_done`. What is learnt may be taken away (and fetched) at any time in between.
    """

    def __init__(self, index: KeyIndex, *, salt: bytes = b"", held: Container[OpId] = ()) -> None:
        """Begin a run over `index`; ids in `held` count as ours wherever they are offered (those in quarantine)."""
        self.need: list[OpId] = []
        """Ids to be asked for singly."""
        self.need_ranges: list[Span] = []
        """Ranges in which we have nothing and the other side has something: to be pulled whole."""
        self.theirs_lack: list[OpId] = []
        self.theirs_lack_ranges: list[Span] = []
        """Where the other side has nothing and we have something. What it lacks may be more than a run comes across."""
        self.frames = 0
        """How many frames have been asked."""
        self._view = view_of(index, salt)
        self._held = held
        self._needed: dict[OpId, Bound] = {}
        """Every id that was ever in `need`, with a bound that lies before it."""
        self._differing: list[Span] = []
        """A heap: where the two sets are known to differ, not asked yet."""
        self._asked: deque[list[tuple[Bound, Bound, int]]] = deque()
        self._most_frames = _FRAMES + len(index) // _KEYS_PER_FRAME

    @property
    def is_done(self) -> bool:
        """Whether everything asked has been answered and nothing more is to be asked."""
        return not self._asked and not self._differing

    def open(self) -> list[list[Range]]:
        """Return the frames to begin with; none where we have nothing at all and need everything."""
        view = self._view
        count = len(view)
        if not count:
            self.need_ranges.append((START, END))
            return []
        depth = int.from_bytes(view.packed(count - 1, count)[0][:DEPTH_BYTES], "big")
        top = after((depth, OpId(b"")))
        if count <= _LISTED:
            ranges = [Range(top, LIST, b"".join(view.elements(0, count)))]
        else:
            ranges = fingerprints(view, Sums(view), 0, count, top, parts=_parts(count, _OPENING))
        if top != END:
            ranges.append(Range(END, NONE))
        lowers = [START, *(each.upper for each in ranges)]
        self._asked.append([(lower, each.upper, each.mode) for lower, each in zip(lowers, ranges, strict=False)])
        self.frames = 1
        return [ranges]

    def answer(self, ranges: Ranges) -> list[list[Range]]:
        """Return the frames that the answer `ranges` leads to; none where others are still on their way, or at the end.

        Raises:
            RemoteError: `bad_frame`: the answer has parts that were not asked for; `out_of_turn`: nothing was; or
                `too_long`: it goes on and on.
        """
        if not self._asked:
            raise RemoteError("out_of_turn", "a reconciliation was answered that nobody asked for")
        asked = self._asked.popleft()
        sums = Sums(self._view)
        lower, at = START, 0
        for part in ranges:
            if part.mode != SKIP:
                while at < len(asked) and asked[at][1] <= lower:
                    at += 1
                if at == len(asked) or lower < asked[at][0] or part.upper > asked[at][1]:
                    raise RemoteError("bad_frame", "a reconciliation was answered beside the question")
                self._learn(sums, lower, part, asked=asked[at][2])
            lower = part.upper
        frames = []
        while self._differing and len(self._asked) < _FLIGHT:
            frame = self._ask(sums)
            if frame:
                frames.append(frame)
        return frames

    def wanted(self) -> list[Span | list[OpId]]:
        """Return `need_ranges` and `need` in the order of keys: ranges, and between them lists of ids.

        Parents then come before children, but for ids that were listed together: those are in order among themselves.
        """
        spans = deque(sorted(self.need_ranges))
        found: list[Span | list[OpId]] = []
        names: list[OpId] = []
        for name in sorted(self.need, key=self._needed.__getitem__):
            while spans and spans[0][0] <= self._needed[name]:
                found += [names, spans.popleft()] if names else [spans.popleft()]
                names = []
            names.append(name)
        return [*found, names, *spans] if names else [*found, *spans]

    def _learn(self, sums: Sums, lower: Bound, part: Range, *, asked: int) -> None:
        """Take in one part of an answer to what was `asked` there."""
        upper, mode, payload = part
        view = self._view
        first, last = view.position(lower), view.position(upper)
        if mode == FINGERPRINT:
            if first == last:
                _extend(self.need_ranges, lower, upper)
            elif payload != sums.fingerprint(first, last):
                heapq.heappush(self._differing, (lower, upper))
        elif mode == NONE and asked == FINGERPRINT:
            _extend(self.theirs_lack_ranges, lower, upper)
        elif mode == ANSWER and asked != NONE:
            offered = [OpId(name) for name in pieces(payload, ID_BYTES)]
            ours = {OpId(key[DEPTH_BYTES:]) for key in view.packed(first, last)}
            self._want(lower, (name for name in offered if name not in ours))
            if asked == FINGERPRINT:
                self.theirs_lack += sorted(ours.difference(offered))
        else:
            raise RemoteError("bad_frame", "a reconciliation was answered in a form that does not fit the question")

    def _want(self, lower: Bound, names: Iterable[OpId]) -> None:
        for name in names:
            if name not in self._needed and name not in self._held:
                self._needed[name] = lower
                self.need.append(name)
        if len(self._needed) > MOST_NEEDED:
            raise RemoteError("too_long", "a reconciliation offers more than can be")

    def _ask(self, sums: Sums) -> list[Range]:
        """Return a frame that asks about the first of the differing ranges, as many as fit."""
        view = self._view
        ranges: list[Range] = []
        asked: list[tuple[Bound, Bound, int]] = []
        ids_left = MOST_IDS
        reached = START
        while self._differing:
            lower, upper = self._differing[0]
            first, last = view.position(lower), view.position(upper)
            count = last - first
            if count <= _LISTED:
                parts = [Range(upper, LIST, b"".join(view.elements(first, last)))]
            else:
                parts = fingerprints(view, sums, first, last, upper, parts=_parts(count, _PARTS))
            if len(ranges) + len(parts) >= _ASKED_RANGES or (count <= _LISTED and count > ids_left):
                break
            heapq.heappop(self._differing)
            if not count:
                _extend(self.need_ranges, lower, upper)
                continue
            ids_left -= count if count <= _LISTED else 0
            if lower != reached:
                ranges.append(Range(lower, SKIP))
            for part in parts:
                asked.append((lower, part.upper, part.mode))
                lower = part.upper
            ranges += parts
            reached = upper
        if asked:
            self.frames += 1
            if self.frames > self._most_frames:
                raise RemoteError("too_long", "a reconciliation comes to no end")
            self._asked.append(asked)
        return ranges


def _parts(count: int, most: int) -> int:
    """Return into how many parts to cut `count` keys, so that their fingerprints cost what the ids of one part cost."""
    return min(most, isqrt(2 * count))


def _extend(spans: list[Span], lower: Bound, upper: Bound) -> None:
    """Add a span, joined with the last where they touch."""
    if spans and spans[-1][1] == lower:
        lower = spans.pop()[0]
    spans.append((lower, upper))
