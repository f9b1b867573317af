"""Invite links: what they carry, and that damage is told."""

import string
from base64 import urlsafe_b64encode

import pytest

from crypto.codec import Value, encode
from crypto.ids import ConversationId, blake2b
from crypto.sealed import close
from protocol.errors import UsageError
from protocol.invite import PREFIX, Invite, parse_link
from tests.builders import fixed

ADDRESSES = ("/ip4/192.0.2.1/tcp/4001/p2p/12D3KooWA", "/dns4/example.org/udp/1/quic-v1/p2p/12D3KooWA")
INVITE = Invite(ConversationId(fixed("conversation")), fixed("seed"), ADDRESSES)


def link_of(value: Value) -> str:
    data = encode(value)
    check = blake2b(data, person=b"p2p.invite.chk", size=4)
    return PREFIX + urlsafe_b64encode(data + check).decode().rstrip("=")


def test_there_and_back() -> None:
    link = INVITE.link()
    assert link.startswith("peer2peer://join#")
    assert "=" not in link
    assert parse_link(link) == INVITE
    assert parse_link(f"  {link}\n") == INVITE
    for addresses in ((), ("a",) * 8, ADDRESSES[:1]):
        other = Invite(INVITE.conversation, INVITE.seed, addresses)
        assert parse_link(other.link()) == other


def test_cut_short_at_every_length() -> None:
    link = INVITE.link()
    for length in range(len(link)):
        with pytest.raises(UsageError) as caught:
            parse_link(link[:length])
        assert caught.value.code == "bad_invite"


def test_cut_at_the_front_and_in_the_middle() -> None:
    link = INVITE.link()
    for at in range(len(link) - 1):
        with pytest.raises(UsageError):
            parse_link(link[at + 1 :])
        with pytest.raises(UsageError):
            parse_link(link[:at] + link[at + 1 :])


def test_each_character_changed() -> None:
    link = INVITE.link()
    alphabet = string.ascii_letters + string.digits + "-_"
    for at, held in enumerate(link):
        for other in (alphabet[(alphabet.find(held) + 1) % 64], "é", "%"):
            try:
                parsed = parse_link(link[:at] + other + link[at + 1 :])
            except UsageError:
                pass
            else:
                assert at == len(link) - 1, "only bits that carry nothing may change"
                assert parsed == INVITE


def test_newer_version() -> None:
    with pytest.raises(UsageError, match="newer version"):
        parse_link(link_of([2, "anything"]))


@pytest.mark.parametrize(
    "value",
    [
        [],
        7,
        {0: 1},
        [1],
        [1, fixed("a"), fixed("b")],
        [1, fixed("a"), fixed("b"), [], 0],
        [1, fixed("a")[1:], fixed("b"), []],
        [1, fixed("a"), fixed("b")[1:], []],
        [1, fixed("a"), fixed("b"), ["a"] * 9],
        [1, fixed("a"), fixed("b"), [b"a"]],
        [1, fixed("a"), fixed("b"), "a"],
        ["1", fixed("a"), fixed("b"), []],
    ],
)
def test_other_forms(value: Value) -> None:
    with pytest.raises(UsageError) as caught:
        parse_link(link_of(value))
    assert caught.value.code == "bad_invite"


@pytest.mark.parametrize(
    "link", ["", "https://example.org", PREFIX.upper(), PREFIX, PREFIX + "AAAA", PREFIX + "A" * 5000]
)
def test_no_link(link: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_link(link)
    assert caught.value.code == "bad_invite"


def test_keys_come_from_the_seed() -> None:
    other = Invite(INVITE.conversation, fixed("another seed"), ADDRESSES)
    assert INVITE.signing.public == Invite(ConversationId(b""), INVITE.seed, ()).signing.public
    assert INVITE.signing.public != other.signing.public
    assert INVITE.signing.seed != INVITE.seed


def test_preview() -> None:
    other = Invite(INVITE.conversation, fixed("another seed"), ADDRESSES)
    closed = INVITE.close_preview("Gr\u00fc\u00dfe", nonce=bytes(24))
    assert INVITE.open_preview(closed) == "Gr\u00fc\u00dfe"
    assert other.open_preview(closed) == ""
    assert INVITE.open_preview(closed[:-1]) == ""
    assert INVITE.open_preview(b"") == ""
    key = blake2b(INVITE.seed, person=b"p2p.invite.view")
    assert INVITE.open_preview(close(key, b"\xff", nonce=bytes(24), associated=b"")) == ""
