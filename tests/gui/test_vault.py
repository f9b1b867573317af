import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from gui import tasks
from gui.api.vault import Vault
from gui.desktop import Desktop
from gui.state.drafts import Draft
from gui.theme.palette import Theme
from tests.gui.desktops import desktop_of
from tests.gui.fake_node import FakeNode
from tests.gui.waiting import turn

Until = Callable[[Callable[[], object]], Awaitable[None]]
KEY = bytes(range(32))


class Kept:
    def __init__(self) -> None:
        self.value: dict[str, Any] = {}

    def __call__(self) -> dict[str, Any]:
        return self.value


async def test_what_is_kept_is_there_again_and_cannot_be_read(tmp_path: Path, until: Until) -> None:
    path, kept = tmp_path / "unsent", Kept()
    vault = Vault(path, kept, within_s=0.01)
    vault.changed()  # the key is not known yet: nothing is written
    assert vault.open(KEY) == {}
    kept.value = {"drafts": {"a": "treasure"}}
    vault.changed()
    await until(path.exists)
    assert b"treasure" not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    assert Vault(path, kept).open(KEY) == kept.value
    assert os.listdir(tmp_path) == ["unsent"]


async def test_the_end_of_the_program_writes_at_once_and_an_older_write_never_wins(tmp_path: Path) -> None:
    path, kept = tmp_path / "unsent", Kept()
    vault = Vault(path, kept, within_s=60)
    vault.open(KEY)
    kept.value = {"n": 1}
    vault.changed()
    vault.close()
    assert Vault(path, kept).open(KEY) == {"n": 1}
    vault._write(0, b'{"n": 0}')
    assert Vault(path, kept).open(KEY) == {"n": 1}
    kept.value = {"n": 2}
    vault.close()  # nothing changed since
    assert Vault(path, kept).open(KEY) == {"n": 1}
    vault.changed()
    vault.close()
    assert Vault(path, kept).open(KEY) == {"n": 1}, "what changes after the end is not written"


async def test_a_file_that_cannot_be_read_is_put_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path, kept = tmp_path / "unsent", Kept()
    path.write_bytes(b"garbage that is no closed text at all, but long enough")
    with caplog.at_level(logging.WARNING, "gui.vault"):
        assert Vault(path, kept).open(KEY) == {}
    assert (tmp_path / "unsent.unreadable").exists()
    assert "could not be read" in caplog.text


async def test_a_folder_that_cannot_be_written_is_no_trouble(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    vault = Vault(tmp_path / "not there" / "unsent", Kept(), within_s=0)
    vault.open(KEY)
    vault.changed()
    await turn()
    vault.changed()
    vault.close()
    assert "could not be kept" in caplog.text


async def test_what_changes_while_the_connection_ends_is_kept(node: FakeNode, theme: Theme, tmp_path: Path) -> None:
    async def connection(desktop: Desktop) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            desktop.session.drafts.keep("a", Draft("typed at the very end"))

    async with desktop_of(node, tmp_path, theme) as desktop:
        assert desktop._connection is not None
        desktop._connection.cancel()
        desktop._connection = tasks.spawn(connection(desktop))
        await turn()
        session = desktop.session
    assert Vault(tmp_path / "unsent", Kept()).open(bytes.fromhex("5e" * 32))["drafts"]["a"]["text"] == (
        "typed at the very end"
    )
    assert session._unsent is not None
    assert session._unsent._timer is None, "nothing is written later"
