"""When to try again, and how long to wait before; pure.

The rules of the vendors' own clients: 408, 409, 429 and everything from 500, unless `x-should-retry` says otherwise;
wait as long as the server asks, else 0.5 s, 1 s, up to 8 s, less up to a quarter of it by chance.
"""

import math
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

_RETRYABLE = frozenset({408, 409, 429})
_FIRST_S = 0.5
_LONGEST_S = 8.0


def should_retry(status: int, headers: Mapping[str, str]) -> bool:
    """Return whether the same request may succeed a moment later; header names are lower case."""
    match headers.get("x-should-retry"):
        case "true":
            return True
        case "false":
            return False
        case _:
            return status in _RETRYABLE or status >= 500


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Return how long the server asks us to wait, at least 0; None where it does not say or can not be understood.

    A date is compared with the `date` of the answer, so that a clock which is off does no harm.
    """
    try:
        if (milliseconds := headers.get("retry-after-ms")) is not None:
            return _finite(float(milliseconds) / 1000)
        value = headers.get("retry-after")
        if value is None:
            return None
        try:
            return _finite(float(value))
        except ValueError:
            moment = parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("date", ""))
            return max(0.0, moment.total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None


def backoff_s(attempt: int, chance: float) -> float:
    """Return the wait before attempt 1, 2, … where the server named none; `chance` is 0.0-1.0."""
    return min(_LONGEST_S, _FIRST_S * 2.0 ** (attempt - 1)) * (1 - chance / 4)


def _finite(seconds: float) -> float | None:
    return max(0.0, seconds) if math.isfinite(seconds) else None
