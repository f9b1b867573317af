"""The chips under a bubble: an emoji, how many gave it, who on hover; a click gives mine or takes it back."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QCoreApplication, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from gui.chatview.look import Look
from gui.state.message import Reaction

CHIP = 24
GAP = 6
NAMED = 20


class Chip(QAbstractButton):
    """One emoji and its count."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.reaction = Reaction("", 0, mine=False)
        self._look: Look | None = None
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    def show_reaction(self, reaction: Reaction, look: Look) -> None:
        """Show an emoji; its name says who gave it."""
        self.reaction, self._look = reaction, look
        names = [one.name for one in reaction.people[:NAMED]]
        if reaction.count > len(names):
            names.append(QCoreApplication.translate("Messages", "%n more", "", reaction.count - len(names)))
        who = ", ".join(names)
        self.setText(f"{reaction.emoji} {reaction.count}")
        self.setAccessibleName(f"{reaction.emoji}: {who}")
        self.setToolTip(f"<p>{escape(reaction.emoji)} {escape(who)}</p>")
        self.setCheckable(True)
        self.setChecked(reaction.mine)
        self.update()

    def sizeHint(self) -> QSize:
        """Return the room for the emoji and the number."""
        width = self._look.small_metrics.horizontalAdvance(self.text()) if self._look is not None else 20
        return QSize(width + 18, CHIP)

    def nextCheckState(self) -> None:
        """Stay as it is: what is mine, the node tells."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the chip."""
        if self._look is None:
            return
        tokens = self._look.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        mine, focused = self.reaction.mine, self.hasFocus()
        painter.setBrush(
            QColor(tokens.chosen if mine else tokens.hover if self.underMouse() and self.isEnabled() else tokens.other)
        )
        painter.setPen(QColor(tokens.text if focused else tokens.accent) if mine or focused else Qt.PenStyle.NoPen)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), CHIP / 2, CHIP / 2)
        painter.setFont(self._look.small)
        painter.setPen(QColor(tokens.text))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        painter.end()


class Reactions(QWidget):
    """All chips of one message, in as many lines as they need.

    Signals:
        toggled: the emoji of a chip that was clicked.
    """

    toggled = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._chips: list[Chip] = []
        self._tabbed = False

    def show_reactions(self, reactions: tuple[Reaction, ...], look: Look, most: int, *, usable: bool) -> QSize:
        """Show these in at most `most` pixels and return the room they take; `usable`: a click gives or takes mine."""
        while len(self._chips) < len(reactions):
            chip = Chip(self)
            chip.clicked.connect(lambda *_, chip=chip: self.toggled.emit(chip.reaction.emoji))
            self._chips.append(chip)
        self.set_tabbed(self._tabbed)
        x = y = width = 0
        for chip, reaction in zip(self._chips, reactions, strict=False):
            chip.show_reaction(reaction, look)
            chip.setEnabled(usable)
            size = chip.sizeHint()
            if x and x + size.width() > most:
                x, y = 0, y + CHIP + 4
            chip.setGeometry(x, y, min(size.width(), most), CHIP)
            chip.show()
            x += size.width() + GAP
            width = max(width, x - GAP)
        for chip in self._chips[len(reactions) :]:
            chip.hide()
        return QSize(width, y + CHIP)

    def set_tabbed(self, tabbed: bool) -> None:
        """Let Tab stop at the chips, or not."""
        self._tabbed = tabbed
        for chip in self._chips:
            chip.setFocusPolicy(Qt.FocusPolicy.StrongFocus if tabbed else Qt.FocusPolicy.ClickFocus)

    def chips(self) -> list[Chip]:
        """Return the chips that are shown."""
        return [chip for chip in self._chips if not chip.isHidden()]
