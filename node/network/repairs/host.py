"""A host whose stream handlers cannot take the process down, and that closes completely and quickly.

As shipped, an exception in any stream handler, even the end of a stream that the peer reset, stops the host; and
leaving `host.run()` leaves the listener and every connection open until the process ends.
"""

import logging
from collections import Counter
from collections.abc import Callable

import trio
from libp2p.abc import INetStream
from libp2p.host.basic_host import BasicHost
from libp2p.io.exceptions import IOException
from libp2p.network.connection.exceptions import RawConnError
from libp2p.stream_muxer.exceptions import MuxedConnError, MuxedStreamError
from multiaddr.multiaddr import Multiaddr

from node.network.repairs.swarm import LastingSwarm, hang_up
from node.network.repairs.tasks import Offences

logger = logging.getLogger("node.network")

STREAMS_PER_PEER = 128
RESET_S = 2.0
NEGOTIATE_S = 5
ORDINARY_ENDS = (IOException, RawConnError, MuxedConnError, MuxedStreamError, trio.BrokenResourceError)


class GuardedHost(BasicHost):
    """A libp2p host with guards around every inbound stream.

    Attributes:
        swarm: the connections.
        offences: counts of what peers sent that made libp2p raise.
    """

    def __init__(self, swarm: LastingSwarm, offences: Offences, announced: Callable[[], list[Multiaddr]]) -> None:
        self.swarm = swarm
        self.offences = offences
        self._announced = announced
        self._streams: Counter[str] = Counter()
        super().__init__(swarm, negotiate_timeout=NEGOTIATE_S)

    def get_addrs(self) -> list[Multiaddr]:
        """Return the addresses to tell others; libp2p asks for them at every message, so they come from a cache."""
        return self._announced()

    async def _swarm_stream_handler(self, net_stream: INetStream) -> None:
        """Answer one inbound stream; whatever goes wrong ends that stream only."""
        peer = net_stream.muxed_conn.peer_id
        name = str(peer)
        if self._streams[name] >= STREAMS_PER_PEER:
            await self._reset(net_stream)
            return
        self._streams[name] += 1
        try:
            await super()._swarm_stream_handler(net_stream)
        except ORDINARY_ENDS as error:
            logger.debug("stream ended peer=%s error=%r", name[-8:], error)
            await self._reset(net_stream)
        except Exception as error:  # noqa: BLE001 - the edge of a service: the peer chose the input
            self.offences.add(peer, error)
            await self._reset(net_stream)
        finally:
            self._streams[name] -= 1
            if not self._streams[name]:
                del self._streams[name]

    async def _reset(self, stream: INetStream) -> None:
        with trio.move_on_after(RESET_S):
            try:
                await stream.reset()
            except ORDINARY_ENDS:
                logger.debug("stream was already gone")

    async def close(self) -> None:
        """Stop listening, hang up on everybody at once, and close the rest. Takes about 0.3 s."""
        for listener in list(self.swarm.listeners.values()):
            await listener.close()
        async with trio.open_nursery() as nursery:
            for connection in self.swarm.get_connections():
                nursery.start_soon(hang_up, connection)
        await super().close()
