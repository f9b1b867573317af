"""What goes on with a message that is not done: why it failed, and the buttons Stop, Retry and Delete."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QWidget

from gui.chatview.look import Look
from gui.state.row import FAILED, INTERRUPTED, Row
from gui.theme import icons

BUTTON = 28
ICON = 22


class Trouble(QWidget):
    """A sentence and buttons.

    Signals:
        acted: `stop`, `retry` or `discard`.
    """

    acted = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._look: Look | None = None
        self._text = ""
        self._mine = False
        self._room = QRect()
        self.taken = 0
        """How far the buttons reach in their line, from the left."""
        translate = QCoreApplication.translate
        self.retry = self._button(translate("Messages", "Retry"), "retry")
        self.discard = self._button(translate("Messages", "Delete"), "discard")
        self.stop = self._button(translate("Messages", "Stop"), "stop")

    def show_row(self, row: Row, look: Look, width: int, *, stoppable: bool) -> int:
        """Show what goes on with a row in `width` pixels and return the height it takes."""
        self._look, self._mine = look, row.kind == "mine"
        self._text = text_of(row)
        flags = int(Qt.TextFlag.TextWordWrap | (Qt.AlignmentFlag.AlignRight if self._mine else 0))
        beside = 0 if self._mine else ICON
        room = QRect(0 if self.isRightToLeft() else beside, 0, width - beside, 4000)
        found = look.small_metrics.boundingRect(room, flags, self._text) if self._text else QRect()
        self._room = QRect(room.left(), 0, room.width(), found.height())
        self.retry.setVisible(row.state == FAILED and (self._mine or row.reply_to is not None))
        self.discard.setVisible(row.state == FAILED)
        translate = QCoreApplication.translate
        self.discard.setText(translate("Messages", "Delete") if self._mine else translate("Messages", "Dismiss"))
        self.stop.setVisible(stoppable and row.kind == "stream" and row.state != FAILED)
        buttons = [button for button in (self.retry, self.discard, self.stop) if not button.isHidden()]
        self.taken = width
        if not buttons:
            return found.height()
        top = found.height() + (2 if self._text else 0)
        on_right = self._on_right()
        x = width if on_right else 0
        for button in buttons:
            size = button.sizeHint().expandedTo(QSize(56, 26))
            x -= size.width() if on_right else 0
            button.setGeometry(x, top, size.width(), BUTTON)
            x += -4 if on_right else size.width() + 4
        self.taken = x - 4
        self.update()
        return top + BUTTON

    def _on_right(self) -> bool:
        """Whether this stands under a bubble at the right; inside of one, words begin at the left."""
        return self._mine and not self.isRightToLeft()

    def _button(self, label: str, action: str) -> QPushButton:
        made = QPushButton(label, self)
        made.setProperty("role", "quiet")
        made.setCursor(Qt.CursorShape.PointingHandCursor)
        made.clicked.connect(lambda *_: self.acted.emit(action))
        return made

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the sentence."""
        look = self._look
        if look is None or not self._text:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(look.small)
        painter.setPen(QColor(look.tokens.danger))
        align = Qt.AlignmentFlag.AlignRight if self._mine else Qt.AlignmentFlag.AlignLeft  # the painter mirrors it
        painter.drawText(self._room, int(Qt.TextFlag.TextWordWrap | align), self._text)
        if not self._mine:
            x = self.width() - 16 if self.isRightToLeft() else 0
            icons.paint(painter, "alert", look.tokens.danger, QRectF(x, 0, 16, 16))
        painter.end()


def text_of(row: Row) -> str:
    """Return what is wrong with a row; empty where nothing is."""
    translate = QCoreApplication.translate
    if row.state == FAILED:
        return row.problem or translate("Messages", "This failed.")
    if row.kind == "stream" and row.state == INTERRUPTED:
        return translate("Messages", "The computer that writes this has been silent for a while.")
    return ""
