"""Which operations are looked at, and which of their signatures are true, before they are placed in a conversation."""

from collections.abc import Sequence
from logging import getLogger
from typing import Final

from crypto.ids import OpId
from node.conversations.held import Held
from node.verifier import FalseSignatures
from protocol.errors import RemoteError
from protocol.ops import Op
from protocol.replica import NO_ROOM
from protocol.vouching import Checked, Runs, links

log = getLogger("node.conversations")

_REFUSED: Final = 10_000
"""Refused operations kept in mind; of more, all are looked at anew."""


class Checking:
    """The signatures of one conversation's operations, and those operations that were refused for good."""

    def __init__(self, conversation: str, held: Held, verify: FalseSignatures) -> None:
        """Look at the signatures of the conversation of this id, `held` in memory, by `verify`."""
        self._conversation = conversation
        self._held = held
        self._verify = verify
        self._refused: set[OpId] = set()

    def is_refused(self, name: OpId) -> bool:
        """Return whether an operation was refused before."""
        return name in self._refused

    def refuse(self, name: OpId, error: RemoteError) -> None:
        """Note that an operation was refused; one for which there was no room comes again, and may be needed then."""
        if error.code == NO_ROOM:
            return
        if len(self._refused) >= _REFUSED:
            self._refused.clear()
        self._refused.add(name)
        self.tell_refused(error)

    def tell_refused(self, error: RemoteError) -> None:
        """Log why an operation was refused, and remember nothing: it may come again with a true signature."""
        log.info(
            "operation refused conversation=%s code=%s reason=%s", self._conversation[:8], error.code, error.reason
        )

    async def check(self, ops: Sequence[Op]) -> Checked:
        """Return what is known of the signatures of a frame's operations that are not here yet.

        Those that a later one of the frame vouches for are not looked at (protocol/vouching.py).
        """
        runs = Runs(links(ops), forked=self._held.replica.content.forked)
        false = await self._false(ops, runs.asked)
        beneath = runs.beneath(false)
        return runs.settled(false | await self._false(ops, beneath), beneath) if beneath else runs.settled(false, ())

    async def _false(self, ops: Sequence[Op], places: Sequence[int]) -> set[int]:
        return {places[at] for at in await self._verify([ops[place] for place in places])}
