"""Searching in the real window, against a real node (S18)."""

from collections.abc import Awaitable, Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTextBrowser

from gui.search.results import RESULT, Named
from gui.state.found import Hit
from gui.theme.palette import Theme
from tests.gui.real.people import People, Room, room

pytestmark = pytest.mark.timeout(90)
Until = Callable[..., Awaitable[None]]


def hits(here: Room) -> list[Hit]:
    assert here.desktop.window.sidebar is not None
    rows = here.desktop.window.sidebar.panel.list.rows
    found = [rows.data(rows.index(at), RESULT) for at in range(rows.rowCount())]
    return [row for row in found if isinstance(row, Hit)]


def named(here: Room) -> list[str]:
    assert here.desktop.window.sidebar is not None
    rows = here.desktop.window.sidebar.panel.list.rows
    found = [rows.data(rows.index(at), RESULT) for at in range(rows.rowCount())]
    return [getattr(row.what, "title", "") or getattr(row.what, "name", "") for row in found if isinstance(row, Named)]


async def test_s18_what_is_typed_is_found_and_a_click_jumps_to_it(people: People, theme: Theme, until: Until) -> None:
    async with room(people, theme, "Łódź harbour") as here:
        window, sidebar = here.desktop.window, here.desktop.window.sidebar
        assert sidebar is not None
        early = await here.bo_says("👍🏽 The drawbridge of Łódź is made of oak")
        for number in range(130):
            await here.bo.call(here.topic, "message", {"content": f"Filling {number}"})
        other = await here.desktop.session.create("Elsewhere", "", ai=False)
        window.open(other)
        window.activateWindow()
        QTest.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
        assert sidebar.search.hasFocus()
        assert sidebar.panel.chip.isVisible()
        QTest.keyClicks(sidebar.search, "lodz draw")
        await until(lambda: sidebar.finding.nothing)  # not in the open one
        sidebar.panel.chip.click()
        await until(lambda: [hit.id for hit in hits(here)] == [early])
        [hit] = hits(here)
        marked = [hit.snippet[start:end] for start, end in hit.highlights]
        assert (marked, hit.title) == (["drawbridge", "Łódź"], "Łódź harbour")
        sidebar.search.clear()
        QTest.keyClicks(sidebar.search, "harb")
        await until(lambda: "Łódź harbour" in named(here))
        sidebar.search.setText("bo")
        await until(lambda: "Bo" in named(here))
        sidebar.search.setText("drawbridge oak")
        await until(lambda: [hit.id for hit in hits(here)] == [early])
        QTest.keyClick(sidebar.search, Qt.Key.Key_Return)
        await until(lambda: here.desktop.session.open_one is not None and here.one.id == here.id)

        def in_view() -> bool:
            bodies = [body for live in here.page.view.live_rows() for body in live.findChildren(QTextBrowser)]
            return any("drawbridge" in body.toPlainText() for body in bodies)

        await until(in_view)
        QTest.keyClick(sidebar.search, Qt.Key.Key_Escape)
        assert sidebar.below.currentWidget() is sidebar.list


async def test_s18_the_switcher_goes_to_a_conversation(people: People, theme: Theme, until: Until) -> None:
    async with room(people, theme, "Überraschung") as here:
        window = here.desktop.window
        other = await here.desktop.session.create("Elsewhere", "", ai=False)
        window.open(other)
        window.activateWindow()
        assert window.steering is not None
        QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
        switcher = window.steering.switcher
        assert switcher.isVisible()
        QTest.keyClicks(switcher.typed, "uberra")
        QTest.keyClick(switcher.typed, Qt.Key.Key_Return)
        await until(lambda: here.one.id == here.id)
        assert not switcher.isVisible()
