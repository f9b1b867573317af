"""Whom this node knows and by which way, what is wrong with it and what to do, and its log (S73).

It asks the node only while it is seen.
"""

from __future__ import annotations

import asyncio
import datetime
import logging

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QGuiApplication, QHideEvent, QShowEvent, QTextCursor
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget
from shiboken6 import isValid

from gui.api.errors import ApiError
from gui.pages.sheet import Sheet
from gui.requests import own_node
from gui.requests.own_node import Finding, Peer, Status
from gui.session import Session
from gui.state import objects, times
from gui.tasks import spawn
from gui.theme.palette import Theme
from gui.widgets.error_line import ErrorLine
from gui.widgets.layouts import row
from gui.widgets.words import words
from gui.wording import number

log = logging.getLogger("gui.network")

EVERY_S = 2.0
DOCTOR_EVERY = 15
"""The doctor is asked once in so many rounds."""
LINES = 200
LOG_PX = 220
MIB = 1024 * 1024


class NetworkPage(Sheet):
    """Peers, addresses, findings, log.

    Signals:
        said: something to confirm quietly.
    """

    said = Signal(str)

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.set_title(self.tr("Network"))
        self._session = session
        self._watching: asyncio.Task[None] | None = None
        self._after = 0
        self._shown: dict[str, object] = {}
        self.problem = ErrorLine()
        self.column.addWidget(self.problem)
        self.summary = words(self.tr("Asking your node…"), role="muted")
        self.column.addWidget(self.summary)
        self._findings = _part(self.add_part(self.tr("What is well, and what is not")))
        self._peers = _part(self.add_part(self.tr("Peers")))
        self._addresses = _part(self.add_part(self.tr("Where others can dial you")))
        for part in (self._findings, self._peers, self._addresses):
            part.addWidget(words("…", role="muted"))
        log = self.add_part(self.tr("Log of your node"))
        log.addWidget(words(self.tr("No texts, keys or addresses are written there."), role="small"))
        self.log = QPlainTextEdit()
        self.log.setProperty("role", "log")
        self.log.setReadOnly(True)
        self.log.setMaximumBlockCount(LINES)
        self.log.setFixedHeight(LOG_PX)
        self.log.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.log.setAccessibleName(self.tr("Log of your node"))
        self.log.setPlaceholderText("…")
        font = self.log.font()
        font.setFamily(theme.mono)
        self.log.setFont(font)
        log.addWidget(self.log)
        self.copy = QPushButton(self.tr("Copy the log"))
        self.copy.clicked.connect(lambda *_: self._copy())
        line = QHBoxLayout()
        line.addStretch(1)
        line.addWidget(self.copy)
        log.addLayout(line)
        self.column.addStretch(1)

    # --- asking ------------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """Begin to ask."""
        super().showEvent(event)
        if self._watching is None:
            self._watching = spawn(self._watch(), name="network page")

    def hideEvent(self, event: QHideEvent) -> None:
        """Ask no more."""
        super().hideEvent(event)
        if self._watching is not None:
            self._watching.cancel()
            self._watching = None

    async def _watch(self) -> None:
        rounds = 0
        while isValid(self):
            try:
                await self._ask(doctor=rounds % DOCTOR_EVERY == 0)
                self._tell("")
                rounds += 1
            except ApiError as error:
                self._tell(error.reason)
            except Exception:  # the next round may show what this one could not
                log.exception("network could not be shown")
            await asyncio.sleep(EVERY_S)

    async def _ask(self, *, doctor: bool) -> None:
        session = self._session
        status, peers = await own_node.status(session), await own_node.peers(session)
        lines = await own_node.log_after(session, self._after)
        if lines.next < self._after:  # the node was started anew
            lines = await own_node.log_after(session, 0)
        if not isValid(self):
            return
        self._after = lines.next
        self.log.setPlaceholderText(self.tr("Nothing has been written yet."))
        self._show_status(status)
        self._show_peers(peers)
        for text in lines.lines:
            self.log.appendPlainText(text)
        if lines.lines and not self.log.textCursor().hasSelection():
            self.log.moveCursor(QTextCursor.MoveOperation.End)
            self.log.moveCursor(QTextCursor.MoveOperation.StartOfLine)
        if doctor:
            findings = await own_node.doctor(session)
            if isValid(self):
                self._show_findings(findings)

    def _tell(self, problem: str) -> None:
        if isValid(self):
            self.problem.say(problem)

    # --- showing -----------------------------------------------------------------------------------------------------

    def _is_new(self, what: str, value: object) -> bool:
        """Tell whether something is not shown as it is: what is, is left alone, and keeps its selection."""
        if self._shown.get(what) == value:
            return False
        self._shown[what] = value
        return True

    def _show_status(self, status: Status) -> None:
        parts = [self.tr("%n peer(s) connected", "", status.peers)]
        if status.syncing:
            parts.append(self.tr("bringing up to date: {titles}").format(titles=", ".join(status.syncing)))
        else:
            parts.append(
                self.tr("everything is up to date") if status.peers else self.tr("nothing to bring up to date")
            )
        if status.relaying is not None:
            kept, carried = status.relaying
            parts.append(
                self.tr("relay: {kept} places kept, {carried} connections carried").format(kept=kept, carried=carried)
            )
        parts.append(self.tr("version {version}").format(version=status.version))
        parts.append(self.tr("{memory} MB of memory").format(memory=round(status.rss_bytes / MIB)))
        self.summary.setText("  ·  ".join(parts))
        if self._is_new("addresses", status.addrs):
            _clear(self._addresses)
            for address in status.addrs:
                label = words(_breakable(address), role="small")
                label.setTextInteractionFlags(
                    Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
                )
                label.setAccessibleName(address)
                self._addresses.addWidget(label)
            if not status.addrs:
                self._addresses.addWidget(words(self.tr("Nowhere: this node does not listen."), role="muted"))

    def _show_peers(self, peers: list[Peer]) -> None:
        now = self._session.now()
        rows = tuple(self._described(peer, now) for peer in peers)
        if not self._is_new("peers", rows):
            return
        _clear(self._peers)
        if not rows:
            said = self.tr("No peers yet. Invite somebody, or open Peer2Peer on another machine of this network.")
            self._peers.addWidget(words(said, role="muted"))
            return
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(0, 1)
        for at, (name, path, state, is_good) in enumerate(rows):
            for column, text in enumerate((name, path)):
                grid.addWidget(words(text), at, column)
            label = words(state, role="good" if is_good else "muted")
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(label, at, 2)
        holder = QWidget()
        grid.setContentsMargins(0, 0, 0, 0)
        holder.setLayout(grid)
        self._peers.addWidget(holder)

    def _described(self, peer: Peer, now: datetime.datetime) -> tuple[str, str, str, bool]:
        name = peer.name or self.tr("Unknown ({id})").format(id=peer.peer_id[-8:])
        if not peer.path:
            seen = objects.moment(peer.last_seen)
            ago = times.stamp(seen, now) if seen > objects.EPOCH else ""
            state = self.tr("last seen {when}").format(when=ago) if ago else self.tr("never seen")
            return name, self.tr("not connected"), state, False
        path = path_word(peer.path)
        if peer.rtt_ms is not None:
            path = f"{path}, {_milliseconds(peer.rtt_ms)}"
        return name, path, self.tr("in sync") if peer.in_sync else self.tr("syncing"), peer.in_sync

    def _show_findings(self, findings: list[Finding]) -> None:
        if not self._is_new("findings", tuple(findings)):
            return
        _clear(self._findings)
        for finding in findings:
            role = {"problem": "bad", "warning": "warning"}.get(finding.state, "good")
            sign = {"problem": "✕", "warning": "!"}.get(finding.state, "✓")
            mark = QLabel(sign)
            mark.setProperty("role", role)
            mark.setFixedWidth(18)
            mark.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
            mark.setAccessibleName(self._state_word(finding.state))
            texts = [words(finding.what), *([words(finding.remedy, role="small")] if finding.remedy else [])]
            line = row(*texts, before=mark)
            line.setAlignment(mark, Qt.AlignmentFlag.AlignTop)
            holder = QWidget()
            holder.setLayout(line)
            self._findings.addWidget(holder)

    def _state_word(self, state: str) -> str:
        return {"problem": self.tr("Problem"), "warning": self.tr("Warning")}.get(state, self.tr("Well"))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.log.toPlainText())
        self.said.emit(self.tr("Log copied"))


def path_word(path: str) -> str:
    """Return how a peer is connected, for people."""
    said = QCoreApplication.translate
    return {
        "lan": said("NetworkPage", "local network"),
        "direct": said("NetworkPage", "direct"),
        "relayed": said("NetworkPage", "through a relay"),
    }.get(path, path)


def _milliseconds(rtt_ms: float) -> str:
    return f"{number(round(rtt_ms))} ms" if rtt_ms >= 1 else "< 1 ms"


def _breakable(address: str) -> str:
    """Return an address that may be broken before each of its parts, and within the long ones."""
    parts = ("\u200b".join(part[at : at + 8] for at in range(0, len(part), 8)) for part in address.split("/"))
    return "\u200b/".join(parts)


def _part(column: QVBoxLayout) -> QVBoxLayout:
    inside = QVBoxLayout()
    inside.setSpacing(10)
    column.addLayout(inside)
    return inside


def _clear(column: QVBoxLayout) -> None:
    while (item := column.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
