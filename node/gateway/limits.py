"""How much one connection may ask for: sizes, times and rates of the channel, in one place."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of the gateway; the defaults are the product's, tests make them small.

    Attributes:
        frame_bytes: largest frame a client may send; a larger one closes with 1009.
        queue_frames: frames waiting for a slow reader; one more closes with 1013.
        channels: topics one connection may join.
        idle_s: silence after which a connection is closed; clients send a heartbeat every 30 s.
        drain_s: time a channel gets for what it has in hand when its client leaves.
        slow_close_s: time a slow reader gets to take the frame in flight and the close.
        shutdown_s: time all connections together get at the end of the node.
        refusal_delay_s: first wait before a wrong key is answered; doubles up to 32 times that.
    """

    frame_bytes: int = 256 * 1024
    queue_frames: int = 1024
    channels: int = 100
    idle_s: float = 90.0
    drain_s: float = 5.0
    slow_close_s: float = 5.0
    shutdown_s: float = 0.8
    refusal_delay_s: float = 0.1


class Bucket:
    """A token bucket: `burst` at once, then `rate_per_s`."""

    def __init__(self, *, burst: float, rate_per_s: float) -> None:
        self._burst = burst
        self._rate_per_s = rate_per_s
        self._tokens = burst
        self._at = float("-inf")

    def take(self, now: float) -> float:
        """Return 0.0 and take a token, or return the seconds until there is one."""
        if self._tokens < self._burst:
            self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate_per_s)
        self._at = now
        if self._tokens >= 1:
            self._tokens -= 1
            return 0.0
        return (1 - self._tokens) / self._rate_per_s
