"""The words about a person: how they are here, and what they may do."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication


def _tr(text: str) -> str:
    return QCoreApplication.translate("People", text)


def presence_word(presence: str) -> str:
    """Return how somebody is here, as it stands within a sentence."""
    known = {"online": _tr("online"), "away": _tr("away"), "unknown": _tr("presence unknown")}
    return known.get(presence, _tr("offline"))


def presence_label(presence: str) -> str:
    """Return how somebody is here, as it stands at the beginning."""
    word = presence_word(presence)
    return word[:1].upper() + word[1:]


def role_word(role: str) -> str:
    """Return what somebody may do."""
    return {"owner": _tr("Owner"), "admin": _tr("Admin"), "keeper": _tr("Keeper")}.get(role, _tr("Member"))
