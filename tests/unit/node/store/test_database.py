"""The database file: private, unreadable without its keys, checked when opened, whole after a kill."""

import os
import random
import signal
import sqlite3
from pathlib import Path
from typing import IO

import pytest

from node.clock import Clock
from node.errors import StartError
from node.profile import DATABASE
from node.store.database import VERSION, open_database, transaction
from protocol.bodies.content import Message
from tests.unit.node.conversations.people import person

KILLS = 15
MESSAGES = 200


def write_until_killed(home: Path) -> tuple[int, IO[str]]:
    """Write messages in a process of its own; return its pid and the ids it acknowledges, a line each."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return pid, os.fdopen(reading)
    try:
        with person(home, clock=Clock()) as anna:
            conversation = next(iter(anna.library.conversations.values()))
            for number in range(MESSAGES):
                name = conversation.write(Message(f"number {number}")).id
                os.write(writing, name.hex().encode() + b"\n")
    finally:
        os._exit(0)


def test_after_a_kill_at_any_moment_the_database_opens_and_holds_everything_acknowledged(tmp_path: Path) -> None:
    home, moments = tmp_path / "anna", random.Random(3)
    with person(home) as anna:
        conversation = anna.library.create(title="Garden", description="").id
    acknowledged: set[str] = set()
    for _ in range(KILLS):
        writer, lines = write_until_killed(home)
        with lines:
            for _ in range(moments.randrange(1, MESSAGES - 10)):
                acknowledged.add(lines.readline().strip())
            os.kill(writer, signal.SIGKILL)
            os.waitpid(writer, 0)
            acknowledged.update(line.strip() for line in lines if len(line) == 65)
        with person(home) as anna:  # loading compares the heads stored with the operations stored
            assert anna.database.execute("PRAGMA quick_check").fetchone() == ("ok",)
            shown = {name.hex() for name in anna.library.conversations[conversation].records.shown.timeline()}
            assert acknowledged <= shown
    assert len(acknowledged) > KILLS


def test_nothing_in_a_profile_with_a_passphrase_can_be_read_and_all_of_it_is_private(tmp_path: Path) -> None:
    home = tmp_path / "annegret"
    with person(home, passphrase="correct horse") as anna:
        conversation = anna.library.create(title="Buried treasure", description="Under the oak")
        conversation.introduce()
        conversation.write(Message("Dig three feet down"))
        for path in home.iterdir():  # while it is open: the log of the database too
            assert path.stat().st_mode & 0o077 == 0, path.name
            data = path.read_bytes()
            for text in (b"Annegret", b"treasure", b"oak", b"three feet", b"correct horse"):
                assert text not in data, (path.name, text)
        assert home.stat().st_mode & 0o077 == 0
        names = {path.name for path in home.iterdir()}
    assert {DATABASE, f"{DATABASE}-wal", "keystore", "api_key"} <= names


def test_an_error_inside_a_transaction_takes_all_of_it_back(tmp_path: Path) -> None:
    database = open_database(tmp_path / DATABASE)
    row = "INSERT INTO peers (peer_id, addresses, last_seen_ms) VALUES (?, '[]', 0)"
    with pytest.raises(ZeroDivisionError), transaction(database) as connection:
        connection.execute(row, ("one",))
        raise ZeroDivisionError
    assert database.execute("SELECT count(*) FROM peers").fetchone() == (0,)
    with transaction(database) as connection:
        connection.execute(row, ("two",))
    database.close()
    database = open_database(tmp_path / DATABASE)
    assert database.execute("SELECT peer_id FROM peers").fetchall() == [("two",)]
    database.close()


def test_a_database_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / DATABASE
    open_database(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()
    with pytest.raises(StartError) as told:
        open_database(path)
    assert told.value.code == "newer_database"


def test_a_database_of_version_3_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / DATABASE
    open_database(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE pushed")
        connection.execute("PRAGMA user_version = 3")
    connection.close()
    for _ in range(2):
        database = open_database(path)
        assert database.execute("SELECT count(*) FROM pushed").fetchone() == (0,)
        assert database.execute("PRAGMA user_version").fetchone() == (VERSION,)
        database.close()


def test_a_database_of_the_preview_is_left_alone_and_said_to_be_too_old(tmp_path: Path) -> None:
    path = tmp_path / DATABASE
    open_database(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 1")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StartError) as told:
        open_database(path)
    assert told.value.code == "outdated_database"
    assert "--home" in told.value.reason
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "change",
    [
        "DROP INDEX timeline",
        "DROP TABLE epoch_keys",
        "DROP INDEX operations_by_id",
        "ALTER TABLE peers RENAME COLUMN addresses TO places",
    ],
)
def test_a_database_that_lacks_a_part_is_damaged(tmp_path: Path, change: str) -> None:
    path = tmp_path / DATABASE
    open_database(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute(change)
    connection.close()
    with pytest.raises(StartError) as told:
        open_database(path)
    assert told.value.code == "damaged_database"


@pytest.mark.parametrize("content", [b"hello\n" * 1000, b"SQLite format 3\0" + bytes(200)], ids=["text", "stump"])
def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / DATABASE
    path.write_bytes(content)
    with pytest.raises(StartError) as told:
        open_database(path)
    assert told.value.code == "damaged_database"
    assert path.read_bytes() == content


def test_a_changed_byte_anywhere_is_met_by_a_clear_refusal_or_not_at_all(tmp_path: Path) -> None:
    home, random_ = tmp_path / "anna", random.Random(11)
    with person(home) as anna:
        conversation = anna.library.create(title="Garden", description="")
        for number in range(10):
            conversation.write(Message(f"number {number}"))
            anna.library.catalogue.remember_peer(f"peer {number}", ("/ip4/127.0.0.1/tcp/1",), seen_ms=number)
        anna.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    path = home / DATABASE
    good = path.read_bytes()
    used = [at for at, byte in enumerate(good) if byte]
    for at in random_.sample(used, 300):
        path.write_bytes(good[:at] + bytes((good[at] ^ 1 << random_.randrange(8),)) + good[at + 1 :])
        try:
            with person(home) as anna:
                anna.library.catalogue.peers()
                for held in anna.library.conversations.values():
                    held.view.details()
                    held.view.page(before=None, limit=50)
        except StartError as error:
            assert error.code in ("damaged_database", "newer_database")  # noqa: PT017 - both ways are right
        for leftover in home.glob(f"{DATABASE}-*"):
            leftover.unlink()


def test_a_writer_whom_the_database_does_not_know_is_damage(tmp_path: Path) -> None:
    with person(tmp_path / "anna") as anna:
        conversation = anna.library.create(title="Garden", description="")
        conversation.write(Message("who wrote this?"))
        anna.database.execute("UPDATE operations SET author = 4711")
        with pytest.raises(StartError) as told:
            conversation.view.page(before=None, limit=50)
        assert told.value.code == "damaged_database"


def test_no_damaged_page_is_ever_taken_for_a_sound_conversation(tmp_path: Path) -> None:
    home, random_ = tmp_path / "anna", random.Random(5)
    with person(home) as anna:
        conversation = anna.library.create(title="Garden", description="")
        for number in range(40):
            conversation.write(Message(f"number {number} " + "x" * 300))
        expected = anna.state(conversation)
        texts = [message["text"] for message in conversation.view.page(before=None, limit=100)[0]]
        anna.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    path = home / DATABASE
    good = path.read_bytes()
    refused = 0
    for page in range(len(good) // 4096):
        path.write_bytes(good[: page * 4096] + random_.randbytes(4096) + good[(page + 1) * 4096 :])
        try:
            with person(home) as anna:  # a page that nothing uses
                held = anna.library.conversations[conversation.id]
                assert anna.state(held) == expected
                assert [message["text"] for message in held.view.page(before=None, limit=100)[0]] == texts
        except StartError as error:
            assert error.code == "damaged_database"  # noqa: PT017 - both ways are right
            refused += 1
        for leftover in home.glob(f"{DATABASE}-*"):
            leftover.unlink()
    path.write_bytes(good)
    assert refused > len(good) // 4096 // 2
