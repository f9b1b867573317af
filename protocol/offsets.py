"""By how much other people's clocks differ from this one, as HELLO tells (PROTOCOL section 8).

A signal is judged by its author's clock: the offset of that node, where we have synced with it. Of a node that we never
met only our own error can be known: where three people or more have told us their time, it is the middle of theirs.
"""

from collections import OrderedDict
from typing import Final

from crypto.ids import IdentityKey

MOST: Final = 1024
WITNESSES: Final = 3
"""People whose clocks must be known before ours is taken to be the wrong one."""


class Offsets:
    """What is known of other nodes' clocks: theirs minus ours, in milliseconds."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, tuple[IdentityKey, int]] = OrderedDict()
        self._middle_ms = 0

    def learn(self, peer_id: bytes, person: IdentityKey, *, remote_ms: int, asked_ms: int, now_ms: int) -> None:
        """Take note of a member's clock.

        Args:
            peer_id: the node, proven by the connection.
            person: whose node it is.
            remote_ms: its time.
            asked_ms: our time before it read its clock.
            now_ms: our time when the answer came; the error is at most half of what lies between.
        """
        self._known[peer_id] = (person, remote_ms - (asked_ms + now_ms) // 2)
        self._known.move_to_end(peer_id)
        if len(self._known) > MOST:
            self._known.popitem(last=False)
        people = dict(self._known.values())
        told_ms = sorted(people.values())
        self._middle_ms = told_ms[len(told_ms) // 2] if len(told_ms) >= WITNESSES else 0

    def of(self, peer_id: bytes) -> int:
        """Return what to add to our time to have a node's."""
        known = self._known.get(peer_id)
        return known[1] if known is not None else self._middle_ms

    @property
    def middle_ms(self) -> int:
        """By how much our own clock is behind those of the others, as far as three people's agree; else 0."""
        return self._middle_ms
