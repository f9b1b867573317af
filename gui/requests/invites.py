"""Invites of a conversation: making, listing, taking back."""

from __future__ import annotations

from gui.api.client import Client
from gui.api.frames import Payload
from gui.state import details
from gui.state.details import Invite

SCHEME = "peer2peer:"
"""What an invite's link begins with."""


async def make(client: Client, conversation_id: str, *, uses: int, expires_s: int) -> Payload:
    """Return `link`, `expires` and `uses` of a new invite; 0 uses stand for any number."""
    ask = {"conversation": conversation_id, "uses": uses, "expires_s": expires_s}
    return await client.call("node", "invite", ask, timeout=30)


async def listed(client: Client, conversation_id: str) -> tuple[Invite, ...]:
    """Return the invites by which somebody could still come, the oldest first."""
    reply = await client.call("node", "invites", {"conversation": conversation_id})
    return tuple(one for one in details.invites(reply.get("invites")) if one.open)


async def revoke(client: Client, conversation_id: str, invite: str) -> None:
    """Take an invite back."""
    await client.call("node", "revoke_invite", {"conversation": conversation_id, "invite": invite})
