"""Whether the node works: what `/health` tells a monitor, without a word about people (docs/hosting.md)."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import trio

from node.clock import Clock
from protocol.sentence import Sentence

FRESH_S: Final = 2.0
"""What was found so long ago is told again: a monitor that asks without a pause costs nothing."""
ANSWER_S: Final = 2.0
"""A disk that has not answered by then is a fault."""
BUSY_S: Final = 1.0
LEAST_FREE_BYTES: Final = 32 << 20
PROBE: Final = "health.probe"
_PROBE_BYTES: Final = 4096

Json = dict[str, Any]


class Health:
    """Looks after one node; nothing runs while nobody asks.

    Attributes:
        is_ending: set when the node was told to end.
    """

    def __init__(self, home: Path, database: Path, *, clock: Clock, counts: Callable[[], Json]) -> None:
        """Begin to count the uptime.

        Args:
            home: the profile's folder.
            database: its database file.
            clock: for the uptime.
            counts: gives what only those are told who show the key.
        """
        self._home = home
        self._database = database
        self._clock = clock
        self._counts = counts
        self._began_s = clock.monotonic_s()
        self._limiter = trio.CapacityLimiter(1)
        self._asking = trio.Lock()
        self._found: tuple[float, list[str]] | None = None
        self.is_ending = False

    def brief(self) -> Json:
        """Return `{version, uptime_s}`, for anybody."""
        return {"version": version("peer2peer"), "uptime_s": round(self._clock.monotonic_s() - self._began_s, 1)}

    def details(self) -> Json:
        """Return counts and the free space, for those who show the key."""
        try:
            free_bytes: int | None = shutil.disk_usage(self._home).free
        except OSError:
            free_bytes = None
        return {**self._counts(), "free_bytes": free_bytes}

    async def faults(self) -> list[str]:
        """Return what is wrong, each a sentence for who runs the node; nothing where it is ready.

        At most one question is put to the disk at a time, however many ask and however long it is silent.
        """
        if self.is_ending:
            return ["The node is going down."]
        async with self._asking:
            now_s = trio.current_time()
            if self._found is not None and now_s - self._found[0] < FRESH_S:
                return self._found[1]
            found = ["The disk does not answer."]
            with trio.move_on_after(ANSWER_S):
                found = await trio.to_thread.run_sync(
                    probe, self._home, self._database, abandon_on_cancel=True, limiter=self._limiter
                )
            self._found = (trio.current_time(), found)
            return found


def probe(home: Path, database: Path) -> list[str]:
    """Return what keeps this profile from being written to; blocks, and leaves nothing behind."""
    faults: list[str] = []
    path = home / PROBE
    try:
        if shutil.disk_usage(home).free < LEAST_FREE_BYTES:
            faults.append(Sentence("The disk is nearly full."))
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.write(descriptor, bytes(_PROBE_BYTES))
        finally:
            os.close(descriptor)
            path.unlink(missing_ok=True)
    except OSError as error:
        faults.append(
            Sentence("The profile's folder cannot be written: {why}.", why=error.strerror or type(error).__name__)
        )
    try:
        # mode=rw: a database that is gone is a fault, not a file to be made
        with closing(sqlite3.connect(f"{database.as_uri()}?mode=rw", uri=True, timeout=BUSY_S)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
    except sqlite3.Error as error:
        faults.append(Sentence("The database cannot be written: {why}.", why=str(error)))
    return faults
