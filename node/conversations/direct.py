"""Talking with one person alone (S7): opening a conversation of two, telling the other's node, hearing of one.

Only people who share another conversation can open one. The other's node is told whenever it is connected and may not
know it yet, again a little later where it does not take it: it may not have heard yet what we share. Nobody can be made
to hold more than a few such conversations with one person.
"""

from collections.abc import Callable, Iterable
from logging import getLogger
from secrets import token_bytes
from typing import Final

import trio

from crypto.certificates import Certificate, parse_certificate
from crypto.epochs import commitment, wrap
from crypto.errors import CryptoError
from crypto.ids import ConversationId, DeviceKey, IdentityKey, OpId
from node.clock import Clock
from node.conversations.acquaintances import Acquaintances
from node.conversations.conversation import Conversation
from node.conversations.library import Library
from node.conversations.membership import LEFT, OUTSIDE
from node.network.errors import NetworkError
from node.network.frames import Frames
from node.network.host import Network
from protocol.bodies.control import EpochNew, Genesis
from protocol.direct import PROTOCOL, Answer, Offer, direct_genesis, direct_pair, dump, load
from protocol.errors import RemoteError, UsageError

log = getLogger("node.direct")

FRAME_S: Final = 10.0
AGAIN_S: Final = (2.0, 10.0, 60.0, 300.0)
"""How long to wait before a node is told once more of what it did not take."""
MOST_WITH_ONE: Final = 4
"""Direct conversations with one person that are taken in, whatever became of them since, but for those that were left
here; more than one is there only where both opened one at once."""

Want = Callable[[str, Conversation], object]


