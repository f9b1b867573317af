"""What a relay gives to others, in one place; a person changes it in `config.toml`, `[relay]`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RelayLimits:
    """Limits of a relay; nothing beyond them is carried.

    Attributes:
        reservations: peers that can be reached through this node at a time.
        reservations_per_host: of those, from one IP address; loopback is spared, as several nodes share it.
        circuits: connections carried at a time.
        circuits_per_peer: of those, to or from one peer.
        megabytes: carried over one circuit, both ways together; then it ends.
        hours: how long a circuit lasts; then it ends, and the peers dial anew.
    """

    reservations: int = 128
    reservations_per_host: int = 16
    circuits: int = 256
    circuits_per_peer: int = 16
    megabytes: int = 1024
    hours: float = 24.0

    @property
    def data_bytes(self) -> int:
        """Return the most bytes of one circuit."""
        return self.megabytes * 1_000_000

    @property
    def duration_s(self) -> int:
        """Return the longest life of one circuit in whole seconds."""
        return max(1, round(self.hours * 3600))
