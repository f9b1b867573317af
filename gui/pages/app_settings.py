"""The settings of this desktop: look, language, notifications, AI, start and end, passphrase (S20, S60)."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSlider, QWidget
from shiboken6 import isValid

from gui import i18n
from gui.api.errors import ApiError
from gui.autostart import Autostart
from gui.pages.sheet import Row, Sheet
from gui.requests import own_node
from gui.session import Session
from gui.state.settings import TEXT_PERCENT, Settings
from gui.tasks import spawn
from gui.theme.palette import Theme
from gui.widgets.error_line import ErrorLine
from gui.widgets.switch import Choice, Switch
from gui.widgets.words import words


class AppSettings(Sheet):
    """Every setting counts as soon as it is made.

    Signals:
        passphrase: whether it is to be removed; else it is set or changed.
        said: something to confirm quietly, or to tell.
    """

    passphrase = Signal(bool)
    said = Signal(str)

    def __init__(
        self,
        settings: Settings,
        session: Session,
        theme: Theme,
        autostart: Autostart,
        *,
        has_tray: bool,
        locked: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, parent)
        self.set_title(self.tr("Settings"))
        self._settings = settings
        self._session = session
        self._autostart = autostart
        self._add_look()
        self._add_notifications()
        self._add_ai()
        if autostart.supported or has_tray:
            self._add_system(has_tray=has_tray)
        self._add_keys(locked=locked)
        self.column.addStretch(1)

    def _add_look(self) -> None:
        part = self.add_part(self.tr("Look"))
        themes = (
            ("system", self.tr("Like the system")),
            ("light", self.tr("Light")),
            ("dark", self.tr("Dark")),
        )
        self.theme_box = self._choice(themes, self._settings.theme, "theme")
        part.addWidget(Row(self.tr("Theme"), self.theme_box))
        self.text_size = QSlider(Qt.Orientation.Horizontal)
        self.text_size.setRange(TEXT_PERCENT[0] // 10, TEXT_PERCENT[1] // 10)
        self.text_size.setPageStep(1)
        self.text_size.setFixedWidth(150)
        self.text_size.setValue(self._settings.text_percent // 10)
        self._percent = QLabel()
        self._percent.setProperty("role", "muted")
        self._show_percent()
        self.text_size.valueChanged.connect(self._resize)
        both = QWidget()
        line = QHBoxLayout(both)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.text_size)
        line.addWidget(self._percent)
        part.addWidget(Row(self.tr("Size of the text"), both))
        self.text_size.setAccessibleName(self.tr("Size of the text"))
        languages = (("system", self.tr("Like the system")), *i18n.NAMES.items())
        self.language = self._choice(languages, self._settings.language, "language")
        part.addWidget(Row(self.tr("Language"), self.language))

    def _add_notifications(self) -> None:
        part = self.add_part(self.tr("Notifications"))
        rules = (
            ("all", self.tr("All messages")),
            ("mentions", self.tr("Mentions and direct messages")),
            ("none", self.tr("None")),
        )
        self.notifications = self._choice(rules, self._settings.notifications, "notifications")
        hint = self.tr("A conversation can have a rule of its own, in its menu in the list. There are no sounds.")
        part.addWidget(Row(self.tr("Tell me of"), self.notifications, hint))

    def _add_ai(self) -> None:
        part = self.add_part(self.tr("AI participants"))
        self.ai = Switch("", self.theme)
        self.ai.setEnabled(False)
        hint = self.tr("If off, no AI answers what you write or is given it to read, unless you say so for a message.")
        part.addWidget(Row(self.tr("My messages are for AI, too"), self.ai, hint))
        self._problem = ErrorLine()
        part.addWidget(self._problem)
        self.ai.clicked.connect(lambda on: self._ask_for(ai=bool(on)))
        spawn(self._load(), name="preferences")

    def _add_system(self, *, has_tray: bool) -> None:
        part = self.add_part(self.tr("Start and end"))
        if self._autostart.supported:
            self.autostart = Switch("", self.theme)
            self.autostart.setChecked(self._autostart.is_on())
            self.autostart.clicked.connect(lambda on: self._start_with_system(bool(on)))
            part.addWidget(Row(self.tr("Start with the system"), self.autostart))
        if has_tray:
            self.tray = Switch("", self.theme)
            self.tray.setChecked(self._settings.close_to_tray)
            self.tray.clicked.connect(lambda on: self._settings.set("close_to_tray", bool(on)))
            hint = self.tr("Closing the window then leaves Peer2Peer running; end it from the tray or with Ctrl+Q.")
            part.addWidget(Row(self.tr("Stay in the tray"), self.tray, hint))

    def _add_keys(self, *, locked: bool) -> None:
        part = self.add_part(self.tr("Your keys"))
        said = (
            self.tr("Locked with a passphrase, which is asked for at each start.")
            if locked
            else self.tr(
                "Without a passphrase: whoever can read the files of your account can read your conversations."
            )
        )
        part.addWidget(words(said, role="muted"))
        line = QHBoxLayout()
        line.setSpacing(10)
        self.change = QPushButton(self.tr("Change the passphrase…") if locked else self.tr("Set a passphrase…"))
        self.change.clicked.connect(lambda *_: self.passphrase.emit(False))
        line.addWidget(self.change)
        if locked:
            self.remove = QPushButton(self.tr("Remove it…"))
            self.remove.clicked.connect(lambda *_: self.passphrase.emit(True))
            line.addWidget(self.remove)
        line.addStretch(1)
        part.addLayout(line)

    def _choice(self, choices: Sequence[tuple[str, str]], now: str, name: str) -> Choice:
        box = Choice(self.theme)
        for value, label in choices:
            box.addItem(label, value)
        box.setCurrentIndex(max(0, box.findData(now)))
        box.currentIndexChanged.connect(lambda *_: self._settings.set(name, box.currentData()))
        return box

    def _resize(self, tens: int) -> None:
        self._settings.set("text_percent", tens * 10)
        self._show_percent()

    def _show_percent(self) -> None:
        self._percent.setText(f"{self.text_size.value() * 10} %")

    def _start_with_system(self, on: bool) -> None:
        try:
            self._autostart.turn(on=on)
        except OSError as error:
            self.autostart.setChecked(not on)
            self.said.emit(self.tr("This can't be written: {reason}").format(reason=error.strerror or str(error)))

    async def _load(self) -> None:
        try:
            on = await own_node.wants_ai(self._session)
        except ApiError as error:
            self._tell(error.reason)
            return
        if isValid(self):
            self.ai.setChecked(on)
            self.ai.setEnabled(True)

    def _ask_for(self, *, ai: bool) -> None:
        self._tell("")
        self.ai.setEnabled(False)
        spawn(self._prefer(ai), name="prefer")

    async def _prefer(self, on: bool) -> None:
        now = not on
        try:
            now = await own_node.prefer_ai(self._session, on=on)
        except ApiError as error:
            self._tell(error.reason)
        finally:
            if isValid(self):
                self.ai.setChecked(now)
                self.ai.setEnabled(True)

    def _tell(self, problem: str) -> None:
        if isValid(self):
            self._problem.say(problem)
