"""The five phases in words: what they are called, what they are about, what comes next (S25-S27)."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from gui.state.objects import PHASES


def phase_name(phase: str) -> str:
    """Return the name of a phase for people."""
    return {
        "prophase": _tr("Prophase"),
        "prometaphase": _tr("Prometaphase"),
        "metaphase": _tr("Metaphase"),
        "anaphase": _tr("Anaphase"),
        "telophase": _tr("Telophase"),
    }[phase]


def explained(phase: str) -> str:
    """Return what a phase is about (S25)."""
    return {
        "prophase": _tr(
            "First ideas are gathered here and begin to take shape. Say what you have, even half of it: this is "
            "the time to share, not to judge."
        ),
        "prometaphase": _tr(
            "The walls between topics and between people come down. Ideas move freely, meet and connect; borrow, "
            "combine, ask."
        ),
        "metaphase": _tr("The ideas line up. What everyone agrees on becomes visible, and so does what is still open."),
        "anaphase": _tr(
            "Separate threads begin to pull apart. Topics show themselves that deserve a room of their own."
        ),
        "telophase": _tr(
            "The conversation divides. Each aspect goes on in a new conversation, with the people and the messages "
            "that belong to it."
        ),
    }[phase]


def onward(phase: str, cycle: int) -> str:
    """Return what a button says that goes on from a phase; after the last one the cycle begins again."""
    at = PHASES.index(phase)
    if at == len(PHASES) - 1:
        return _tr("Begin cycle {number}").format(number=cycle + 2)
    return _tr("Advance to {phase}").format(phase=phase_name(PHASES[at + 1]))


def _tr(text: str) -> str:
    return QCoreApplication.translate("Phases", text)
