"""Exporting a conversation as Markdown or JSON, with progress, and a way to stop (S5)."""

from __future__ import annotations

import asyncio
import datetime
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QProgressBar, QPushButton, QWidget
from shiboken6 import isValid

from gui.api.errors import ApiError
from gui.pages.settings.section import Section
from gui.requests.export import export
from gui.session import Session
from gui.state.conversation import Conversation
from gui.tasks import spawn
from gui.theme.palette import Theme
from gui.widgets.words import words
from protocol.transcript import Format, Transcript, file_name


class ExportSection(Section):
    """Asks for a file and writes the conversation into it."""

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__("", session, theme)
        self.heading.setText(self.tr("Export"))
        self.body.addWidget(
            words(
                self.tr(
                    "The whole conversation in a file: Markdown for people, JSON for programs. What was deleted is "
                    "left out."
                ),
                role="muted",
            )
        )
        self.markdown = QPushButton(self.tr("Markdown…"))
        self.json = QPushButton(self.tr("JSON…"))
        self.markdown.setAccessibleName(self.tr("Export as text for people, in Markdown"))
        self.json.setAccessibleName(self.tr("Export as data for programs, in JSON"))
        self.markdown.clicked.connect(lambda *_: self.choose_file("markdown"))
        self.json.clicked.connect(lambda *_: self.choose_file("json"))
        buttons = QHBoxLayout()
        buttons.addWidget(self.markdown)
        buttons.addWidget(self.json)
        buttons.addStretch(1)
        self.body.addLayout(buttons)
        self.going = QWidget()
        row = QHBoxLayout(self.going)
        row.setContentsMargins(0, 4, 0, 0)
        row.setSpacing(14)
        self.bar = QProgressBar()
        self.bar.setRange(0, 100)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("How much is exported"))
        self.stop = QPushButton(self.tr("Stop"))
        self.stop.clicked.connect(lambda *_: self.stop_now())
        row.addWidget(self.bar, 1)
        row.addWidget(self.stop)
        self.going.hide()
        self.body.addWidget(self.going)
        self._task: asyncio.Task[None] | None = None

    def open(self, one: Conversation) -> None:
        """Show another conversation; an export of the one before is given up."""
        if one is not self.one:
            self.stop_now()
        super().open(one)

    def choose_file(self, form: Format) -> None:
        """Ask where to write it."""
        if self.one is None:
            return
        kind = self.tr("Markdown (*.md)") if form == "markdown" else self.tr("JSON (*.json)")
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        self.files = QFileDialog(self.window(), self.tr("Export the conversation"), folder, kind)
        self.files.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        self.files.setDefaultSuffix("md" if form == "markdown" else "json")
        self.files.selectFile(file_name(self.one.summary.title, form))
        self.files.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.files.fileSelected.connect(lambda path: self.export_to(path, form))
        self.files.open()

    def export_to(self, path: str, form: Format) -> None:
        """Write the conversation into a file."""
        if self.one is not None and self._task is None:
            self._task = spawn(self._export(self.one, path, form), name="export")

    def stop_now(self) -> None:
        """Give an export up; no file is left of it."""
        if self._task is not None:
            self._task.cancel()

    async def _export(self, one: Conversation, path: str, form: Format) -> None:
        now = self.session.now()
        transcript = Transcript(form, zone=now.tzinfo or datetime.UTC)
        name = Path(path).name
        self.say("")
        self._busy(True)
        try:
            stamp = now.astimezone(datetime.UTC).isoformat(timespec="milliseconds")
            await export(
                self.session.client,
                one.id,
                transcript,
                path,
                now=stamp,
                progress=lambda part: self.bar.setValue(round(part * 100)),
            )
        except asyncio.CancelledError:
            if isValid(self):
                self.said.emit(self.tr("The export was stopped"))
            raise
        except (ApiError, KeyError) as error:
            if isValid(self):
                reason = error.reason if isinstance(error, ApiError) else self.tr("The conversation was closed.")
                self.say(self.tr("{name} was not written: {reason}").format(name=name, reason=reason))
        else:
            if isValid(self):
                self.said.emit(self.tr("Exported to {name}").format(name=name))
        finally:
            self._task = None
            if isValid(self):
                self._busy(False)

    def _busy(self, busy: bool) -> None:
        self.bar.setValue(0)
        self.going.setVisible(busy)
        self.markdown.setEnabled(not busy)
        self.json.setEnabled(not busy)
