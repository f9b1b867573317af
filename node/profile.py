"""A profile: the folder that holds one person's keys and conversations on this machine (S60).

keystore         secrets, mode 0600                database.sqlite3   operations and what they come to
lock             held by the running node          api_key, api.json  how to reach it
"""

import os
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_bytes, token_urlsafe
from types import TracebackType
from typing import Final

import base58
from filelock import FileLock, Timeout

from crypto.certificates import Certificate, issue
from crypto.errors import KeystoreError, PassphraseError
from crypto.keystore import Secrets, read_keystore, write_keystore
from crypto.signatures import SigningKey
from node.errors import StartError
from protocol.errors import UsageError
from protocol.limits import NAME_CHARACTERS

KEYSTORE: Final = "keystore"
DATABASE: Final = "database.sqlite3"
API_KEY: Final = "api_key"
API: Final = "api.json"
LOCK: Final = "lock"


@dataclass(frozen=True, slots=True)
class ProfileInfo:
    """What `peer2peer init` tells."""

    identity: str
    name: str
    peer_id: str


@dataclass(frozen=True, slots=True)
class Profile:
    """An unlocked profile."""

    home: Path
    secrets: Secrets
    peer_id: str

    def certificate(self, *, now_ms: int) -> Certificate:
        """Return this device's certificate, made now."""
        secrets = self.secrets
        return issue(secrets.identity, device=secrets.device, peer_id=self.peer_id.encode(), created_ms=now_ms)

    def renamed(self, name: str) -> "Profile":
        """Return the same profile of a person who goes by another name now."""
        return replace(self, secrets=replace(self.secrets, name=name))


def checked_name(name: str) -> str:
    """Return a name with single spaces (UsageError `bad_request` where it is blank, too long or unreadable)."""
    name = " ".join(name.split())
    if not name or len(name) > NAME_CHARACTERS or not name.isprintable():
        raise UsageError("bad_request", "a name has 1 to {most} printable characters", most=NAME_CHARACTERS)
    return name


def create_profile(home: Path, name: str, passphrase: str | None) -> ProfileInfo:
    """Make keys and a key file in `home`; return who they belong to.

    Raises:
        UsageError: `profile_exists`, or `bad_request` for a name that is blank or too long.
        StartError: the folder cannot be written.
    """
    name = checked_name(name)
    if passphrase is not None and not passphrase:
        raise UsageError("bad_request", "the passphrase is empty: leave it out for a profile without one")
    path = home / KEYSTORE
    if path.exists():
        raise UsageError(
            "profile_exists", "there is a profile in {home} already: choose another folder with --home", home=str(home)
        )
    secrets = Secrets.make(name, token_bytes(160))
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(path, write_keystore(secrets, passphrase=passphrase, randomness=token_bytes(40)))
        write_private(home / API_KEY, token_urlsafe(32).encode())
    except OSError as error:
        raise StartError("unwritable", f"the profile folder {home} cannot be written: {error.strerror}") from error
    return ProfileInfo(secrets.identity.public.hex(), name, peer_id_of(secrets.node_seed))


def change_passphrase(home: Path, *, before: str | None, after: str | None) -> None:
    """Close the key file of the profile in `home` with another passphrase, or with none; a node may be running.

    Raises:
        StartError: there is no profile, `before` does not open it, it is damaged, or it cannot be written.
        UsageError: `bad_request` for an empty passphrase.
    """
    if after is not None and not after:
        raise UsageError("bad_request", "the new passphrase is empty: to have none, remove it")
    secrets = _read_secrets(home, passphrase=before)
    try:
        write_private(home / KEYSTORE, write_keystore(secrets, passphrase=after, randomness=token_bytes(40)))
    except OSError as error:
        raise StartError("unwritable", f"the profile folder {home} cannot be written: {error.strerror}") from error


def open_profile(home: Path, *, passphrase: str | None) -> Profile:
    """Return the profile in `home`, unlocked.

    Raises:
        StartError: there is none, it is locked, the passphrase is wrong, or the key file is damaged.
    """
    secrets = _read_secrets(home, passphrase=passphrase)
    if not (home / API_KEY).exists():
        write_private(home / API_KEY, token_urlsafe(32).encode())
    return Profile(home, secrets, peer_id_of(secrets.node_seed))


def _read_secrets(home: Path, *, passphrase: str | None) -> Secrets:
    try:
        data = (home / KEYSTORE).read_bytes()
    except FileNotFoundError:
        raise StartError("no_profile", f"there is no profile in {home}: make one with `peer2peer init`") from None
    except OSError as error:
        raise StartError("unreadable", f"the key file in {home} cannot be read: {error.strerror}") from error
    try:
        return read_keystore(data, passphrase=passphrase)
    except PassphraseError as error:
        how = "" if passphrase else " with --passphrase-file FILE"
        raise StartError(error.code, f"{error}{how}") from error
    except KeystoreError as error:
        raise StartError(error.code, str(error)) from error


def peer_id_of(node_seed: bytes) -> str:
    """Return the libp2p peer id of the Ed25519 key made from `node_seed`.

    It is the identity multihash of the key's protobuf form (libp2p specs, peer ids); reckoned here so that the command
    line need not load libp2p.
    """
    key = b"\x08\x01\x12\x20" + SigningKey(node_seed).public
    return str(base58.b58encode(b"\x00" + bytes((len(key),)) + key).decode())


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    part = path.with_name(path.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)


class ProfileLock:
    """Keeps a second node away from the profile; the operating system frees it when the process ends, however."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._lock = FileLock(home / LOCK, timeout=0, mode=0o600)

    def __enter__(self) -> "ProfileLock":
        try:
            self._lock.acquire()
        except Timeout:
            raise StartError(
                "already_running", f"a node is running for the profile in {self._home} already: use it, or end it first"
            ) from None
        except OSError as error:
            raise StartError("unwritable", f"the folder {self._home} cannot be written: {error.strerror}") from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()
