"""How much one device may say that is not stored: frames and bytes a second (PROTOCOL section 8).

The one who speaks keeps to it by waiting, the one who hears by dropping. The clock is the caller's.
"""

from typing import Final

from protocol import limits

SPARED: Final = 0.25
"""The share of an allowance that heartbeats and typing leave for what matters more."""
ROUNDING_S: Final = 1e-6
"""A shorter wait is none: it comes of fractions that add up to a little less than one."""


class Allowance:
    """A bucket of frames and one of bytes, spent together.

    A frame may pass as long as there is anything left, and may overdraw the bytes by what it has too many: so a frame
    larger than the whole bucket passes too, and is paid for afterwards.
    """

    def __init__(self, *, burst_s: float) -> None:
        """`burst_s`: so many seconds' worth may be spent at once after a silence."""
        self._most_frames = self._frames = limits.EPHEMERAL_PER_S * burst_s
        self._most_bytes = self._bytes = limits.EPHEMERAL_BYTES_PER_S * burst_s
        self._at_s = 0.0

    def wait_s(self, now_s: float, *, is_light: bool = False) -> float:
        """Return in how many seconds a frame may pass; 0 where it may now.

        A light frame (a heartbeat, typing) passes only where SPARED would be left.
        """
        self._refill(now_s)
        spared = SPARED if is_light else 0.0
        lacking = (1.0 + spared * self._most_frames - self._frames) / limits.EPHEMERAL_PER_S
        overdrawn = (spared * self._most_bytes - self._bytes) / limits.EPHEMERAL_BYTES_PER_S
        longest_s = max(lacking, overdrawn)
        return longest_s if longest_s > ROUNDING_S else 0.0

    def spend(self, size_bytes: int) -> None:
        """Take one frame of this size."""
        self._frames -= 1.0
        self._bytes -= size_bytes

    def _refill(self, now_s: float) -> None:
        passed_s = max(0.0, now_s - self._at_s)
        self._at_s = now_s
        self._frames = min(self._most_frames, self._frames + passed_s * limits.EPHEMERAL_PER_S)
        self._bytes = min(self._most_bytes, self._bytes + passed_s * limits.EPHEMERAL_BYTES_PER_S)
