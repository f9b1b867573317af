"""The lines of all AIs hosted here: whose turn it is, and the others told who waits (docs/channel.md, `ai_line`)."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from logging import getLogger
from typing import Any, Final

import trio

from crypto.ids import ConversationId
from node.ai.answer import SIGN_OF_LIFE_S
from node.ai.line import Line
from node.ai.question import Question
from node.conversations.conversation import Conversation
from protocol.bodies.signals import WAITING, AiClaim

log = getLogger("node.ai")

AT_ONCE_S: Final = 0.02

Claim = Callable[[Conversation, AiClaim], None]


class Waiting:
    """Who waits for each AI hosted here."""

    def __init__(self, claim: Claim) -> None:
        """`claim` gossips a claim and tells the own channel of it."""
        self._claim = claim
        self._lines: dict[tuple[ConversationId, bytes], Line[Question]] = {}

    def clear(self) -> None:
        """Forget all lines: whoever waited has ended."""
        self._lines.clear()

    def told(self) -> list[dict[str, Any]]:
        """Return how long the line of each AI hosted here is, without those where nobody waits or is answered."""
        return [
            {
                "conversation": conversation.hex(),
                "ai": ai.hex(),
                "waiting": len(line.waiting),
                "answering": line.is_taken,
            }
            for (conversation, ai), line in self._lines.items()
            if line.waiting or line.is_taken
        ]

    @asynccontextmanager
    async def turn(
        self, number: int, conversation: Conversation, question: Question, nursery: trio.Nursery
    ) -> AsyncIterator[None]:
        """Wait in the AI's line; as long as anybody does, `nursery` tells the others that its host lives."""
        place = (conversation.id, question.ai)
        line = self._lines.get(place)
        if line is None:
            line = self._lines[place] = Line()
        if not line.is_told:
            line.is_told = True
            nursery.start_soon(self._tell, conversation, question.ai, line)
        async with line.turn(number, question):
            yield

    async def _tell(self, conversation: Conversation, ai: bytes, line: Line[Question]) -> None:
        """Tell who waits whenever that changes, and every two seconds."""
        was_told = False
        try:
            await trio.sleep(AT_ONCE_S)  # who need not wait is no news
            while line.waiting:
                waiting = tuple(dict.fromkeys(question.reply_to for question in line.waiting))
                self._claim(conversation, AiClaim(ai, waiting[:WAITING]))
                was_told = True
                with trio.move_on_after(SIGN_OF_LIFE_S):
                    await line.moved.wait()
            if was_told:
                self._claim(conversation, AiClaim(ai))
        except Exception:  # the edge of a service: the answers go on
            log.exception("who waits was not told conversation=%s", conversation.name[:8])
        finally:
            line.is_told = False
