"""Brings what was committed to the disk itself, beside the event loop.

A commit is in the hands of the operating system when it returns, and reaches the disk with the next checkpoint of
SQLite's write-ahead log. SQLite makes one inside whatever commit finds that log long: a pause of the event loop, and
after hours only in a calm conversation. Here it is made in a thread, soon after something was written.
"""

import sqlite3
from contextlib import closing
from logging import getLogger
from pathlib import Path
from typing import Final

import trio
from sqlite_utils import Database

log = getLogger("node.store")

EVERY_S: Final = 1.0
"""A power cut loses no more than this, and the time that a checkpoint takes."""
AFTER_FAILURE_S: Final = 30.0


async def keep_durable(database: Database, path: Path, *, every_s: float = EVERY_S) -> None:
    """Checkpoint the database at `path` in a thread whenever `database`, open on it, has changed; run until cancelled.

    What cannot be written (a full disk) stays in the write-ahead log and is tried again.
    """
    connection: sqlite3.Connection = database.conn
    with closing(sqlite3.connect(path, check_same_thread=False)) as own:
        durable = -1
        while True:
            changes = connection.total_changes
            pause_s = every_s
            if changes != durable:
                try:
                    await trio.to_thread.run_sync(_checkpoint, own)
                    durable = changes
                except sqlite3.Error as error:
                    log.warning("not brought to the disk error=%s", error)
                    pause_s = AFTER_FAILURE_S
            await trio.sleep(pause_s)


def _checkpoint(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
