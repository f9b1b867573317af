"""Keeps conversations complete: runs syncs with connected peers and answers theirs (PROTOCOL section 4).

A conversation is synced with a peer when the peer connects, when gossip shows that something is missing, when a peer's
own sync shows operations unknown here, and every 60 to 120 s with one peer, so that nothing stays lost.
"""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from logging import getLogger
from random import Random
from typing import Any, Final

import trio

from crypto.ids import ConversationId
from node.clock import Clock
from node.conversations.conversation import Conversation
from node.conversations.library import ACTIVE, JOINING, Library
from node.network.errors import NetworkError, UnknownProtocol
from node.network.frames import Frames
from node.network.host import Network
from protocol.errors import RemoteError
from protocol.ops import parse_op
from protocol.registers import Registers, parse_register
from protocol.replica import Replica
from protocol.sync import frames
from protocol.sync.frames import Failed, Frame, Hello, Ops, dump, load, tag_of
from protocol.sync.pull import Puller, Stage
from protocol.sync.serve import Server

log = getLogger("node.sync")

FRAME_S: Final = 10.0
TIMER_S: Final = (60.0, 120.0)
PULLS_PER_PEER: Final = 2
SERVES_PER_PEER: Final = 4
RETRY_S: Final = 1.0
RETRIES: Final = 4
NOT_YET: Final = ("not_member", "busy")
"""What a peer answers that has not heard of our admission yet, or serves too many at the moment."""

Task = tuple[str, ConversationId]


