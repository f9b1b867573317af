"""Keeps services running: one that fails is started again, alone, and the process goes on."""

from collections.abc import Awaitable, Callable
from logging import getLogger
from typing import Final

import trio

log = getLogger("node.supervision")

FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 30.0
CALM_S: Final = 60.0


async def supervise(name: str, service: Callable[[], Awaitable[None]]) -> None:
    """Run `service` until it returns; after an error wait (0.5 s, doubled up to 30 s) and run it again.

    A service that had run for a minute begins again with the shortest pause. Cancelling ends it for good.
    """
    pause_s = FIRST_PAUSE_S
    while True:
        began = trio.current_time()
        try:
            await service()
        except Exception:  # the edge of a service
            log.exception("service failed and is started again name=%s", name)
        else:
            return
        if trio.current_time() - began > CALM_S:
            pause_s = FIRST_PAUSE_S
        await trio.sleep(pause_s)
        pause_s = min(pause_s * 2, LONGEST_PAUSE_S)


def sole(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the error that a group of nurseries wrapped: the first that is no cancellation if any is not."""
    leaves: list[BaseException] = []
    waiting: list[BaseException] = [group]
    while waiting:
        error = waiting.pop(0)
        if isinstance(error, BaseExceptionGroup):
            waiting[:0] = error.exceptions
        else:
            leaves.append(error)
    return next((leaf for leaf in leaves if not isinstance(leaf, trio.Cancelled)), leaves[0])
