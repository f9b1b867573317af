"""Labels that show text as it is, wrapped."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QLabel

from gui.state.objects import Summary


def words(text: str, *, role: str = "") -> QLabel:
    """Return a label that shows `text` as it is, wrapped."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    if role:
        label.setProperty("role", role)
    return label


def titled(summary: Summary) -> str:
    """Return what a conversation is called, also while nothing of it has come yet."""
    return summary.title or QCoreApplication.translate("ConversationList", "Conversation on its way")


def breakable(text: str, most: int = 16) -> str:
    """Return a text with places to break a line in runs of letters that are longer than `most`."""
    return " ".join(
        "\u200b".join(run[at : at + most] for at in range(0, len(run), most)) if len(run) > most else run
        for run in text.split(" ")
    )
