"""What the person set is kept at once and whole, whatever stood in the file before."""

import stat
from pathlib import Path

import orjson
import pytest

from gui.state.settings import FILE, Settings


def test_a_change_is_kept_at_once_told_once_and_private(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "profile")
    told: list[str] = []
    settings.changed.connect(told.append)
    settings.set("theme", "dark")
    settings.set("theme", "dark")
    settings.set("text_percent", 130)
    assert told == ["theme", "text_percent"]
    again = Settings(tmp_path / "profile")
    assert (again.theme, again.text_percent, again.notifications) == ("dark", 130, "mentions")
    assert stat.S_IMODE((tmp_path / "profile" / FILE).stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "profile").iterdir()] == [FILE], "no half-written file is left"


def test_unknown_keys_are_kept_and_wrong_kinds_count_as_not_set(tmp_path: Path) -> None:
    strange = {
        "from_the_future": {"a": [1]},
        "theme": "pink",
        "text_percent": 9000,
        "window": [1, 2, "x"],
        "notifications": None,
        "conversation_notifications": {"c1": "all", "c2": 7},
    }
    (tmp_path / FILE).write_bytes(orjson.dumps(strange))
    settings = Settings(tmp_path)
    assert (settings.theme, settings.text_percent, settings.window) == ("system", 150, None)
    assert (settings.rule("c1"), settings.rule("c2"), settings.rule("c3")) == ("all", "mentions", "mentions")
    settings.set_rule("c3", "none")
    settings.set_rule("c1", "")
    kept = orjson.loads((tmp_path / FILE).read_bytes())
    assert kept["from_the_future"] == {"a": [1]}
    assert (Settings(tmp_path).rule("c3"), Settings(tmp_path).own_rule("c1")) == ("none", "")


@pytest.mark.parametrize("damaged", [b"{", b"[]", b"\xff\xfe", b" " * (2 << 20)])
def test_a_damaged_file_is_put_aside(tmp_path: Path, damaged: bytes) -> None:
    (tmp_path / FILE).write_bytes(damaged)
    settings = Settings(tmp_path)
    assert settings.theme == "system"
    settings.set("theme", "light")
    assert Settings(tmp_path).theme == "light"


def test_a_folder_that_cannot_be_written_costs_no_more_than_the_memory_of_it(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    settings = Settings(blocked)
    settings.set("theme", "dark")
    assert settings.theme == "dark"
