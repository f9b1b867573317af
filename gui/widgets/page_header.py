"""The top of a conversation's page: title, what it is about, who is here, phases, and the menu of what can be done."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from gui.state.conversation import Conversation
from gui.state.plain import plain
from gui.theme import icons
from gui.theme.palette import Theme
from gui.widgets.avatar import People
from gui.widgets.phase_bar import PhaseBar
from gui.widgets.phase_words import phase_name
from gui.widgets.tool import tool
from gui.widgets.words import titled

NARROW_PX = 620
TIGHT_PX = 440
BETWEEN = "  ·  "


class PageHeader(QFrame):
    """Shows what `show_conversation` is given.

    Signals:
        menu, invite, settings, more: a button was pressed.
    """

    menu = Signal()
    invite = Signal()
    settings = Signal()
    more = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "header")
        self._theme = theme
        self._one: Conversation | None = None
        self._asked = False  # whether somebody asks that this computer answers for an AI
        self.title = _label("heading")
        self.subtitle = _label("small")
        self.people = People(theme)
        self.phases = PhaseBar(theme)
        self.menu_button = tool(self.tr("Conversations"), self.menu)
        self.invite_button = tool(self.tr("Invite people (Ctrl+I)"), self.invite)
        self.settings_button = tool(self.tr("Settings of this conversation (Ctrl+E)"), self.settings)
        self.more_button = tool(self.tr("More about this conversation"), self.more)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.title)
        words.addWidget(self.subtitle)
        top = QHBoxLayout()
        top.setSpacing(6)
        top.addWidget(self.menu_button)
        top.addLayout(words, 1)
        top.addWidget(self.people)
        top.addSpacing(4)
        top.addWidget(self.invite_button)
        top.addWidget(self.settings_button)
        top.addWidget(self.more_button)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(20, 12, 12, 10)
        inside.setSpacing(10)
        inside.addLayout(top)
        inside.addWidget(self.phases)
        theme.changed.connect(self._restyle)
        self._restyle()

    def show_conversation(self, one: Conversation) -> None:
        """Show title, people and phase as they are now."""
        self._one = one
        self.people.show_people(one.members, one.ais)
        self.phases.setVisible(not one.summary.direct)  # two who talk have no phases
        self.phases.show_phase(one.summary.phase, one.summary.progress, of=one.id)
        asking = [ai for ai in one.ais if ai.asks_me]
        if bool(asking) != self._asked:
            self._asked = bool(asking)
            self._restyle()
        self.settings_button.setAccessibleDescription(
            self.tr("It is asked here whether your computer answers for {name}").format(name=asking[0].name)
            if asking
            else ""
        )
        self._fit()
        self._settle()

    def _settle(self) -> None:
        """Cut the words to the room that people and buttons leave by now."""
        layout = self.layout()
        if layout is not None:
            layout.activate()
        self._show_words()

    def _show_words(self) -> None:
        if self._one is None:
            return
        one, summary = self._one, self._one.summary
        phase = self.tr("Direct message") if summary.direct else phase_name(summary.phase)
        if summary.cycle and not summary.direct:
            phase = self.tr("{phase}, cycle {number}").format(phase=phase, number=summary.cycle + 1)
        parts = [phase]
        if one.members and not summary.direct:
            parts.append(self.tr("%n member(s)", "", len(one.members)))
        if summary.status != "active":
            parts.append(self._status(summary.status))
        if summary.description:
            parts.append(plain(summary.description))
        whole = BETWEEN.join(parts)
        elide = Qt.TextElideMode.ElideRight
        self.title.setText(self.title.fontMetrics().elidedText(titled(summary), elide, max(40, self.title.width())))
        self.title.setAccessibleName(titled(summary))
        shown = self.subtitle.fontMetrics().elidedText(whole, elide, max(40, self.subtitle.width()))
        self.subtitle.setText(shown if shown == whole else _without_a_dot(shown))
        self.subtitle.setAccessibleName(whole)

    def _status(self, status: str) -> str:
        said = {
            "archived": self.tr("archived"),
            "left": self.tr("you left"),
            "removed": self.tr("you were removed"),
            "joining": self.tr("joining"),
        }
        return said.get(status, status)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out what has no room."""
        super().resizeEvent(event)
        self._fit()
        self._settle()

    def _fit(self) -> None:
        """Leave out what has no room, or no use; it is in the menu too."""
        narrow = self.width() < NARROW_PX
        self.people.set_most(2 if self.width() < TIGHT_PX else 3 if narrow else 6)
        summary = self._one.summary if self._one is not None else None
        usable = summary is not None and "invite" in summary.may
        self.invite_button.setVisible(usable and not narrow)

    def _restyle(self) -> None:
        tokens = self._theme.tokens
        self.menu_button.setIcon(icons.icon("menu", tokens.text))
        self.invite_button.setIcon(icons.icon("invite", tokens.text, disabled=tokens.faint))
        gear, colour = ("gear-asked", tokens.ai_accent) if self._asked else ("gear", tokens.text)
        self.settings_button.setIcon(icons.icon(gear, colour))
        self.more_button.setIcon(icons.icon("more", tokens.text))
        self._settle()


def _label(role: str) -> QLabel:
    label = QLabel()
    label.setProperty("role", role)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return label


def _without_a_dot(shown: str) -> str:
    """Return a line that was cut, without the dot before words of which nothing is left."""
    left = shown.removesuffix("…").rstrip()
    return left.removesuffix("·").rstrip() if left.endswith("·") else shown
