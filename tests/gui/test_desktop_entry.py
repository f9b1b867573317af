"""Peer2Peer stands in the menu of a Linux desktop, and its links open it."""

import configparser
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

from node.cli.main import LINK

ROOT = Path(__file__).parents[2]
LINUX = ROOT / "packaging" / "linux"


def entry(path: Path) -> configparser.SectionProxy:
    parser = configparser.RawConfigParser()
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(path, "utf-8")
    return parser["Desktop Entry"]


def test_the_entry_handles_our_links_and_names_an_icon_that_there_is() -> None:
    found = entry(LINUX / "peer2peer.desktop")
    assert (found["Type"], found["Icon"]) == ("Application", "peer2peer")
    assert found["MimeType"] == f"x-scheme-handler/{LINK.rstrip(':')};"
    assert re.fullmatch(r"peer2peer %u", found["Exec"])
    picture = ET.parse(ROOT / "gui" / "theme" / "peer2peer.svg").getroot()
    assert picture.tag.endswith("svg")
    assert not [one for one in picture.iter() if "href" in str(one.attrib)], "it loads nothing from elsewhere"


def test_it_is_installed_for_one_person_and_removed_again(tmp_path: Path) -> None:
    keep = {**os.environ, "XDG_DATA_HOME": str(tmp_path), "COMMAND": "/opt/peer2peer/bin/peer2peer"}
    for arguments, expected in (((), True), (("--remove",), False)):
        subprocess.run([LINUX / "install.sh", *arguments], env=keep, check=True, capture_output=True)
        where = tmp_path / "applications" / "peer2peer.desktop"
        assert where.exists() == expected
        assert (tmp_path / "icons" / "hicolor" / "scalable" / "apps" / "peer2peer.svg").exists() == expected
        if expected:
            assert entry(where)["Exec"] == "/opt/peer2peer/bin/peer2peer %u"


def test_the_command_line_opens_the_desktop_with_a_link() -> None:
    keep = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    keep.pop("QT_QPA_PLATFORM", None)
    line = [sys.executable, "-m", "node", "--home", "/nowhere", "peer2peer://join#abc"]
    done = subprocess.run(line, env=keep, cwd=ROOT, capture_output=True, text=True, check=False)
    if sys.platform.startswith("linux"):
        assert done.returncode == 1
        assert "needs a screen" in done.stderr
