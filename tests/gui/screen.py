"""A screen of its own with a window manager, and people who sit before it with a mouse and a keyboard."""

from __future__ import annotations

import json
import os
import queue
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.e2e.nodes import ROOT, Lines, environment

NEEDED = ("Xvfb", "openbox", "xdotool")
SIZE = (1900, 760)
WITHIN_S = 20.0


def missing() -> str:
    """Return what is not on this machine; empty where a screen can be had."""
    return ", ".join(name for name in NEEDED if shutil.which(name) is None)


class Screen:
    """A running Xvfb with openbox."""

    def __init__(self, folder: Path, size: tuple[int, int] = SIZE) -> None:
        self.folder = folder
        self._processes: list[subprocess.Popen[Any]] = []
        read, write = os.pipe()
        width, height = size
        server = ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp"]
        server.append("-noreset")  # it would begin anew, and drop the window manager, when whoever asks for that goes
        self._begin(server, pass_fds=(write,))
        os.close(write)
        with os.fdopen(read) as told:
            self.display = f":{told.readline().strip()}"
        home = folder / "home"
        home.mkdir()
        own = {
            name: value for name, value in environment().items() if not name.startswith(("XDG_", "DBUS_", "WAYLAND"))
        }
        self.environment = own | {
            "DISPLAY": self.display,
            "HOME": str(home),
            "QT_QPA_PLATFORM": "xcb",
            "LANGUAGE": "en",
            "LC_ALL": "C.UTF-8",
        }
        self._begin(["openbox"], env=self.environment)
        end = time.monotonic() + WITHIN_S
        while (told := self._told("get_desktop")).returncode != 0:  # as soon as there is a window manager
            if time.monotonic() > end:
                codes = [each.poll() for each in self._processes]
                said = [path.read_text() for path in folder.glob("*.said")]
                self.end()
                raise AssertionError(f"no window manager: {told.stderr} {codes} {said}")

    def _begin(self, line: list[str], **more: Any) -> None:
        with (self.folder / f"{line[0]}.said").open("wb") as said:
            made = subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=said, stderr=said, **more)
        self._processes.append(made)

    def _told(self, *what: object) -> subprocess.CompletedProcess[str]:
        line = ["xdotool", *map(str, what)]
        return subprocess.run(line, env=self.environment, capture_output=True, text=True, timeout=30, check=False)

    def do(self, *what: object) -> None:
        """Move the mouse, press buttons and keys, in xdotool's words."""
        done = self._told(*what)
        assert done.returncode == 0, (what, done.stderr)

    def end(self) -> None:
        for process in reversed(self._processes):
            process.kill()
            process.wait()


@contextmanager
def screen_in(folder: Path, size: tuple[int, int] = SIZE) -> Iterator[Screen]:
    """Give a screen, and end it."""
    made = Screen(folder, size)
    try:
        yield made
    finally:
        made.end()


class Seat:
    """Somebody before their desktop, which is a process of its own with a node of its own."""

    def __init__(self, screen: Screen, name: str, left: int, variables: Mapping[str, str]) -> None:
        self.screen = screen
        self.name = name
        self.home = screen.folder / name.lower()
        self.errors = screen.folder / f"{name}.stderr"
        self._left = left
        self._variables = dict(variables)
        self._asked = 0
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start the program and put its window in its place on the screen."""
        with self.errors.open("ab") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.gui.watched", "--home", str(self.home), "--theme", "light"],
                cwd=ROOT,
                env=self.screen.environment | self._variables,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        self._lines = Lines(self.process.stdout)
        self.until("window.isVisible() and window.isActiveWindow()", 40)
        width, height = SIZE
        self.screen.do("windowsize", self._id(), width // 2 - 20, height - 60)
        self.screen.do("windowmove", self._id(), self._left, 30)
        self.until(f"abs(corner(window)[0] - {self._left}) < 40 and window.width() < {width // 2}")

    def _id(self) -> int:
        return int(self.until("int(window.winId())"))

    def until(self, expression: str, within_s: float = WITHIN_S) -> Any:
        """Return the value of an expression about the desktop as soon as it holds."""
        assert self.process is not None
        assert self.process.stdin is not None
        self._asked += 1
        self.process.stdin.write(json.dumps([self._asked, expression, within_s]) + "\n")
        self.process.stdin.flush()
        try:
            line = self._lines.next(within_s=within_s + 20)
        except queue.Empty:
            line = None
        assert line is not None, f"{self.name}'s desktop says nothing: {self.errors.read_text()[-2000:]}"
        number, value, problem = json.loads(line)
        assert number == self._asked
        assert not problem, f"{self.name}, within {within_s:g} s: {expression}: {problem}"
        return value

    def front(self) -> None:
        """Bring the window to the front, where another one had the keyboard."""
        if not self.holds("QApplication.activeWindow() is not None"):
            self.screen.do("windowactivate", self._id())
            self.until("QApplication.activeWindow() is not None")

    def holds(self, expression: str) -> bool:
        """Tell whether an expression about the desktop holds now."""
        return bool(self.until(f"[bool({expression})]")[0])

    def spot(self, widget: str) -> tuple[int, int]:
        """Return where on the screen a widget can be clicked."""
        x, y = self.until(f"spot({widget})")
        return int(x), int(y)

    def point(self, place: str, away: str, shows: str) -> None:
        """Move the mouse to a place, and come again from elsewhere until that shows something."""
        self.front()
        for _ in range(5):
            self.screen.do("mousemove", *self.until(away), "mousemove", *self.until(place))
            if self.until(f"settled(lambda: {shows})")[0]:
                return
        raise AssertionError(f"{place} shows nothing")

    def click(self, widget: str) -> None:
        """Click a widget."""
        self.front()
        self.screen.do("mousemove", *self.spot(widget), "click", 1)

    def type(self, text: str) -> None:
        """Type to what has the focus."""
        self.front()
        self.screen.do("type", "--delay", 6, text)

    def key(self, *keys: str) -> None:
        """Press keys."""
        self.front()
        self.screen.do("key", "--delay", 20, *keys)

    def say(self, text: str) -> None:
        """Write a message, and wait until the node has it."""
        self.click("window.page.input.edit")
        self.type(text)
        self.until(f"window.page.input.edit.toPlainText() == {text!r}")
        self.key("Return")
        self.until(f"row(desktop, {text!r}).message_id")

    def rss_bytes(self) -> int:
        """Return the memory that the window's process has."""
        assert self.process is not None
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return 1024 * int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))

    def ended(self) -> int:
        """Return the exit code, once the program has ended by itself."""
        assert self.process is not None
        assert self.process.stdin is not None
        code = self.process.wait(WITHIN_S)
        self.process.stdin.close()
        self._lines.join()
        return code

    def end(self) -> None:
        """End what still runs: the window, and its node with it."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.ended()
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.ended()
