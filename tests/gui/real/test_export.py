"""A conversation exported by the real window, and by the command line."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import orjson
import pytest
from PySide6.QtWidgets import QFileDialog

from gui.theme.palette import Theme
from tests.e2e.nodes import cli
from tests.gui.real.people import People, room, says
from tests.gui.real.settings import dialog, open_settings, press, toasted

pytestmark = pytest.mark.timeout(90)
Until = Callable[..., Awaitable[None]]


async def test_s5_exported_as_markdown_and_json_whole_and_safe(
    people: People, theme: Theme, until: Until, tmp_path: Path
) -> None:
    people.model.answer = says("Ferns.")
    async with room(people, theme, "Roof # garden") as here:
        await here.add_ai("Leaf")
        first = await here.bo_says("Leaf, what grows?\n# no heading")
        await here.bo.hears("message", lambda said: said["kind"] == "ai" and said["text"] == "Ferns.")
        wrong = await here.bo_says("to be deleted")
        await here.bo.call(here.topic, "delete", {"id": wrong})
        edited = await here.bo_says("frist")
        await here.bo.call(here.topic, "edit", {"id": edited, "content": "first"})
        await here.bo.call(here.topic, "react", {"id": first, "emoji": "🌿"})
        for number in range(230):  # more than a page
            await here.bo.call(here.topic, "message", {"content": f"number {number}"})
        await until(lambda: here.one.timeline.row(len(here.one.timeline) - 1).text == "number 229")
        page = open_settings(here)
        press(page.export.markdown)
        files = dialog(here, QFileDialog)
        assert Path(files.selectedFiles()[0]).name == "Roof-garden.md"
        files.reject()
        page.export.export_to(str(tmp_path / "out.md"), "markdown")
        await toasted(here, "Exported to out.md")
        assert not page.export.going.isVisible()
        text = (tmp_path / "out.md").read_text(encoding="utf-8")
        assert text.startswith("# Roof \\# garden\n")
        assert "> # no heading\n\n🌿 Bo\n" in text
        assert "**Leaf** (AI)" in text
        assert "made by fake\\-1 at Ana" in text
        assert "· edited\n\n> first\n" in text
        assert "to be deleted" not in text
        assert [f"> number {n}\n" in text for n in range(230)] == [True] * 230
        page.export.export_to(str(tmp_path / "out.json"), "json")
        await toasted(here, "Exported to out.json")
        found = orjson.loads((tmp_path / "out.json").read_bytes())
        assert found["conversation"]["title"] == "Roof # garden"
        assert [one["text"] for one in found["messages"]][-1] == "number 229"
        told = await asyncio.to_thread(
            cli, people.ana.home, "export", here.id, "--format", "json", "--output", str(tmp_path / "cli.json")
        )
        assert told == {"file": str(tmp_path / "cli.json"), "messages": len(found["messages"])}
        assert orjson.loads((tmp_path / "cli.json").read_bytes())["messages"] == found["messages"]


async def test_s5_an_export_that_is_stopped_or_cannot_be_written_leaves_nothing(
    people: People, theme: Theme, until: Until, tmp_path: Path
) -> None:
    async with room(people, theme) as here:
        page = open_settings(here)
        target = tmp_path / "out.md"
        target.write_text("before", encoding="utf-8")
        page.export.export_to(str(target), "markdown")
        await until(lambda: page.export.going.isVisible())
        press(page.export.stop)
        await toasted(here, "The export was stopped")
        await until(lambda: not page.export.going.isVisible())
        assert os.listdir(tmp_path) == ["out.md"]
        assert target.read_text(encoding="utf-8") == "before"
        page.export.export_to(str(tmp_path / "no" / "out.md"), "markdown")
        await until(lambda: page.export.error.isVisible())
        assert page.export.error.text().startswith("out.md was not written: ")
        assert page.export.markdown.isEnabled()
