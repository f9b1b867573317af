"""A day with the program: two windows on a real screen, mouse and keys, two nodes, an AI, from the first start on."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fakes.ai_server import Reply
from tests.fakes.openai_server import DONE, ROLE, USAGE, delta
from tests.gui import screen
from tests.gui.real.people import Model
from tests.gui.screen import SIZE, WITHIN_S, Screen, Seat, screen_in

pytestmark = [
    pytest.mark.timeout(240),
    pytest.mark.skipif(
        bool(screen.missing()), reason=f"a screen for tests needs {screen.missing()}, not on this machine"
    ),
]
MOST_BYTES = 200 * 10**6
HASH = "window.page and desktop.client.call('node', 'show', {'conversation': session.open_one.id})"
OPEN = "session.open_one is not None and session.open_one.loaded and window.page.isVisible()"


@pytest.fixture
def model() -> Iterator[Model]:
    made = Model()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def on_screen(tmp_path: Path) -> Iterator[Screen]:
    with screen_in(tmp_path) as made:
        yield made


@pytest.fixture
def both(on_screen: Screen, model: Model) -> Iterator[tuple[Seat, Seat]]:
    """Give Ana on the left and Bo on the right, both before their first start."""
    variables = {"OPENAI_API_KEY": "sk-test", "OPENAI_BASE_URL": model.url}
    ana, bo = (Seat(on_screen, name, left, variables) for name, left in (("Ana", 8), ("Bo", SIZE[0] // 2 + 8)))
    yield ana, bo
    for seat in (ana, bo):
        seat.end()


def in_two_parts(first: str, second: str) -> tuple[Reply, Callable[[], None]]:
    """Return an answer that stops in the middle until what is returned beside it is called."""
    go_on = threading.Event()

    def body() -> Iterator[bytes]:
        yield ROLE
        yield delta(first)
        go_on.wait(30)
        yield delta(second)
        yield delta(finish_reason="stop")
        yield USAGE
        yield DONE

    return Reply(body=body()), go_on.set


class Album:
    """Pictures of the screen, in order."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "pictures"
        self.folder.mkdir()
        self._count = 0
        self._began_s = time.monotonic()

    def take(self, seat: Seat, name: str) -> None:
        self._count += 1
        path = self.folder / f"{self._count:02}-{name}.png"
        assert seat.until(f"window.screen().grabWindow(0).save({str(path)!r})")
        print(f"{time.monotonic() - self._began_s:6.1f} s  {name}")


def first_steps(seat: Seat, name: str) -> None:
    """Answer the first two questions of the first start: a name, and no passphrase."""
    seat.until("window.first_start.name.hasFocus()")
    seat.type(name)
    seat.key("Return")
    seat.until("window.first_start.passphrase.first.isVisible()")
    seat.click("window.first_start.next")


def test_a_day_with_two_windows_and_an_ai(both: tuple[Seat, Seat], model: Model, tmp_path: Path) -> None:
    ana, bo = both
    album = Album(tmp_path)
    try:
        _begin(ana, bo, album)
        _talk(ana, bo, album)
        _with_an_ai(ana, bo, model, album)
        _find(ana, bo, album)
        _move_on(ana, bo, album)
        _interrupted(ana, bo, album)
        _end(ana, bo, album)
    finally:
        album.take(ana, "last")
    for seat in both:
        assert seat.rss_bytes() < MOST_BYTES, (seat.name, seat.rss_bytes())
        seat.key("ctrl+q")
        assert seat.ended() == 0
        said = seat.errors.read_text()
        assert "Traceback" not in said, said
        assert "Error" not in said, said


