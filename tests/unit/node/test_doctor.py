"""The doctor finds whatever was changed behind the node's back, and nothing where nothing was."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from node.cli.main import peer2peer
from node.profile import DATABASE, ProfileLock
from protocol.bodies.content import Delete, Edit, Message, React
from tests.unit.node.conversations.people import person


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    home = tmp_path / "anna"
    with person(home) as anna:
        conversation = anna.library.create(title="Garden", description="with a pond")
        said = [conversation.write(Message(f"number {number}")) for number in range(30)]
        conversation.write(Edit(said[3].id, "number three"))
        conversation.write(React(said[3].id, "+1"))
        conversation.write(Delete(said[4].id))
    return home


def examined(home: Path, *options: str) -> tuple[int, dict[str, object]]:
    done = CliRunner().invoke(peer2peer, ["--home", str(home), "doctor", "--json", *options])
    return done.exit_code, json.loads(done.stdout if done.stdout else done.stderr)


def test_a_sound_profile(home: Path) -> None:
    code, found = examined(home, "--verify")
    assert code == 0, found
    assert found["sound"]
    (conversation,) = found["conversations"]  # type: ignore[misc]
    assert (conversation["title"], conversation["operations"], conversation["problems"]) == ("Garden", 37, [])
    assert examined(home)[1]["conversations"] == found["conversations"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("UPDATE operations SET body = x'00' WHERE number = 20", "another length"),
        ("UPDATE operations SET body = zeroblob(length(body)) WHERE number = 20", "not the one its header names"),
        ("UPDATE operations SET signature = zeroblob(64) WHERE plane = 0", "its device did not sign it"),
        ("UPDATE operations SET signature = zeroblob(64) WHERE number > 20", "nor one that follows it"),
        ("UPDATE operations SET signature = zeroblob(80) WHERE number = 20", "proof is malformed"),
        ("UPDATE operations SET shown = 0 WHERE number = 20", "the timeline shows"),
        ("UPDATE operations SET vts_ms = vts_ms + 9000000 WHERE number = 20", "another order"),
        ("DELETE FROM epoch_keys", "epoch keys are not stored"),
    ],
)
def test_whatever_was_changed_is_told(home: Path, change: str, problem: str) -> None:
    with closing(sqlite3.connect(home / DATABASE)) as database:
        database.execute(change)
        database.commit()
    code, found = examined(home, "--verify")
    assert code == 1
    (conversation,) = found["conversations"]  # type: ignore[misc]
    assert any(problem in each for each in conversation["problems"]), conversation["problems"]


def test_a_false_signature_that_a_later_one_stands_for_is_no_damage(home: Path) -> None:
    with closing(sqlite3.connect(home / DATABASE)) as database:
        database.execute("UPDATE operations SET signature = zeroblob(64) WHERE number IN (20, 21)")
        database.commit()
    code, found = examined(home, "--verify")
    assert (code, found["sound"]) == (0, True)


def test_missing_rows_are_met_at_the_door(home: Path) -> None:
    with closing(sqlite3.connect(home / DATABASE)) as database:
        database.execute("DELETE FROM operations WHERE number = 20")
        database.commit()
    code, told = examined(home, "--verify")
    assert (code, told["error"]) == (1, "damaged_database")


def test_no_profile_and_a_running_node(home: Path, tmp_path: Path) -> None:
    assert examined(tmp_path / "nobody")[1]["error"] == "no_profile"
    with ProfileLock(home):
        assert examined(home)[1]["error"] == "already_running"
