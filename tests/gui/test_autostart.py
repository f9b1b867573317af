"""The desktop starts with the system where that was wished."""

import configparser
import shlex
import sys
from pathlib import Path

from gui.autostart import Autostart, quoted


def test_the_entry_comes_and_goes_and_starts_this_profile(tmp_path: Path) -> None:
    home = tmp_path / 'a "strange" home 100%'
    autostart = Autostart(home, environment={"XDG_CONFIG_HOME": str(tmp_path / "config")}, platform="linux")
    assert autostart.supported
    assert not autostart.is_on()
    autostart.turn(on=True)
    assert autostart.is_on()
    parser = configparser.RawConfigParser()
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(autostart.path, "utf-8")
    entry = parser["Desktop Entry"]
    assert entry["Type"] == "Application"
    words = shlex.split(entry["Exec"].replace("\\\\", "\\").replace("%%", "%"))
    assert words[0] == sys.executable
    assert words[-2:] == [str(home), "--hidden"]
    autostart.turn(on=False)
    autostart.turn(on=False)
    assert not autostart.is_on()


def test_it_is_offered_only_where_it_works(tmp_path: Path) -> None:
    assert not Autostart(tmp_path, environment={}, platform="win32").supported


def test_quoting() -> None:
    assert quoted('a"b') == '"a\\\\"b"'
    assert quoted("50%") == '"50%%"'
