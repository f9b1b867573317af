"""Runs what keeps conversations alive: a carrier for each, the syncer, the peers, and who is here.

Members tell each other their addresses in a register, so that any two who share a conversation can find each other once
both have met the same third.
"""

from collections.abc import Callable
from functools import partial
from logging import getLogger
from random import Random
from secrets import token_bytes
from typing import Final

import trio

from crypto.codec import Value, decode, encode
from crypto.errors import CodecError
from crypto.ids import ConversationId
from node.clock import Clock, iso
from node.conversations.acknowledging import Acknowledging
from node.conversations.attending import Attending
from node.conversations.carrier import Carrier
from node.conversations.conversation import Conversation
from node.conversations.events import Json
from node.conversations.farewells import Farewells
from node.conversations.library import Library
from node.conversations.presence import Presence
from node.conversations.signals import Signals
from node.conversations.streams import tell_claim, tell_delta
from node.conversations.syncer import Syncer
from node.latency import Latency
from node.network.host import Network
from node.peers import Peers
from node.supervision import supervise
from protocol.bodies.signals import AiClaim, AiDelta, Signal
from protocol.ephemeral import BOOT_BYTES, Heard
from protocol.registers import ADDRESSES

log = getLogger("node.services")

CONTACTS: Final = 12
"""Members that a node tries to stay connected with, for each conversation."""
PUBLISH_S: Final = 15.0
_MOST_ADDRESSES: Final = 6


