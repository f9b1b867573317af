"""Looks for operations that others cite and that nobody has sent yet.

Whoever passed the citing operation on may lack them as well, so the members who are connected are asked in turn, its
author's node first, until nothing is missing or everybody was asked a few times. What nobody had is left to the syncs
that run anyway: a member may cite what does not exist.
"""

from collections.abc import Callable, Collection
from random import Random
from typing import Final

import trio

from crypto.ids import ConversationId, OpId
from node.conversations.conversation import Conversation

ASKED: Final = 8
"""Members asked in one round."""
PAUSES_S: Final = (1.0, 4.0, 16.0)
"""How long to wait after each round that brought nothing."""


class Seeking:
    """The searches under way, one for each conversation that lacks something."""

    def __init__(
        self,
        want: Callable[[str, Conversation], trio.Event],
        readers: Callable[[Conversation], list[str]],
        is_connected: Callable[[str], bool],
        *,
        random: Random,
    ) -> None:
        """`want` syncs with a peer and returns what is set when that has ended; `readers` are the members connected."""
        self._want = want
        self._is_connected = is_connected
        self._readers = readers
        self._random = random
        self._first: dict[ConversationId, list[str]] = {}
        """Whom the search of a conversation asks before all others; a key for each search."""
        self._resting: set[ConversationId] = set()
        """Those whose search waits before its next round."""
        self._in_vain: dict[ConversationId, set[OpId]] = {}

    def begin(self, conversation: Conversation, nursery: trio.Nursery, *first: str) -> None:
        """Look for what a conversation lacks, in the background; where a round goes on already, ask these peers next.

        What was looked for in vain is not looked for everywhere again, nor is a round begun before its time; of these
        peers the first one connected is asked at once, for it has just told of something that builds on it.
        """
        searched = self._first.get(conversation.id)
        if searched is not None and conversation.id not in self._resting:
            searched[:0] = [peer_id for peer_id in first if peer_id not in searched]
            return
        missing = conversation.replica.pending.missing()
        if searched is None and missing - self._in_vain.get(conversation.id, set()):
            self._first[conversation.id] = list(first)
            nursery.start_soon(self._seek, conversation)
        elif missing:
            for peer_id in list(filter(self._is_connected, first))[:1]:
                self._want(peer_id, conversation)

    def clear(self) -> None:
        """Forget all searches: whoever ran them has ended."""
        self._first.clear()
        self._resting.clear()

    async def _seek(self, conversation: Conversation) -> None:
        missing, sought = conversation.replica.pending.missing, set[OpId]()
        try:
            for pause_s in PAUSES_S:
                sought = missing()
                await self._ask_round(conversation)
                if not missing():
                    break
                self._resting.add(conversation.id)
                await trio.sleep(pause_s * self._random.uniform(0.8, 1.2))
                self._resting.discard(conversation.id)
        finally:
            self._resting.discard(conversation.id)
            self._first.pop(conversation.id, None)
        self._in_vain[conversation.id] = missing() & sought  # what came up since then nobody was asked for

    async def _ask_round(self, conversation: Conversation) -> None:
        """Ask one after the other until nothing is missing."""
        asked: set[str] = set()
        while len(asked) < ASKED and conversation.replica.pending.missing():
            peer_id = self._next(conversation, asked)
            if peer_id is None:
                return
            asked.add(peer_id)
            await self._want(peer_id, conversation).wait()

    def _next(self, conversation: Conversation, asked: Collection[str]) -> str | None:
        first = self._first[conversation.id]
        while first:
            peer_id = first.pop(0)
            if peer_id not in asked and self._is_connected(peer_id):
                return peer_id
        others = [peer_id for peer_id in self._readers(conversation) if peer_id not in asked]
        return self._random.choice(others) if others else None
