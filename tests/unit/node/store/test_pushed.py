from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from crypto.ids import OpId
from node.store import pushed
from node.store.database import open_database
from node.store.pushed import Pushed

HERE, THERE = "aa" * 32, "bb" * 32
ONE, TWO = OpId(b"\x01" * 32), OpId(b"\x02" * 32)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = open_database(tmp_path / "db")
    yield made
    made.close()


def test_what_was_pushed_is_known_by_conversation_and_id(database: Database) -> None:
    kept = Pushed(database, storage_key=bytes(32))
    assert kept.find(HERE, "k1") is None
    kept.note(HERE, "k1", ONE)
    assert (kept.find(HERE, "k1"), kept.find(THERE, "k1"), kept.find(HERE, "k2")) == (ONE, None, None)
    kept.note(HERE, "k1", TWO)
    assert kept.find(HERE, "k1") == TWO
    assert Pushed(database, storage_key=bytes(31) + b"\x01").find(HERE, "k1") is None


def test_the_oldest_are_forgotten(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pushed, "MOST", 3)
    kept = Pushed(database, storage_key=bytes(32))
    for name in "abcde":
        kept.note(HERE, name, ONE)
    assert [name for name in "abcde" if kept.find(HERE, name)] == ["c", "d", "e"]


def test_the_clients_id_cannot_be_read_in_the_database(database: Database) -> None:
    Pushed(database, storage_key=bytes(32)).note(HERE, "my-own-id", ONE)
    assert b"my-own-id" not in b"".join(
        bytes(value) for row in database.execute("SELECT name, message FROM pushed") for value in row
    )
