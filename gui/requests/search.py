"""Searching the messages of all conversations, or of one (S18)."""

from __future__ import annotations

from typing import Any

from gui.api.client import Client
from gui.state.found import Found, found


async def search(client: Client, query: str, *, conversation: str = "", after: str = "", limit: int = 30) -> Found:
    """Return a page of the messages that hold what the query asks for, newest first."""
    ask: dict[str, Any] = {"query": query, "limit": limit}
    if conversation:
        ask["conversation"] = conversation
    if after:
        ask["after"] = after
    return found(await client.call("node", "search", ask, timeout=30))
