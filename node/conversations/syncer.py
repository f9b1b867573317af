"""Keeps conversations complete: runs syncs with connected peers (docs/protocol.md, "Sync").

A conversation is synced with a peer when the peer connects, when gossip shows that something is missing, when a peer's
own sync shows operations unknown here, and every 60 to 120 s with one peer, so that nothing stays lost.
"""

import sqlite3
from logging import getLogger
from random import Random
from typing import Final

import trio

from crypto.ids import ConversationId
from node.clock import Clock
from node.conversations.answering import Answering, close
from node.conversations.asking import Asking, may_hold
from node.conversations.conversation import Conversation
from node.conversations.library import Library
from node.conversations.membership import OUTSIDE
from node.conversations.seeking import Seeking
from node.network.errors import NetworkError
from node.network.frames import Frames
from node.network.host import Network
from protocol.errors import RemoteError
from protocol.offsets import Offsets
from protocol.sync import frames
from protocol.sync.pull import Puller

log = getLogger("node.sync")

TIMER_S: Final = (60.0, 120.0)
PULLS_PER_PEER: Final = 2
FOLLOWED_PER_PEER: Final = 32
"""Conversations whose writing a peer sends us directly; that of others comes by gossip."""
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
        self._random = random
        self._nursery: trio.Nursery | None = None
        self._running: dict[Task, trio.Event] = {}
        """Pulls under way, with what is set when each ends."""
        self._again: set[Task] = set()
        """Pulls to be run once more right after."""
        self._per_peer: dict[str, trio.CapacityLimiter] = {}
        self.offsets = Offsets()
        """What HELLOs told of other nodes' clocks."""
        self._asking = Asking(network, clock=clock, offsets=self.offsets)
        self._answering = Answering(library, clock=clock, want=self.want, offsets=self.offsets)
        self._following: set[Task] = set()
        """Pairs on whose stream a peer's writing comes in."""
        self._synced: set[Task] = set()
        """Pairs whose last sync ended well."""
        self._seeking = Seeking(self.want, self._readers, network.is_connected, random=random)
        self._members: dict[ConversationId, frozenset[str]] = {}
        """The members' peers of each conversation when they were last looked at."""

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

    def seek(self, conversation: Conversation, *peers: str) -> None:
        """Sync a conversation that lacks something; `peers` may have it, the likeliest first."""
        if self._nursery is None:
            return
        if conversation.replica.pending.missing():
            self._seeking.begin(conversation, self._nursery, *peers)
        else:
            for peer_id in list(filter(self._network.is_connected, peers))[:1]:
                self.want(peer_id, conversation)

    def members_changed(self, conversation: Conversation) -> None:
        """Sync with those connected who have become members, once no other sync of the conversation runs."""
        if self.is_syncing(conversation):
            return
        members = self._peers_of(conversation)
        before, self._members[conversation.id] = self._members.get(conversation.id, members), members
        for peer_id in sorted(members - before):
            if self._network.is_connected(peer_id):
                self.want(peer_id, conversation)

    def is_following(self, conversation: Conversation) -> bool:
        """Return whether what a peer writes in a conversation comes in directly."""
        return any(name == conversation.id for _, name in self._following)

    def is_syncing(self, conversation: Conversation) -> bool:
        """Return whether a conversation is being brought up to date from anybody."""
        return any(name == conversation.id for _, name in self._running)

    def in_sync(self, peer_id: str) -> bool:
        """Return whether everything shared with a peer was synced and nothing is under way."""
        pairs = [task for task in (*self._synced, *self._running) if task[0] == peer_id]
        return bool(pairs) and not any(task in self._running for task in pairs)

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Serve and sync until cancelled."""
        self._running.clear()
        self._again.clear()
        self._following.clear()
        self._seeking.clear()
        try:
            async with trio.open_nursery() as nursery:
                self._nursery = nursery
                self._network.serve(frames.PROTOCOL, self._answering.serve)
                nursery.start_soon(self._repeat)
                task_status.started()
        finally:
            self._nursery = None

    def peer_connected(self, peer_id: str) -> None:
        """Sync with a peer that has just connected every conversation that it is a member of, as far as we know.

        A member we do not know of yet asks us first, and its HELLO shows that it holds what we lack.
        """
        for conversation in self._library.conversations.values():
            if may_hold(peer_id, conversation):
                self.want(peer_id, conversation)

    def conversation_opened(self, conversation: Conversation) -> None:
        """Sync a conversation that is new here with the members who are connected."""
        self._members[conversation.id] = self._peers_of(conversation)
        for link in self._network.links():
            if may_hold(link.peer_id, conversation):
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

    def _peers_of(self, conversation: Conversation) -> frozenset[str]:
        return frozenset(peer.decode(errors="replace") for peer in conversation.replica.authority.peers())

    def _readers(self, conversation: Conversation) -> list[str]:
        members = self._peers_of(conversation)
        return [link.peer_id for link in self._network.links() if link.peer_id in members]

    # --- asking ------------------------------------------------------------------------------------------------------

    async def _pull_until_done(self, peer_id: str, conversation: Conversation) -> None:
        task = (peer_id, conversation.id)
        following: tuple[Frames, Puller] | None = None
        try:
            async with self._per_peer.setdefault(peer_id, trio.CapacityLimiter(PULLS_PER_PEER)):
                following = await self._pull_again_and_again(task, conversation)
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
        self.members_changed(conversation)
        self.seek(conversation)
        if following is not None:
            await self._follow_on(task, conversation, *following)

    async def _pull_again_and_again(self, task: Task, conversation: Conversation) -> tuple[Frames, Puller]:
        """Pull as often as it is wanted; a peer that has not heard of us yet is asked again a little later.

        Returns the stream of the last pull, still open, with its asking side.
        """
        patience = RETRIES
        while True:
            self._again.discard(task)
            try:
                stream, puller = await self._asking.pull(task[0], conversation)
            except RemoteError as error:
                if error.code not in NOT_YET or not patience or conversation.status in OUTSIDE:
                    raise
                patience -= 1
                await trio.sleep(RETRY_S)
                continue
            if task not in self._again:
                return stream, puller
            await close(stream)

    async def _follow_on(self, task: Task, conversation: Conversation, stream: Frames, puller: Puller) -> None:
        """Follow a peer on the stream of a sync that ended well, unless that is done already."""
        peer_id = task[0]
        if task in self._following or sum(each[0] == peer_id for each in self._following) >= FOLLOWED_PER_PEER:
            await close(stream)
            return
        self._following.add(task)
        try:
            await self._asking.follow(stream, conversation, puller)
        except NetworkError as error:
            log.debug("a followed peer fell silent conversation=%s error=%r", conversation.name[:8], error)
        except RemoteError as error:
            log.info("following ended for a peer's fault peer=%s code=%s", peer_id[-8:], error.code)
        except sqlite3.Error as error:
            log.warning("not stored conversation=%s error=%s", conversation.name[:8], error)
        except Exception:  # the edge of a service: one stream's fault ends one stream
            log.exception("following failed conversation=%s", conversation.name[:8])
        finally:
            self._following.discard(task)
            await close(stream)
        await trio.sleep(RETRY_S)
        if self._network.is_connected(peer_id):
            self.want(peer_id, conversation)
