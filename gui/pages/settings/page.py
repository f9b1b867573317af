"""The settings of one conversation, as a page of cards under one another (S5)."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from gui.pages.settings.about import AboutSection
from gui.pages.settings.export import ExportSection
from gui.pages.settings.going import GoingSection
from gui.pages.settings.invites import InvitesSection
from gui.pages.settings.participants import ParticipantsSection
from gui.pages.settings.people import PeopleSection
from gui.pages.settings.phases import PhasesSection
from gui.pages.settings.section import Section
from gui.pages.sheet import Sheet
from gui.session import Session
from gui.state.conversation import Conversation
from gui.theme.palette import Theme
from gui.widgets.words import titled


class SettingsPage(Sheet):
    """Shows and changes everything about a conversation but its messages.

    Signals:
        said: something to confirm quietly.
        invite: an invite link is wanted.
        phase: a phase was clicked, to be explained.
    """

    said = Signal(str)
    invite = Signal()
    phase = Signal(str)

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.set_title(self.tr("Settings"))
        self.back.setAccessibleName(self.tr("Back to the messages"))
        self.back.setToolTip(self.tr("Back to the messages (Esc)"))
        self.one: Conversation | None = None
        self._disconnect: Callable[[], None] | None = None
        self.about = AboutSection(session, theme)
        self.people = PeopleSection(session, theme)
        self.invites = InvitesSection(session, theme)
        self.phases = PhasesSection(session, theme)
        self.participants = ParticipantsSection(session, theme)
        self.export = ExportSection(session, theme)
        self.going = GoingSection(session, theme)
        self.sections: tuple[Section, ...] = (
            self.about,
            self.phases,
            self.people,
            self.invites,
            self.participants,
            self.export,
            self.going,
        )
        for section in self.sections:
            section.said.connect(self.said)
            self.add_card(section)
        self.column.addStretch(1)
        self.people.invite.connect(self.invite)
        self.phases.asked.connect(self.phase)
        self.going.gone.connect(self.left)

    def show_conversation(self, one: Conversation) -> None:
        """Show the settings of a conversation."""
        self.leave()
        self.one = one
        self.area.verticalScrollBar().setValue(0)
        for section in self.sections:
            section.open(one)
        self._watch()

    def leave(self) -> None:
        """Follow the conversation no longer."""
        if self._disconnect is not None:
            self._disconnect()
            self._disconnect = None

    def _watch(self) -> None:
        if self._disconnect is None and self.one is not None:
            self._disconnect = self.one.about.connect(self._about)
            self._about()

    def _about(self) -> None:
        if self.one is not None:
            for card in (self.about, self.phases, self.invites):  # two who talk have none of it
                card.setVisible(not self.one.summary.direct)
            for section in self.sections:
                section.refresh()
            self.set_title(self.tr("Settings"), titled(self.one.summary))

    def showEvent(self, event: QShowEvent) -> None:
        """Follow the conversation, from what it is by now."""
        self._watch()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Cost nothing while nobody looks."""
        self.leave()
        super().hideEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out what has no room."""
        super().resizeEvent(event)
        self._fit()

    def _restyle(self) -> None:
        super()._restyle()
        if hasattr(self, "phases"):
            self._fit()

    def _fit(self) -> None:
        self.phases.fit(self.room())
