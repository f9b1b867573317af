"""The line at the end of a bubble: marks, how an answer came about, "edited", the time, and how far mine has come."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from gui.chatview import ticks
from gui.chatview.decor import Decor
from gui.chatview.flat import ICON, Flat
from gui.chatview.look import Look
from gui.state.row import FAILED, INTERRUPTED, WAITING, Row
from gui.theme import icons

GAP = 6
MODEL_PX = 170


class Footer(QWidget):
    """The line of one message.

    Signals:
        acted: `edits`, `provenance`: a word was clicked; `receipts`: who has this message?
    """

    acted = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.tick: Flat | None = None
        self.edited: Flat | None = None
        self.model: Flat | None = None
        self._look: Look | None = None
        self._row: Row | None = None
        self._kind = ""
        self._text = ""
        self._marks: list[str] = []
        self._text_x = 0
        self._tabbed = False

    def show_row(self, row: Row, decor: Decor, look: Look, kind: str) -> int:
        """Show the line of a row and return the width it needs."""
        self._row, self._look, self._kind = row, look, kind
        metrics, ink = look.small_metrics, look.faded(kind).name()
        translate = QCoreApplication.translate
        self._text = self._words(row, decor)
        self._marks = [*(["pin"] if row.pinned else []), *(["not-ai"] if row.not_for_ai else [])]
        self.setToolTip(translate("Messages", "No AI may answer or read this message") if row.not_for_ai else "")
        x = len(self._marks) * (ICON + GAP)
        provenance = row.ai is not None and bool(row.ai.model) and not row.deleted
        if provenance and row.ai is not None:
            self.model = self.model or self._made("provenance")
            word = metrics.elidedText(row.ai.model, Qt.TextElideMode.ElideMiddle, MODEL_PX)
            self.model.show_word(word, ink, look.small, translate("Messages", "How this answer came about"))
            x = self._put(self.model, x)
        if row.edited:
            self.edited = self.edited or self._made("edits")
            self.edited.show_word(
                translate("Messages", "edited"), ink, look.small, translate("Messages", "Edited: show what it said")
            )
            x = self._put(self.edited, x)
        self._text_x = x
        x += metrics.horizontalAdvance(self._text)
        if row.kind == "mine":
            self.tick = self.tick or self._made("receipts")
            colour = look.tokens.on_mine if row.state in ("read", FAILED) else ink
            self.tick.show_icon(ticks.icon_of(row), colour, ticks.spoken(row))
            x = self._put(self.tick, x + 4) - GAP
        for button, shown in ((self.model, provenance), (self.edited, row.edited), (self.tick, row.kind == "mine")):
            if button is not None:
                button.setVisible(shown)
        self.update()
        return x

    @staticmethod
    def height_of(look: Look) -> int:
        """Return the height of every footer."""
        return look.small_metrics.height() + 2

    def set_tabbed(self, tabbed: bool) -> None:
        """Let Tab stop at the buttons, or not."""
        self._tabbed = tabbed
        policy = Qt.FocusPolicy.StrongFocus if tabbed else Qt.FocusPolicy.ClickFocus
        for button in self.buttons():
            button.setFocusPolicy(policy)

    def buttons(self) -> list[Flat]:
        """Return the buttons that were ever needed."""
        return [button for button in (self.model, self.edited, self.tick) if button is not None]

    def _words(self, row: Row, decor: Decor) -> str:
        if row.kind == "stream" and row.state not in (FAILED, INTERRUPTED):
            return QCoreApplication.translate("Messages", "writing…")
        if row.state == WAITING:
            return QCoreApplication.translate("Messages", "waiting for your node")
        return decor.time

    def _made(self, action: str) -> Flat:
        made = Flat(self)
        made.clicked.connect(lambda *_: self.acted.emit(action))
        made.setFocusPolicy(Qt.FocusPolicy.StrongFocus if self._tabbed else Qt.FocusPolicy.ClickFocus)
        if action == "receipts":
            made.asked.connect(lambda: self.acted.emit(action))
        else:
            made.asked.connect(lambda: made.setToolTip(made.accessibleName()))
        return made

    def _put(self, button: Flat, x: int) -> int:
        width = button.sizeHint().width()
        assert self._look is not None
        button.setGeometry(x, 0, width, self.height_of(self._look))
        return x + width + GAP

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw marks and the time."""
        look = self._look
        if look is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = look.faded(self._kind)
        y = (self.height() - ICON) / 2
        for at, mark in enumerate(self._marks):
            icons.paint(painter, mark, colour.name(), QRectF(at * (ICON + GAP), y, ICON, ICON))
        painter.setFont(look.small)
        painter.setPen(colour)
        painter.drawText(QPointF(self._text_x, 1 + look.small_metrics.ascent()), self._text)
        painter.end()
