"""What is wrong with a node is found out from its real disk and database."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event, active_count

import pytest
import trio

from node import health
from node.clock import Clock
from node.health import Health, probe
from node.store.database import open_database


@contextmanager
def profile(home: Path) -> Iterator[Path]:
    path = home / "database.sqlite3"
    database = open_database(path)
    try:
        yield path
    finally:
        database.close()


def made(home: Path, path: Path) -> Health:
    return Health(home, path, clock=Clock(), counts=lambda: {"peers": 1})


def test_a_sound_profile_has_no_faults_and_keeps_no_trace(tmp_path: Path) -> None:
    with profile(tmp_path) as path:
        before = sorted(tmp_path.iterdir())
        assert probe(tmp_path, path) == []
        assert sorted(tmp_path.iterdir()) == before


def test_a_database_that_somebody_holds_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "BUSY_S", 0.01)
    with profile(tmp_path) as path, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert probe(tmp_path, path) == ["The database cannot be written: database is locked."]
        other.execute("ROLLBACK")
        assert probe(tmp_path, path) == []


def test_a_database_that_is_gone_is_a_fault_and_not_made_anew(tmp_path: Path) -> None:
    (fault,) = probe(tmp_path, tmp_path / "database.sqlite3")
    assert fault.startswith("The database cannot be written")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_gone_and_a_full_disk_are_faults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with profile(tmp_path) as path:
        (fault,) = probe(tmp_path / "nowhere", path)
        assert fault == "The profile's folder cannot be written: No such file or directory."
        monkeypatch.setattr(health, "LEAST_FREE_BYTES", 1 << 70)
        assert probe(tmp_path, path) == ["The disk is nearly full."]


@pytest.mark.trio
async def test_many_who_ask_put_one_question_to_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def count(home: Path, path: Path) -> list[str]:
        asked.append(home)
        return []

    monkeypatch.setattr(health, "probe", count)
    node = made(tmp_path, tmp_path / "database")
    async with trio.open_nursery() as nursery:
        for _ in range(50):
            nursery.start_soon(node.faults)
    assert len(asked) == 1
    monkeypatch.setattr(health, "FRESH_S", 0.0)
    await node.faults()
    assert len(asked) == 2


@pytest.mark.trio
async def test_a_silent_disk_is_a_fault_and_takes_one_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    release = Event()

    def hang(home: Path, path: Path) -> list[str]:
        release.wait(20)
        return []

    monkeypatch.setattr(health, "probe", hang)
    monkeypatch.setattr(health, "ANSWER_S", 0.05)
    monkeypatch.setattr(health, "FRESH_S", 0.0)
    node = made(tmp_path, tmp_path / "database")
    try:
        assert await node.faults() == ["The disk does not answer."]
        threads = active_count()
        for _ in range(3):
            assert await node.faults() == ["The disk does not answer."]
        assert active_count() == threads
    finally:
        release.set()
    monkeypatch.setattr(health, "ANSWER_S", 5)
    assert await node.faults() == []


@pytest.mark.trio
async def test_counts_for_who_shows_the_key_and_an_end_that_is_told(tmp_path: Path) -> None:
    node = made(tmp_path, tmp_path / "database")
    assert set(node.brief()) == {"version", "uptime_s"}
    details = node.details()
    assert details["peers"] == 1
    assert details["free_bytes"] > 0
    node.is_ending = True
    assert await node.faults() == ["The node is going down."]
