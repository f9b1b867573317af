"""What was found, row by row, as Qt's model: names first, then messages, each part under its heading."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QCoreApplication, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QWidget

from gui.search.finding import Finding
from gui.state.found import Hit, Person, Ranges
from gui.state.objects import Summary

Index = QModelIndex | QPersistentModelIndex
RESULT = Qt.ItemDataRole.UserRole + 1


def _tr(text: str) -> str:
    return QCoreApplication.translate("Search", text)


@dataclass(frozen=True, slots=True)
class Heading:
    """The name of a part."""

    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something to know: how far the search is, or what to try."""

    text: str


@dataclass(frozen=True, slots=True)
class Named:
    """A conversation or a person, with the ranges of the name that match."""

    what: Summary | Person
    ranges: Ranges


Result = Heading | Note | Named | Hit


def results(finding: Finding) -> list[Result]:
    """Return all rows of a search."""
    found: list[Result] = []
    if finding.conversations:
        found.append(Heading(_tr("Conversations")))
        found += [Named(item, how.ranges) for item, how in finding.conversations]
    if finding.people:
        found.append(Heading(_tr("People")))
        found += [Named(one, how.ranges) for one, how in finding.people]
    if finding.hits:
        if finding.within is None:
            found.append(Heading(_tr("Messages")))
        found += finding.hits
    if finding.of:
        percent = min(99, round(100 * finding.done / finding.of))
        found.append(Note(_tr("Looking through your messages… {percent}%").format(percent=percent)))
    elif finding.problem:
        found.append(Note(finding.problem))
    elif finding.waiting and not finding.hits:
        found.append(Note(_tr("Searching…")))
    elif finding.nothing:
        where = _tr("in this conversation") if finding.within is not None else _tr("here")
        found.append(Note(_tr("Nothing {where} has “{text}”.").format(where=where, text=finding.text.strip()[:60])))
        found.append(Note(_tr("Try fewer words, or only the beginning of the last one.")))
    elif finding.within is not None and not finding.text.strip():
        found.append(Note(_tr("Type what you look for in this conversation.")))
    return found


class ResultModel(QAbstractListModel):
    """The rows of a search; what stays at its place is not drawn again."""

    def __init__(self, finding: Finding, parent: QWidget) -> None:
        super().__init__(parent)
        self._finding = finding
        self._rows: list[Result] = []
        finding.changed.connect(self.follow)

    def rowCount(self, parent: Index | None = None) -> int:
        """Return how many there are."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a row in words, or itself."""
        if not 0 <= index.row() < len(self._rows):
            return None
        row = self._rows[index.row()]
        if role == RESULT:
            return row
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        match row:
            case Heading(text) | Note(text):
                return text
            case Named(Summary() as summary):
                return _tr("Conversation {title}").format(title=summary.title)
            case Named(Person() as person):
                return _tr("Person {name}").format(name=person.name)
            case Hit():
                return f"{row.title}, {row.author_name}: {row.snippet}"
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Return that headings and notes cannot be chosen."""
        if isinstance(index.data(RESULT), Named | Hit):
            return Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.NoItemFlags

    def first(self) -> QModelIndex:
        """Return the first row that can be chosen."""
        at = next((at for at, row in enumerate(self._rows) if isinstance(row, Named | Hit)), -1)
        return self.index(at) if at >= 0 else QModelIndex()

    def follow(self) -> None:
        """Take over what the search found; rows that stay the first ones stay as they are."""
        after = results(self._finding)
        same = 0
        while same < min(len(after), len(self._rows)) and after[same] == self._rows[same]:
            same += 1
        if same < len(self._rows):
            self.beginRemoveRows(QModelIndex(), same, len(self._rows) - 1)
            del self._rows[same:]
            self.endRemoveRows()
        if same < len(after):
            self.beginInsertRows(QModelIndex(), same, len(after) - 1)
            self._rows += after[same:]
            self.endInsertRows()
