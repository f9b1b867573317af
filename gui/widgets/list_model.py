"""The rows of the list as Qt's model: told row by row what changed, so that nothing else is drawn again."""

from __future__ import annotations

from collections.abc import Callable, Collection
from html import escape

from PySide6.QtCore import QAbstractListModel, QCoreApplication, QModelIndex, QPersistentModelIndex, Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from gui.clock import Now, monotonic
from gui.state import times
from gui.state.conversations import Conversations
from gui.state.listing import ARCHIVED, Row, above, listed
from gui.state.objects import Summary
from gui.state.plain import plain
from gui.widgets.phase_words import phase_name
from gui.widgets.typing_words import people_words
from gui.widgets.words import titled

Index = QModelIndex | QPersistentModelIndex
ROW = Qt.ItemDataRole.UserRole + 1
TOGETHER_MS = 250
"""What changes again within this time is shown together: lists are read slowly, and drawn dearly."""
MOST_STEPS = 24
"""Rows that may come, go or move one by one; more at once are a new list."""


def _tr(text: str) -> str:
    return QCoreApplication.translate("ConversationList", text)


def last_line(summary: Summary) -> str:
    """Return what was last said, on one line."""
    last = summary.last
    if summary.status == "joining":
        return _tr("joining…, waiting for a member")
    if last is None:
        return _tr("No messages yet")
    text = _tr("Message deleted") if last.deleted else plain(last.text)
    if last.kind == "notice":
        return text
    return f"{_tr('You') if last.mine else last.author_name}: {text}"


def standing(summary: Summary) -> str:
    """Return the words below the last line: how I stand here, and the phase."""
    phase = "" if summary.direct else phase_name(summary.phase)
    match summary.status:
        case "archived":
            return f"{_tr('Archived')} · {phase}" if phase else _tr("Archived")
        case "left":
            return _tr("You left")
        case "removed":
            return _tr("You were removed")
        case "joining":
            return ""
        case _:
            return phase or _tr("Direct message")


