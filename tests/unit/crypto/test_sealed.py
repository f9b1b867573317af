"""Closing a text to a key, and to a person."""

import pytest
from nacl.exceptions import CryptoError as NaclError

from crypto.errors import SealError
from crypto.ids import BoxKey
from crypto.sealed import SEALED_KEY_BYTES, close, is_usable, open_closed, open_sealed, seal_to
from tests.builders import fixed, fixed_wrap, person

KEY, NONCE = fixed("key"), fixed("nonce", 24)
SMALL_ORDER = [
    bytes(32),
    b"\x01" + bytes(31),
    bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
    bytes.fromhex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
    bytes.fromhex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    bytes.fromhex("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    bytes.fromhex("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
]


def test_closed_text_opens_with_the_same_key_and_surroundings() -> None:
    closed = close(KEY, b"text", nonce=NONCE, associated=b"here")
    assert closed[:24] == NONCE
    assert len(closed) == 24 + 4 + 16
    assert open_closed(KEY, closed, associated=b"here") == b"text"


def test_closed_text_opens_with_nothing_else() -> None:
    closed = close(KEY, b"text", nonce=NONCE, associated=b"here")
    with pytest.raises(SealError):
        open_closed(fixed("other"), closed, associated=b"here")
    with pytest.raises(SealError):
        open_closed(KEY, closed, associated=b"there")
    for at in range(len(closed)):
        changed = bytearray(closed)
        changed[at] ^= 0x40
        with pytest.raises(SealError):
            open_closed(KEY, bytes(changed), associated=b"here")
    for length in range(len(closed)):
        with pytest.raises(SealError):
            open_closed(KEY, closed[:length], associated=b"here")


def test_sealed_box_opens_for_its_holder() -> None:
    ana, ben = person("ana").device, person("ben").device
    sealed = seal_to(ana.box_public, KEY)
    assert len(sealed) == SEALED_KEY_BYTES
    assert sealed != seal_to(ana.box_public, KEY)
    assert open_sealed(ana.box_secret, sealed) == KEY
    with pytest.raises(SealError):
        open_sealed(ben.box_secret, sealed)
    for changed in (sealed[:-1], b"", b"\0" * SEALED_KEY_BYTES, sealed[:40] + bytes((sealed[40] ^ 1,)) + sealed[41:]):
        with pytest.raises(SealError):
            open_sealed(ana.box_secret, changed)


def test_the_builders_box_is_libsodiums() -> None:
    ana = person("ana").device
    assert open_sealed(ana.box_secret, fixed_wrap(KEY, ana.box_public)) == KEY


@pytest.mark.parametrize("point", SMALL_ORDER)
def test_keys_of_small_order_are_told(point: bytes) -> None:
    assert not is_usable(point)
    with pytest.raises(NaclError):
        seal_to(BoxKey(point), KEY)


def test_ordinary_keys_are_usable() -> None:
    assert is_usable(person("ana").device.box_public)
    assert is_usable(b"\x09" + bytes(31))
