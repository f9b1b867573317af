"""What systemd is told, over a real socket."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trio

from node.service_manager import ALIVE, READY, ServiceManager


@contextmanager
def listening(name: str) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind("\0" + name[1:] if name.startswith("@") else name)
        channel.setblocking(False)
        yield channel


@pytest.mark.parametrize("is_abstract", [False, True])
def test_readiness_arrives_in_one_datagram(tmp_path: Path, is_abstract: bool) -> None:
    name = f"@peer2peer-test-{os.getpid()}" if is_abstract else str(tmp_path / "notify")
    with listening(name) as channel:
        ServiceManager({"NOTIFY_SOCKET": name}).tell(READY, "STATUS=ready")
        assert channel.recv(1000) == b"READY=1\nSTATUS=ready"


def test_without_a_service_manager_nothing_happens(tmp_path: Path) -> None:
    ServiceManager({}).tell(READY)
    ServiceManager({"NOTIFY_SOCKET": str(tmp_path / "gone")}).tell(READY)


@pytest.mark.trio
async def test_signs_of_life_come_several_times_in_an_interval(tmp_path: Path) -> None:
    name = str(tmp_path / "notify")
    with listening(name) as channel:
        manager = ServiceManager({"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "30000", "WATCHDOG_PID": str(os.getpid())})
        began_s = trio.current_time()
        with trio.fail_after(5):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(manager.keep_alive)
                for _ in range(4):
                    await trio.lowlevel.wait_readable(channel)
                    assert channel.recv(1000) == ALIVE.encode()
                nursery.cancel_scope.cancel()
        assert trio.current_time() - began_s >= 0.03


@pytest.mark.trio
@pytest.mark.parametrize(
    "environment",
    [{}, {"WATCHDOG_USEC": "nonsense"}, {"WATCHDOG_USEC": "0"}, {"WATCHDOG_USEC": "1000", "WATCHDOG_PID": "1"}],
)
async def test_who_wants_no_signs_of_life_gets_none(tmp_path: Path, environment: dict[str, str]) -> None:
    name = str(tmp_path / "notify")
    with listening(name) as channel:
        with trio.fail_after(5):
            await ServiceManager({"NOTIFY_SOCKET": name, **environment}).keep_alive()
        with pytest.raises(BlockingIOError):
            channel.recv(1000)
