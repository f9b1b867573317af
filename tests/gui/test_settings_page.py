"""The settings of a conversation in states that a real node is hard to bring into."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QStyle

from gui.api.client import Client
from gui.api.endpoint import Endpoint
from gui.dialogs.create import CreateDialog
from gui.dialogs.removal import RemovalDialog
from gui.pages.card import Card
from gui.pages.settings.page import SettingsPage
from gui.pages.sheet import Sheet
from gui.pages.window import Window
from gui.session import Session
from gui.state.details import Provider, Providers
from gui.tasks import spawn
from gui.theme.palette import Theme
from gui.widgets.counter import Counter
from gui.widgets.phase_bar import PhaseBar
from gui.widgets.progress_slider import ProgressSlider
from gui.widgets.words import words
from tests.gui.fake_node import KEY, FakeNode, Refused, summary

Until = Callable[..., Awaitable[None]]
ONE = f"{1:064x}"


@asynccontextmanager
async def settings(node: FakeNode, theme: Theme, until: Until) -> AsyncIterator[tuple[Window, SettingsPage]]:
    """Open the settings of the first conversation."""

    async def endpoint() -> Endpoint:
        return Endpoint(node.url, KEY)

    node.conversations = node.conversations or [summary(1, "Garden")]
    client = Client(endpoint)
    session, window = Session(client), Window(theme)
    window.show_session(session)
    running = spawn(client.run(), name="client")
    window.show()
    try:
        await until(lambda: session.conversations.loaded)
        window.open(ONE)
        await until(lambda: session.open_one is not None and session.open_one.loaded)
        window.settings()
        assert window.settings_page is not None
        yield window, window.settings_page
    finally:
        window.hide()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        session.reading.tell_rest()  # nothing is told between tests, when no loop runs
        window.deleteLater()


async def test_s5_a_removal_names_those_who_go_along_and_why_others_stay(
    node: FakeNode, theme: Theme, until: Until
) -> None:
    def plan(asked: dict[str, Any]) -> dict[str, Any]:
        along = asked["with_invited"]
        invited = [
            {"identity": "c", "name": "Cleo", "role": "member", "removed": along, "reason": None},
            {"identity": "d", "name": "Dan", "role": "owner", "removed": False, "reason": along and "he is an owner"},
        ]
        return {"who": {"name": "Ana Novak"}, "invited": invited, "kept": 3, "invites": 1}

    node.answer["removal"] = plan
    async with settings(node, theme, until) as (window, page):
        page.people._remove(next(one for one in page.people.rows and page.one.members if not one.me))  # type: ignore[union-attr]
        (asked,) = window.findChildren(RemovalDialog)
        await until(lambda: asked.remove.isEnabled())
        assert "Open invites that are taken back: 1." in asked.what.text()
        assert asked.who.text() == "They stay: Cleo, Dan"
        asked.with_invited.setChecked(True)
        await until(lambda: asked.who.text() == "Removed too: Cleo\nDan stays: he is an owner")


async def test_s64_a_removal_that_is_refused_says_so_before_anything_is_pressed(
    node: FakeNode, theme: Theme, until: Until
) -> None:
    def refuse(_: dict[str, Any]) -> None:
        raise Refused("not_allowed", "that person has been an owner for longer than you")

    node.answer["removal"] = refuse
    async with settings(node, theme, until) as (window, page):
        assert page.one is not None
        page.people._remove(next(one for one in page.one.members if not one.me))
        (asked,) = window.findChildren(RemovalDialog)
        await until(lambda: asked.error.isVisible())
        assert "longer than you" in asked.error.text()
        assert not asked.remove.isEnabled()


async def test_s64_a_refused_progress_goes_back_to_what_it_was(node: FakeNode, theme: Theme, until: Until) -> None:
    def refuse(_: dict[str, Any]) -> None:
        raise Refused("removed", "You were removed from this conversation.")

    node.answer["progress"] = refuse
    node.conversations = [summary(1, "Garden", progress=0.2)]
    async with settings(node, theme, until) as (_, page):
        QTest.keyClick(page.phases.slider.slider, Qt.Key.Key_PageUp)
        assert page.phases.slider.slider.value() == 30
        await until(lambda: page.phases.error.isVisible())
        assert page.phases.error.text() == "You were removed from this conversation."
        assert page.phases.slider.slider.value() == 20


async def test_s5_long_names_take_one_line_and_cover_nothing(node: FakeNode, theme: Theme, until: Until) -> None:
    node.members[1]["name"] = "A" * 100
    node.members[1]["invited_by"] = node.members[1]["invited_by_name"] = "W" * 100
    node.members[1]["by_name"] = "W" * 100
    async with settings(node, theme, until) as (window, page):
        window.resize(760, 600)
        row = page.people.rows["b2" * 32]
        for label in (row.name, row.about):
            await until(lambda label=label: label.height() >= label.fontMetrics().height())
            assert not label.wordWrap()
            assert label.geometry().right() < row.badge.geometry().left()
        assert row.name.geometry().bottom() < row.about.geometry().top()


async def test_s5_names_and_titles_of_others_are_shown_as_text(node: FakeNode, theme: Theme, until: Until) -> None:
    evil = "<img src='file:///etc/passwd'><b>x</b>"
    node.conversations = [summary(1, evil)]
    node.members[1]["name"] = evil
    async with settings(node, theme, until) as (_, page):
        row = page.people.rows["b2" * 32]
        assert row.name.text() == evil
        assert row.name.textFormat() == Qt.TextFormat.PlainText
        assert page.below.textFormat() == Qt.TextFormat.PlainText


async def test_s5_nothing_runs_while_the_page_is_hidden(node: FakeNode, theme: Theme, until: Until) -> None:
    async with settings(node, theme, until) as (window, page):
        await until(lambda: {"members", "invites", "phase"} <= {event for _, event, _ in node.pushed})
        window.close_settings()
        asked = len(node.pushed)
        node.members.append({"identity": "e5" * 32, "name": "Eve", "role": "member", "presence": "online"})
        await node.event(ONE, "members", {"members": node.members})
        assert page.one is not None
        await until(lambda: len(page.one.members) == 3)  # type: ignore[union-attr]
        assert len(page.people.rows) == 2
        assert [event for _, event, _ in node.pushed[asked:] if event in ("members", "invites", "phase")] == []
        window.settings()
        assert len(page.people.rows) == 3


def test_s26_a_slider_tells_its_value_once_the_mouse_lets_go(theme: Theme, qapp: QApplication) -> None:
    slider, told = ProgressSlider(), list[float]()
    slider.settled.connect(told.append)
    slider.show_value(0.4)
    slider.slider.setSliderDown(True)
    for value in range(41, 61):
        slider.slider.setSliderPosition(value)
    assert told == []
    slider.show_value(0.1)
    assert slider.slider.value() == 60
    slider.slider.setSliderDown(False)
    assert told == [0.6]
    slider.show_value(0.6)
    slider.slider.setSliderDown(True)
    slider.slider.setSliderDown(False)
    assert told == [0.6], "what is so already is not told"


class Calm:
    """The style of a system that wants no animations."""

    def styleHint(self, hint: QStyle.StyleHint) -> int:
        assert hint == QStyle.StyleHint.SH_Widget_Animation_Duration
        return 0


def test_s26_the_bar_moves_only_where_that_is_wanted_and_seen(
    theme: Theme, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    bar = PhaseBar(theme)
    bar.show_phase("prophase", 0.0, of="a")
    bar.show_phase("metaphase", 0.5, of="a")
    assert not bar.moving, "it is hidden"
    bar.show()
    bar.show_phase("anaphase", 0.5, of="b")
    assert not bar.moving, "another conversation is no change"
    bar.show_phase("telophase", 0.5, of="b")
    assert bar.moving
    bar.hide()
    assert not bar.moving
    assert bar._shown == (4.0, 0.5)
    bar.show()
    monkeypatch.setattr(bar, "style", Calm)
    bar.show_phase("prophase", 0.0, of="b")
    assert not bar.moving, "the system wants no animations"
    bar.deleteLater()


def test_s1_a_counter_comes_into_sight_when_it_matters(qapp: QApplication) -> None:
    field = QLineEdit()
    counter = Counter(field, 10)
    field.setText("1234567")
    assert counter.isHidden()
    field.setText("12345678")
    assert (counter.isHidden(), counter.text(), counter.over) == (False, "8 / 10", 0)
    field.setText("x" * 12)
    assert (counter.text(), counter.over, counter.property("kind")) == ("12 / 10", 2, "over")


@pytest.mark.parametrize(
    ("provider", "said"),
    [
        (Provider("local", True, "", ("s",), "s", 300 * 2**20), "300 MB of memory"),
        (Provider("local", True, "", ("s",), "s", 0), "takes memory while it answers"),
        (Provider("ollama", True, "", ("l",), "l"), "Ollama (l)"),
        (Provider("openai", True, "", ("g",), "g"), "you pay for it"),
        (None, "No AI provider works here yet"),
    ],
)
async def test_s2_what_a_new_ai_would_run_on(
    provider: Provider | None, said: str, node: FakeNode, theme: Theme, until: Until
) -> None:
    async with settings(node, theme, until) as (window, _):
        window.new()
        (asked,) = window.findChildren(CreateDialog)
        found = Providers((provider,), provider.name) if provider is not None else Providers()
        assert said in asked.provider_words(found)


def test_the_button_of_a_card_goes_below_its_heading_where_both_have_no_room(theme: Theme) -> None:
    card, button = Card("Participants of this conversation"), QPushButton("Add somebody to it")
    card.head.add(button)
    card.resize(600, 200)
    card.show()
    assert button.x() > card.heading.x()
    assert button.geometry().center().y() == pytest.approx(card.heading.geometry().center().y(), abs=2)
    room = card.heading.minimumSizeHint().width() + button.minimumSizeHint().width()
    least = card.minimumSizeHint().width()
    assert least < room
    card.resize(least, 200)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
    assert button.y() >= card.heading.geometry().bottom()
    for each in (button, card.heading):
        assert each.mapTo(card, QPoint(each.width(), 0)).x() <= card.width()
    card.deleteLater()


@pytest.mark.parametrize("width", [1000, 400])
async def test_settings_of_a_conversation_look_like_every_other_page_of_cards(
    node: FakeNode, theme: Theme, until: Until, width: int
) -> None:
    async with settings(node, theme, until) as (window, page):
        window.resize(width, 700)
        await until(lambda: page.width() >= min(width, 600) and page.people.isVisible())
        other = Sheet(theme)
        other.set_title("Settings", "Garden")
        other.add_part("Look").addWidget(words("Theme"))
        other.column.addStretch(1)
        other.resize(page.size())
        other.show()
        shown = []
        for each in (page, other):
            picture = each.grab().toImage()
            card = each.findChildren(Card)[0]
            corner = card.mapTo(each, QPoint(0, 0))
            colours = [picture.pixelColor(corner + at).name() for at in (QPoint(-4, 40), QPoint(8, 40))]
            shown.append((corner, colours, card.heading.mapTo(each, QPoint(0, 0)), each.below.isVisible()))
        assert shown[0] == shown[1]
        assert shown[0][1] == [theme.tokens.window, theme.tokens.surface]
        other.deleteLater()
