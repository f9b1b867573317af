"""Carries one conversation over gossip: its operations topic, and its ephemeral topic for `signals.py`.

Gossip is only the fast way; what it loses, sync brings. What is written while a frame is on its way out is packed into
the next one, so a burst of a thousand messages is a few dozen frames.
"""

import sqlite3
from collections.abc import Callable, Sequence
from logging import getLogger
from typing import Final

import trio

from node.conversations.conversation import Conversation
from node.conversations.presence import Presence
from node.conversations.signals import Signals
from node.conversations.streams import Streams, tell_claim
from node.network.gossip import Received, Subscription
from node.network.host import Network
from protocol import ephemeral, gossip
from protocol.bodies.control import AiSet
from protocol.bodies.signals import AiClaim, AiDelta, AiOffer, AiStop, AiWantsOffer, Heartbeat, Typing
from protocol.ephemeral import Heard
from protocol.errors import RemoteError
from protocol.ops import Op
from protocol.registers import Register

log = getLogger("node.gossip")

LATER_S: Final = 0.05
"""How much later than our followers everybody else hears of what was written here."""
PACK_S: Final = 0.005
"""After a frame, what is written meanwhile goes into the next one; a single message never waits."""


class Carrier:
    """The gossip of one conversation."""

    def __init__(
        self,
        conversation: Conversation,
        network: Network,
        signals: Signals,
        presence: Presence,
        *,
        seek: Callable[..., None],
    ) -> None:
        """`seek(conversation, *peers)` is called where something lacks, with who may have it, the likeliest first."""
        self.conversation = conversation
        self._network = network
        self._seek = seek
        self._outgoing: list[Op] = []
        self._registers: list[Register] = []
        self._wake = trio.Event()
        self.signals = signals
        self.presence = presence
        self._streams = Streams(conversation)
        self.on_heard: Callable[[Heard], None] = lambda _heard: None
        """Called with the signals of others about AI participants."""
        conversation.hooks.on_written = self.send
        conversation.hooks.on_register = self.send_register

    def send(self, ops: Sequence[Op]) -> None:
        """Gossip operations soon, together with what else is waiting."""
        self._outgoing += ops
        self._wake.set()

    def send_register(self, register: Register) -> None:
        """Gossip a register soon."""
        self._registers.append(register)
        self._wake.set()

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Carry until cancelled."""
        network, name = self._network, self.conversation.id
        ops = await network.subscribe(gossip.ops_topic(name), gossip.looks_sound)
        signals = await network.subscribe(gossip.ephemeral_topic(name), ephemeral.looks_sound)
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._hear, ops, self._take)
                nursery.start_soon(self._hear, signals, self._listen)
                nursery.start_soon(self._publish)
                nursery.start_soon(self.signals.run)
                nursery.start_soon(self._streams.run)
                task_status.started()
        finally:  # a carrier that is started again subscribes anew
            await ops.aclose()
            await signals.aclose()

    async def _hear(self, subscription: Subscription, take: Callable[[Received], None]) -> None:
        while True:
            received = await subscription.receive()
            try:
                take(received)
            except RemoteError as error:
                log.debug("frame dropped conversation=%s code=%s", self.conversation.name[:8], error.code)
            except sqlite3.Error as error:  # a full disk must not take us off the topic; sync brings it later
                log.warning("frame not stored conversation=%s error=%s", self.conversation.name[:8], error)

    def _take(self, received: Received) -> None:
        conversation = self.conversation
        replica = conversation.replica
        match gossip.load(received.data, conversation=conversation.id, is_known=lambda name: name in replica.content):
            case gossip.Ops(ops):
                taken = [op for op in ops if conversation.takes(op)]
                if taken and (conversation.receive(taken).missing or any(op.id not in replica for op in taken)):
                    self._seek(conversation, received.origin, received.forwarder)
            case gossip.Announce(names):
                if any(name not in conversation.replica for name in names):
                    self._seek(conversation, received.origin, received.forwarder)
            case gossip.Registers(registers):
                for register in registers:
                    conversation.slots.receive(register)

    def _listen(self, received: Received) -> None:
        heard = self.signals.hear(received)
        match heard:
            case Heard(author, device, Heartbeat() as heartbeat, boot=boot):
                self.presence.heard(author, device, heartbeat, boot=boot)
            case Heard(author, _, Typing(is_typing), ts_ms):
                self.presence.typed(author, is_typing=is_typing, ts_ms=ts_ms)
            case Heard(signal=AiDelta() as delta) if self._is_host(delta.ai, heard):
                self._streams.heard(delta)
                self.on_heard(heard)
            case Heard(signal=AiClaim() as claim) if self._is_host(claim.ai, heard):
                tell_claim(self.conversation, claim)
                self.on_heard(heard)
            case Heard(signal=AiOffer() as offer) if self._is_host(offer.ai, heard):
                self.on_heard(heard)
            case Heard(signal=AiStop() | AiWantsOffer()):
                self.on_heard(heard)

    def _is_host(self, ai: bytes, heard: Heard) -> bool:
        rule = self.conversation.replica.authority.ais().get(ai)
        return rule is not None and isinstance(rule.body, AiSet) and (heard.author, heard.device) in rule.body.hosts

    async def _publish(self) -> None:
        network, topic = self._network, gossip.ops_topic(self.conversation.id)
        while True:
            await self._wake.wait()
            if set(network.topic_peers(topic)) <= set(self.conversation.followers.values()):
                await trio.sleep(LATER_S)  # they have it; gossip is for those whom they know and we do not
            self._wake = trio.Event()
            registers, self._registers = self._registers, []
            ops, self._outgoing = self._outgoing, []
            for frame in gossip.pack_ops(ops):
                await network.publish(topic, frame)
            for frame in gossip.pack_registers(registers):
                await network.publish(topic, frame)
            await trio.sleep(PACK_S)
