"""Asks before a conversation is left; its only owner chooses who owns it from then on (S5)."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QWidget

from gui.api.errors import ApiError
from gui.dialogs.confirm import ConfirmDialog
from gui.requests import conversations, members
from gui.session import Session
from gui.state.objects import Member, Summary
from gui.tasks import spawn
from gui.theme.palette import Theme
from gui.widgets.switch import Choice
from gui.widgets.words import words


def _tr(text: str) -> str:
    return QCoreApplication.translate("LeaveDialog", text)


class LeaveDialog(ConfirmDialog):
    """Leaves a conversation once that is confirmed.

    Signals:
        said: a sentence about what was done.
    """

    said = Signal(str)

    def __init__(self, session: Session, summary: Summary, theme: Theme, parent: QWidget) -> None:
        super().__init__(
            _tr("Leave “{title}”?").format(title=summary.title),
            _tr("You get no more messages from it, and can write nothing into it. What is here stays readable."),
            _tr("Leave"),
            self._leave,
            parent,
        )
        self._session = session
        self._id = summary.id
        self.asked = words(_tr("You are its only owner. Who owns it from now on?"), role="label")
        self.heir = Choice(theme)
        self.heir.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.heir.setAccessibleName(self.asked.text())
        self.asked.setBuddy(self.heir)
        for widget in (self.asked, self.heir):
            widget.hide()
            self.body.addWidget(widget)
        self.confirm.setEnabled(False)
        left = _tr("You left “{title}”").format(title=summary.title)
        self.done_it.connect(lambda: self.said.emit(left))
        spawn(self._look(), name="leave")

    async def _look(self) -> None:
        """Ask whether I am the only owner among others."""
        try:
            found = await members.members(self._session.client, self._id)
        except ApiError as error:
            if self.alive():
                self.say(error.reason)
            found = ()
        if not self.alive():
            return
        self.confirm.setEnabled(True)
        owners = [one for one in found if one.role == "owner"]
        others = [one for one in found if not one.me]
        if others and len(owners) == 1 and owners[0].me:
            self._ask_for_heir(others)

    def _ask_for_heir(self, others: list[Member]) -> None:
        for one in sorted(others, key=lambda each: (each.role != "admin", each.name.casefold())):
            self.heir.addItem(one.name, one.identity)
        self.asked.show()
        self.heir.show()
        self.confirm.setText(_tr("Hand over and leave"))
        self.fit()

    async def _leave(self) -> None:
        heir = str(self.heir.currentData() or "")
        if heir:
            await members.hand_over(self._session.client, self._id, heir)
            self.heir.clear()  # where leaving fails now, it is not handed over again
        await conversations.leave(self._session.client, self._id)
        await self._session.refresh()
