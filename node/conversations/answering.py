"""The answering side of syncs: serves peers what they lack, and those that follow whatever is written here.

A peer whose HELLO shows operations that are unknown here is asked for them in turn.
"""

from collections import Counter
from collections.abc import Callable
from logging import getLogger
from typing import Final

import trio

from node.clock import Clock
from node.conversations.conversation import Conversation
from node.conversations.follower import Follower
from node.conversations.library import Library
from node.conversations.membership import is_former_peer
from node.network.errors import NetworkError
from node.network.frames import Frames
from node.supervision import sole
from protocol.errors import RemoteError
from protocol.offsets import Offsets
from protocol.sync.frames import Failed, Frame, Hello, dump, load, tag_of
from protocol.sync.guarded import GuardedServer
from protocol.sync.serve import Server

log = getLogger("node.sync")

FRAME_S: Final = 10.0
"""How long either side waits for a frame that is due."""
SERVES_PER_PEER: Final = 4


class Answering:
    """Everything that is served on this node."""

    def __init__(
        self, library: Library, *, clock: Clock, want: Callable[[str, Conversation], object], offsets: Offsets
    ) -> None:
        """`want` is called with a peer that holds more of a conversation than is known here; `offsets` learns."""
        self._library = library
        self._clock = clock
        self._want = want
        self._offsets = offsets
        self._serving: Counter[str] = Counter()

    async def serve(self, peer_id: str, stream: Frames) -> None:
        """Answer one stream to its end."""
        if self._serving[peer_id] >= SERVES_PER_PEER:
            await stream.send(dump(Failed(0, "busy")))
            return
        self._serving[peer_id] += 1
        try:
            server, conversation = await self._answer(peer_id, stream)
        except RemoteError as error:
            log.info("sync ended for a peer's fault peer=%s code=%s", peer_id[-8:], error.code)
            await stream.reset()
            return
        finally:
            self._serving[peer_id] -= 1
            if not self._serving[peer_id]:
                del self._serving[peer_id]
        if server is not None and conversation is not None:
            await self._lead(peer_id, stream, server, conversation)

    async def _answer(self, peer_id: str, stream: Frames) -> tuple[Server | None, Conversation | None]:
        """Answer until the peer follows (return what leads it) or is refused (return nothing)."""
        hello, now_ms = load(await stream.receive(timeout_s=FRAME_S)), self._clock.now_ms()
        if not isinstance(hello, Hello):
            raise RemoteError("out_of_turn", "a sync begins with a HELLO")
        conversation = next(
            (each for each in self._library.conversations.values() if tag_of(each.id) == hello.tag), None
        )
        if conversation is None:
            await stream.send(dump(Failed(0, "unknown_conversation")))
            return None, None
        note_offset(self._offsets, conversation, peer_id, hello, now_ms, now_ms)
        replica = conversation.replica
        if hello.control.shows_unknown(replica.control) or hello.content.shows_unknown(replica.content):
            self._want(peer_id, conversation)
        may_read = _reader(peer_id, conversation)
        if not may_read() and not is_former_peer(replica.authority, peer_id.encode()):
            await stream.send(dump(Failed(0, "not_member")))
            return None, None
        server = GuardedServer(replica, conversation.registers, conversation.records.fetch, may_read=may_read)
        frame: Frame = hello
        while True:
            await send_frames(stream, server.handle(frame, now_ms=self._clock.now_ms()))
            if server.is_followed:
                return server, conversation
            frame = load(await stream.receive(timeout_s=FRAME_S * 6))

    async def _lead(self, peer_id: str, stream: Frames, server: Server, conversation: Conversation) -> None:
        """Send a follower what is written here, until it or we have enough."""
        follower = Follower()
        conversation.followers[follower] = peer_id
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._push, stream, server, follower)
                while True:
                    await send_frames(stream, server.handle(load(await stream.receive()), now_ms=self._clock.now_ms()))
                    follower.wake()
        except* NetworkError:
            pass
        except* RemoteError as group:
            log.info("a follower was sent away peer=%s error=%r", peer_id[-8:], sole(group))
        finally:
            del conversation.followers[follower]
            await close(stream)

    async def _push(self, stream: Frames, server: Server, follower: Follower) -> None:
        """Send what waits for a follower, as far as its credit goes."""
        while True:
            await follower.wait()
            while (frame := server.push(follower.waiting)) is not None:
                await send_frames(stream, [frame])
            if follower.is_behind:
                raise RemoteError("behind", "a follower does not take what it is sent")  # its next sync brings the rest


def _reader(peer_id: str, conversation: Conversation) -> Callable[[], bool]:
    """Return the question whether a node is a member's now, cheap to ask for every frame."""
    members, is_member = None, False

    def ask() -> bool:
        nonlocal members, is_member
        authority = conversation.replica.authority
        if authority.members() is not members:  # they are made anew when anything about them changed
            members, is_member = authority.members(), peer_id.encode() in authority.peers()
        return is_member

    return ask


def note_offset(
    offsets: Offsets, conversation: Conversation, peer_id: str, hello: Hello, asked_ms: int, now_ms: int
) -> None:
    """Take note of a peer's clock by its HELLO, where the peer is a member's."""
    person = conversation.replica.authority.peers().get(peer_id.encode())
    if person is not None:
        offsets.learn(peer_id.encode(), person, remote_ms=hello.now_ms, asked_ms=asked_ms, now_ms=now_ms)


async def send_frames(stream: Frames, answers: list[Frame]) -> None:
    """Send what there is to send."""
    if answers:
        await stream.send_many(dump(answer) for answer in answers)


async def close(stream: Frames) -> None:
    """Close a stream, whatever its state."""
    with trio.move_on_after(1, shield=True):
        await stream.aclose()
