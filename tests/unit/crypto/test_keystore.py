"""The key file: what damages it, and what a wrong passphrase looks like."""

from typing import Any

import pytest

from crypto import keystore
from crypto.codec import Value, decode, encode
from crypto.errors import KeystoreError, PassphraseError
from crypto.ids import blake2b
from crypto.keystore import Secrets, is_locked, read_keystore, write_keystore
from tests.builders import fixed

SECRETS = Secrets.make("Ana", fixed("secrets", 160))
RANDOM = fixed("salt and nonce", 40)


@pytest.fixture(autouse=True)
def _quick_argon2(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keystore, "OPERATIONS", 1)
    monkeypatch.setattr(keystore, "MEMORY_BYTES", 8192)


def locked() -> bytes:
    return write_keystore(SECRETS, passphrase="p\u00e4ss", randomness=RANDOM)


def unlocked() -> bytes:
    return write_keystore(SECRETS, passphrase=None, randomness=RANDOM)


def test_secrets_are_cut_from_randomness() -> None:
    held = (SECRETS.identity_seed, SECRETS.device_seed, SECRETS.box_seed, SECRETS.node_seed, SECRETS.storage_key)
    assert b"".join(held) == fixed("secrets", 160)
    assert SECRETS.identity.seed == SECRETS.identity_seed
    assert (SECRETS.device.signing_seed, SECRETS.device.box_seed) == (SECRETS.device_seed, SECRETS.box_seed)
    with pytest.raises(ValueError, match="160"):
        Secrets.make("Ana", bytes(159))


def test_open_file() -> None:
    assert not is_locked(unlocked())
    assert read_keystore(unlocked(), passphrase=None) == SECRETS
    assert read_keystore(unlocked(), passphrase="ignored") == SECRETS


def test_locked_file() -> None:
    assert is_locked(locked())
    assert read_keystore(locked(), passphrase="p\u00e4ss") == SECRETS
    assert all(seed not in locked() for seed in (SECRETS.identity_seed, SECRETS.storage_key))
    for wrong in ("pass", "", "p\u00e4ss ", "P\u00e4ss"):
        with pytest.raises(PassphraseError):
            read_keystore(locked(), passphrase=wrong)
    with pytest.raises(PassphraseError, match="locked"):
        read_keystore(locked(), passphrase=None)


def test_each_changed_byte_is_damage() -> None:
    """Damage is told from a wrong passphrase wherever it sits, and never leads to other secrets."""
    for data in (locked(), unlocked()):
        for at in range(len(data)):
            changed = bytearray(data)
            changed[at] ^= 0x01
            with pytest.raises(KeystoreError):
                read_keystore(bytes(changed), passphrase="p\u00e4ss")
            with pytest.raises(KeystoreError):
                is_locked(bytes(changed))


def test_cut_short() -> None:
    for length in range(len(locked())):
        with pytest.raises(KeystoreError):
            read_keystore(locked()[:length], passphrase="p\u00e4ss")


def sealed(kdf: list[Any], held: bytes, version: int = 1) -> bytes:
    """Return a file with a true checksum."""
    checksum = blake2b(encode([kdf, held]), person=b"p2p.keystore.1", size=16)
    return encode({1: version, 2: kdf, 3: held, 4: checksum})


def test_newer_version() -> None:
    with pytest.raises(KeystoreError, match="version 2"):
        read_keystore(sealed([], b"", version=2), passphrase=None)


@pytest.mark.parametrize(
    "kdf",
    [
        [RANDOM[:16]],
        [RANDOM[:16], 1],
        [RANDOM[:16], 1, 8192, 0],
        ["salt", 1, 8192],
        [RANDOM[:15], 1, 8192],
        [RANDOM[:16], 0, 8192],
        [RANDOM[:16], -1, 8192],
        [RANDOM[:16], 65, 8192],
        [RANDOM[:16], 1, 0],
        [RANDOM[:16], 1, -1],
        [RANDOM[:16], 1, (1 << 30) + 1],
        [RANDOM[:16], b"", 8192],
    ],
    ids=str,
)
def test_parameters_nobody_writes(kdf: list[Any]) -> None:
    with pytest.raises(KeystoreError):
        read_keystore(sealed(kdf, bytes(100)), passphrase="x")


@pytest.mark.parametrize(
    "fields",
    [
        [],
        ["Ana"],
        ["Ana", *[bytes(32)] * 4],
        ["Ana", *[bytes(32)] * 6],
        ["Ana", *[bytes(32)] * 4, bytes(31)],
        ["Ana", *[bytes(32)] * 4, 7],
        [b"Ana", *[bytes(32)] * 5],
        7,
    ],
    ids=str,
)
def test_secrets_of_another_form(fields: Value) -> None:
    with pytest.raises(KeystoreError):
        read_keystore(sealed([], encode(fields)), passphrase=None)


def test_layout() -> None:
    outer = decode(locked())
    assert outer[1] == 1
    assert outer[2] == [RANDOM[:16], 1, 8192]
    assert outer[3][:24] == RANDOM[16:]
    assert decode(decode(unlocked())[3])[0] == "Ana"
