"""Says and hears in one conversation what is never stored (docs/protocol.md, "Signals").

What waits to be said is replaced by what is newer of the same kind, so a device keeps to its allowance without anything
growing stale, and heartbeats and typing wait behind an AI's words.
"""

from collections.abc import Callable
from secrets import token_bytes
from typing import Final

import trio

from crypto.sealed import NONCE_BYTES
from node.conversations.conversation import Conversation
from node.network.gossip import Received
from node.network.host import Network
from protocol import gossip
from protocol.allowance import Allowance
from protocol.bodies.signals import AiClaim, AiDelta, AiOffer, AiStop, AiWantsOffer, Heartbeat, Signal, Typing
from protocol.compose import writing_epoch
from protocol.ephemeral import SAYS_S, Ear, Heard, Mouth
from protocol.errors import UsageError

MOST_WAITING: Final = 64

Subject = tuple[type[Signal], bytes, bytes]


class Signals:
    """The signals of one conversation, in both directions."""

    def __init__(
        self,
        conversation: Conversation,
        network: Network,
        *,
        boot: bytes,
        offset_ms: Callable[[bytes], int],
    ) -> None:
        """`boot`: this run of the node, 8 bytes. `offset_ms`: see `Ear`."""
        self._conversation = conversation
        self._network = network
        self._topic = gossip.ephemeral_topic(conversation.id)
        self._replica = conversation.replica
        self._ear = Ear(self._replica.authority, self._replica.keyring, offset_ms=offset_ms)
        self._mouth = Mouth(self._replica.keyring, self._replica.device, boot=boot)
        self._allowance = Allowance(burst_s=SAYS_S)
        self._waiting: dict[Subject, Signal] = {}
        self._wake = trio.Event()

    def say(self, signal: Signal) -> None:
        """Tell the others soon; nothing happens where no key is held yet."""
        subject = _subject(signal)
        if subject in self._waiting or len(self._waiting) < MOST_WAITING:
            self._waiting[subject] = signal
            self._wake.set()

    def hear(self, received: Received) -> Heard:
        """Return what a frame says (RemoteError where it does not count)."""
        self._follow_replica()
        now_ms, now_s = self._conversation.clock.now_ms(), trio.current_time()
        return self._ear.hear(received.data, origin=received.origin.encode(), now_ms=now_ms, now_s=now_s)

    async def run(self) -> None:
        """Say what waits, as fast as is allowed, until cancelled."""
        while True:
            await self._wake.wait()
            self._wake = trio.Event()
            while self._waiting:
                subject = min(self._waiting, key=_is_light)
                wait_s = self._allowance.wait_s(trio.current_time(), is_light=_is_light(subject))
                if wait_s > 0:
                    with trio.move_on_after(wait_s):
                        await self._wake.wait()
                    self._wake = trio.Event()
                else:
                    await self._send(self._waiting.pop(subject))

    async def flush(self) -> None:
        """Say all that waits now."""
        while self._waiting:
            await self._send(self._waiting.pop(next(iter(self._waiting))))

    async def _send(self, signal: Signal) -> None:
        conversation = self._conversation
        try:
            epoch = writing_epoch(conversation.replica)
        except UsageError:
            return
        self._follow_replica()
        now_ms, nonce = conversation.clock.now_ms(), token_bytes(NONCE_BYTES)
        frame = self._mouth.say(signal, epoch=epoch, now_ms=now_ms, nonce=nonce)
        self._allowance.spend(len(frame))
        await self._network.publish(self._topic, frame)

    def _follow_replica(self) -> None:
        """Go on with the conversation as it was loaded again."""
        replica = self._conversation.replica
        if replica is not self._replica:
            self._replica = replica
            self._ear.follow(replica.authority, replica.keyring)
            self._mouth.follow(replica.keyring)


def _subject(signal: Signal) -> Subject:
    """Return what a signal is about: a newer one with the same subject replaces it."""
    match signal:
        case AiDelta(ai=ai, stream=stream):
            return AiDelta, ai, stream
        case AiClaim(ai=ai) | AiWantsOffer(ai=ai) | AiOffer(ai=ai):
            return type(signal), ai, b""
        case AiStop(ai, reply_to):
            return AiStop, ai, reply_to
        case _:
            return type(signal), b"", b""


def _is_light(subject: Subject) -> bool:
    return subject[0] in (Heartbeat, Typing)
