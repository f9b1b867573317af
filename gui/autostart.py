"""Starts the desktop with the system: a desktop entry in the person's autostart folder (Linux, freedesktop)."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

NAME: Final = "peer2peer.desktop"
ENTRY: Final = """[Desktop Entry]
Type=Application
Name=Peer2Peer
Comment=Peer-to-peer chat for growing ideas
Exec={command}
Icon=peer2peer
Terminal=false
X-GNOME-Autostart-enabled=true
"""


class Autostart:
    """The entry of one profile's desktop."""

    def __init__(
        self, home: Path, *, environment: Mapping[str, str] = os.environ, platform: str = sys.platform
    ) -> None:
        self._home = home
        self.supported = platform.startswith("linux")
        config = environment.get("XDG_CONFIG_HOME", "")
        self.path = (Path(config) if config.startswith("/") else Path.home() / ".config") / "autostart" / NAME

    def is_on(self) -> bool:
        """Tell whether the desktop starts with the system."""
        try:
            return "Hidden=true" not in self.path.read_text("utf-8")
        except OSError:
            return False

    def turn(self, *, on: bool) -> None:
        """Start with the system from now on, or no longer (OSError where that cannot be written)."""
        if not on:
            self.path.unlink(missing_ok=True)
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_name(NAME + ".part")
        part.write_text(ENTRY.format(command=command(self._home)), "utf-8")
        os.replace(part, self.path)


def command(home: Path) -> str:
    """Return the Exec line that opens this profile, without a window where there is a tray."""
    start = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "gui"]
    return " ".join(quoted(word) for word in [*start, "--home", str(home), "--hidden"])


def quoted(word: str) -> str:
    """Return one argument of an Exec line, as the desktop entry specification has it."""
    escaped = "".join("\\\\" + letter if letter in '"`$\\' else letter for letter in word).replace("%", "%%")
    return f'"{escaped}"'
