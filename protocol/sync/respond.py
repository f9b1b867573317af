"""The answering side of range-based set reconciliation, which remembers nothing between frames.

It says what it has where the two sets differ: in finer ranges, or by listing ids.
"""

from typing import Final

from crypto.ids import ID_BYTES
from protocol.errors import RemoteError
from protocol.sync.index import DEPTH_BYTES, ELEMENT_BYTES, START
from protocol.sync.ranges import ANSWER, FINGERPRINT, LIST, MOST_IDS, MOST_RANGES, NONE, SKIP, Range, Ranges
from protocol.sync.views import Sums, View, fingerprints, pieces

_PARTS: Final = 16
_ANSWERED: Final = 64
"""Up to so many ids the answering side lists, beyond it cuts."""


def respond(view: View, ranges: Ranges) -> list[Range]:
    """Return the answer to `ranges`, which are as `load_ranges` gave them.

    Where the answer would not fit into its frame, a range is answered by its fingerprint alone: it will be asked again.

    Raises:
        RemoteError: `bad_frame`: the ranges hold what only an answer holds.
    """
    sums = Sums(view)
    reply: list[Range] = []
    spare, ids_left = MOST_RANGES - len(ranges), MOST_IDS
    lower = START
    for upper, mode, payload in ranges:
        if mode == SKIP:
            answer = [Range(upper, SKIP)]
        else:
            first, last = view.position(lower), view.position(upper)
            answer = _answer(view, sums, first, last, Range(upper, mode, payload), spare, ids_left)
        spare -= len(answer) - 1
        for part in answer:
            if part.mode == ANSWER:
                ids_left -= len(part.payload) // ID_BYTES
            if part.mode == SKIP and reply and reply[-1].mode == SKIP:
                reply.pop()
            reply.append(part)
        lower = upper
    if reply and reply[-1].mode == SKIP:
        reply.pop()
    return reply


def _answer(view: View, sums: Sums, first: int, last: int, asked: Range, spare: int, ids_left: int) -> list[Range]:
    """Return what to say of one range, in which the view has the keys from `first` to `last`.

    There is room for `spare` more ranges than one, and for `ids_left` ids.
    """
    upper, mode, payload = asked
    count = last - first
    if mode == ANSWER:
        raise RemoteError("bad_frame", "a reconciliation was answered that nobody asked for")
    if mode == LIST:
        listed = set(pieces(payload, ELEMENT_BYTES))
        if count <= len(listed) + _ANSWERED:
            pairs = zip(view.elements(first, last), view.packed(first, last), strict=True)
            lacking = [key[DEPTH_BYTES:] for element, key in pairs if element not in listed]
            if not lacking:
                return [Range(upper, SKIP)]
            if len(lacking) <= ids_left:
                return [Range(upper, ANSWER, b"".join(lacking))]
            return [Range(upper, FINGERPRINT, sums.fingerprint(first, last))]
    elif not count:
        return [Range(upper, SKIP if mode == NONE or payload == sums.fingerprint(first, last) else NONE)]
    own = sums.fingerprint(first, last)
    if mode == NONE:
        return [Range(upper, FINGERPRINT, own)]
    if mode == FINGERPRINT and payload == own:
        return [Range(upper, SKIP)]
    if count <= min(_ANSWERED, ids_left):
        return [Range(upper, ANSWER, b"".join([key[DEPTH_BYTES:] for key in view.packed(first, last)]))]
    return fingerprints(view, sums, first, last, upper, parts=min(_PARTS, spare + 1))
