"""The phase of a conversation: who moved it, the next one, the progress."""

from __future__ import annotations

from dataclasses import replace

from gui.api.client import Client
from gui.api.frames import Payload
from gui.state import details
from gui.state.conversation import Conversation
from gui.state.details import Move
from gui.state.objects import PHASES


async def last_move(client: Client, conversation_id: str) -> Move:
    """Return who brought the conversation where it stands."""
    return details.move(await client.call("node", "phase", {"conversation": conversation_id}))


async def advance(client: Client, one: Conversation, phase: str) -> None:
    """Go on from `phase`, the one that was shown when the person pressed; nothing happens where it is over."""
    _stand(one, await client.call("node", "advance", {"conversation": one.id, "from": phase}))


async def set_progress(client: Client, one: Conversation, value: float) -> None:
    """Set the progress within the phase, 0.0-1.0."""
    _stand(one, await client.call("node", "progress", {"conversation": one.id, "value": value}))


def _stand(one: Conversation, reply: Payload) -> None:
    """Take over where the conversation stands; the event that says it to everybody comes a moment later."""
    phase, progress, cycle = reply.get("phase"), reply.get("progress"), reply.get("cycle")
    if phase in PHASES and isinstance(progress, int | float) and isinstance(cycle, int):
        one.summary = replace(one.summary, phase=phase, progress=float(progress), cycle=cycle)
        one.about.emit()
