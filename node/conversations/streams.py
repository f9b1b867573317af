"""The answers of AI participants in flight, as the channel hears of them (docs/channel.md, `ai_delta`, `ai_line`)."""

from typing import Final

import trio

from crypto.ids import OpId
from node.conversations.conversation import Conversation
from protocol.bodies.signals import AiClaim, AiDelta, DeltaState
from protocol.sentence import told, unpacked

SILENT_S: Final = 10.0
"""A stream that nobody heard of for so long is told as interrupted (PROTOCOL section 9)."""
INTERRUPTED: Final = "interrupted"
_STATES: Final = {int(state): state.name.lower() for state in DeltaState}
_MOST: Final = 64


class Streams:
    """The streams of other hosts, until each ends or falls silent."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._open: dict[bytes, tuple[AiDelta, float]] = {}
        """By stream: what was last heard, and when."""
        self._begun = trio.Event()

    def heard(self, delta: AiDelta) -> None:
        """Take note of a stream, and tell how it stands."""
        if delta.state in (DeltaState.THINKING, DeltaState.GROWING):
            if delta.stream in self._open or len(self._open) < _MOST:
                self._open[delta.stream] = (delta, trio.current_time())
                self._begun.set()
        else:
            self._open.pop(delta.stream, None)
        tell_delta(self._conversation, delta)

    async def run(self) -> None:
        """Tell of streams that fall silent, until cancelled."""
        self._open.clear()
        while True:
            if not self._open:
                self._begun = trio.Event()
                await self._begun.wait()
            await trio.sleep_until(min(heard_s for _, heard_s in self._open.values()) + SILENT_S)
            for stream, (delta, heard_s) in list(self._open.items()):
                if trio.current_time() - heard_s >= SILENT_S:
                    del self._open[stream]
                    if not self._conversation.replica.fold.answered(delta.ai, delta.reply_to):
                        tell_delta(self._conversation, delta, interrupted=True)


def tell_delta(conversation: Conversation, delta: AiDelta, *, interrupted: bool = False) -> None:
    """Tell the channel of an AI's answer in flight, and that the AI types as long as it does."""
    name = conversation.view.ai_name(delta.ai)
    if name is None:
        return
    is_failed = delta.state == DeltaState.FAILED
    payload = {
        "ai": delta.ai.hex(),
        "name": name,
        "stream": delta.stream.hex(),
        "reply_to": OpId(delta.reply_to).hex(),
        "text": "" if is_failed else delta.text,
        "state": INTERRUPTED if interrupted else _STATES[delta.state],
    }
    if is_failed:
        reason = unpacked(delta.text, delta.said)
        payload |= {"reason": reason, "code": delta.code, **told(reason=reason)}
    is_typing = not interrupted and delta.state in (DeltaState.THINKING, DeltaState.GROWING)
    conversation.telling.tell("typing", {"user_id": delta.ai.hex(), "name": name, "typing": is_typing, "ai": True})
    conversation.telling.tell("ai_delta", payload)


def tell_claim(conversation: Conversation, claim: AiClaim) -> None:
    """Tell the channel which messages wait for an AI, in their order."""
    name = conversation.view.ai_name(claim.ai)
    if name is not None:
        waiting = [each.hex() for each in claim.waiting]
        conversation.telling.tell("ai_line", {"ai": claim.ai.hex(), "name": name, "waiting": waiting})
