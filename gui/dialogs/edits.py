"""What a message said before its edits."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QWidget

from gui.clock import Now
from gui.dialogs.base import Dialog
from gui.requests.marks import Said
from gui.state import times
from gui.widgets.words import words


class EditsDialog(Dialog):
    """Shows every text of a message, the newest first."""

    def __init__(self, said: Sequence[Said], now: Now, parent: QWidget) -> None:
        translate = QCoreApplication.translate
        title = translate("EditsDialog", "Edits")
        super().__init__(title, translate("EditsDialog", "What this message said, newest first."), parent)
        self.area.setAccessibleName(title)
        for at, one in enumerate(reversed(said)):
            when = times.stamp(one.ts, now())
            if at == 0:
                when = self.tr("{when}, as it is now").format(when=when)
            elif at == len(said) - 1:
                when = self.tr("{when}, as it was written").format(when=when)
            self.body.addWidget(words(when, role="small"))
            text = words(one.text)
            text.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            self.body.addWidget(text)
            self.body.addSpacing(8)
        self.add_button(self.tr("Close"), self.accept, primary=True)
