"""Every view of the window, by name: how it is reached. Whoever adds a page or a dialog adds it here.

The screenshots and the walk for accessibility both go through this list.
"""

from __future__ import annotations

import datetime
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QMenu, QWidget

from gui.chatview import menu
from gui.chatview.bubble import RowWidget
from gui.desktop import Desktop
from gui.dialogs.edits import EditsDialog
from gui.dialogs.hosts import HostsDialog
from gui.dialogs.invite import InviteDialog
from gui.dialogs.leave import LeaveDialog
from gui.dialogs.participant import ParticipantDialog
from gui.dialogs.person import PersonDialog
from gui.dialogs.provenance import ProvenanceDialog
from gui.dialogs.removal import RemovalDialog
from gui.widgets.mention_popup import MentionPopup
from tests.e2e.nodes import Node, Nodes
from tests.fakes.openai_server import saying
from tests.gui.real.people import Model
from tests.gui.waiting import wait_until
from tests.profiles.small import GARDEN, NOW_MS, small_profile

WITHIN_S = 20.0


def now() -> datetime.datetime:
    """Return the moment at which the small profile is looked at."""
    return datetime.datetime.fromtimestamp(NOW_MS / 1000, datetime.UTC)


@dataclass
class Lookout:
    """The small profile's node and the server of its AI's model."""

    node: Node
    model: Model


@contextmanager
def lookout(folder: Path) -> Iterator[Lookout]:
    """Make the small profile and run its node."""
    small_profile(folder / "ana")
    model = Model()
    model.start()
    nodes = Nodes()
    try:
        variables = {"OPENAI_API_KEY": "sk-test", "OPENAI_BASE_URL": model.url}
        yield Lookout(nodes.start(folder / "ana", variables=variables), model)
    finally:
        for node in nodes.running:
            node.process.kill()
            node.process.wait()
        model.stop()


@dataclass
class Stage:
    """A running desktop that is brought to a view."""

    desktop: Desktop
    model: Model

    async def open(self, title: str = GARDEN) -> None:
        """Open a conversation and wait until it stands there."""
        window = self.desktop.window
        found = next(each for each in self.desktop.session.conversations.all() if each.title == title)
        window.open(found.id)
        await wait_until(lambda: self.desktop.session.open_one and self.desktop.session.open_one.loaded, WITHIN_S)
        page = window.page
        assert page is not None
        await wait_until(lambda: page.view.live_rows() and page.isVisible(), WITHIN_S)

    async def dialog(self, kind: type[QDialog] = QDialog) -> QDialog:
        """Return the dialog that is shown."""

        def shown() -> list[QDialog]:
            return [each for each in self.desktop.window.findChildren(kind) if each.isVisible()]

        await wait_until(shown, WITHIN_S)
        return shown()[0]

    def row(self, *, kind: str) -> RowWidget:
        """Return the lowest row of this kind."""
        page = self.desktop.window.page
        assert page is not None
        return [row for row in page.view.live_rows() if row.row is not None and row.row.kind == kind][-1]

    def shown(self) -> QWidget:
        """Return the window."""
        return self.desktop.window


View = Callable[[Stage], Awaitable[None]]


async def empty(stage: Stage) -> None:
    """Nothing is open, and the keyboard is at nothing yet."""
    stage.desktop.session.close()
    focus = stage.desktop.window.focusWidget()
    if focus is not None:
        focus.clearFocus()


async def chat(stage: Stage) -> None:
    await stage.open()


async def answer(stage: Stage) -> None:
    """An AI's plan with code and a table, reactions, a reply."""
    await stage.open()
    page = stage.desktop.window.page
    assert page is not None
    page.view.scroll_by(420)


async def stream(stage: Stage) -> None:
    """An answer that is being written, and was begun."""
    stage.model.answer = lambda _: saying("Thyme wants ", "sun and little water")
    await stage.open()
    one, page = stage.desktop.session.open_one, stage.desktop.window.page
    assert one is not None
    assert page is not None
    growing = {"ai": next(ai.id for ai in one.ais), "name": "Leaf", "stream": "s", "state": "growing"}
    text = "Thyme wants **sun** and little water, so it goes south:\n\n- three pots, 20 cm apart\n- gravel between the"
    one.handle("ai_delta", {**growing, "text": text})


async def languages(stage: Stage) -> None:
    await stage.open("Words in all languages")


async def direct(stage: Stage) -> None:
    await stage.open("Saturday")


async def search(stage: Stage) -> None:
    await stage.open()
    sidebar = stage.desktop.window.sidebar
    assert sidebar is not None
    sidebar.search.setFocus()
    QTest.keyClicks(sidebar.search, "barrel")
    await wait_until(lambda: sidebar.panel.list.model().rowCount() > 2, WITHIN_S)


async def settings(stage: Stage) -> None:
    await stage.open()
    stage.desktop.window.settings()


async def ai_form(stage: Stage) -> None:
    await settings(stage)
    page = stage.desktop.window.settings_page
    assert page is not None
    page.participants.add.click()
    dialog = await stage.dialog(ParticipantDialog)
    assert isinstance(dialog, ParticipantDialog)
    await wait_until(lambda: dialog.form.provider.count(), WITHIN_S)


async def invite(stage: Stage) -> None:
    await stage.open()
    stage.desktop.window.invite()
    dialog = await stage.dialog(InviteDialog)
    assert isinstance(dialog, InviteDialog)
    dialog.make_now()
    await wait_until(dialog.link.toPlainText, WITHIN_S)


async def phase(stage: Stage) -> None:
    await stage.open()
    page = stage.desktop.window.page
    assert page is not None
    QTest.mouseClick(page.phases, Qt.MouseButton.LeftButton, pos=page.phases.dot_centre(3).toPoint())
    await stage.dialog()


