"""The menu of a message: what can be done with it, and nothing that can't."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from gui.state.conversation import Conversation
from gui.state.row import FAILED, Row


@dataclass(frozen=True, slots=True)
class Rights:
    """What I may do here, by the names of docs/channel.md, and whether there is an answer that I may stop."""

    may: frozenset[str] = frozenset()
    stop: bool = False


def rights(one: Conversation | None, row: Row) -> Rights:
    """Return what I may do with a message of a conversation."""
    if one is None:
        return Rights()
    answered = bool(row.message_id) and bool(one.work.answering(lambda message_id: message_id == row.message_id))
    return Rights(one.summary.may, stop=answered and may_stop(one, row.message_id))


def may_stop(one: Conversation | None, message_id: str | None) -> bool:
    """Tell whether I may end an answer to a message: who wrote it may, and owners and admins."""
    if one is None or not message_id or not one.summary.may:
        return False
    asked = one.row(message_id)
    return one.may("stop") or (asked is not None and asked.kind == "mine")


def actions(row: Row, rights: Rights, *, marked: bool = False) -> list[str]:
    """Return what can be done with a message, in the order of the menu; an empty text is a line."""
    if row.kind == "notice":
        return []
    if row.kind == "stream" or not row.message_id:
        copies = [*(["copy selection"] if marked else []), *(["copy"] if row.text else [])]
        return [*copies, *(["discard"] if row.state == FAILED else [])]
    if row.deleted:
        return []
    mine, may = row.kind == "mine", rights.may
    return [
        *(["stop"] if rights.stop else []),
        *(["reply"] if "message" in may else []),
        *(["react"] if "react" in may else []),
        *(["edit"] if mine and "edit" in may else []),
        *(["unpin" if row.pinned else "pin"] if "pin" in may else []),
        "",
        *(["copy selection"] if marked else []),
        "copy",
        "choose",
        "",
        *(["jump"] if row.reply_to else []),
        *(["receipts"] if mine else []),
        *(["edits"] if row.edited else []),
        *(["provenance"] if row.ai is not None else []),
        "",
        *(["delete"] if ("leave" if mine else "delete") in may else []),
    ]


def label(action: str) -> str:
    """Return the words of an action."""
    translate = QCoreApplication.translate
    return {
        "stop": translate("Messages", "Stop the answer"),
        "reply": translate("Messages", "Reply"),
        "react": translate("Messages", "React…"),
        "edit": translate("Messages", "Edit"),
        "pin": translate("Messages", "Pin for everybody"),
        "unpin": translate("Messages", "Unpin"),
        "copy": translate("Messages", "Copy message"),
        "copy selection": translate("Messages", "Copy selection"),
        "choose": translate("Messages", "Select messages"),
        "jump": translate("Messages", "Go to the quoted message"),
        "receipts": translate("Messages", "Who has read it?"),
        "edits": translate("Messages", "What it said before"),
        "provenance": translate("Messages", "How this answer came about"),
        "delete": translate("Messages", "Delete for everybody…"),
        "discard": translate("Messages", "Take it away"),
    }[action]


SHORTCUTS = {"reply": "R", "edit": "E", "react": "+", "pin": "P", "unpin": "P", "copy": "C", "choose": "S"} | {
    "delete": "Del"
}


def menu(parent: QWidget, row: Row, rights: Rights, *, marked: bool, act: Callable[[str], object]) -> QMenu:
    """Return the menu of a message; `act` gets what was chosen."""
    made = QMenu(parent)
    for action in actions(row, rights, marked=marked):
        if not action:
            if made.actions() and not made.actions()[-1].isSeparator():
                made.addSeparator()
            continue
        words = label(action)
        key = SHORTCUTS.get(action)
        item = QAction(f"{words}\t{key}" if key else words, made)
        item.setData(action)
        item.triggered.connect(partial(_act, act, action))
        made.addAction(item)
    if made.actions() and made.actions()[-1].isSeparator():
        made.removeAction(made.actions()[-1])
    return made


def _act(act: Callable[[str], object], action: str, *_: object) -> None:
    act(action)
