"""Does beforehand what the first messages would wait for: the rules of Markdown, links and code; widgets for rows."""

from __future__ import annotations

from threading import Thread

from PySide6.QtCore import QTimer

from gui.chatview.markdown import code_html, render
from gui.chatview.row_list import RowList

SAMPLE = "**word** of https://example.org `code`\n\n- item\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> quote"
ROWS = 20
"""What a window of a usual size shows, and some more."""


def warm_aside(style: str) -> None:
    """Do that in a thread: a person may be writing already, and it makes nothing of Qt's."""
    Thread(target=warm, args=(style,), name="warm").start()


def warm(style: str) -> None:
    """Render a sample of everything; takes a tenth of a second the first time, and nothing after that.

    Args:
        style: name of the colours of code.
    """
    render(SAMPLE)
    code_html("def one() -> int:\n    return 1", "python", style)


class Rehearsal(QTimer):
    """Makes the row widgets of a list before the first conversation is opened, one at a time, and ends by itself."""

    def __init__(self, rows: RowList) -> None:
        super().__init__(rows)
        self._rows = rows
        self.timeout.connect(self._step)
        self.start(0)

    def _step(self) -> None:
        if self._rows.pool_size() < ROWS:
            self._rows.prepare()
        else:
            self.stop()
            self.deleteLater()