class Syncer:
    """All syncs of a node."""

    def __init__(self, network: Network, library: Library, *, clock: Clock, random: Random) -> None:
        self._network = network
        self._library = library
        self._clock = clock
        self._random = random
        self._nursery: trio.Nursery | None = None
        self._running: dict[Task, trio.Event] = {}
        """Pulls under way, with what is set when each ends."""
        self._again: set[Task] = set()
        """Pulls to be run once more right after."""
        self._per_peer: dict[str, trio.CapacityLimiter] = {}
        self._serving: Counter[str] = Counter()
        self._synced: set[Task] = set()
        """Pairs whose last sync ended well."""

    def want(self, peer_id: str, conversation: Conversation) -> trio.Event:
        """Sync a conversation from a connected peer soon; return what is set when that has ended, well or not.

        Wanting it again while it runs runs it once more.
        """
        task = (peer_id, conversation.id)
        ended = self._running.get(task)
        if ended is not None:
            self._again.add(task)
            return ended
        ended = trio.Event()
        if self._nursery is None:
            ended.set()
        else:
            self._running[task] = ended
            self._nursery.start_soon(self._pull_until_done, peer_id, conversation)
        return ended

    def in_sync(self, peer_id: str) -> bool:
        """Return whether everything shared with a peer was synced and nothing is under way."""
        pairs = [task for task in (*self._synced, *self._running) if task[0] == peer_id]
        return bool(pairs) and not any(task in self._running for task in pairs)

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Serve and sync until cancelled."""
        self._running.clear()
        self._again.clear()
        async with trio.open_nursery() as nursery:
            self._nursery = nursery
            self._network.serve(frames.PROTOCOL, self._serve)
            nursery.start_soon(self._repeat)
            task_status.started()

    def peer_connected(self, peer_id: str) -> None:
        """Sync with a peer that has just connected every conversation that it is a member of, as far as we know.

        A member we do not know of yet asks us first, and its HELLO shows that it holds what we lack.
        """
        for conversation in self._library.conversations.values():
            if _may_hold(peer_id, conversation):
                self.want(peer_id, conversation)

    def conversation_opened(self, conversation: Conversation) -> None:
        """Sync a conversation that is new here with the members who are connected."""
        for link in self._network.links():
            if _may_hold(link.peer_id, conversation):
                self.want(link.peer_id, conversation)

    def peer_gone(self, peer_id: str) -> None:
        """Forget what was synced with a peer."""
        self._synced = {task for task in self._synced if task[0] != peer_id}
        self._per_peer.pop(peer_id, None)

    async def _repeat(self) -> None:
        while True:
            await trio.sleep(self._random.uniform(*TIMER_S))
            for conversation in list(self._library.conversations.values()):
                peers = self._readers(conversation)
                if peers:
                    self.want(self._random.choice(peers), conversation)

    def _readers(self, conversation: Conversation) -> list[str]:
        members = conversation.replica.authority.peers()
        return [link.peer_id for link in self._network.links() if link.peer_id.encode() in members]

    # --- asking ------------------------------------------------------------------------------------------------------

    async def _pull_until_done(self, peer_id: str, conversation: Conversation) -> None:
        task = (peer_id, conversation.id)
        try:
            async with self._per_peer.setdefault(peer_id, trio.CapacityLimiter(PULLS_PER_PEER)):
                await self._pull_again_and_again(task, conversation)
            self._synced.add(task)
        except NetworkError as error:
            log.debug("sync broke off conversation=%s error=%r", conversation.name[:8], error)
        except RemoteError as error:
            log.debug("sync refused conversation=%s code=%s", conversation.name[:8], error.code)
        except Exception:  # the edge of a service: one sync's fault ends one sync
            log.exception("sync failed conversation=%s", conversation.name[:8])
        finally:
            self._again.discard(task)
            ended = self._running.pop(task, None)
            if ended is not None:
                ended.set()

    async def _pull_again_and_again(self, task: Task, conversation: Conversation) -> None:
        """Pull as often as it is wanted; a peer that has not heard of us yet is asked again a little later."""
        patience = RETRIES
        while True:
            self._again.discard(task)
            try:
                await self.pull(task[0], conversation)
            except RemoteError as error:
                if error.code not in NOT_YET or not patience:
                    raise
                patience -= 1
                await trio.sleep(RETRY_S)
                continue
            if task not in self._again:
                return

    async def pull(self, peer_id: str, conversation: Conversation) -> None:
        """Bring a conversation up to what a peer holds.

        Raises:
            NetworkError: the connection broke; what came is kept.
            RemoteError: the peer broke the protocol, or does not serve us (`not_member`, `unknown_conversation`).
        """
        if not _may_hold(peer_id, conversation):
            async with self._stream(peer_id) as stream:
                await self._learn_members(stream, conversation)
            if not _may_hold(peer_id, conversation):
                raise RemoteError("stranger", "a peer that is no member offers operations")
        async with self._stream(peer_id) as stream:
            await self._pull(stream, conversation)
        if conversation.status == JOINING and conversation.view.title:
            conversation.set_status(ACTIVE)
            conversation.introduce()

    @asynccontextmanager
    async def _stream(self, peer_id: str) -> AsyncIterator[Frames]:
        try:
            stream = await self._network.open_stream(peer_id, frames.PROTOCOL)
        except UnknownProtocol as error:
            raise RemoteError("unknown_conversation", "the peer does not sync conversations") from error
        try:
            yield stream
        finally:
            with trio.move_on_after(1, shield=True):
                await stream.aclose()

    async def _learn_members(self, stream: Frames, conversation: Conversation) -> None:
        """Take the control operations of a peer that may be a member we have not heard of.

        It is asked as by somebody who holds nothing, so that a stranger does not learn what is here.
        """
        blank = Replica(conversation.id, device=conversation.replica.device)
        puller = Puller(blank, Registers(blank.keyring))
        await _send(stream, puller.begin(now_ms=self._clock.now_ms()))
        while puller.stage in (Stage.HELLO, Stage.CONTROL):
            frame = load(await stream.receive(timeout_s=FRAME_S))
            step = puller.handle(frame)
            following = step.send
            if isinstance(frame, Ops):
                await self._take_in(step.ops, conversation)
                following = puller.taken()
            if puller.stage is Stage.CONTROL:
                await _send(stream, following)

    async def _take_in(self, wires: Sequence[Any], conversation: Conversation) -> None:
        """Receive operations as they travel, a stretch at a time."""
        for at in range(0, len(wires), _STRETCH):
            conversation.receive([parse_op(wire, conversation=conversation.id) for wire in wires[at : at + _STRETCH]])
            await trio.lowlevel.checkpoint()

    async def _pull(self, stream: Frames, conversation: Conversation) -> None:
        puller = Puller(conversation.replica, conversation.registers)
        members = set(conversation.replica.authority.peers())
        await _send(stream, puller.begin(now_ms=self._clock.now_ms()))
        while not puller.is_done:
            frame = load(await stream.receive(timeout_s=FRAME_S))
            step = puller.handle(frame)
            if isinstance(frame, Ops):
                await self._take_in(step.ops, conversation)
                await _send(stream, puller.taken())
            for register in step.registers:
                conversation.receive_register(parse_register(register))
            await _send(stream, step.send)
        for new in set(conversation.replica.authority.peers()) - members:
            if self._network.is_connected(new.decode()):
                self.want(new.decode(), conversation)

    # --- answering ---------------------------------------------------------------------------------------------------

    async def _serve(self, peer_id: str, stream: Frames) -> None:
        if self._serving[peer_id] >= SERVES_PER_PEER:
            await stream.send(dump(Failed(0, "busy")))
            return
        self._serving[peer_id] += 1
        try:
            await self._answer(peer_id, stream)
        except RemoteError as error:
            log.info("sync ended for a peer's fault peer=%s code=%s", peer_id[-8:], error.code)
            await stream.reset()
        finally:
            self._serving[peer_id] -= 1
            if not self._serving[peer_id]:
                del self._serving[peer_id]

    async def _answer(self, peer_id: str, stream: Frames) -> None:
        hello = load(await stream.receive(timeout_s=FRAME_S))
        if not isinstance(hello, Hello):
            raise RemoteError("out_of_turn", "a sync begins with a HELLO")
        conversation = next(
            (each for each in self._library.conversations.values() if tag_of(each.id) == hello.tag), None
        )
        if conversation is None:
            await stream.send(dump(Failed(0, "unknown_conversation")))
            return
        replica = conversation.replica
        if hello.control.shows_unknown(replica.control) or hello.content.shows_unknown(replica.content):
            self.want(peer_id, conversation)
        if peer_id.encode() not in replica.authority.peers():
            await stream.send(dump(Failed(0, "not_member")))
            return
        server = Server(replica, conversation.registers, conversation.records.fetch)
        frame: Frame = hello
        while True:
            await _send(stream, server.handle(frame, now_ms=self._clock.now_ms()))
            frame = load(await stream.receive(timeout_s=FRAME_S * 6))


_STRETCH: Final = 16
"""Operations taken in at a time before other tasks get their turn."""


def _may_hold(peer_id: str, conversation: Conversation) -> bool:
    return conversation.status == JOINING or peer_id.encode() in conversation.replica.authority.peers()


async def _send(stream: Frames, answers: list[Frame]) -> None:
    if answers:
        await stream.send_many(dump(answer) for answer in answers)
