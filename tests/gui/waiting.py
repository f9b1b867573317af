"""Waits for what is to happen in the window: for the thing itself, never for a time."""

import asyncio
import inspect
import time
from collections.abc import Callable

DEADLINE_S = 20.0


async def wait_until(condition: Callable[[], object], within_s: float = DEADLINE_S) -> None:
    """Return as soon as `condition` holds; fail after twenty seconds, or `within_s`."""
    end = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < end, f"not within {within_s} s: {inspect.getsource(condition).strip()}"
        await asyncio.sleep(0.002)


async def turn() -> None:
    """Return once everything that is due by now has had its turn."""
    happened: list[bool] = []
    asyncio.get_running_loop().call_soon(happened.append, True)
    await wait_until(lambda: happened)