def _begin(ana: Seat, bo: Seat, album: Album) -> None:
    """First start of both: Ana creates and invites, Bo joins by the link from the clipboard."""
    ana.start()
    first_steps(ana, "Ana")
    ana.until("window.first_start.title.isVisible()")
    ana.click("window.first_start.title")
    ana.type("Rooftop garden")
    ana.click("window.first_start.ai")
    ana.until("not window.first_start.ai.isChecked()")
    album.take(ana, "first-start")
    ana.click("window.first_start.next")
    ana.until(OPEN, 60)
    assert ana.until("window.windowTitle()")
    ana.click("window.page.invite_button")
    ana.until("dialog(desktop).uses.isVisible()")
    ana.click("dialog(desktop)._make")
    ana.until("dialog(desktop).link.toPlainText()")
    ana.click("dialog(desktop)._make")  # it copies by now
    ana.until("window.toast.text() == 'Invite link copied'")
    album.take(ana, "invite")

    bo.start()
    first_steps(bo, "Bo")
    bo.click("window.first_start.by_link")
    bo.click("window.first_start.form.link")
    bo.key("ctrl+v")
    bo.until("window.first_start.form.link.toPlainText().startswith('peer2peer://join#')")
    album.take(bo, "join")
    bo.click("window.first_start.next")
    bo.until(OPEN, 60)
    assert bo.until("session.open_one.summary.title") == "Rooftop garden"
    ana.key("Escape")
    ana.until("len(session.open_one.members) == 2")


def _talk(ana: Seat, bo: Seat, album: Album) -> None:
    """Words to and fro, a mention, an edit, a reaction, a reply."""
    ana.say("The north side is dark all day")
    bo.until("row(desktop, 'north side')")
    bo.click("window.page.input.edit")
    bo.type("@An")
    bo.until("window.page.input.edit._popup.isVisible()")
    album.take(bo, "mention")
    bo.key("Return")
    bo.type("shall we plant moss?")
    bo.key("Return")
    ana.until("row(desktop, 'plant moss').mentions")
    bo.say("I can carry the soul up")
    bo.key("Up")
    bo.until("window.page.input.edit.toPlainText() == 'I can carry the soul up'")
    bo.key("ctrl+a")
    bo.type("I can carry the soil up")
    bo.key("Return")
    ana.until("row(desktop, 'the soil up').edited")

    away, hovering = "spot(window.page.header)", "window.page.messages.hovering.isVisible()"
    ana.point("bubble(desktop, 'the soil up')", away, hovering)
    ana.click("window.page.messages.hovering.react")
    ana.until("[one for one in window.findChildren(Picker) if one.isVisible()] != []")
    ana.key("Return")
    bo.until("row(desktop, 'the soil up').reactions")
    ana.until("window.page.view.widget_of(row(desktop, 'the soil up').key).reactions.isVisible()")
    ana.point("bubble(desktop, 'plant moss')", away, hovering)
    ana.click("window.page.messages.hovering.reply")
    ana.say("Yes, and ferns")
    bo.until("row(desktop, 'and ferns').reply_to == row(desktop, 'plant moss').message_id")
    album.take(bo, "talk")


def _with_an_ai(ana: Seat, bo: Seat, model: Model, album: Album) -> None:
    """Ana adds an AI in the settings; it answers Bo, and both see the words come."""
    ana.click("window.page.settings_button")
    ana.until("window.settings_page.isVisible()")
    ana.until("window.settings_page.area.ensureWidgetVisible(window.settings_page.participants.add) is None")
    ana.click("window.settings_page.participants.add")
    ana.until("dialog(desktop).form.provider.count() == 4 and dialog(desktop).form.model.count() == 2")
    ana.click("dialog(desktop).form.name")
    ana.key("ctrl+a")
    ana.type("Leaf")
    album.take(ana, "ai-form")
    ana.click("dialog(desktop).save")
    ana.until("[one.name for one in session.open_one.ais] == ['Leaf']")
    ana.key("Escape")
    ana.until("window.page.isVisible()")
    bo.until("[one.name for one in session.open_one.ais] == ['Leaf']")

    model.answer = lambda _: held
    held, go_on = in_two_parts("Moss and ferns ", "like the shade.")
    bo.say("Leaf, what grows on the north side?")
    for seat in (ana, bo):
        seat.until("session.open_one.timeline.streams()[0].text.startswith('Moss and ferns')")
    album.take(bo, "stream")
    go_on()
    for seat in (ana, bo):
        seat.until("row(desktop, 'Moss and ferns like the shade.').kind == 'ai'")
        seat.until("not session.open_one.timeline.streams()")
    album.take(bo, "answer")


