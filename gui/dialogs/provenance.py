"""How an AI's answer came about: model, host, effort, what it was given, and the answers that lost to it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QWidget

from gui.dialogs.base import Dialog
from gui.state.message import Message, Provenance
from gui.state.plain import plain
from gui.widgets.words import words
from gui.wording import number

NAMED = 40

Text = Callable[[str], tuple[str, str] | None]
"""Gives name and text of a message by its id; None where it is not known."""


class ProvenanceDialog(Dialog):
    """Shows what an AI's host signed with its answer.

    Signals:
        jump: id of a message that the model was given, to go to.
    """

    jump = Signal(str)

    def __init__(
        self,
        name: str,
        how: Provenance,
        *,
        text: Text,
        alternatives: Callable[[], Awaitable[list[Message]]],
        parent: QWidget,
    ) -> None:
        title = QCoreApplication.translate("ProvenanceDialog", "How this answer came about")
        super().__init__(title, name, parent)
        self._load = alternatives
        self.area.setAccessibleName(title)
        self._add_facts(facts(how))
        if how.ignored:
            self._add_label(self.tr("Wishes that were not followed"))
            self.body.addWidget(words(", ".join(how.ignored)))
        if how.given:
            self._add_label(self.tr("Messages that the model was given ({count})").format(count=len(how.given)))
            for message_id in how.given[-NAMED:]:
                self._add_given(message_id, text(message_id))
        self.others: QPushButton | None = None
        self.texts: list[QLabel] = []
        if how.alternatives:
            self._add_label(self.tr("Answers that lost to this one ({count})").format(count=len(how.alternatives)))
            self.others = QPushButton(self.tr("Show them"))
            self.others.clicked.connect(lambda *_: self._show_others())
            self.body.addWidget(self.others, 0, Qt.AlignmentFlag.AlignLeft)
        self.add_button(self.tr("Close"), self.accept, primary=True)

    def _add_facts(self, rows: list[tuple[str, str]]) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        for at, (label, value) in enumerate(rows):
            grid.addWidget(words(label, role="muted"), at, 0, Qt.AlignmentFlag.AlignTop)
            shown = words(value)
            shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(shown, at, 1)
        self.body.addLayout(grid)

    def _add_label(self, text: str) -> None:
        self.body.addSpacing(8)
        self.body.addWidget(words(text, role="label"))

    def _add_given(self, message_id: str, known: tuple[str, str] | None) -> None:
        label = f"{known[0]}: {plain(known[1])}" if known is not None else self.tr("An earlier message")
        button = QPushButton()
        button.setProperty("role", "quiet")
        button.setStyleSheet("text-align: left;")
        room = self.minimumWidth() - 100
        button.setText(button.fontMetrics().elidedText(label, Qt.TextElideMode.ElideRight, room).replace("&", "&&"))
        button.setAccessibleName(self.tr("Go to: {words}").format(words=label))
        button.clicked.connect(lambda *_: self._go(message_id))
        self.body.addWidget(button)

    def _go(self, message_id: str) -> None:
        self.jump.emit(message_id)
        self.accept()

    def _show_others(self) -> None:
        assert self.others is not None
        self.work(self._others_loaded, busy=self.others, label=self.tr("Loading…"))

    async def _others_loaded(self) -> None:
        messages = await self._load()
        if not self.alive() or self.others is None:
            return
        at = self.body.indexOf(self.others)
        self.others.hide()
        for message in messages:
            card = words(message.text)
            card.setProperty("role", "given")
            card.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            model = message.ai.model if message.ai is not None else ""
            host = message.ai.host_name if message.ai is not None else ""
            for each in (words(" · ".join(part for part in (model, host) if part), role="small"), card):
                self.body.insertWidget(at, each)
                at += 1
            self.texts.append(card)
        self.fit()


def facts(how: Provenance) -> list[tuple[str, str]]:
    """Return what is known, as pairs of a label and a value."""
    translate = QCoreApplication.translate
    tokens = []
    if how.prompt_tokens:
        tokens.append(translate("ProvenanceDialog", "{count} in").format(count=number(how.prompt_tokens)))
    if how.answer_tokens:
        tokens.append(translate("ProvenanceDialog", "{count} out").format(count=number(how.answer_tokens)))
    ends = {
        "stop": translate("ProvenanceDialog", "it was complete"),
        "length": translate("ProvenanceDialog", "it reached the greatest length"),
        "stopped": translate("ProvenanceDialog", "somebody stopped it"),
    }
    took = translate("ProvenanceDialog", "{seconds} s").format(seconds=number(how.ms / 1000)) if how.ms else ""
    rows = [
        (translate("ProvenanceDialog", "Model"), how.model),
        (translate("ProvenanceDialog", "Provider"), how.provider),
        (translate("ProvenanceDialog", "Host"), how.host_name),
        (translate("ProvenanceDialog", "Took"), took),
        (translate("ProvenanceDialog", "Tokens"), ", ".join(tokens)),
        (translate("ProvenanceDialog", "Ended because"), ends.get(how.finish, how.finish)),
    ]
    return [(label, value) for label, value in rows if value]
