"""How long a round trip to each connected peer takes; measured only while somebody looks."""

from logging import getLogger
from typing import Final

import trio

from node.network.errors import NetworkError
from node.network.host import Network

log = getLogger("node.latency")

AGAIN_S: Final = 5.0
"""So old is a measurement at most that is told, as long as somebody asks."""


class Latency:
    """Remembers the last round trip to each peer."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._measured: dict[str, tuple[float, float]] = {}
        self._asked: dict[str, float] = {}

    def of(self, peer_id: str) -> float | None:
        """Return the milliseconds of the last round trip; None where none was measured, or the peer is gone."""
        measured = self._measured.get(peer_id)
        return round(measured[1] * 1000, 1) if measured and self._network.is_connected(peer_id) else None

    def measure(self, nursery: trio.Nursery) -> None:
        """Measure anew, beside what the caller does, whatever was not measured lately."""
        now_s = trio.current_time()
        connected = {link.peer_id for link in self._network.links()}
        for table in (self._measured, self._asked):
            for peer_id in [peer_id for peer_id in table if peer_id not in connected]:
                del table[peer_id]
        for peer_id in connected:
            if now_s - self._asked.get(peer_id, float("-inf")) >= AGAIN_S:
                self._asked[peer_id] = now_s
                nursery.start_soon(self._ping, peer_id)

    async def _ping(self, peer_id: str) -> None:
        try:
            self._measured[peer_id] = (trio.current_time(), await self._network.ping(peer_id))
        except NetworkError as error:
            log.debug("no round trip peer=%s error=%s", peer_id[-8:], type(error).__name__)
            self._measured.pop(peer_id, None)
