"""A client's WebSocket that goes on reading while a write waits for the other end.

The library takes its write lock after each piece it reads, to send what the protocol answers by itself. A client that
writes more than the network and the node hold would then read no more; and the node, which slows down whoever does not
read, would take no more: both would wait for ever. Here whoever writes sends what others have added meanwhile, so that
nobody who reads waits for the lock.
"""

from websockets.trio.client import ClientConnection

__all__ = ["DuplexClient"]


class DuplexClient(ClientConnection):
    """A connection whose reading never waits for its writing."""

    async def send_data(self) -> None:
        """Send what is to be sent; return at once where somebody does so already."""
        while self.protocol.writes and not self.send_lock.locked():
            await super().send_data()
