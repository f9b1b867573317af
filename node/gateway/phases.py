"""What the gateway asks of the node about the phase of one conversation."""

from typing import Any, Protocol

Json = dict[str, Any]


class Phases(Protocol):
    """Where a conversation stands, to be looked at and changed; refusals as those of `node.gateway.backend.Backend`."""

    def show(self) -> Json:
        """Return `{phase, progress, cycle, step, by, by_name, ts, from}`."""

    async def advance(self, *, from_phase: str) -> Json:
        """Go on to the next phase, if it still is in `from_phase`; return `{phase, progress, cycle, step}`."""

    async def progress(self, value: float) -> Json:
        """Set the progress (0.0 to 1.0); return `{phase, progress, cycle, step}`."""
