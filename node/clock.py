"""The only place that reads the clocks."""

import time
from datetime import UTC, datetime


class Clock:
    """Wall time for what others see, monotonic time for how long things take."""

    def now_ms(self) -> int:
        """Return milliseconds since 1970."""
        return time.time_ns() // 1_000_000

    def monotonic_s(self) -> float:
        """Return seconds since some fixed moment; never goes back."""
        return time.monotonic()


def iso(time_ms: int) -> str:
    """Return a time as ISO 8601 in UTC with milliseconds; a time beyond the calendar is cut to its end."""
    most_ms = 253_402_300_799_999
    moment = datetime.fromtimestamp(min(time_ms, most_ms) / 1000, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{time_ms % 1000:03d}Z"
