"""The phases in the real window: explained, moved on, progress, who did it; two who press at once advance once."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from gui.dialogs.phase import PhaseDialog
from gui.theme.palette import Theme
from tests.gui.real.people import People, room
from tests.gui.real.settings import dialog, open_settings, press, toasted

pytestmark = pytest.mark.timeout(90)
Until = Callable[..., Awaitable[None]]


async def test_s25_a_click_on_a_dot_explains_its_phase(people: People, theme: Theme, until: Until) -> None:
    async with room(people, theme) as here:
        bar = here.page.phases
        QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.dot_centre(4).toPoint())
        asked = dialog(here, PhaseDialog)
        assert asked.windowTitle() == "Telophase"
        assert any("divides" in label.text() for label in asked.findChildren(QLabel))
        assert asked.slider is None


async def test_s26_the_slider_tells_its_value_once_it_rests(people: People, theme: Theme, until: Until) -> None:
    async with room(people, theme) as here:
        page = open_settings(here)
        slider = page.phases.slider.slider
        slider.setFocus()
        for _ in range(37):
            QTest.keyClick(slider, Qt.Key.Key_Right)
        assert page.phases.slider.percent.text() == "37 %"
        await here.bo.hears("conversation", lambda said: said["progress"] == 0.37)
        progress = [payload for _, event, payload in here.bo.heard if event == "conversation" and payload["progress"]]
        assert {one["progress"] for one in progress} == {0.37}, "not one for each step"
        await until(lambda: "You set the progress, from 0 %" in page.phases.moved.text())
        slider.setSliderDown(True)
        slider.setSliderPosition(60)
        await here.bo.call("node", "progress", {"conversation": here.id, "value": 0.5})
        await until(lambda: here.one.summary.progress == 0.5)
        assert slider.value() == 60, "what is being chosen is not moved away"
        slider.setSliderDown(False)
        await here.bo.hears("conversation", lambda said: said["progress"] == 0.6)


async def test_s28_who_moved_the_phase_when_and_from_where(people: People, theme: Theme, until: Until) -> None:
    async with room(people, theme) as here:
        page = open_settings(here)
        await until(lambda: page.phases.moved.text() == "Nobody has moved it yet.")
        await here.bo.call("node", "advance", {"conversation": here.id, "from": "prophase"})
        await until(lambda: page.phases.moved.text().startswith("Bo moved it here from Prophase, "))
        assert page.phases.stands.text() == "Prometaphase"
        assert page.phases.advance.text() == "Advance to Metaphase"


async def test_s27_two_who_press_advance_at_the_same_time_advance_once(
    people: People, theme: Theme, until: Until
) -> None:
    async with room(people, theme) as here:
        page = open_settings(here)
        press(page.phases.advance)  # from prophase, as Ana's window shows
        await asyncio.gather(here.bo.call("node", "advance", {"conversation": here.id, "from": "prophase"}))
        await toasted(here, "Advanced to Prometaphase")
        await here.bo.call(here.topic, "message", {"content": "done"})
        await until(lambda: here.one.timeline.row(len(here.one.timeline) - 1).text == "done")
        mine = await here.desktop.client.call("node", "phase", {"conversation": here.id})
        theirs = await here.bo.call("node", "phase", {"conversation": here.id})
        assert (mine["phase"], mine["step"]) == (theirs["phase"], theirs["step"]) == ("prometaphase", 1)
        assert (mine["by"], mine["ts"]) == (theirs["by"], theirs["ts"])
        moved = [
            row.text
            for at in range(len(here.one.timeline))
            if "moved the conversation on" in (row := here.one.timeline.row(at)).text
        ]
        assert len(moved) == 1


async def test_s27_a_click_that_was_meant_for_the_phase_before_moves_nothing(
    people: People, theme: Theme, until: Until
) -> None:
    async with room(people, theme) as here:
        advance = open_settings(here).phases.advance
        await here.bo.call("node", "advance", {"conversation": here.id, "from": "prophase"})
        await until(lambda: advance.text() == "Advance to Metaphase")
        QTest.mouseClick(advance, Qt.MouseButton.LeftButton)  # aimed at "Advance to Prometaphase"
        await until(advance.isEnabled)
        assert here.one.summary.phase == "prometaphase"
        press(advance)
        await until(lambda: here.one.summary.phase == "metaphase")


async def test_s27_from_telophase_the_cycle_begins_again(people: People, theme: Theme, until: Until) -> None:
    async with room(people, theme) as here:
        for phase in ("prophase", "prometaphase", "metaphase", "anaphase"):
            await here.desktop.client.call("node", "advance", {"conversation": here.id, "from": phase})
        await until(lambda: here.one.summary.phase == "telophase")
        page = open_settings(here)
        assert page.phases.advance.text() == "Begin cycle 2"
        press(page.phases.advance)
        await here.bo.hears("conversation", lambda said: (said["phase"], said["cycle"]) == ("prophase", 1))
        await until(lambda: page.phases.stands.text() == "Prophase, cycle 2")
        await until(lambda: "cycle 2" in here.page.subtitle.text())


async def test_s26_the_bar_moves_to_where_the_phase_is_now_and_then_rests(
    people: People, theme: Theme, until: Until
) -> None:
    async with room(people, theme) as here:
        bar = here.page.phases
        await here.bo.call("node", "advance", {"conversation": here.id, "from": "prophase"})
        await until(lambda: bar.moving)
        await until(lambda: not bar.moving)
        assert bar._shown == (1.0, 0.0)
        page = open_settings(here)
        assert not bar.isVisible()
        await here.bo.call("node", "advance", {"conversation": here.id, "from": "prometaphase"})
        await until(lambda: page.phases.bar.moving)
        assert not bar.moving, "what nobody sees does not move"