class ConversationModel(QAbstractListModel):
    """The store as Qt's list.

    Signals:
        folds: the keys of the rows below which something is folded away now.
    """

    folds = Signal(list)

    def __init__(self, store: Conversations, now: Now, draft: Callable[[str], str], parent: QWidget) -> None:
        super().__init__(parent)
        self._store = store
        self._now = now
        self._draft = draft
        self._drafts: dict[str, str] = {}
        self._folded = {ARCHIVED}
        self._rows: list[Row] = []
        self._rows = self._listed()
        self._ids = store.ids()
        self._followed_s = float("-inf")
        self._soon = QTimer(self, singleShot=True, interval=TOGETHER_MS)
        self._soon.timeout.connect(self.follow)
        store.changed.connect(self._changed)
        store.typing.connect(self.refresh)

    def rowCount(self, parent: Index | None = None) -> int:
        """Return how many there are."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the title, the whole in words for screen readers, or the row."""
        if not 0 <= index.row() < len(self._rows):
            return None
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return titled(row.summary) if row.summary is not None else _tr("Archived")
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(row)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._explained(row)
        return row if role == ROW else None

    def row(self, at: int) -> Row:
        """Return one row."""
        return self._rows[at]

    def row_of(self, key: str) -> int:
        """Return where a conversation or the folder stands, or -1."""
        return next((at for at, row in enumerate(self._rows) if row.key == key), -1)

    def line(self, summary: Summary) -> tuple[str, str]:
        """Return what kind of line stands under the title (`typing`, `draft`, `last`), and its words."""
        typists = self._store.typists(summary.id)
        if typists:
            return "typing", people_words(typists)
        draft = self._draft(summary.id)
        return ("draft", " ".join(draft.split())) if draft else ("last", last_line(summary))

    def refresh(self, conversation_id: str) -> None:
        """Draw a row again: its draft changed, or who types there."""
        at = self.row_of(conversation_id)
        if at >= 0:
            self.dataChanged.emit(self.index(at), self.index(at))

    def redraft(self) -> None:
        """Draw again the rows whose drafts are others now."""
        drafts = {row.key: self._draft(row.key) for row in self._rows}
        changed = [key for key, draft in drafts.items() if draft != self._drafts.get(key, "")]
        self._drafts = drafts
        for key in changed:
            self.refresh(key)

    def fold(self, key: str, *, folded: bool) -> None:
        """Fold away what stands below a row, or show it."""
        at = self.row_of(key)
        if at < 0 or not self._rows[at].folds:
            return
        self.fold_all(self._folded | {key} if folded else self._folded - {key})

    def fold_all(self, keys: Collection[str]) -> None:
        """Fold away what stands below these rows and below no others; the folder of archived ones is one of them."""
        if self._folded != set(keys):
            self._folded = set(keys)
            self.follow()
            self.folds.emit(
                [key for key in sorted(self._folded) if key == ARCHIVED or self._store.get(key) is not None]
            )

    def show(self, key: str) -> None:
        """Unfold whatever hides a conversation."""
        if self._soon.isActive():
            self.follow()
        summary = self._store.get(key)
        if summary is None or self.row_of(key) >= 0:
            return
        hiding = {ARCHIVED} if summary.put_away else set()
        self.fold_all(self._folded - hiding - set(above(self._store.all(), key)))

    def follow(self) -> None:
        """Take over what changed in the store: rows that go, come, move, and those that read differently."""
        self._soon.stop()
        self._followed_s, self._ids = monotonic(), self._store.ids()
        after = self._listed()
        steps = _steps([row.key for row in self._rows], [row.key for row in after])
        if steps is None:
            self.beginResetModel()
            self._rows = after
            self.endResetModel()
            return
        for kind, at, to in steps:
            if kind == "remove":
                self.beginRemoveRows(QModelIndex(), at, at)
                del self._rows[at]
                self.endRemoveRows()
            elif kind == "insert":
                self.beginInsertRows(QModelIndex(), at, at)
                self._rows.insert(at, after[to])
                self.endInsertRows()
            else:
                self.beginMoveRows(QModelIndex(), at, at, QModelIndex(), to)
                self._rows.insert(to, self._rows.pop(at))
                self.endMoveRows()
        for at, row in enumerate(after):
            if row is not self._rows[at] and row != self._rows[at]:
                self._rows[at] = row
                self.dataChanged.emit(self.index(at), self.index(at))

    def _changed(self) -> None:
        """Follow at once, or soon where this was done a moment ago and none came or went."""
        is_fresh = monotonic() - self._followed_s < TOGETHER_MS / 1000
        if is_fresh and self._store.ids() == self._ids:
            if not self._soon.isActive():
                self._soon.start()
        else:
            self.follow()

    def _listed(self) -> list[Row]:
        before = {row.key: row for row in self._rows}
        return listed(self._store.all(), folded=self._folded, before=before)

    def _explained(self, row: Row) -> str | None:
        """Return what a row has no room for, escaped: titles and descriptions are foreign text."""
        summary = row.summary
        if summary is None:
            return None
        created = _tr("Created {date}").format(date=times.date(summary.created, self._now()))
        parts = [f"<b>{escape(titled(summary))}</b>", escape(summary.description), escape(created)]
        return f"<p style='white-space:pre-wrap'>{'<br/>'.join(part for part in parts if part)}</p>"

    def _spoken(self, row: Row) -> str:
        summary = row.summary
        if summary is None:
            state = _tr("folded") if row.folded else _tr("unfolded")
            return _tr("Archived: {count} conversations, {state}").format(count=row.count, state=state)
        parts = [titled(summary), standing(summary)]
        if row.unread:
            parts.append(_tr("{count} unread").format(count=row.unread))
        if row.mentions:
            parts.append(_tr("{count} mention you").format(count=row.mentions))
        if summary.muted:
            parts.append(_tr("muted"))
        kind, words = self.line(summary)
        return f"{', '.join(parts)}. {_tr('Draft') + ': ' if kind == 'draft' else ''}{words}"


def _steps(before: list[str], after: list[str]) -> list[tuple[str, int, int]] | None:
    """Return what leads from one order of keys to the other, one row a step; None where it takes too many."""
    if before == after:
        return []
    wanted = set(after)
    now, found = list(before), list[tuple[str, int, int]]()
    for at in range(len(now) - 1, -1, -1):
        if now[at] not in wanted:
            found.append(("remove", at, 0))
            del now[at]
            if len(found) > MOST_STEPS:
                return None
    known = set(now)
    for at, key in enumerate(after):
        if at < len(now) and now[at] == key:
            continue
        if key not in known:
            found.append(("insert", at, at))
            now.insert(at, key)
        else:
            found.append(("move", now.index(key), at))
            now.insert(at, now.pop(now.index(key)))
        if len(found) > MOST_STEPS:
            return None
    return found