async def create(stage: Stage) -> None:
    stage.desktop.window.new()
    await stage.dialog()


async def join(stage: Stage) -> None:
    stage.desktop.window.join()
    await stage.dialog()


async def network(stage: Stage) -> None:
    stage.desktop.actions.act("network")


async def app_settings(stage: Stage) -> None:
    stage.desktop.actions.act("settings")


async def profile(stage: Stage) -> None:
    stage.desktop.actions.act("profile")
    await stage.dialog()


async def shortcuts(stage: Stage) -> None:
    stage.desktop.actions.act("shortcuts")
    await stage.dialog()


async def person(stage: Stage) -> None:
    """A card, with the words to compare."""
    await stage.open()
    steering, one = stage.desktop.window.steering, stage.desktop.session.open_one
    assert steering is not None
    assert one is not None
    steering.show_person(next(member.identity for member in one.members if not member.me))
    card = await stage.dialog(PersonDialog)
    assert isinstance(card, PersonDialog)
    await wait_until(card.check_words, WITHIN_S)


async def switcher(stage: Stage) -> None:
    """Ctrl+K, with something typed."""
    await stage.open()
    steering = stage.desktop.window.steering
    assert steering is not None
    steering.switch()
    QTest.keyClicks(steering.switcher.typed, "o")
    await wait_until(lambda: steering.switcher.rows.choices, WITHIN_S)


async def hosts(stage: Stage) -> None:
    """Whose computers answer for an AI."""
    await settings(stage)
    page = stage.desktop.window.settings_page
    assert page is not None
    await wait_until(lambda: page.participants.rows, WITHIN_S)
    _choose(next(iter(page.participants.rows.values())).actions_menu, "Where it runs…")
    await stage.dialog(HostsDialog)


async def removal(stage: Stage) -> None:
    """What a removal does, before it is done."""
    await settings(stage)
    page = stage.desktop.window.settings_page
    assert page is not None
    await wait_until(lambda: len(page.people.rows) > 1, WITHIN_S)
    row = next(each for each in page.people.rows.values() if each.actions_menu.actions())
    _choose(row.actions_menu, "Remove…")
    dialog = await stage.dialog(RemovalDialog)
    assert isinstance(dialog, RemovalDialog)
    await wait_until(lambda: dialog.plan, WITHIN_S)


async def leave(stage: Stage) -> None:
    """Who owns a conversation once its only owner has left."""
    await stage.open()
    steering, one = stage.desktop.window.steering, stage.desktop.session.open_one
    assert steering is not None
    assert one is not None
    steering.ask_leave(one.id)
    dialog = await stage.dialog(LeaveDialog)
    assert isinstance(dialog, LeaveDialog)
    await wait_until(dialog.heir.isVisible, WITHIN_S)


async def locked(stage: Stage) -> None:
    """A passphrase is asked for."""
    stage.desktop.window.ask_passphrase("")


async def wrong_passphrase(stage: Stage) -> None:
    stage.desktop.window.ask_passphrase("That passphrase does not open your keys.")


async def provenance(stage: Stage) -> None:
    """How an AI's answer came about."""
    await _act(stage, "ai", "provenance")
    await stage.dialog(ProvenanceDialog)


async def edits(stage: Stage) -> None:
    """What a message said before."""
    await _act(stage, "mine", "edits")
    await stage.dialog(EditsDialog)


async def pins(stage: Stage) -> None:
    """The line of what is pinned, with the keyboard on it."""
    await stage.open()
    page = stage.desktop.window.page
    assert page is not None
    line = page.messages.pins
    await wait_until(line.isVisible, WITHIN_S)
    line.button.setFocus(Qt.FocusReason.TabFocusReason)


async def mention(stage: Stage) -> None:
    """Who can be mentioned, as one types."""
    await stage.open()
    page = stage.desktop.window.page
    assert page is not None
    page.input.edit.clear()
    page.input.edit.setFocus()
    QTest.keyClicks(page.input.edit, "@")
    await wait_until(
        lambda: any(each.isVisible() for each in stage.desktop.window.findChildren(MentionPopup)), WITHIN_S
    )


async def _act(stage: Stage, kind: str, action: str) -> None:
    """Do something with the newest message of a kind for which it can be done."""
    await stage.open()
    one, page = stage.desktop.session.open_one, stage.desktop.window.page
    assert one is not None
    assert page is not None
    rows = [one.timeline.row(at) for at in range(len(one.timeline))]
    row = [each for each in rows if each.kind == kind and action in menu.actions(each, menu.rights(one, each))][-1]
    page.messages.act(action, row.key)


def _choose(menu: QMenu, label: str) -> None:
    found = [action for action in menu.actions() if action.text() == label]
    assert found, f"{label} is not among {[action.text() for action in menu.actions()]}"
    found[0].trigger()


VIEWS: dict[str, View] = {
    "empty": empty,
    "chat": chat,
    "answer": answer,
    "stream": stream,
    "languages": languages,
    "direct": direct,
    "search": search,
    "settings": settings,
    "ai-form": ai_form,
    "invite": invite,
    "phase": phase,
    "create": create,
    "join": join,
    "network": network,
    "app-settings": app_settings,
    "profile": profile,
    "shortcuts": shortcuts,
    "person": person,
    "switcher": switcher,
    "hosts": hosts,
    "removal": removal,
    "leave": leave,
    "locked": locked,
    "wrong-passphrase": wrong_passphrase,
    "provenance": provenance,
    "edits": edits,
    "pins": pins,
    "mention": mention,
}


def dialogs_of(window: QWidget) -> list[QDialog]:
    """Return the dialogs that are shown, the uppermost last."""
    return [each for each in window.findChildren(QDialog) if each.isVisible()]
