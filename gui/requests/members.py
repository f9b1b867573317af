"""Who belongs to a conversation: those who did, roles, removing, handing over."""

from __future__ import annotations

from gui.api.client import Client
from gui.state import details, objects
from gui.state.details import Former, Removal
from gui.state.objects import Member


async def members(client: Client, conversation_id: str) -> tuple[Member, ...]:
    """Return those who belong to it."""
    return objects.members((await client.call("node", "members", {"conversation": conversation_id})).get("members"))


async def former(client: Client, conversation_id: str) -> tuple[Former, ...]:
    """Return those who belonged and do not."""
    reply = await client.call("node", "members", {"conversation": conversation_id})
    return details.former(reply.get("former"))


async def removal(client: Client, conversation_id: str, who: str, *, with_invited: bool) -> Removal:
    """Return what removing somebody would do; nothing is done."""
    ask = {"conversation": conversation_id, "who": who, "with_invited": with_invited}
    return details.removal(await client.call("node", "removal", ask))


async def remove(client: Client, conversation_id: str, who: str, *, with_invited: bool) -> Removal:
    """Remove somebody, with those they invited where that is wished and allowed."""
    ask = {"conversation": conversation_id, "who": who, "with_invited": with_invited}
    return details.removal(await client.call("node", "remove", ask))


async def set_role(client: Client, conversation_id: str, who: str, role: str) -> None:
    """Make somebody an owner, an admin or a member."""
    await client.call("node", "role", {"conversation": conversation_id, "who": who, "role": role})


async def hand_over(client: Client, conversation_id: str, who: str) -> None:
    """Make somebody the owner, and step down to a member."""
    await client.call("node", "hand_over", {"conversation": conversation_id, "who": who})
