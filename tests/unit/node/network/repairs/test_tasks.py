"""Background tasks of a service: an error is counted and reaches nobody else."""

import pytest
import trio
from libp2p.peer.id import ID
from libp2p.tools.anyio_service import Service
from libp2p.tools.anyio_service.exceptions import LifecycleError

from node.network.repairs import tasks
from node.network.repairs.tasks import Offences, Tasks


class Idle(Service):
    async def run(self) -> None:
        await self.manager.wait_finished()


@pytest.mark.trio
async def test_an_error_is_counted_and_the_service_goes_on(eventually) -> None:
    offences = Offences()
    service = Idle()
    done = trio.Event()

    async def fail(peer: ID) -> None:
        raise KeyError(peer)

    async def work() -> None:
        done.set()

    async with trio.open_nursery() as nursery:
        await nursery.start(Tasks(service, offences).run)
        peer = ID(b"peer")
        service.manager.run_task(fail, peer)
        await eventually(lambda: offences.by_peer[peer.to_base58()] == 1)
        service.manager.run_task(work)
        await done.wait()
        assert service.manager.is_running
        await service.manager.stop()
    assert service.manager.is_finished
    with pytest.raises(LifecycleError):
        service.manager.run_task(work)


@pytest.mark.trio
async def test_a_daemon_starts_again(monkeypatch) -> None:
    monkeypatch.setattr(tasks, "RESTART_S", 0.0)
    service = Idle()
    starts = []
    third = trio.Event()

    async def flaky() -> None:
        starts.append(1)
        if len(starts) == 3:
            third.set()
            return
        raise ValueError

    async with trio.open_nursery() as nursery:
        await nursery.start(Tasks(service, Offences()).run)
        service.manager.run_daemon_task(flaky)
        await third.wait()
        await service.manager.stop()
    assert len(starts) == 3
