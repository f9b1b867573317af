"""A stream muxer that notices a dead link, sends frames whole, and can be closed without asking the peer.

As shipped, nothing notices a silent peer for more than 90 s, and closing a connection whose send buffer is full hangs.
Here any byte from the peer counts as a sign of life; after QUIET_S without one a ping goes out, and ANSWER_S later the
link is dead. A loaded but slow link keeps answering with its own traffic, so it is not cut.

As shipped, a cancel while a frame is on its way, a window update inside a read is enough, uses up a number of the
cipher without sending what it was for, and the peer drops the whole connection a moment later. Here a frame that was
begun is sent to its end.
"""

import logging
import struct
from typing import Any, cast

import trio
from libp2p.abc import IMuxedConn, IRawConnection, ISecureConn
from libp2p.custom_types import TProtocol
from libp2p.io.exceptions import ConnectionClosedError
from libp2p.peer.id import ID
from libp2p.stream_muxer.muxer_multistream import MuxerMultistream
from libp2p.stream_muxer.yamux.yamux import FLAG_SYN, PROTOCOL_ID, TYPE_PING, YAMUX_HEADER_FORMAT, Yamux

from node.network.repairs.carrier import Carrier

logger = logging.getLogger("node.network")

QUIET_S = 4.0
ANSWER_S = 5.0
STALL_S = 1.0
WRITE_S = 15.0
"""A frame that has not left by then never will; the link watch is usually faster."""


class LiveMuxers(MuxerMultistream):
    """Offers LiveYamux and nothing else; as shipped, Yamux itself is built in."""

    def __init__(self) -> None:
        super().__init__({TProtocol(PROTOCOL_ID): LiveYamux})

    async def new_conn(self, conn: ISecureConn, peer_id: ID) -> IMuxedConn:
        """Agree on the muxer with the other end and start it."""
        await self.select_transport(cast(IRawConnection, conn))
        return LiveYamux(conn, peer_id, is_initiator=conn.is_initiator)


class LiveYamux(Yamux):
    """Yamux with a watch on the peer.

    Attributes:
        socket: the TCP socket below, once the connection is registered; None for a relayed connection.
        carrier: the circuit below a relayed connection; None for a direct one.
        remote: IP address and port of the other end, or None.
        heard_at: `trio.current_time()` of the last byte from the peer.
    """

    def __init__(self, secured_conn: ISecureConn, peer_id: ID, *args: Any, **kwargs: Any) -> None:
        super().__init__(secured_conn, peer_id, *args, **kwargs)
        self.socket: trio.SocketStream | None = None
        self.carrier: Carrier | None = None
        self.remote: tuple[str, int] | None = None
        self.heard_at = trio.current_time()
        read = secured_conn.read

        async def heard(n: int | None = None) -> bytes:
            data = await read(n)
            self.heard_at = trio.current_time()
            return data

        secured_conn.read = heard  # type: ignore[method-assign]

    async def _measure_rtt_loop(self) -> None:
        """Watch the peer; cut the link when it stays silent. libp2p runs this for the life of the connection."""
        while True:
            quiet_s = trio.current_time() - self.heard_at
            if quiet_s < QUIET_S:
                await trio.sleep(QUIET_S - quiet_s)
            elif not await self.answers(ANSWER_S):
                logger.info("link dead peer=%s", self.peer_id.to_base58()[-8:])
                await self.cut()
                return

    async def answers(self, timeout_s: float) -> bool:
        """Return whether the peer sends anything within `timeout_s` of a ping.

        When our own process was held up meanwhile, the peer gets another chance.
        """
        if self._nursery is None or self.event_shutting_down.is_set():
            return False
        while True:
            asked = trio.current_time()
            if self._ping_event.is_set():
                self._ping_event = trio.Event()
            self._ping_sent_time = asked
            self._nursery.start_soon(self._ping)
            with trio.move_on_after(timeout_s):
                await self._ping_event.wait()
            if self.heard_at >= asked:
                return True
            if trio.current_time() - asked < timeout_s + STALL_S:
                return False

    async def _write_frame(self, data: bytes) -> None:
        """Send a frame to its end; a cancel takes effect before or after.

        Raises:
            ConnectionClosedError: it did not leave within WRITE_S; the link is cut, for half a frame garbles it.
        """
        async with self._write_lock:
            with trio.move_on_after(WRITE_S, shield=True):
                await self.secured_conn.write(data)
                return
            await self.cut()
            raise ConnectionClosedError("the peer takes nothing")

    async def _ping(self) -> None:
        """Send a ping. It is a task of its own, so that whoever waits for the answer is not held up by it."""
        self._ping_id = (self._ping_id + 1) & 0xFFFFFFFF
        try:
            await self._write_frame(struct.pack(YAMUX_HEADER_FORMAT, 0, TYPE_PING, FLAG_SYN, 0, self._ping_id))
        except Exception as error:  # noqa: BLE001 - the reading side finds the loss and closes the connection
            logger.debug("ping failed peer=%s error=%r", self.peer_id.to_base58()[-8:], error)

    async def cut(self) -> None:
        """Close what is below without a word to the peer; libp2p then takes the connection off its books."""
        if self.socket is not None:
            await trio.aclose_forcefully(self.socket)
        elif self.carrier is not None:
            await self.carrier.close()
