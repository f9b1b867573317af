"""Where the sidebar stands: beside the page, or, in a narrow window, folded away and shown over it (S61)."""

from __future__ import annotations

from PySide6.QtCore import QObject, QRect, Signal
from PySide6.QtWidgets import QWidget

from gui.pages.sidebar import Sidebar
from gui.widgets.edge import WIDTH_PX as EDGE_PX
from gui.widgets.edge import Edge
from gui.widgets.scrim import Scrim

NARROW_PX = 700
SIDEBAR_PX = (240, 308, 480)
"""Width of the list: the least, the usual, the most."""


class Side(QObject):
    """Arranges the sidebar in the window, and lets it be dragged wider.

    Signals:
        dropped: the list was given another width, in pixels.
    """

    dropped = Signal(int)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._sidebar: Sidebar | None = None
        self._px = SIDEBAR_PX[1]
        self.unfolded = False
        """Whether it is shown over the page."""
        self.place = QWidget(window)
        """Holds the room where the sidebar stands when it is not folded."""
        self.place.setFixedWidth(self._px)
        self.place.hide()
        self._scrim = Scrim(window)
        self._scrim.hide()
        self._scrim.clicked.connect(self.fold)
        self._edge = Edge(window)
        self._edge.hide()
        self._edge.dragged.connect(self.drag)
        self._edge.dropped.connect(lambda: self.dropped.emit(self._px))
        self._is_locked = False

    def take(self, sidebar: Sidebar) -> None:
        """Show the sidebar of a session."""
        self._sidebar = sidebar
        self._scrim.raise_()
        sidebar.raise_()
        sidebar.show()
        self._edge.raise_()

    def lock(self, *, on: bool) -> None:
        """Hide everything as long as the passphrase is asked for."""
        self._is_locked = on
        self.arrange()

    @property
    def narrow(self) -> bool:
        """Whether the sidebar is folded away."""
        return self._window.width() < NARROW_PX

    def unfold(self) -> None:
        """Show the sidebar over the page."""
        self.unfolded = True
        self.arrange()

    def fold(self) -> None:
        """Fold the sidebar away where the window is narrow."""
        self.unfolded = False
        self.arrange()

    def set_px(self, width: int) -> None:
        """Give the sidebar another width, within reason."""
        self._px = min(SIDEBAR_PX[2], max(SIDEBAR_PX[0], width))
        self.arrange()

    def drag(self, at: int) -> None:
        """Let the sidebar end where the pointer is, in the window's pixels from the left."""
        self.set_px(self._window.width() - at if self._window.isRightToLeft() else at)

    def arrange(self) -> None:
        """Put everything where it belongs in the window as it is now."""
        sidebar, window = self._sidebar, self._window
        if sidebar is None:
            return
        mirrored, beside = window.isRightToLeft(), not self.narrow and not self._is_locked
        width = min(self._px, window.width() - 60) if self.narrow else self._px
        self.place.setFixedWidth(width)
        self.place.setVisible(beside)
        sidebar.setFixedWidth(width)
        left = window.width() - width if mirrored else 0
        sidebar.setGeometry(QRect(left, 0, width, window.height()))
        over = self.narrow and self.unfolded and not self._is_locked
        sidebar.setVisible(over or beside)
        edge = left if mirrored else width - EDGE_PX
        self._edge.setGeometry(QRect(edge, 0, EDGE_PX, window.height()))
        self._edge.setVisible(beside)
        self._scrim.setGeometry(window.rect())
        self._scrim.setVisible(over)
        if over:
            self._scrim.raise_()
            sidebar.raise_()
