"""Who is here and who types in one conversation: said for this node, heard of others, told to the channel (S14, S22).

Heartbeats are sent only while this node's person is here and somebody is connected who reads them.
"""

import math
from collections.abc import Callable
from typing import Any, Final

import trio

from crypto.ids import DeviceKey, IdentityKey
from node.conversations.conversation import Conversation
from node.conversations.membership import OUTSIDE
from node.conversations.roll import Roll
from node.network.host import Network
from protocol import gossip
from protocol.bodies.signals import Heartbeat, Signal, State, Typing
from protocol.presence import LONGEST_S, Attendance, Here
from protocol.pulse import GREETING, Pulse, interval_s
from protocol.typists import Typists

Json = dict[str, Any]

SOON_S: Final = 0.5
"""Within which a peer that has just connected, or was just lost, is told how this person is."""
LOOK_S: Final = 5.0
"""How seldom it is looked whether a member who is connected reads the topic by now."""
TYPING_GAP_S: Final = 1.0
"""A client that tells of typing more often is not passed on: a signal lasts 3 s and is repeated every 2 s."""


class Presence:
    """The people of one conversation, as they come and go. Its clock is trio's."""

    def __init__(
        self,
        conversation: Conversation,
        network: Network,
        *,
        say: Callable[[Signal], None],
        wake: Callable[[], None],
        uniform: Callable[[float, float], float],
    ) -> None:
        """Begin with nobody here.

        Args:
            conversation: whose people.
            network: over which the others are connected.
            say: gossips a signal.
            wake: is called when `due_s` may have become earlier.
            uniform: returns a random number between two.
        """
        secrets = conversation.profile.secrets
        self.conversation = conversation
        self._network = network
        self._say = say
        self._wake = wake
        self._own = secrets.identity.public
        self._topic = gossip.ephemeral_topic(conversation.id)
        self._attendance = Attendance(self._own, secrets.device.public)
        self._pulse = Pulse(uniform)
        self._typists = Typists(self._own)
        self._roll = Roll()
        self._state = State.OFFLINE
        self._typed_s = -math.inf

    def state(self) -> Json:
        """Return the payload of `presence_state`."""
        return self._roll.state()

    def due_s(self) -> float:
        """Return when to call `look` next."""
        return min(self._attendance.due_s(), self._typists.due_s(), self._pulse.due_s)

    def look(self) -> None:
        """Do what is due: forget who is silent, say how this person is."""
        now_s = trio.current_time()
        if self._attendance.expire(now_s):
            self.show()
        for who in self._typists.expire(now_s):
            self._tell_typing(who, is_typing=False)
        if self._pulse.due_s <= now_s:
            self._beat(now_s)

    # --- this node's person ------------------------------------------------------------------------------------------

    def be(self, state: State) -> None:
        """Let this node's person be here in a state."""
        if state == self._state:
            return
        self._state = state
        if self._attendance.be(state):
            self.show()
        self._pulse.wake(trio.current_time())
        self._wake()

    def leave(self) -> None:
        """Say that this node ends, where anybody thinks that its person is here; nothing is said after it."""
        if self._state > State.OFFLINE and self._is_heard():
            self._say(Heartbeat(int(State.GOODBYE)))
        self._state = State.GOODBYE
        self._pulse.rest()

    def type(self, *, is_typing: bool) -> None:
        """Tell the others that this person types, or no longer."""
        now_s = trio.current_time()
        if is_typing and now_s - self._typed_s < TYPING_GAP_S:
            return
        self._typed_s = now_s if is_typing else -math.inf
        if self._is_heard():
            self._say(Typing(is_typing))

    def _beat(self, now_s: float) -> None:
        if self._state <= State.OFFLINE:
            self._pulse.rest()
            if self._is_heard():
                self._say(Heartbeat(int(self._state)))
        elif not self._is_heard():
            self._pulse.look_again(now_s, LOOK_S if self._has_members_near() else LONGEST_S)
        else:
            pause_s = interval_s(len(self._attendance.people()), is_met=self._has_met_all())
            self._pulse.said(now_s, pause_s)
            self._say(Heartbeat(int(self._state), round(pause_s * 1000)))

    def _soon(self, *, within_s: float) -> None:
        """Say soon how this person is, if they are here."""
        if self._state > State.OFFLINE:
            self._pulse.wake(trio.current_time(), within_s=within_s)
            self._wake()

    def _is_heard(self) -> bool:
        """Return whether what is said here counts, and anybody hears it."""
        conversation = self.conversation
        if conversation.status in OUTSIDE or not conversation.is_member:
            return False
        return bool(self._network.topic_peers(self._topic))

    # --- the others --------------------------------------------------------------------------------------------------

    def heard(self, author: IdentityKey, device: DeviceKey, heartbeat: Heartbeat, *, boot: bytes) -> None:
        """Take in a heartbeat that counts; a newcomer is greeted, so that they see us before our next one.

        A program that was killed and is back before its loss was noticed is one, too: hence `boot`, its run.
        """
        attendance, state = self._attendance, State(heartbeat.state)
        is_new, due_s = not attendance.knows(device, boot), attendance.due_s()
        pause_s = heartbeat.interval_ms / 1000
        if attendance.heard(author, device, state, boot=boot, interval_s=pause_s, now_s=trio.current_time()):
            self.show()
        if state <= State.OFFLINE and self._typists.left(author):
            self._tell_typing(author, is_typing=False)
        if is_new and attendance.knows(device, boot):
            self._soon(within_s=GREETING * interval_s(len(attendance.people()), is_met=False))
        if attendance.due_s() < due_s:
            self._wake()

    def typed(self, author: IdentityKey, *, is_typing: bool, ts_ms: int) -> None:
        """Take in that somebody types, or no longer."""
        if self._typists.heard(author, is_typing=is_typing, ts_ms=ts_ms, now_s=trio.current_time()):
            self._tell_typing(author, is_typing=is_typing)
            self._wake()

    def spoke(self, author: IdentityKey, ts_ms: int) -> None:
        """Note that a message of somebody is here: they do not type it any more."""
        if self._typists.spoke(author, ts_ms=ts_ms):
            self._tell_typing(author, is_typing=False)

    # --- connections and members -------------------------------------------------------------------------------------

    def peer_up(self, peer_id: str) -> None:
        """Tell a member's node that has just connected how this person is."""
        if peer_id.encode() in self.conversation.replica.authority.peers():
            self._soon(within_s=SOON_S)

    def peer_down(self, peer_id: str) -> None:
        """Note that the last connection with a node is lost; if it is there, its people hear of us by another way."""
        lost = [device for device in self._attendance.others() if self._peer_of(device) == peer_id]
        if not lost:
            return
        has_others = any(peer != peer_id for peer in self._network.topic_peers(self._topic))
        now_s = trio.current_time()
        gone = [self._attendance.link_lost(device, has_others=has_others, now_s=now_s) for device in lost]
        if any(gone):
            self.show()
        self._soon(within_s=SOON_S)
        self._wake()

    def members_changed(self) -> None:
        """Note that who belongs, or which keys are held, may be different."""
        self._attendance.keep(self.conversation.replica.authority.owner)
        self.show()
        self._soon(within_s=SOON_S)

    def _peer_of(self, device: DeviceKey) -> str:
        certificate = self.conversation.replica.authority.certificate(device)
        return certificate.peer_id.decode(errors="replace") if certificate is not None else ""

    def _has_members_near(self) -> bool:
        members = self.conversation.replica.authority.peers()
        return any(link.peer_id.encode() in members for link in self._network.links())

    def _has_met_all(self) -> bool:
        return all(self._network.is_connected(self._peer_of(device)) for device in self._attendance.others())

    # --- telling -----------------------------------------------------------------------------------------------------

    def show(self) -> None:
        """Tell the channel who is here and what they are called, where that is different from what was told."""
        conversation = self.conversation
        people = self._attendance.people() if conversation.is_member else {}
        before, conversation.view.here = conversation.view.here, people
        diff = self._roll.update({who.hex(): self._described(who, here) for who, here in people.items()})
        if diff is not None:
            conversation.telling.tell("presence_diff", diff)
        if {who: here.state for who, here in before.items()} != {who: here.state for who, here in people.items()}:
            conversation.telling.tell_members()

    def _described(self, who: IdentityKey, here: Here) -> Json:
        name = self.conversation.view.person(who)
        return {"name": name, "status": here.state.name.lower(), "devices": [device.hex() for device in here.devices]}

    def _tell_typing(self, who: IdentityKey, *, is_typing: bool) -> None:
        name = self.conversation.view.person(who)
        self.conversation.telling.tell("typing", {"user_id": who.hex(), "name": name, "typing": is_typing, "ai": False})
