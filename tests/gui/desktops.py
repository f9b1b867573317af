"""A whole desktop, as the program starts it, for a profile whose node is the small one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import orjson

from gui.desktop import Desktop
from gui.theme.palette import Theme
from tests.gui.fake_node import KEY, FakeNode
from tests.gui.waiting import wait_until


@asynccontextmanager
async def desktop_of(node: FakeNode, home: Path, theme: Theme) -> AsyncIterator[Desktop]:
    """Give a desktop that has its list."""
    (home / "keystore").touch()
    (home / "api_key").write_text(KEY)
    (home / "api.json").write_bytes(orjson.dumps({"api": node.url}))
    desktop = Desktop(home, theme)
    desktop.start()
    try:
        await wait_until(lambda: desktop.session.conversations.loaded)
        yield desktop
    finally:
        await desktop.stop()
