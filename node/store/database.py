"""The database file of a profile: opening it, its tables, and what to say when it is damaged.

WAL with `synchronous=NORMAL`: whatever was committed survives the end of the process, however it ends; a power cut may
lose the last commits (node/store/durability.py says how many), which other members still have, but never leaves half
of one.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from sqlite_utils import Database

from node.errors import StartError
from protocol.errors import UsageError

VERSION: Final = 4
_OLDEST: Final = 3
_CHECK_BELOW_BYTES: Final = 64 << 20
_LONGEST_LOG_PAGES: Final = 4_000
"""At this length of the write-ahead log a commit brings it into the file itself."""

_PUSHED: Final = """CREATE TABLE pushed (
    number INTEGER PRIMARY KEY,
    name BLOB NOT NULL UNIQUE,
    message BLOB NOT NULL
) STRICT;
"""
_TABLES: Final = f"""
CREATE TABLE conversations (
    key INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    created_ms INTEGER NOT NULL,
    status TEXT NOT NULL,
    checkpoint BLOB NOT NULL DEFAULT x'',
    read_vts_ms INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE people (
    key INTEGER PRIMARY KEY,
    identity BLOB NOT NULL UNIQUE
) STRICT;
CREATE TABLE operations (
    number INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL,
    plane INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    level INTEGER NOT NULL,
    quarantined INTEGER NOT NULL,
    shown INTEGER NOT NULL,
    depth INTEGER NOT NULL,
    vts_ms INTEGER NOT NULL,
    author INTEGER NOT NULL,
    id BLOB NOT NULL,
    header BLOB NOT NULL,
    signature BLOB NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX operations_by_id ON operations (conversation, id, plane, depth, quarantined);
CREATE INDEX timeline ON operations (conversation, vts_ms, depth) WHERE shown = 1;
CREATE INDEX control_operations ON operations (conversation, number) WHERE plane = 0;
CREATE INDEX operations_by_kind ON operations (conversation, kind) WHERE plane = 1 AND kind <> 1;
CREATE INDEX operations_not_valid ON operations (conversation) WHERE level < 1;
CREATE TABLE epoch_keys (
    conversation INTEGER NOT NULL REFERENCES conversations (key),
    epoch BLOB NOT NULL,
    closed BLOB NOT NULL,
    PRIMARY KEY (conversation, epoch)
) STRICT;
CREATE TABLE registers (
    conversation INTEGER NOT NULL REFERENCES conversations (key),
    device BLOB NOT NULL,
    slot BLOB NOT NULL,
    encoded BLOB NOT NULL,
    PRIMARY KEY (conversation, device, slot)
) STRICT;
CREATE TABLE ai_sessions (
    name BLOB PRIMARY KEY,
    closed BLOB NOT NULL
) STRICT;
CREATE TABLE preferences (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
CREATE TABLE peers (
    peer_id TEXT PRIMARY KEY,
    addresses TEXT NOT NULL,
    last_seen_ms INTEGER NOT NULL
) STRICT;
{_PUSHED}"""

_STEPS: Final[dict[int, str]] = {3: _PUSHED}
"""What leads from a version to the next."""


def open_database(path: Path) -> Database:
    """Return the profile's database, made or brought up to date where needed.

    Raises:
        StartError: `damaged_database`, or it was written by a newer program; nothing in it is changed then.
    """
    try:
        connection = sqlite3.connect(path, isolation_level=None, cached_statements=256)
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            f"wal_autocheckpoint={_LONGEST_LOG_PAGES}",
            "foreign_keys=ON",
            "busy_timeout=5000",
        ):
            connection.execute(f"PRAGMA {pragma}")
        path.chmod(0o600)
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            raise StartError(
                "newer_database",
                f"the database {path} was written by a newer program (version {version}): update this one",
            )
        if 0 < version < _OLDEST:
            raise StartError(
                "outdated_database",
                f"the database {path} was written by a preview of this program, which this one cannot read: "
                "start with another --home",
            )
        if version == 0:
            connection.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {VERSION}; COMMIT;")
            version = VERSION
        elif path.stat().st_size < _CHECK_BELOW_BYTES:
            # a quick_check would not see damage in an index
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if found != "ok":
                raise StartError("damaged_database", _damaged(path))
        for step in range(version, VERSION):
            connection.executescript(f"BEGIN; {_STEPS[step]} PRAGMA user_version = {step + 1}; COMMIT;")
        if not _made_by(_TABLES) <= _schema(connection):
            raise StartError("damaged_database", _damaged(path))
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:  # the latter: SQLite quotes garbage in its error
        raise StartError("damaged_database", _damaged(path)) from error
    return Database(connection)


@contextmanager
def transaction(database: Database) -> Iterator[sqlite3.Connection]:
    """Run the block in one transaction: all of it is stored, or, on any error, none."""
    connection: sqlite3.Connection = database.conn
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # an error may have ended it already
            connection.execute("ROLLBACK")
        raise


def _schema(connection: sqlite3.Connection) -> set[str]:
    """Return the statements that made the tables and indexes of a database."""
    return {sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")}


def _made_by(script: str) -> set[str]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(script)
        return _schema(connection)


@contextmanager
def storing() -> Iterator[None]:
    """Tell a person where what they did in this block could not be stored (UsageError instead of sqlite3.Error)."""
    try:
        yield
    except sqlite3.Error as error:
        raise not_stored() from error


def not_stored() -> UsageError:
    """Return what a person is told where the database takes nothing."""
    return UsageError(
        "internal",
        "that could not be stored, and nothing was changed: check that the disk has room and that the profile's folder "
        "can be written, then try again",
    )


def damaged() -> StartError:
    """Return what a person is told where the file can be opened and what is in it makes no sense."""
    return StartError("damaged_database", "the database of this profile is damaged: put a backup in its place")


def _damaged(path: Path) -> str:
    return f"the database {path} is damaged: put a backup in its place; nothing was changed"
