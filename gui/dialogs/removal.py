"""Removes somebody from a conversation: what that does is said before it is done (S5, S63)."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from gui.api.errors import ApiError
from gui.dialogs.base import Dialog
from gui.requests import members
from gui.session import Session
from gui.state.details import Removal
from gui.state.objects import Member
from gui.tasks import spawn
from gui.theme.palette import Theme
from gui.widgets.switch import Switch
from gui.widgets.words import words

NAMED = 6


class RemovalDialog(Dialog):
    """Shows what a removal does, with those the person invited or without, and does it.

    Signals:
        removed: it is done.
    """

    removed = Signal()

    def __init__(
        self, session: Session, conversation_id: str, member: Member, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__("", "", parent)
        title = self.tr("Remove {name}?").format(name=member.name)
        self.set_title(title)
        self._session = session
        self._conversation_id = conversation_id
        self._member = member
        self.plan: Removal | None = None
        self.what = words(self.tr("Looking at what this does…"))
        self.with_invited = Switch("", theme)
        self.with_invited.hide()
        self.who = words("", role="muted")
        self.who.hide()
        self.body.addWidget(self.what)
        self.body.addSpacing(4)
        self.body.addWidget(self.with_invited)
        self.body.addWidget(self.who)
        self.cancel = self.add_button(self.tr("Cancel"), self.reject)
        self.cancel.setDefault(True)
        self.remove = self.add_button(self.tr("Remove {name}").format(name=member.name), self.remove_now)
        self.remove.setProperty("role", "danger")
        self.remove.setEnabled(False)
        self.with_invited.toggled.connect(lambda *_: self._look())
        self._look()

    def remove_now(self) -> None:
        """Do what is shown."""
        self.work(self._remove, busy=self.remove, label=self.tr("Removing…"))

    async def _remove(self) -> None:
        await members.remove(
            self._session.client,
            self._conversation_id,
            self._member.identity,
            with_invited=self.with_invited.isChecked(),
        )
        if self.alive():
            self.removed.emit()
            self.accept()

    def _look(self) -> None:
        spawn(self._ask(self.with_invited.isChecked()), name="removal")

    async def _ask(self, with_invited: bool) -> None:
        try:
            plan = await members.removal(
                self._session.client, self._conversation_id, self._member.identity, with_invited=with_invited
            )
        except ApiError as error:
            if self.alive():
                self.what.hide()
                self.say(error.reason)
            return
        if self.alive() and self.with_invited.isChecked() == with_invited:
            self._show(plan)

    def _show(self, plan: Removal) -> None:
        self.plan = plan
        lines = [
            self.tr("{name} can read and write nothing here any more, from now on.").format(name=self._member.name),
            self.tr("Messages that were seen here stay: {count}.").format(count=plan.kept),
        ]
        if plan.invites:
            lines.append(self.tr("Open invites that are taken back: {count}.").format(count=plan.invites))
        lines.append(self.tr("A new invite can bring {name} back.").format(name=self._member.name))
        self.what.setText("\n".join(lines))
        self.with_invited.setVisible(bool(plan.invited))
        self.with_invited.setText(self.tr("Also remove whom they invited ({count})").format(count=len(plan.invited)))
        self.with_invited.setAccessibleName(self.with_invited.text())
        self.who.setText("\n".join(self._line(plan)))
        self.who.setVisible(bool(plan.invited))
        self.remove.setEnabled(True)
        self.fit()

    def _line(self, plan: Removal) -> list[str]:
        if not self.with_invited.isChecked():
            names = [one.name for one in plan.invited[:NAMED]]
            more = "…" if len(plan.invited) > NAMED else ""
            return [self.tr("They stay: {names}").format(names=", ".join(names) + more)] if names else []
        gone = [one.name for one in plan.invited if one.removed]
        found = [self.tr("Removed too: {names}").format(names=", ".join(gone))] if gone else []
        stay = [one for one in plan.invited if not one.removed]
        return found + [self.tr("{name} stays: {reason}").format(name=one.name, reason=one.reason) for one in stay]
