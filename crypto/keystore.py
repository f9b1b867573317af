"""The key file: everything secret that a profile owns, as bytes to be written with mode 0600 (S60).

With a passphrase the secrets are closed under Argon2id; without one they lie open in the file and its mode protects
them. Layout: `{1: version, 2: kdf, 3: secrets, 4: checksum}` where kdf is `[]` or `[salt, operations, memory_bytes]`;
the checksum covers kdf and secrets, so that damage is never taken for a wrong passphrase.
"""

from dataclasses import dataclass

from nacl.exceptions import CryptoError as NaclError
from nacl.pwhash import argon2id

from crypto.codec import decode, encode
from crypto.errors import CodecError, KeystoreError, PassphraseError, SealError
from crypto.ids import blake2b
from crypto.keys import Device, Identity
from crypto.sealed import KEY_BYTES, NONCE_BYTES, close, open_closed

VERSION = 1
SALT_BYTES = argon2id.SALTBYTES
OPERATIONS = 3
MEMORY_BYTES = 64 << 20
_MOST_MEMORY_BYTES = 1 << 30
_MOST_OPERATIONS = 64
_ASSOCIATED = b"p2p.keystore.1"
_SEEDS = 5


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the key file holds: five independent 32-byte secrets and the name the person chose."""

    name: str
    identity_seed: bytes
    device_seed: bytes
    box_seed: bytes
    node_seed: bytes
    """Seed of the libp2p key: the node's peer id."""
    storage_key: bytes
    """Closes epoch keys where they lie in the database."""

    @classmethod
    def make(cls, name: str, randomness: bytes) -> "Secrets":
        """Return new secrets out of 160 random bytes."""
        if len(randomness) != _SEEDS * KEY_BYTES:
            raise ValueError("five secrets need 160 random bytes")
        return cls(name, *(randomness[at : at + KEY_BYTES] for at in range(0, len(randomness), KEY_BYTES)))

    @property
    def identity(self) -> Identity:
        """The person."""
        return Identity(self.identity_seed)

    @property
    def device(self) -> Device:
        """This machine."""
        return Device(self.device_seed, self.box_seed)


def write_keystore(secrets: Secrets, *, passphrase: str | None, randomness: bytes) -> bytes:
    """Return the file's bytes; `randomness` is salt and nonce, 40 bytes."""
    plain = encode(
        [
            secrets.name,
            secrets.identity_seed,
            secrets.device_seed,
            secrets.box_seed,
            secrets.node_seed,
            secrets.storage_key,
        ]
    )
    if passphrase is None:
        kdf: list[int | bytes] = []
        held = plain
    else:
        salt, nonce = randomness[:SALT_BYTES], randomness[SALT_BYTES : SALT_BYTES + NONCE_BYTES]
        kdf = [salt, OPERATIONS, MEMORY_BYTES]
        held = close(_stretch(passphrase, salt, OPERATIONS, MEMORY_BYTES), plain, nonce=nonce, associated=_ASSOCIATED)
    return encode({1: VERSION, 2: list(kdf), 3: held, 4: _checksum(kdf, held)})


def is_locked(data: bytes) -> bool:
    """Return whether the key file `data` needs a passphrase (KeystoreError where it is damaged)."""
    return bool(_outer(data)[0])


def read_keystore(data: bytes, *, passphrase: str | None) -> Secrets:
    """Return the secrets in the key file `data`.

    Raises:
        KeystoreError: the file is damaged or of an unknown version.
        PassphraseError: the passphrase is missing or wrong.
    """
    kdf, held = _outer(data)
    if kdf:
        if passphrase is None:
            raise PassphraseError("this profile is locked: give its passphrase")
        match kdf:
            case [bytes() as salt, int() as operations, int() as memory] if (
                operations <= _MOST_OPERATIONS and memory <= _MOST_MEMORY_BYTES
            ):
                pass
            case _:
                raise KeystoreError("the key file is damaged: restore it from your backup")
        try:
            key = _stretch(passphrase, salt, operations, memory)
            held = open_closed(key, held, associated=_ASSOCIATED)
        except SealError as error:
            raise PassphraseError("that passphrase does not open this profile") from error
        except (NaclError, ValueError) as error:
            raise KeystoreError("the key file is damaged: restore it from your backup") from error
    try:
        fields = decode(held)
    except CodecError as error:
        raise KeystoreError("the key file is damaged: restore it from your backup") from error
    match fields:
        case [str() as name, *seeds] if len(seeds) == _SEEDS and all(
            type(seed) is bytes and len(seed) == KEY_BYTES for seed in seeds
        ):
            return Secrets(name, *seeds)
    raise KeystoreError("the key file is damaged: restore it from your backup")


def _outer(data: bytes) -> tuple[list[int | bytes], bytes]:
    try:
        outer = decode(data, max_bytes=1 << 16)
    except CodecError as error:
        raise KeystoreError("the key file is damaged: restore it from your backup") from error
    match outer:
        case {1: int() as version, 2: list() as kdf, 3: bytes() as held, 4: bytes() as checksum}:
            pass
        case _:
            raise KeystoreError("the key file is damaged: restore it from your backup")
    if version != VERSION:
        raise KeystoreError(f"the key file has version {version}, which this program does not know: update it")
    if checksum != _checksum(kdf, held):
        raise KeystoreError("the key file is damaged: restore it from your backup")
    return kdf, held


def _stretch(passphrase: str, salt: bytes, operations: int, memory: int) -> bytes:
    return argon2id.kdf(KEY_BYTES, passphrase.encode(), salt, opslimit=operations, memlimit=memory)


def _checksum(kdf: list[int | bytes], held: bytes) -> bytes:
    return blake2b(encode([list(kdf), held]), person=b"p2p.keystore.1", size=16)
