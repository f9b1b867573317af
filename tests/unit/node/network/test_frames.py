"""Frames over a stream that hands out bytes as it likes."""

from itertools import pairwise
from types import SimpleNamespace

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from libp2p.network.stream.exceptions import StreamEOF, StreamReset

from node.network import MAX_FRAME, Frames, FrameTooLarge, StreamClosed, Timeout


class Tape:
    """A stream that plays given pieces and notes what is written."""

    def __init__(self, pieces: list[bytes], end: type[Exception] | None = StreamEOF) -> None:
        self.pieces = list(pieces)
        self.end = end
        self.written: list[bytes] = []
        self.ended = ""
        self.muxed_conn = SimpleNamespace(peer_id="peer")

    async def read(self, n: int) -> bytes:
        await trio.lowlevel.checkpoint()
        if self.pieces:
            return self.pieces.pop(0)
        if self.end is None:
            await trio.sleep_forever()
        raise self.end()

    async def write(self, data: bytes) -> None:
        await trio.lowlevel.checkpoint()
        if self.end is StreamReset:
            raise StreamReset
        self.written.append(data)

    async def close(self) -> None:
        self.ended = "closed"

    async def reset(self) -> None:
        self.ended = "reset"


def encoded(frames: list[bytes]) -> bytes:
    return b"".join(len(frame).to_bytes(4, "big") + frame for frame in frames)


@given(st.lists(st.binary(max_size=300), max_size=8), st.lists(st.integers(0, 2500), max_size=20))
def test_the_cuts_of_the_stream_do_not_matter(sent: list[bytes], cuts: list[int]) -> None:
    async def main() -> None:
        data = encoded(sent)
        edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
        frames = Frames(Tape([data[start:end] for start, end in pairwise(edges)]))
        assert [await frames.receive() for _ in sent] == sent
        with pytest.raises(StreamClosed):
            await frames.receive()

    trio.run(main)


@given(st.lists(st.binary(max_size=300), max_size=8))
def test_many_frames_leave_in_one_write(sent: list[bytes]) -> None:
    async def main() -> None:
        tape = Tape([])
        await Frames(tape).send_many(sent)
        assert b"".join(tape.written) == encoded(sent)
        assert len(tape.written) <= 1

    trio.run(main)


@pytest.mark.trio
async def test_a_frame_that_is_cut_off_is_never_returned() -> None:
    frames = Frames(Tape([encoded([b"whole"]), encoded([b"cut off"])[:-1]]))
    assert await frames.receive() == b"whole"
    with pytest.raises(StreamClosed):
        await frames.receive()


@pytest.mark.trio
async def test_a_frame_of_the_largest_size_passes() -> None:
    tape = Tape([])
    await Frames(tape).send(bytes(MAX_FRAME))
    assert await Frames(Tape(tape.written)).receive() == bytes(MAX_FRAME)


@pytest.mark.trio
async def test_a_frame_that_is_too_large_is_not_sent() -> None:
    tape = Tape([])
    with pytest.raises(FrameTooLarge):
        await Frames(tape).send_many([b"small", bytes(MAX_FRAME + 1)])
    assert tape.written == []


@pytest.mark.trio
async def test_an_announced_frame_that_is_too_large_resets_the_stream() -> None:
    tape = Tape([encoded([b"first"]) + b"\xff\xff\xff\xff"])
    frames = Frames(tape)
    with pytest.raises(FrameTooLarge):
        await frames.receive()
    assert tape.ended == "reset"


@pytest.mark.trio
async def test_a_timeout_resets_the_stream_since_bytes_may_be_lost() -> None:
    tape = Tape([b"\x00\x00"], end=None)
    frames = Frames(tape)
    with pytest.raises(Timeout):
        await frames.receive(timeout_s=0.01)
    assert tape.ended == "reset"
    with pytest.raises(StreamClosed):
        await frames.send(b"late")


@pytest.mark.trio
async def test_a_reset_by_the_peer_is_a_closed_stream() -> None:
    frames = Frames(Tape([], end=StreamReset))
    with pytest.raises(StreamClosed):
        await frames.send(b"x")
    with pytest.raises(StreamClosed):
        await frames.receive()


@pytest.mark.trio
async def test_closing_twice_is_fine() -> None:
    tape = Tape([])
    frames = Frames(tape)
    await frames.aclose()
    await frames.aclose()
    assert tape.ended == "closed"
