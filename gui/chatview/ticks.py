"""How far a message of mine has come (S10): its sign, what it says aloud, and who has it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from gui.state.message import Who
from gui.state.row import FAILED, SENDING, WAITING, Row

ICONS = {SENDING: "clock", WAITING: "clock", "stored": "check", "delivered": "checks", "read": "read", FAILED: "alert"}
NAMED = 12


def icon_of(row: Row) -> str:
    """Return the name of the icon."""
    return ICONS.get(row.state, "check")


def spoken(row: Row) -> str:
    """Return the state in words."""
    translate = QCoreApplication.translate
    match row.state:
        case "sending":
            return translate("Messages", "Sending")
        case "waiting":
            return translate("Messages", "Waiting for your node")
        case "failed":
            return translate("Messages", "Not sent")
        case "delivered" | "read" if row.delivered is not None and row.read is not None and row.delivered.of > 1:
            words = translate("Messages", "Delivered to {delivered} of {of}, read by {read}")
            return words.format(delivered=row.delivered.n, of=row.delivered.of, read=row.read.n)
        case "delivered":
            return translate("Messages", "Delivered")
        case "read":
            return translate("Messages", "Read")
    return translate("Messages", "Stored on this computer")


def people(delivered: Sequence[Who], read: Sequence[Who], waiting: Sequence[Who]) -> str:
    """Return who has a message and who does not, in sentences."""
    translate = QCoreApplication.translate
    parts = []
    if delivered:
        parts.append(translate("Messages", "Delivered to {names}.").format(names=_names(delivered)))
    if read:
        parts.append(translate("Messages", "Read by {names}.").format(names=_names(read)))
    if waiting:
        parts.append(translate("Messages", "Not yet: {names}.").format(names=_names(waiting)))
    return "\n".join(parts) or translate("Messages", "Nobody else is here yet.")


def _names(people: Sequence[Who]) -> str:
    names = [one.name for one in people[:NAMED]]
    if len(people) > NAMED:
        more = QCoreApplication.translate("Messages", "%n more", "", len(people) - NAMED)
        names.append(more)
    return ", ".join(names)