class Services:
    """The running parts behind the conversations of a node."""

    def __init__(self, network: Network, library: Library, *, clock: Clock, random: Random) -> None:
        self.network = network
        self.library = library
        self.syncer = Syncer(network, library, clock=clock, random=random)
        self.peers = Peers(network, library.catalogue, clock=clock, random=random)
        self._farewells = Farewells(is_busy=self.syncer.is_syncing, random=random)
        self._acknowledging = Acknowledging(lambda: [each.acknowledger for each in library.conversations.values()])
        self._carriers: dict[ConversationId, Carrier] = {}
        self.attending = Attending(lambda: [carrier.presence for carrier in self._carriers.values()])
        self._latency = Latency(network)
        self._random = random
        self._boot = token_bytes(BOOT_BYTES)
        self._nursery: trio.Nursery | None = None
        self.on_peer: Callable[[str, bool], None] = lambda _peer_id, _is_up: None
        """Called with a node that has connected, or gone."""
        self.on_heard: Callable[[Conversation, Heard], None] = lambda _conversation, _heard: None
        """Called with the signals of others about AI participants."""
        self.relayed_at: Callable[[], tuple[str, ...]] = tuple
        """Gives the addresses at which this node can be dialled through relays."""
        self._addresses_changed = trio.Event()
        self.peers.on_up = self._peer_up
        self.peers.on_down = self._peer_down
        library.on_opened = self._open

    def carrier(self, conversation: Conversation) -> Carrier:
        """Return the gossip of a conversation."""
        return self._carriers[conversation.id]

    def presence(self, conversation: Conversation) -> Presence:
        """Return who is here and who types in a conversation."""
        return self._carriers[conversation.id].presence

    def say(self, conversation: Conversation, delta: AiDelta) -> None:
        """Gossip an AI's answer in flight, and tell the own channel of it."""
        self.carrier(conversation).signals.say(delta)
        tell_delta(conversation, delta)

    def claim(self, conversation: Conversation, claim: AiClaim) -> None:
        """Gossip which messages wait for an AI hosted here, and tell the own channel of it."""
        self.carrier(conversation).signals.say(claim)
        tell_claim(conversation, claim)

    def signal(self, conversation: Conversation, signal: Signal) -> None:
        """Gossip something about an AI that nobody but its askers and its host need know."""
        self.carrier(conversation).signals.say(signal)

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Run everything until cancelled; each part that fails is started again alone."""
        async with trio.open_nursery() as nursery:
            self._nursery = nursery
            await nursery.start(self.syncer.run)
            await nursery.start(self._farewells.run)
            for conversation in self.library.conversations.values():
                self._open(conversation)
            nursery.start_soon(supervise, "peers", self.peers.run)
            nursery.start_soon(supervise, "addresses", self._publish_addresses)
            nursery.start_soon(supervise, "receipts", self._acknowledging.run)
            nursery.start_soon(supervise, "presence", self.attending.run)
            task_status.started()

    async def say_goodbye(self) -> None:
        """Tell everybody that this node ends; returns when the word is out."""
        self.attending.leave()
        for carrier in self._carriers.values():
            await carrier.signals.flush()
        await self.network.drain()

    def status(self) -> Json:
        """Return `{syncing, relay}`: what is being brought up to date, and what is carried for others."""
        relay = self.network.relay
        conversations = self.library.conversations.values()
        return {
            "syncing": [
                {"conversation": each.name, "title": each.view.title}
                for each in conversations
                if self.syncer.is_syncing(each)
            ],
            "relay": None if relay is None else {"reservations": relay.reservations(), "circuits": relay.circuits},
        }

    def peers_json(self) -> list[Json]:
        """Return the peer objects: connected ones first, then those met before; how far they are is measured anew."""
        if self._nursery is not None:
            self._latency.measure(self._nursery)
        names = self._names()
        links = {link.peer_id: link for link in self.network.links()}
        seen = {peer.peer_id: peer.last_seen_ms for peer in self.library.catalogue.peers()}
        known = self.peers.known()
        found: list[Json] = []
        for peer_id in sorted({*links, *known}, key=lambda peer_id: (peer_id not in links, peer_id)):
            link = links.get(peer_id)
            addresses = known.get(peer_id, ())
            last_ms = seen.get(peer_id, 0)
            found.append(
                {
                    "peer_id": peer_id,
                    "name": names.get(peer_id, ""),
                    "path": link.path if link else None,
                    "addr": link.address if link else (addresses[0] if addresses else ""),
                    "rtt_ms": self._latency.of(peer_id),
                    "in_sync": link is not None and self.syncer.in_sync(peer_id),
                    "last_seen": iso(self.library.clock.now_ms()) if link else (iso(last_ms) if last_ms else None),
                }
            )
        return found

    # --- conversations -----------------------------------------------------------------------------------------------

    def _open(self, conversation: Conversation) -> None:
        """Gossip a conversation, introduce its owner, and sync it with whoever is connected."""
        if self._nursery is None or conversation.id in self._carriers:
            return
        carrier = self._carriers[conversation.id] = self._made_carrier(conversation)
        presence = carrier.presence
        carrier.on_heard = partial(self._heard, conversation)
        conversation.hooks.on_contacts = lambda: self._meet(conversation)
        conversation.hooks.on_control = lambda: self._control_changed(conversation)
        conversation.hooks.on_named = presence.show
        conversation.hooks.on_spoken = presence.spoke
        conversation.acknowledger.on_owing = self._acknowledging.wake
        self._nursery.start_soon(supervise, f"gossip {conversation.name[:8]}", carrier.run)
        conversation.introduce()
        conversation.slots.publish(ADDRESSES, self._own_addresses())
        self._meet(conversation)
        self._note_connected(conversation)
        presence.be(self.attending.state)
        self.syncer.conversation_opened(conversation)
        self._farewells.look(conversation)

    def _heard(self, conversation: Conversation, heard: Heard) -> None:
        self.on_heard(conversation, heard)

    def _made_carrier(self, conversation: Conversation) -> Carrier:
        signals = Signals(conversation, self.network, boot=self._boot, offset_ms=self.syncer.offsets.of)
        presence = Presence(
            conversation, self.network, say=signals.say, wake=self.attending.wake, uniform=self._random.uniform
        )
        return Carrier(conversation, self.network, signals, presence, seek=self.syncer.seek)

    def _control_changed(self, conversation: Conversation) -> None:
        """Tell a conversation that can be written in now where this node is, and who of its members is connected."""
        conversation.slots.publish(ADDRESSES, self._own_addresses())
        self._note_connected(conversation)
        self.syncer.members_changed(conversation)
        self.presence(conversation).members_changed()
        self._farewells.look(conversation)

    async def _publish_addresses(self) -> None:
        """Tell the members of each conversation where this node can be reached, when that changes."""
        told = b""
        while True:
            addresses = self._own_addresses()
            if addresses != told:
                told = addresses
                for conversation in list(self.library.conversations.values()):
                    conversation.slots.publish(ADDRESSES, addresses)
            with trio.move_on_after(PUBLISH_S):
                await self._addresses_changed.wait()
            self._addresses_changed = trio.Event()

    def addresses_changed(self) -> None:
        """Tell the members soon where this node can be reached now."""
        self._addresses_changed.set()

    def addresses(self) -> list[str]:
        """Return where others can dial this node: directly, then through relays."""
        relayed = self.relayed_at()[:_MOST_ADDRESSES]
        return [*self.network.addresses()[: _MOST_ADDRESSES - len(relayed)], *relayed]

    def _own_addresses(self) -> bytes:
        addresses: list[Value] = [*self.addresses()]
        return encode(addresses)

    def _meet(self, conversation: Conversation) -> None:
        """Keep connected with some of the members whose addresses are known."""
        own = self.network.peer_id
        met = 0
        for member in conversation.replica.authority.members().values():
            for certificate in member.certificates:
                peer_id = certificate.peer_id.decode(errors="replace")
                addresses = _addresses(conversation.registers.value(certificate.device, ADDRESSES))
                if peer_id == own or not addresses:
                    continue
                met += 1
                if met > CONTACTS:
                    return
                self.peers.add(peer_id, addresses)

    # --- who is connected --------------------------------------------------------------------------------------------

    def _peer_up(self, peer_id: str) -> None:
        self.syncer.peer_connected(peer_id)
        self.on_peer(peer_id, True)
        for carrier in self._carriers.values():
            carrier.presence.peer_up(peer_id)
        self._tell_connected()

    def _peer_down(self, peer_id: str) -> None:
        self.syncer.peer_gone(peer_id)
        self.on_peer(peer_id, False)
        for carrier in self._carriers.values():
            carrier.presence.peer_down(peer_id)
        self._tell_connected()

    def _tell_connected(self) -> None:
        for conversation in self.library.conversations.values():
            self._note_connected(conversation)
        self.library.events.tell(None, "status", {"peers": len(self.network.links())})

    def _note_connected(self, conversation: Conversation) -> None:
        members = conversation.replica.authority.peers()
        conversation.view.connected = frozenset(
            members[link.peer_id.encode()] for link in self.network.links() if link.peer_id.encode() in members
        )

    def _names(self) -> dict[str, str]:
        names = {}
        for conversation in self.library.conversations.values():
            for peer_id, identity in conversation.replica.authority.peers().items():
                names[peer_id.decode(errors="replace")] = conversation.view.person(identity)
        return names


def _addresses(value: bytes | None) -> tuple[str, ...]:
    """Return the addresses in a register's value; none where it is malformed."""
    if value is None:
        return ()
    try:
        found = decode(value)
    except CodecError:
        return ()
    if type(found) is not list:
        return ()
    return tuple(each for each in found[:_MOST_ADDRESSES] if type(each) is str and len(each) < 300)
