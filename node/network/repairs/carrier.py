"""A stream that carries a whole connection, as a socket carries a direct one.

As shipped, a stream that this side resets leaves whoever reads it waiting for ever, so that a relayed connection could
not be cut; and a write that is cancelled between two frames garbles what the circuit carries.
"""

import trio
from libp2p.abc import INetStream
from libp2p.io.abc import ReadWriteCloser
from libp2p.io.exceptions import ConnectionClosedError, IOException
from libp2p.stream_muxer.exceptions import MuxedConnError, MuxedStreamError

RESET_S = 2.0


class Carrier(ReadWriteCloser):
    """One end of a circuit."""

    def __init__(self, stream: INetStream) -> None:
        self._stream = stream
        self._is_cut = False
        self._reading: set[trio.CancelScope] = set()

    async def read(self, n: int | None = None) -> bytes:
        """Return up to `n` bytes.

        Raises:
            ConnectionClosedError: the circuit ended, at either end or between.
        """
        if not self._is_cut:
            with trio.CancelScope() as scope:
                self._reading.add(scope)
                try:
                    if data := await self._stream.read(n):
                        return data
                except (IOException, MuxedConnError, MuxedStreamError, trio.BrokenResourceError) as error:
                    raise ConnectionClosedError("the circuit ended") from error
                finally:
                    self._reading.discard(scope)
        raise ConnectionClosedError("the circuit ended")

    async def write(self, data: bytes) -> None:
        """Write all of it; a cancel takes effect afterwards. It takes no longer than the link to the relay is alive.

        Raises:
            ConnectionClosedError: the circuit ended, or nobody has read for 5 s.
        """
        if self._is_cut:
            raise ConnectionClosedError("the circuit ended")
        try:
            with trio.CancelScope(shield=True):
                await self._stream.write(data)
        except (IOException, MuxedConnError, MuxedStreamError, trio.BrokenResourceError) as error:
            raise ConnectionClosedError("the circuit ended") from error

    async def close(self) -> None:
        """End the circuit: both ends and the relay hear of it, and whoever reads here at once."""
        if self._is_cut:
            return
        self._is_cut = True
        for scope in self._reading:
            scope.cancel()
        with trio.move_on_after(RESET_S, shield=True):
            try:
                await self._stream.reset()
            except (IOException, MuxedConnError, MuxedStreamError, trio.BrokenResourceError):
                return

    def get_remote_address(self) -> tuple[str, int] | None:
        """Return None: the other end's address is not known."""
        return None
