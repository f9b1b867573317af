"""A small popup with the usual emoji and a field for any other."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QToolButton, QVBoxLayout, QWidget

USUAL = ("👍", "❤️", "😂", "🎉", "🤔", "🌱")
LONGEST = 16


class Choice(QToolButton):
    """One emoji; the arrows and Enter are the picker's."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave the keys to the picker, but for Space."""
        if event.key() == Qt.Key.Key_Space:
            super().keyPressEvent(event)
        else:
            event.ignore()


class Picker(QFrame):
    """Chooses one emoji.

    Signals:
        picked: the emoji.
    """

    picked = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("role", "card")
        self.setAccessibleName(self.tr("Choose a reaction"))
        self.buttons = [self._button(emoji) for emoji in USUAL]
        self.other = QLineEdit()
        self.other.setPlaceholderText(self.tr("Any other emoji"))
        self.other.setAccessibleName(self.tr("Any other emoji"))
        self.other.setMaxLength(LONGEST)
        self.other.returnPressed.connect(lambda: self._pick(self.other.text().strip()))
        usual = QHBoxLayout()
        usual.setSpacing(2)
        for button in self.buttons:
            usual.addWidget(button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(8, 8, 8, 8)
        whole.setSpacing(6)
        whole.addLayout(usual)
        whole.addWidget(self.other)

    def open_at(self, place: QPoint) -> None:
        """Show it with its lower left corner near a point of the screen, as far as it fits there."""
        self.ensurePolished()
        self.adjustSize()  # before it was polished it liked another size
        size = self.size()
        screen = QGuiApplication.screenAt(place) or QGuiApplication.primaryScreen()
        area = screen.availableGeometry()
        x = max(area.left(), min(place.x(), area.right() - size.width()))
        above, lowest = place.y() - size.height() - 6, area.bottom() - size.height()
        y = above if above >= area.top() else place.y() + 6
        self.setGeometry(QRect(QPoint(x, max(area.top(), min(y, lowest))), size))
        self.show()
        self.buttons[0].setFocus(Qt.FocusReason.TabFocusReason)

    def _button(self, emoji: str) -> Choice:
        made = Choice()
        made.setText(emoji)
        made.setAccessibleName(emoji)
        made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        made.setStyleSheet("QToolButton { font-size: 15pt; padding: 4px; }")
        made.clicked.connect(lambda *_: self._pick(emoji))
        return made

    def _pick(self, emoji: str) -> None:
        if emoji and self.isVisible():
            self.picked.emit(emoji)
            self.close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go along the emoji with the arrows, choose with Enter."""
        at = next((at for at, button in enumerate(self.buttons) if button is self.focusWidget()), None)
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if at is not None and step is not None:
            self.buttons[(at + step) % len(self.buttons)].setFocus(Qt.FocusReason.TabFocusReason)
        elif at is not None and event.key() == Qt.Key.Key_Down:
            self.other.setFocus(Qt.FocusReason.TabFocusReason)
        elif at is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.buttons[at].click()
        else:
            super().keyPressEvent(event)
