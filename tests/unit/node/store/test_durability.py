"""What is committed reaches the database file itself soon, while the node goes on, and again after a full disk."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import trio
from sqlite_utils import Database

from node.store import durability
from node.store.database import open_database
from node.store.durability import keep_durable

SOON_S = 0.01
DEADLINE_S = 20


def peers_in_file(path: Path) -> int:
    """Return how many rows the file itself holds, as if its write-ahead log had been lost."""
    alone = path.with_name("alone")
    shutil.copyfile(path, alone)
    with closing(sqlite3.connect(alone)) as connection:
        try:
            return int(connection.execute("SELECT count(*) FROM peers").fetchone()[0])
        except sqlite3.OperationalError:  # not even the tables were there yet
            return 0


def add_peer(database: Database, name: str) -> None:
    database.conn.execute("INSERT INTO peers VALUES (?, '', 0)", (name,))


async def until_in_file(path: Path, count: int) -> None:
    with trio.fail_after(DEADLINE_S):
        while peers_in_file(path) != count:
            await trio.sleep(SOON_S)


@pytest.mark.trio
async def test_what_is_committed_is_soon_in_the_file_and_not_only_in_the_log_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "messages.db"
    with closing(open_database(path)) as database:
        add_peer(database, "anna")
        assert peers_in_file(path) == 0
        async with trio.open_nursery() as nursery:
            nursery.start_soon(lambda: keep_durable(database, path, every_s=SOON_S))
            await until_in_file(path, 1)
            add_peer(database, "bert")
            await until_in_file(path, 2)
            nursery.cancel_scope.cancel()


@pytest.mark.trio
async def test_what_the_disk_did_not_take_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, failures = (
        tmp_path / "messages.db",
        [sqlite3.OperationalError("disk I/O error"), sqlite3.OperationalError("")],
    )
    checkpoint = durability._checkpoint

    def fail_at_first(connection: sqlite3.Connection) -> None:
        if failures:
            raise failures.pop()
        checkpoint(connection)

    monkeypatch.setattr(durability, "_checkpoint", fail_at_first)
    monkeypatch.setattr(durability, "AFTER_FAILURE_S", SOON_S)
    with closing(open_database(path)) as database:
        add_peer(database, "anna")
        async with trio.open_nursery() as nursery:
            nursery.start_soon(lambda: keep_durable(database, path, every_s=SOON_S))
            await until_in_file(path, 1)
            nursery.cancel_scope.cancel()
    assert not failures
