import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gui.api import node_process
from gui.api.errors import NodeFailed, NodeLocked
from gui.api.node_process import NodeProcess
from gui.api.profile import Profile
from tests.gui.waiting import turn

Until = Callable[[Callable[[], object]], Awaitable[None]]
PROGRAM = [sys.executable, str(Path(__file__).with_name("small_node.py"))]


@asynccontextmanager
async def node_in(home: Path) -> AsyncIterator[NodeProcess]:
    process = NodeProcess(Profile(home), command=PROGRAM)
    try:
        yield process
    finally:
        await process.stop()


def leftovers() -> list[str]:
    return [str(path) for path in Path(tempfile.gettempdir()).glob("peer2peer-*")]


def starts(home: Path) -> int:
    return len((home / "starts").read_text().split())


async def test_a_node_is_started_and_ended(tmp_path: Path) -> None:
    async with node_in(tmp_path) as process:
        endpoint = await process.endpoint()
        pid = process.pid
        assert endpoint.api_key == "k"
        assert endpoint.url.startswith("ws://127.0.0.1:")
        assert await process.endpoint() == endpoint
        assert starts(tmp_path) == 1
    assert pid is not None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_a_running_node_is_found_and_left_running(tmp_path: Path) -> None:
    async with node_in(tmp_path) as owner:
        endpoint = await owner.endpoint()
        async with node_in(tmp_path) as guest:
            assert await guest.endpoint() == endpoint
            assert guest.pid is None
        assert owner.pid is not None
        assert await owner.endpoint() == endpoint
    assert starts(tmp_path) == 1


async def test_a_dead_node_is_started_again(tmp_path: Path, until: Until) -> None:
    async with node_in(tmp_path) as process:
        first = await process.endpoint()
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        await until(lambda: process.pid is None)
        second = await process.endpoint()
        assert second.url != first.url
    assert starts(tmp_path) == 2


async def test_a_file_left_behind_by_a_crash_is_not_believed(tmp_path: Path) -> None:
    (tmp_path / "api.json").write_text('{"api":"ws://127.0.0.1:9/socket/websocket","pid":1}')
    (tmp_path / "api_key").write_text("old")
    async with node_in(tmp_path) as process:
        assert (await process.endpoint()).api_key == "k"


async def test_what_the_node_says_at_its_end_is_the_reason(tmp_path: Path) -> None:
    (tmp_path / "broken").touch()
    async with node_in(tmp_path) as process:
        with pytest.raises(NodeFailed, match=r"^the profile is damaged$"):
            await process.endpoint()


async def test_a_locked_profile_asks_and_takes_the_passphrase_by_a_private_file(tmp_path: Path) -> None:
    (tmp_path / "passphrase").write_text("horse battery")
    async with node_in(tmp_path) as process:
        with pytest.raises(NodeLocked):
            await process.endpoint()
        process.passphrase = "wrong"
        with pytest.raises(NodeLocked, match="wrong"):
            await process.endpoint()
        process.passphrase = "horse battery"
        await process.endpoint()
    assert (tmp_path / "secret_mode").read_text() == "0o600"
    assert (tmp_path / "secret_path").read_text() not in leftovers()


async def test_a_stubborn_node_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node_process, "STOP_TIMEOUT_S", 0.1)
    (tmp_path / "stubborn").touch()
    async with node_in(tmp_path) as process:
        await process.endpoint()
        pid = process.pid
    assert pid is not None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_an_identity_is_made(tmp_path: Path) -> None:
    profile = Profile(tmp_path / "new")
    assert not profile.has_identity()
    process = NodeProcess(profile, command=PROGRAM)
    with pytest.raises(NodeFailed, match="That name can't be used"):
        await process.make_identity("bad")
    await process.make_identity("Ana")
    assert profile.has_identity()


async def test_no_program_at_all(tmp_path: Path) -> None:
    process = NodeProcess(Profile(tmp_path), command=[str(tmp_path / "nothing")])
    with pytest.raises(FileNotFoundError):
        await process.endpoint()
    await turn()
