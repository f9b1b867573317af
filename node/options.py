"""What a person may ask of `peer2peer node`."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class NodeOptions:
    """Settings of one run of the node.

    Attributes:
        listen: multiaddrs to listen on; empty means the node's own default; an empty one means nowhere.
        announce: multiaddrs that others are told in place of those; empty: where the node listens.
        api: `HOST:PORT` of the channel; port 0 takes a free one.
        mdns: look for peers on the local network.
        bootstrap: multiaddrs of peers to dial at the start.
        ready_fd: file descriptor that gets the ready line too; None for stdout alone.
        relay: carry connections of peers that cannot dial each other.
        passphrase_file: file whose first line unlocks the keys; None for a profile without a passphrase.
    """

    listen: tuple[str, ...] = ()
    announce: tuple[str, ...] = ()
    api: str = "127.0.0.1:0"
    mdns: bool = True
    bootstrap: tuple[str, ...] = ()
    ready_fd: int | None = None
    relay: bool = False
    passphrase_file: Path | None = None
