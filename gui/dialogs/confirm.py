"""Asks before something that cannot be undone by one more click; the verb stands on the button."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from gui.dialogs.base import Dialog


class ConfirmDialog(Dialog):
    """Does something once it is confirmed; stays open with the reason where that is refused.

    Signals:
        done_it: it was done.
    """

    done_it = Signal()

    def __init__(
        self,
        title: str,
        text: str,
        verb: str,
        work: Callable[[], Awaitable[None]],
        parent: QWidget | None = None,
        *,
        danger: bool = True,
    ) -> None:
        super().__init__(title, text, parent)
        self._work_it = work
        self.cancel = self.add_button(self.tr("Cancel"), self.reject)
        self.confirm = self.add_button(verb, self.confirm_now, primary=not danger)
        if danger:
            self.confirm.setProperty("role", "danger")
            self.cancel.setDefault(True)
            self.cancel.setFocus()

    def confirm_now(self) -> None:
        """Do it."""
        self.work(self._do, busy=self.confirm, label=self.confirm.text())

    async def _do(self) -> None:
        await self._work_it()
        if self.alive():
            self.done_it.emit()
            self.accept()
