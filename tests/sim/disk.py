"""A node's database file, and what can happen to it: the process dies between two statements, or the disk is full.

The real store writes through `sqlite3`; here its connections pass a gate before and after each statement that changes
something. A process that dies leaves the file and its write-ahead log as they are at that moment, and the next run of
the node opens copies of them.
"""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

_CHANGES = ("BEGIN", "INSERT", "UPDATE", "DELETE", "REPLACE", "COMMIT", "END", "SAVEPOINT", "RELEASE", "CREATE", "DROP")
FULL = "database or disk is full"
BUSY = "database is locked"


class Crashed(BaseException):
    """The process is gone: whatever still runs of it has no effect any more."""


class Gate:
    """Stands between one run of a node and its database."""

    def __init__(self, path: Path, on_crash: Callable[[], None]) -> None:
        self.path = path
        self.is_dead = False
        self.crash_in: int | None = None
        """Crash at the so-manyth moment from now: there is one before and one after each statement."""
        self.full_in: int | None = None
        """Fail with a full disk at the so-manyth statement from now."""
        self.undoes = False
        """Whether a full disk also ends the transaction."""
        self.is_busy = False
        """Whether another process is to blame instead, where it is a commit that fails."""
        self.moments = 0
        self._on_crash = on_crash

    @contextmanager
    def around(self, sql: str, connection: sqlite3.Connection) -> Iterator[None]:
        """Stand around one statement of a connection."""
        if self.is_dead:
            raise Crashed
        if not sql.lstrip()[:9].upper().startswith(_CHANGES):
            yield
            return
        self._moment()
        if self.full_in is not None:
            self.full_in -= 1
            if self.full_in <= 0:
                self.full_in = None
                if self.is_busy and sql == "COMMIT":  # this leaves the transaction open
                    raise sqlite3.OperationalError(BUSY)
                if self.undoes or sql == "COMMIT":  # SQLite rolls back by itself then
                    connection.rollback()
                raise sqlite3.OperationalError(FULL)
        yield
        self._moment()

    def _moment(self) -> None:
        self.moments += 1
        if self.crash_in is None:
            return
        self.crash_in -= 1
        if self.crash_in <= 0:
            self.crash()
            raise Crashed

    def crash(self) -> None:
        """End the process now."""
        if not self.is_dead:
            self.is_dead = True
            self._on_crash()

    def salvage(self, target: Path) -> None:
        """Copy to `target` what a killed process leaves behind; call it at the moment of its end."""
        for suffix in ("", "-wal"):
            left = self.path.with_name(self.path.name + suffix)
            if left.exists():
                shutil.copyfile(left, target.with_name(target.name + suffix))


class GatedCursor(sqlite3.Cursor):
    """A cursor whose statements pass the gate of its connection."""

    def execute(self, sql: str, *values: Any) -> "GatedCursor":
        with _gate_of(self.connection).around(sql, self.connection):
            super().execute(sql, *values)
        return self

    def executemany(self, sql: str, *values: Any) -> "GatedCursor":
        with _gate_of(self.connection).around(sql, self.connection):
            super().executemany(sql, *values)
        return self

    def executescript(self, sql: str) -> "GatedCursor":
        with _gate_of(self.connection).around(sql, self.connection):
            super().executescript(sql)
        return self


class GatedConnection(sqlite3.Connection):
    """A connection whose statements pass the gate."""

    gate: Gate

    def cursor(self, *arguments: Any, **named: Any) -> Any:
        return super().cursor(*(arguments or (GatedCursor,)), **named)

    def execute(self, sql: str, *values: Any) -> Any:
        return GatedCursor(self).execute(sql, *values)

    def executemany(self, sql: str, *values: Any) -> Any:
        return GatedCursor(self).executemany(sql, *values)

    def executescript(self, sql: str) -> Any:
        return GatedCursor(self).executescript(sql)

    def commit(self) -> None:
        with self.gate.around("COMMIT", self):
            super().commit()


def _gate_of(connection: sqlite3.Connection) -> Gate:
    assert isinstance(connection, GatedConnection)
    return connection.gate


class Disks:
    """The gates of a run, by path; while `watching`, every connection to such a path passes its gate."""

    def __init__(self) -> None:
        self._gates: dict[str, Gate] = {}

    def add(self, gate: Gate) -> None:
        """Watch a path from now on."""
        self._gates[str(gate.path)] = gate

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Let connections made in this block pass their gates."""
        connect = sqlite3.connect

        def gated(database: Any, *arguments: Any, **named: Any) -> sqlite3.Connection:
            gate = self._gates.get(str(database))
            if gate is None:
                plain: sqlite3.Connection = connect(database, *arguments, **named)
                return plain
            connection = connect(database, *arguments, factory=GatedConnection, **named)
            assert isinstance(connection, GatedConnection)
            connection.gate = gate
            return connection

        with mock.patch("sqlite3.connect", gated):
            yield