class DirectTalks:
    """The conversations of two of a profile."""

    def __init__(
        self, network: Network, library: Library, acquaintances: Acquaintances, *, clock: Clock, want: Want
    ) -> None:
        self._network = network
        self._library = library
        self._acquaintances = acquaintances
        self._clock = clock
        self._want = want
        self._told: set[tuple[str, ConversationId]] = set()
        """Pairs of a node and a conversation that is held there."""
        self._wake = trio.Event()
        self._due: set[str] = set()
        self._telling: dict[str, trio.CancelScope] = {}
        """Nodes that are being told, and what ends that."""

    # --- opening -----------------------------------------------------------------------------------------------------

    def open(self, identity: IdentityKey) -> Conversation:
        """Return the conversation of two with somebody, made where there is none yet.

        Raises:
            UsageError: `unknown_member`: no conversation is shared with them; `bad_request`: it is this person.
        """
        own = self._library.profile.secrets.identity.public
        if identity == own:
            raise UsageError("bad_request", "that is you: a direct conversation is with somebody else")
        found = self._acquaintances.direct(identity)
        if found is not None:
            return found
        certificates = self._acquaintances.certificates(identity)
        if not certificates:
            raise UsageError("unknown_member", "you share no conversation with that person: invite them to one first")
        conversation = self._found(certificates)
        for peer_id in self._peers(conversation):
            self.peer(peer_id, is_up=True)
        return conversation

    def _found(self, certificates: list[Certificate]) -> Conversation:
        secrets, now_ms = self._library.profile.secrets, self._clock.now_ms()
        own = self._library.profile.certificate(now_ms=now_ms)
        key = token_bytes(32)
        body = direct_genesis(own, certificates)
        boxes = {each.device: each.box for each in certificates} | {secrets.device.public: secrets.device.box_public}

        def begin(conversation: Conversation) -> None:
            wraps = tuple((device, wrap(key, box)) for device, box in sorted(boxes.items()))
            conversation.rule(EpochNew(OpId(bytes(conversation.id)), 0, commitment(key), wraps))

        return self._library.found(body, begin)

    # --- telling the other's node ------------------------------------------------------------------------------------

    def peer(self, peer_id: str, is_up: bool) -> None:
        """Tell a node that has connected of the conversations of two with its person; forget what a lost one held."""
        if is_up:
            self._due.add(peer_id)
            self._wake.set()
        else:
            self._due.discard(peer_id)
            self._told = {pair for pair in self._told if pair[0] != peer_id}
            if peer_id in self._telling:
                self._telling.pop(peer_id).cancel()

    async def run(self) -> None:
        """Tell and hear until cancelled."""
        self._telling.clear()
        self._network.serve(PROTOCOL, self._hear)
        async with trio.open_nursery() as nursery:
            while True:
                await self._wake.wait()
                self._wake = trio.Event()
                due, self._due = self._due, set()
                for peer_id in sorted(due):
                    if peer_id in self._telling:
                        self._telling.pop(peer_id).cancel()
                    scope = self._telling[peer_id] = trio.CancelScope()
                    nursery.start_soon(self._tell_all, peer_id, scope)

    async def _tell_all(self, peer_id: str, scope: trio.CancelScope) -> None:
        """Tell a node of everything that it may not hold, and a few times more of what it does not take."""
        try:
            with scope:
                for pause_s in (0.0, *AGAIN_S):
                    await trio.sleep(pause_s)
                    for conversation in self._with(peer_id):
                        await self._tell(peer_id, conversation)
                    if not self._with(peer_id):
                        break
        except Exception:  # the edge of a service: what one node cannot be told, others are
            log.exception("direct conversations not told peer=%s", peer_id[-8:])
        finally:
            if self._telling.get(peer_id) is scope:
                del self._telling[peer_id]

    def _with(self, peer_id: str) -> list[Conversation]:
        """Return the conversations of two with the person of a node, which that node may not hold yet."""
        return [
            conversation
            for conversation in self._held()
            if conversation.view.direct is not None
            and conversation.status not in OUTSIDE
            and (peer_id, conversation.id) not in self._told
            and peer_id in self._peers(conversation)
        ]

    async def _tell(self, peer_id: str, conversation: Conversation) -> None:
        genesis = conversation.records.ops([OpId(bytes(conversation.id))])
        if not genesis or not self._network.is_connected(peer_id):
            return
        body = conversation.view.genesis
        assert body is not None
        try:
            with trio.fail_after(FRAME_S):
                stream = await self._network.open_stream(peer_id, PROTOCOL)
                try:
                    await stream.send(dump(Offer(conversation.id, genesis[0], body)))
                    answer = load(await stream.receive(timeout_s=FRAME_S))
                finally:
                    with trio.move_on_after(1, shield=True):
                        await stream.aclose()
        except (NetworkError, RemoteError, trio.TooSlowError) as error:
            log.info("direct conversation not told peer=%s error=%s", peer_id[-8:], type(error).__name__)
            return
        if isinstance(answer, Answer) and answer.is_held:
            self._told.add((peer_id, conversation.id))
            self._want(peer_id, conversation)

    # --- hearing of one ----------------------------------------------------------------------------------------------

    async def _hear(self, peer_id: str, stream: Frames) -> None:
        try:
            offer = load(await stream.receive(timeout_s=FRAME_S))
            if not isinstance(offer, Offer):
                raise RemoteError("out_of_turn", "a stream about a direct conversation begins with an offer")
            conversation = self._take(peer_id, offer)
        except (RemoteError, CryptoError) as error:
            log.info("direct conversation refused peer=%s error=%s", peer_id[-8:], error)
            conversation = None
        await stream.send(dump(Answer(conversation is not None)))
        if conversation is not None:
            self._told.add((peer_id, conversation.id))
            self._want(peer_id, conversation)

    def _take(self, peer_id: str, offer: Offer) -> Conversation | None:
        """Return the conversation that is offered, held here now; None where it cannot be stored.

        Raises:
            RemoteError: `stranger`, `busy` or `bad_op`: it is not taken.
        """
        held = self._library.conversations.get(offer.conversation)
        if held is not None:
            return held if peer_id in self._peers(held) else None
        pair, secrets = direct_pair(offer.body), self._library.profile.secrets
        own = secrets.identity.public
        if pair is None or own not in pair:
            raise RemoteError("stranger", "a direct conversation of others was offered")
        other = pair[0] if pair[1] == own else pair[1]
        known = {each.peer_id for each in self._acquaintances.certificates(other)}
        if peer_id.encode() not in known:
            raise RemoteError("stranger", "a direct conversation was offered by somebody with whom none is shared")
        if secrets.device.public not in _devices(offer.body, own):
            raise RemoteError("stranger", "a direct conversation was offered that is not for this device")
        if sum(each.view.direct == other and each.status != LEFT for each in self._held()) >= MOST_WITH_ONE:
            raise RemoteError("busy", "there are enough direct conversations with that person")
        try:
            conversation = self._library.accept(offer.genesis)
        except UsageError as error:
            log.warning("direct conversation not stored code=%s", error.code)
            return None
        log.info("direct conversation begins conversation=%s", conversation.name[:8])
        return conversation

    def _held(self) -> Iterable[Conversation]:
        return self._library.conversations.values()

    def _peers(self, conversation: Conversation) -> Iterable[str]:
        other = conversation.view.direct
        member = conversation.replica.authority.member(other) if other is not None else None
        return [each.peer_id.decode(errors="replace") for each in member.certificates] if member is not None else []


def _devices(body: Genesis, identity: IdentityKey) -> set[DeviceKey]:
    """Return the devices that a genesis gives to somebody (CryptoError where a certificate is false)."""
    return {
        parse_certificate(encoded).device
        for who, _, certificates in body.slots
        if who == identity
        for encoded in certificates
    }
