"""What discovery on the local network comes to know, and when to act on it."""

from dataclasses import dataclass

PATIENCE_S = 2.0


@dataclass(frozen=True, slots=True)
class Found:
    """A node on the local network says that it is here.

    Attributes:
        peer_id: who it says it is; not proven.
        addresses: where it says it can be dialled, multiaddrs.
    """

    peer_id: str
    addresses: tuple[str, ...]


def dial_delay_s(own: str, other: str) -> float:
    """Return how long to wait before dialling a node that has also found us.

    The smaller peer id dials at once; the larger one only if it is still not connected after PATIENCE_S.
    """
    return 0.0 if own < other else PATIENCE_S
