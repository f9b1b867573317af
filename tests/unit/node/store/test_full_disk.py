"""What a person is told where something beside messages cannot be stored."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from node.store.database import open_database
from node.store.preferences import Preferences
from node.store.sessions import AiSessions
from protocol.errors import UsageError

KEY = bytes(range(32))


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Database]:
    with closing(open_database(tmp_path / "db")) as database:
        for table in ("preferences", "ai_sessions"):
            database.execute(
                f"CREATE TRIGGER full_{table} BEFORE INSERT ON {table} BEGIN SELECT RAISE(FAIL, 'full'); END"
            )
        yield database


def test_a_preference_that_cannot_be_kept_is_refused_in_words(full: Database) -> None:
    with pytest.raises(UsageError, match="check that the disk has room"):
        Preferences(full).set("ai", False)
    assert Preferences(full).get("ai", True) is True


def test_a_session_that_cannot_be_kept_is_there_but_not_changed(full: Database) -> None:
    sessions = AiSessions(full, storage_key=KEY)
    assert sessions.get("garden").context == {}
    for change in (lambda: sessions.begin("garden"), lambda: sessions.set_context("garden", {"soil": "clay"})):
        with pytest.raises(UsageError, match="nothing was changed"):
            change()
    full.execute("DROP TRIGGER full_ai_sessions")
    kept = sessions.get("garden")
    assert AiSessions(full, storage_key=KEY).get("garden") == kept
