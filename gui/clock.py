"""The desktop's only clocks, so that tests can pass their own."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable

Now = Callable[[], datetime.datetime]
"""Gives the wall clock's time, with its local time zone."""

Monotonic = Callable[[], float]
"""Gives seconds that only ever grow."""


def now() -> datetime.datetime:
    """Return the wall clock's time in the local time zone."""
    return datetime.datetime.now(datetime.UTC).astimezone()  # noqa: TID251 - this is the desktop's clock


def monotonic() -> float:
    """Return seconds since an unknown start; never goes back."""
    return time.monotonic()
