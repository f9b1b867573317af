"""The asking side of syncs: brings a conversation up to what a peer holds, then follows what it writes."""

from secrets import token_bytes

import trio

from node.clock import Clock
from node.conversations.answering import FRAME_S, close, note_offset, send_frames
from node.conversations.conversation import Conversation
from node.conversations.intake import Intake
from node.conversations.membership import ACTIVE, JOINING
from node.network.errors import UnknownProtocol
from node.network.frames import Frames
from node.network.host import Network
from node.supervision import sole
from protocol.errors import RemoteError
from protocol.offsets import Offsets
from protocol.registers import Registers, parse_register
from protocol.replica import Replica
from protocol.sync import frames
from protocol.sync.frames import Frame, Hello, load
from protocol.sync.pull import Puller, Stage
from protocol.sync.views import SALT_BYTES


class Asking:
    """Asks peers for what this node lacks."""

    def __init__(self, network: Network, *, clock: Clock, offsets: Offsets) -> None:
        """`offsets` learns of peers' clocks what their HELLOs tell."""
        self._network = network
        self._clock = clock
        self._offsets = offsets

    async def pull(self, peer_id: str, conversation: Conversation) -> tuple[Frames, Puller]:
        """Bring a conversation up to what a peer holds; return the stream, still open, and its asking side.

        Raises:
            NetworkError: the connection broke; what came is kept.
            RemoteError: the peer broke the protocol, or does not serve us (`not_member`, `unknown_conversation`).
        """
        if not may_hold(peer_id, conversation):
            stream = await self._open(peer_id)
            try:
                await self._learn_members(stream, conversation)
            finally:
                await close(stream)
            if not may_hold(peer_id, conversation):
                raise RemoteError("stranger", "a peer that is no member offers operations")
        stream = await self._open(peer_id)
        try:
            puller = await self._pull(peer_id, stream, conversation)
        except BaseException:
            await close(stream)
            raise
        if conversation.status == JOINING and conversation.view.title:
            conversation.set_status(ACTIVE)
            conversation.introduce()
        return stream, puller

    async def _open(self, peer_id: str) -> Frames:
        try:
            return await self._network.open_stream(peer_id, frames.PROTOCOL)
        except UnknownProtocol as error:
            raise RemoteError("unknown_conversation", "the peer does not sync conversations") from error

    async def _learn_members(self, stream: Frames, conversation: Conversation) -> None:
        """Take the control operations of a peer that may be a member we have not heard of.

        It is asked as by somebody who holds nothing, so that a stranger does not learn what is here.
        """
        blank = Replica(conversation.id, device=conversation.replica.device)
        puller = Puller(blank, Registers(blank.keyring), new_salt=_salt)
        await send_frames(stream, puller.begin(now_ms=self._clock.now_ms()))
        while puller.stage in (Stage.HELLO, Stage.CONTROL):
            step = puller.handle(load(await stream.receive(timeout_s=FRAME_S)))
            following = step.send
            if step.has_ops:
                await conversation.receive_many(step.ops)
                following = puller.taken() if step.is_last else step.then
            if puller.stage is Stage.CONTROL:
                await send_frames(stream, following)

    async def _pull(self, peer_id: str, stream: Frames, conversation: Conversation) -> Puller:
        """Run the asking side to its end; while one frame is being stored, the next is decoded and checked."""
        puller = Puller(conversation.replica, conversation.registers, new_salt=_salt)
        try:
            async with trio.open_nursery() as nursery, Intake(nursery, stream, conversation) as intake:
                asked_ms = self._clock.now_ms()
                await send_frames(stream, puller.begin(now_ms=asked_ms))
                first, now_ms = load(await stream.receive(timeout_s=FRAME_S)), self._clock.now_ms()
                await self._follow_up(intake, puller, first)
                if isinstance(first, Hello):
                    note_offset(self._offsets, conversation, peer_id, first, asked_ms, now_ms)
                while not puller.is_done:
                    await self._follow_up(intake, puller, load(await stream.receive(timeout_s=FRAME_S)))
        except BaseExceptionGroup as group:
            raise sole(group) from None
        return puller

    async def _follow_up(self, intake: Intake, puller: Puller, frame: Frame) -> None:
        """Take in what a frame brought, then send what it led to."""
        step = puller.handle(frame)
        if step.is_preview:
            await intake.conversation.preview(step.ops)
            await send_frames(intake.stream, step.then)
        elif step.has_ops:
            await intake.put(step.ops, then=step.then)
        if step.is_last:
            await intake.drain()
            await send_frames(intake.stream, puller.taken())
        for register in step.registers:
            try:
                intake.conversation.slots.receive(parse_register(register))
            except RemoteError as error:
                if error.code != "foreign":  # of a device that joined meanwhile: its admit comes with the next sync
                    raise
        await send_frames(intake.stream, step.send)

    async def follow(self, stream: Frames, conversation: Conversation, puller: Puller) -> None:
        """Take in what a peer writes, as it comes, until the stream ends or something lacks."""
        await send_frames(stream, puller.follow())
        while True:
            step = puller.handle(load(await stream.receive()))
            await conversation.receive_many(step.ops)
            await send_frames(stream, step.then)
            if conversation.replica.pending.missing():
                return  # a new sync brings it, and follows again


def may_hold(peer_id: str, conversation: Conversation) -> bool:
    """Return whether a peer may hold a conversation: it is a member's, or nobody knows yet whose are."""
    return conversation.status == JOINING or peer_id.encode() in conversation.replica.authority.peers()


def _salt() -> bytes:
    return token_bytes(SALT_BYTES)
