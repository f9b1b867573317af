"""What is known of other nodes' clocks."""

from crypto.ids import IdentityKey
from protocol.offsets import MOST, WITNESSES, Offsets
from tests.builders import fixed

NOW = 1_750_000_000_000


def who(label: str) -> IdentityKey:
    return IdentityKey(fixed(label))


def learn(offsets: Offsets, peer: str, offset_ms: int, *, person: str = "") -> None:
    offsets.learn(peer.encode(), who(person or peer), remote_ms=NOW + offset_ms, asked_ms=NOW, now_ms=NOW)


def test_a_clock_is_read_in_the_middle_of_the_round_trip() -> None:
    offsets = Offsets()
    assert offsets.of(b"ben") == 0
    offsets.learn(b"ben", who("ben"), remote_ms=NOW + 5_100, asked_ms=NOW, now_ms=NOW + 200)
    assert offsets.of(b"ben") == 5_000
    learn(offsets, "ben", -70)
    assert offsets.of(b"ben") == -70, "the newest counts"
    assert offsets.of(b"cat") == 0


def test_our_own_error_is_what_several_people_agree_on() -> None:
    offsets = Offsets()
    learn(offsets, "ben 1", 90_000, person="ben")
    learn(offsets, "ben 2", 90_000, person="ben")
    learn(offsets, "cat", 91_000)
    assert WITNESSES == 3
    assert offsets.of(b"nobody we met") == 0, "one person with many nodes is one"
    learn(offsets, "dan", -1_000_000)
    assert offsets.of(b"nobody we met") == 90_000
    assert offsets.of(b"dan") == -1_000_000


def test_only_so_many_are_kept() -> None:
    offsets = Offsets()
    for number in range(MOST + 1):
        learn(offsets, f"peer {number}", 1 + number, person="one")
    assert offsets.of(b"peer 0") == 0
    assert offsets.of(b"peer 1") == 2