def _find(ana: Seat, bo: Seat, album: Album) -> None:
    """Bo searches for the first message and jumps there."""
    for number in range(14):
        ana.say(f"Bed {number} gets soil")
    bo.until("row(desktop, 'Bed 13')")
    bo.key("ctrl+shift+f")
    bo.type("north dark")
    bo.until("window.sidebar.panel.list.model().rowCount() > 0 and not window.sidebar.finding.waiting")
    album.take(bo, "search")
    bo.key("Return")
    bo.until("bubble(desktop, 'The north side is dark')")
    album.take(bo, "jump")
    bo.key("Escape", "Escape")


def _move_on(ana: Seat, bo: Seat, album: Album) -> None:
    """Both press Advance at the same time: the phase moves once."""
    button = "window.settings_page.phases.advance"
    places = []
    for seat in (ana, bo):
        seat.click("window.page.settings_button")
        seat.until("window.settings_page.isVisible()")
        seat.until(f"window.settings_page.area.ensureWidgetVisible({button}) is None")
        places.append(seat.spot(button))
    album.take(ana, "advance")
    (x, y), (other_x, other_y) = places
    ana.screen.do("mousemove", x, y, "click", 1, "mousemove", other_x, other_y, "click", 1)
    for seat in (ana, bo):
        seat.until("session.open_one.summary.phase == 'prometaphase'")
    for seat in (ana, bo):
        seat.click("window.settings_page.back")
        seat.until("window.page.isVisible()")
        seat.until("len([one for one in rows(desktop) if 'moved the conversation on' in one.text]) == 1")
    assert ana.until(HASH)["phase"] == "prometaphase"


def _interrupted(ana: Seat, bo: Seat, album: Album) -> None:
    """Bo closes the window over a draft and opens it again; then his node is killed, and what he typed goes out."""
    bo.click("window.page.input.edit")
    bo.type("half a thou")
    bo.until("window.page.input.edit.toPlainText() == 'half a thou'")
    bo.key("alt+F4")
    assert bo.ended() == 0
    bo.start()
    bo.until(OPEN, 60)
    bo.until("window.page.input.edit.toPlainText() == 'half a thou'")
    album.take(bo, "draft")
    bo.click("window.page.input.edit")
    bo.key("End")
    bo.type("ght")
    os.kill(int(bo.until("desktop.node.pid")), signal.SIGKILL)
    bo.until("not desktop.client.connected")
    bo.key("Return")
    bo.until("window.banner.isVisible()")
    album.take(bo, "node-killed")
    ana.until("row(desktop, 'half a thought').message_id", 60)
    bo.until("desktop.client.connected and not window.banner.isVisible()")
    assert len(bo.until("[one.text for one in rows(desktop) if one.text == 'half a thought']")) == 1


def _end(ana: Seat, bo: Seat, album: Album) -> None:
    """Ana archives, and both nodes have the same state; Bo leaves."""
    ana.click("window.page.settings_button")
    ana.until("window.settings_page.isVisible()")
    ana.until("window.settings_page.area.ensureWidgetVisible(window.settings_page.going.archive) is None")
    ana.click("window.settings_page.going.archive")
    ana.until("session.open_one.summary.archived")
    bo.until("session.open_one.summary.archived")
    end = time.monotonic() + WITHIN_S
    while (mine := ana.until(HASH)["state_hash"]) != (theirs := bo.until(HASH)["state_hash"]):
        assert time.monotonic() < end, (mine, theirs)
    bo.click("window.page.settings_button")
    bo.until("window.settings_page.isVisible()")
    bo.until("window.settings_page.area.ensureWidgetVisible(window.settings_page.going.leave) is None")
    bo.click("window.settings_page.going.leave")
    bo.until("dialog(desktop).isVisible()")
    bo.until("dialog(desktop).confirm.isEnabled()")
    album.take(bo, "leave")
    bo.click("dialog(desktop).confirm")
    ana.until("len(session.open_one.members) == 1")
    bo.until("session.open_one.summary.status != 'active'")
    album.take(ana, "end")
