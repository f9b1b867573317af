"""More registers than one frame can name or carry: they come in parts, and a peer that tells nonsense is refused."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from protocol import limits
from protocol.errors import RemoteError
from protocol.registers import DIGEST_ROWS, HELD, PROFILE, Register, write_register
from protocol.sync.frames import AskRegisters, Frame, TellRegisters, dump, load
from tests.builders import Member, Talk, fixed
from tests.wire import pull


def written(talk: Talk, member: Member, name: bytes, value: bytes, sequence: int = 0) -> Register:
    return write_register(
        talk.ana.replica.keyring,
        member.person.device,
        name=name,
        value=value,
        sequence=sequence,
        epoch=talk.epoch,
        nonce=fixed(f"{sequence}", 24),
    )


def test_more_registers_than_a_frame_names_arrive_and_the_newest_counts() -> None:
    """All that 70 devices may hold; every fifth is older with the one who asks."""
    names = [f"p{number}" for number in range(70)]
    talk = Talk("ana", "ben", *names)
    for number, name in enumerate(names):
        for at in range(limits.REGISTERS_PER_DEVICE):
            slot = f"slot {at}".encode()
            register = written(talk, talk.members[name], slot, b"older")
            talk.ben.registers.merge(register)
            talk.ana.registers.merge(register)
            if (number + at) % 5 == 0:
                talk.ana.registers.merge(written(talk, talk.members[name], slot, b"newer", 1))
    assert len(talk.ben.registers.digest()) > DIGEST_ROWS
    count = pull(talk.ben, talk.ana)
    assert talk.ben.registers.digest() == talk.ana.registers.digest()
    asked = [frame for frame in count.asked if isinstance(frame, AskRegisters)]
    assert len(asked) >= 2
    assert asked[0].after == b""
    assert all(one.upto == two.after for one, two in pairwise(asked))
    assert asked[-1].upto == b""
    quiet = pull(talk.ben, talk.ana)
    assert quiet.largest_bytes < 1_000, "nothing is told twice"


def test_large_registers_come_in_as_many_frames_as_they_need() -> None:
    names = [f"p{number}" for number in range(120)]
    talk = Talk("ana", *names)
    for name in names:
        talk.ana.registers.merge(written(talk, talk.members[name], PROFILE, bytes(3_800)))
    count = pull(talk.p0, talk.ana)
    assert talk.p0.registers.digest() == talk.ana.registers.digest()
    assert sum(isinstance(frame, AskRegisters) for frame in count.asked) == 3
    assert count.largest_bytes <= limits.SYNC_FRAME_BYTES


PLACE = b"\x80" * 40


@pytest.mark.parametrize(
    "upto",
    [
        lambda frame: PLACE[:39] + b"\x79" if frame.upto else b"",  # never gets anywhere
        lambda _: PLACE,  # never ends
    ],
)
def test_a_peer_that_tells_without_an_end_is_refused(upto: Callable[[TellRegisters], bytes]) -> None:
    talk = Talk("ana", "ben")

    def lie(frame: Frame) -> Frame:
        return (
            TellRegisters(frame.registers, PLACE if not frame.upto else upto(frame))
            if (isinstance(frame, TellRegisters))
            else frame
        )

    with pytest.raises(RemoteError) as caught:
        pull(talk.ben, talk.ana, between=lie)
    assert caught.value.code == "bad_frame"


def test_a_peer_that_creeps_is_refused() -> None:
    talk = Talk("ana", "ben")
    steps = iter(range(1, 10_000))

    def creep(frame: Frame) -> Frame:
        return TellRegisters((), next(steps).to_bytes(40, "big")) if isinstance(frame, TellRegisters) else frame

    with pytest.raises(RemoteError) as caught:
        pull(talk.ben, talk.ana, between=creep)
    assert caught.value.code == "bad_frame"
    assert next(steps) < 600


@pytest.mark.parametrize(
    "frame",
    [
        AskRegisters(()),
        AskRegisters(((bytes(32), bytes(16), 4),), b"", PLACE),
        AskRegisters((), PLACE, b""),
        AskRegisters((), bytes(40), PLACE),
        TellRegisters((b"register",)),
        TellRegisters((), PLACE),
    ],
)
def test_there_and_back(frame: Frame) -> None:
    assert load(dump(frame)) == frame


@pytest.mark.parametrize(
    "frame",
    [
        AskRegisters((), b"short", b""),
        AskRegisters((), b"", PLACE[1:]),
        AskRegisters((), PLACE, PLACE),
        AskRegisters((), PLACE, bytes(40)),
        AskRegisters(((bytes(32), bytes(16), 4),) * (DIGEST_ROWS + 1), b"", PLACE),
        TellRegisters((), PLACE + b"x"),
        TellRegisters((b"",) * (DIGEST_ROWS + 1), PLACE),
    ],
)
def test_other_forms(frame: Frame) -> None:
    with pytest.raises(RemoteError) as caught:
        load(dump(frame))
    assert caught.value.code == "bad_frame"


def test_who_is_left_out_of_a_range_is_not_told() -> None:
    talk = Talk("ana", "ben")
    for member in (talk.ana, talk.ben):
        talk.ana.registers.merge(written(talk, member, HELD, b"x"))
    first, second = talk.ana.registers.newer_than(())
    assert talk.ana.registers.newer_than((), after=first.place) == [second]
    assert talk.ana.registers.newer_than((), upto=first.place) == [first]
