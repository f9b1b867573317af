"""The first start: a name, a passphrase if wished, then a conversation of one's own or somebody's link (S60).

Nothing is written before the last step; until then every step can be gone back to, with what was typed still there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from gui.api.errors import ApiError
from gui.pages.first_conversation import FirstConversation, column_of
from gui.session import Session
from gui.tasks import spawn
from gui.theme.palette import Theme
from gui.widgets.announcing import announce
from gui.widgets.error_line import ErrorLine
from gui.widgets.join_form import JoinForm
from gui.widgets.mark import Mark
from gui.widgets.new_passphrase import NewPassphrase
from gui.widgets.words import words

MAX_NAME = 80
COLUMN_PX = 440
STEPS = 3

Tell = Callable[[str], None]
Prepare = Callable[[str, str, Tell], Awaitable[None]]
"""Makes keys for a name and a passphrase (may be empty), starts the node, and tells what it does meanwhile."""


class FirstStart(QFrame):
    """The three steps.

    Signals:
        created: id of the conversation that was begun.
        joined: id and title of the conversation that was joined.
    """

    created = Signal(str)
    joined = Signal(str, str)

    def __init__(self, theme: Theme, session: Session, prepare: Prepare, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "page")
        self._session = session
        self._prepare = prepare
        self._task: asyncio.Task[None] | None = None
        self._steps = QStackedWidget()
        self._count = words("", role="small")
        self._count.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._title = words("", role="title")
        self._title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._about = words("", role="muted")
        self._about.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.error = ErrorLine(keeps_place=True)  # the buttons below stay under the mouse when it goes
        self.progress = words("", role="muted")
        self.progress.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.back = QPushButton(self.tr("Back"))
        self.back.clicked.connect(lambda *_: self.go_back())
        self.next = QPushButton()
        self.next.setProperty("role", "primary")
        self.next.clicked.connect(lambda *_: self.go_on())
        self._make_name()
        self._make_passphrase()
        self._make_beginning(theme)
        self._lay_out(theme)
        self._show()

    def offer(self, link: str) -> None:
        """Have a link ready for the last step."""
        if link:
            self.form.offer(link)
            self.by_link.setChecked(True)
            self._show()

    def _make_name(self) -> None:
        self.name = QLineEdit()
        self.name.setMaxLength(MAX_NAME)
        self.name.setPlaceholderText(self.tr("Your name"))
        self.name.setAccessibleName(self.tr("How should others see you?"))
        self.name.returnPressed.connect(self.go_on)
        self.name.textChanged.connect(lambda *_: self.say(""))
        page = QWidget()
        column = column_of(page)
        column.addWidget(words(self.tr("How should others see you?"), role="label"))
        column.addWidget(self.name)
        column.addWidget(words(self.tr("Any name will do, and you can change it later."), role="small"))
        column.addStretch(1)
        self._steps.addWidget(page)

    def _make_passphrase(self) -> None:
        self.passphrase = NewPassphrase()
        self.passphrase.changed.connect(lambda: self.say(""))
        self.passphrase.changed.connect(self._show_next)
        self.passphrase.entered.connect(self.go_on)
        page = QWidget()
        column = column_of(page)
        column.addWidget(self.passphrase)
        column.addStretch(1)
        self._steps.addWidget(page)

    def _make_beginning(self, theme: Theme) -> None:
        self._beginning = page = FirstConversation(theme, JoinForm(self._session, prepare=self._prepare_now))
        self.by_title, self.by_link, self.form = page.by_title, page.by_link, page.form
        self.title, self.ai = page.title, page.ai
        page.entered.connect(self.go_on)
        page.edited.connect(lambda: self.say(""))
        page.chosen.connect(self._choose)
        self.form.busy.connect(self._show_busy)
        self.form.joined.connect(self.joined)
        self._steps.addWidget(page)

    def _lay_out(self, theme: Theme) -> None:
        inner = QWidget()
        inner.setMaximumWidth(COLUMN_PX)
        column = QVBoxLayout(inner)
        column.setContentsMargins(8, 16, 8, 16)
        column.setSpacing(10)
        column.addStretch(2)
        column.addWidget(Mark(theme), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(6)
        column.addWidget(self._title)
        column.addWidget(self._about)
        column.addSpacing(12)
        column.addWidget(self._steps)
        column.addWidget(self.error)
        column.addWidget(self.progress)
        column.addSpacing(4)
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addWidget(self.back)
        buttons.addWidget(self.next, 1)
        column.addLayout(buttons)
        column.addWidget(self._count)
        column.addStretch(3)
        self.progress.hide()
        centred = QWidget()
        across = QHBoxLayout(centred)
        across.addStretch(1)
        across.addWidget(inner, 1000)
        across.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(centred)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)

    @property
    def step(self) -> int:
        """Which step is shown, from 0 on."""
        return self._steps.currentIndex()

    @property
    def busy(self) -> bool:
        """Whether something is waited for."""
        return self._task is not None or self.form.joining

    def go_on(self) -> None:
        """Take what was typed and go to the next step; at the last, begin."""
        problem = self._problem()
        if problem:
            self.say(problem)
        elif self.busy:
            return
        elif self.step < STEPS - 1:
            self._steps.setCurrentIndex(self.step + 1)
            self._show()
        elif self.by_title.isChecked():
            self._show_busy(True)
            self._tell(QCoreApplication.translate("Desktop", "Starting your node…"))
            self._task = spawn(self._create(), name="first conversation")
        else:
            self.form.join_now()

    def go_back(self) -> None:
        """Cancel what is waited for, else go to the step before."""
        if self.busy:
            self.form.cancel()
            task, self._task = self._task, None
            if task is not None:
                task.cancel()
            self._show_busy(False)
        elif self.step:
            self.say("")
            self._steps.setCurrentIndex(self.step - 1)
            self._show()

    def say(self, problem: str) -> None:
        """Show what went wrong; an empty text takes it away and keeps its place until the next step."""
        self.error.say(problem)

    def _problem(self) -> str:
        if self.step == 0 and not self._name():
            return self.tr("Choose a name first.")
        if self.step == 1:
            return self.passphrase.problem()
        if self.step == STEPS - 1 and self.by_title.isChecked() and not self.title.text().strip():
            return self.tr("Give the conversation a title.")
        return ""

    def _name(self) -> str:
        return " ".join(self.name.text().split())

    async def _create(self) -> None:
        try:
            await self._prepare_now(self._tell)
            self._tell(self.tr("Creating the conversation…"))
            made = await self._session.create(self.title.text().strip(), "", ai=self.ai.isChecked())
        except ApiError as error:
            self._over(error.reason)
        except Exception:
            self._over(self.tr("That did not work, and not as foreseen. Try again."))
            raise
        else:
            self._over()
            if isValid(self):
                self.created.emit(made)

    def _over(self, problem: str = "") -> None:
        """Wait no more, unless for something that was begun later."""
        if isValid(self) and self._task is asyncio.current_task():
            self._task = None
            self._show_busy(False)
            self.say(problem)

    async def _prepare_now(self, tell: Tell) -> None:
        await self._prepare(self._name(), self.passphrase.text(), tell)

    def _tell(self, progress: str) -> None:
        if isValid(self):
            self.progress.setText(progress)
            announce(self.progress, progress)

    def _show_busy(self, busy: bool) -> None:
        self.say("")
        self.next.setEnabled(not busy)
        self.back.setText(self.tr("Cancel") if busy else self.tr("Back"))
        self.progress.setVisible(busy and self.by_title.isChecked())
        self._beginning.set_busy(busy)

    def _choose(self) -> None:
        self.say("")
        self._show()

    def _show(self) -> None:
        """Show the step in hand, with the cursor where something is to be typed."""
        said = (
            (
                self.tr("Welcome to Peer2Peer"),
                self.tr(
                    "Conversations that grow ideas, straight from your computer to the others. There is no server and "
                    "no account: your keys are made here and stay here."
                ),
            ),
            (
                self.tr("Lock your keys?"),
                self.tr(
                    "With a passphrase, nobody who takes this computer can read your conversations or write in your "
                    "name. You are asked for it at each start. You can also leave it out, and set one later."
                ),
            ),
            (
                self.tr("Begin"),
                self.tr("Start a conversation and invite others, or join one with a link that somebody gave you."),
            ),
        )
        if not self.error.isVisible():
            self.error.clear()
        self._title.setText(said[self.step][0])
        self._about.setText(said[self.step][1])
        self._count.setText(self.tr("Step {n} of {of}").format(n=self.step + 1, of=STEPS))
        self.back.setVisible(self.step > 0)
        self._show_next()
        own = self.by_title.isChecked()
        (self.name, self.passphrase.first, self.title if own else self.form.link)[self.step].setFocus()

    def _show_next(self) -> None:
        if self.step == STEPS - 1:
            self.next.setText(self.tr("Create") if self.by_title.isChecked() else self.tr("Join"))
        elif self.step == 1 and not self.passphrase.is_begun:
            self.next.setText(self.tr("Continue without a passphrase"))
        else:
            self.next.setText(self.tr("Continue"))
