"""What a screen reader says of a row."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from gui.chatview import notice, ticks
from gui.chatview.author import shown_name
from gui.chatview.decor import Decor
from gui.chatview.trouble import text_of
from gui.state.plain import plain
from gui.state.row import Row


def spoken(row: Row, decor: Decor) -> str:
    """Return who said what and when, and everything that its signs show."""
    if row.kind == "notice":
        return notice.text(row, decor).replace("\n", ", ")
    translate = QCoreApplication.translate
    parts = [translate("Messages", "Me") if row.kind == "mine" else shown_name(row), decor.time]
    if decor.new:
        parts.append(translate("Messages", "first new message"))
    if row.kind == "mine":
        parts.append(ticks.spoken(row))
    if row.edited:
        parts.append(translate("Messages", "edited"))
    if row.pinned:
        parts.append(translate("Messages", "pinned"))
    if row.not_for_ai:
        parts.append(translate("Messages", "not for AI"))
    if decor.quote is not None:
        parts.append(
            translate("Messages", "reply to {quote}").format(quote=" ".join(part for part in decor.quote if part))
        )
    parts += [f"{one.emoji} {one.count}" for one in row.reactions]
    text = translate("Messages", "This message was deleted.") if row.deleted else plain(row.text)
    wrong = text_of(row)
    return f"{', '.join(parts)}: {text}" + (f" {wrong}" if wrong else "")
