"""Guarded background tasks for libp2p's services.

As shipped, one exception in any background task (a malformed message is enough) stops the whole service, and with it
the process; and a task may have at most a fixed number of children. This manager logs, counts and goes on.
"""

import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import trio
from libp2p.peer.id import ID
from libp2p.tools.anyio_service.api import InternalManagerAPI, ManagerAPI, ServiceAPI
from libp2p.tools.anyio_service.exceptions import LifecycleError
from libp2p.tools.anyio_service.stats import Stats, TaskStats

logger = logging.getLogger("node.network")

AsyncFunction = Callable[..., Awaitable[Any]]
RESTART_S = 1.0
PEERS_COUNTED = 1000


class Offences:
    """How often each peer sent something that made libp2p raise."""

    def __init__(self) -> None:
        self.by_peer: Counter[str] = Counter()

    def add(self, peer: ID | None, error: Exception) -> None:
        """Count one offence and log it, without a traceback: the peer chose the input."""
        name = "unknown" if peer is None else peer.to_base58()
        self.by_peer[name] += 1
        if len(self.by_peer) > PEERS_COUNTED:
            del self.by_peer[next(iter(self.by_peer))]
        logger.debug("offence peer=%s count=%d error=%r", name[-8:], self.by_peer[name], error)


class Tasks(InternalManagerAPI):
    """Runs one libp2p service and its background tasks; no task's error reaches another task."""

    def __init__(self, service: ServiceAPI, offences: Offences) -> None:
        self._service = service
        self._offences = offences
        self._nursery: trio.Nursery | None = None
        self._started = trio.Event()
        self._finished = trio.Event()
        self._cancelled = False

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Run the service until `stop` or a cancel; then its tasks are gone."""
        self._service._manager = self
        try:
            async with trio.open_nursery() as nursery:
                self._nursery = nursery
                self._started.set()
                nursery.start_soon(self._guard, self._service.run, ())
                task_status.started()
                await trio.sleep_forever()
        finally:
            self._nursery = None
            self._finished.set()

    def run_task(
        self, async_fn: AsyncFunction, *args: Any, daemon: bool = False, name: str | None = None, **_: Any
    ) -> None:
        """Start a background task.

        Raises:
            LifecycleError: the service has ended.
        """
        if self._nursery is None:
            raise LifecycleError(f"{self._service} has ended")
        self._nursery.start_soon(self._guard_daemon if daemon else self._guard, async_fn, args, name=name)

    def run_daemon_task(self, async_fn: AsyncFunction, *args: Any, name: str | None = None) -> None:
        """Start a background task that is started again if it fails."""
        self.run_task(async_fn, *args, daemon=True, name=name)

    async def _guard(self, async_fn: AsyncFunction, args: tuple[Any, ...]) -> bool:
        try:
            await async_fn(*args)
        except Exception as error:  # noqa: BLE001 - the edge of a service: one bad message must not end the process
            self._offences.add(next((value for value in args if isinstance(value, ID)), None), error)
            return False
        return True

    async def _guard_daemon(self, async_fn: AsyncFunction, args: tuple[Any, ...]) -> None:
        while not await self._guard(async_fn, args):
            logger.warning("restart task=%s", getattr(async_fn, "__qualname__", async_fn))
            await trio.sleep(RESTART_S)

    def run_child_service(self, service: ServiceAPI, daemon: bool = False, name: str | None = None) -> ManagerAPI:
        """Start another service as a part of this one."""
        child = Tasks(service, self._offences)
        self.run_task(child.run, name=name)
        return child

    def run_daemon_child_service(self, service: ServiceAPI, name: str | None = None) -> ManagerAPI:
        """Start another service as a part of this one."""
        return self.run_child_service(service, name=name)

    @property
    def is_started(self) -> bool:
        """Whether `run` has begun."""
        return self._started.is_set()

    @property
    def is_running(self) -> bool:
        """Whether tasks can be started."""
        return self._nursery is not None

    @property
    def is_cancelled(self) -> bool:
        """Whether `cancel` was called."""
        return self._cancelled

    @property
    def is_finished(self) -> bool:
        """Whether `run` has ended."""
        return self._finished.is_set()

    @property
    def did_error(self) -> bool:
        """Always False: errors are logged and counted, never kept."""
        return False

    @property
    def stats(self) -> Stats:
        """Zeroes: tasks are not counted."""
        return Stats(tasks=TaskStats(total_count=0, finished_count=0))

    async def wait_started(self) -> None:
        """Wait until tasks can be started."""
        await self._started.wait()

    async def wait_finished(self) -> None:
        """Wait until the service has ended."""
        await self._finished.wait()

    def cancel(self) -> None:
        """End the service soon."""
        self._cancelled = True
        if self._nursery is not None:
            self._nursery.cancel_scope.cancel()

    async def stop(self) -> None:
        """End the service and wait for its end."""
        self.cancel()
        await self.wait_finished()
