"""API keys in the keyring of the system: Keychain, Credential Manager, Secret Service, KWallet (S40).

A keyring may be missing, locked, or wait for a person who is not there. So it is asked in a thread, with a deadline;
without a display it is not asked at all, for whoever unlocks it would have to see the question.
"""

import logging
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any, Final

import trio

SERVICE: Final = "peer2peer"
DEADLINE_S: Final = 3.0
_OVERRIDE: Final = "PYTHON_KEYRING_BACKEND"
_SYSTEM: Final = "keyring.backends."
_USELESS: Final = frozenset({"keyring.backends.fail", "keyring.backends.null"})
log = logging.getLogger("node.ai")


class NoKeyringError(Exception):
    """This system has no keyring that could be used from here; the message is a clause for a person."""

    def __init__(self) -> None:
        super().__init__("there is no keyring here that could keep the key")


class Keychain:
    """Reads keys; at most one thread at a time, also where the keyring never answers.

    Args:
        read: returns the key of an account, None where there is none; runs in a thread and may hang.
        deadline_s: how long anybody waits for it.
    """

    def __init__(self, read: Callable[[str], str | None] | None = None, *, deadline_s: float = DEADLINE_S) -> None:
        self._read = read or stored
        self._deadline_s = deadline_s
        self._keys: dict[str, str] = {}
        self._lock = trio.Lock()
        self._reading = False
        self._off = False

    async def key(self, account: str) -> str:
        """Return the key; empty where there is none, or where the keyring cannot be read or is too slow."""
        with trio.move_on_after(self._deadline_s):
            async with self._lock:
                if account not in self._keys and not self._reading and not self._off:
                    self._reading = True
                    await trio.to_thread.run_sync(self._look, account, abandon_on_cancel=True)
        return self._keys.get(account, "")

    def forget(self, account: str) -> None:
        """Read the key anew the next time: it was not accepted."""
        self._keys.pop(account, None)

    def _look(self, account: str) -> None:
        """Keep the key; in a thread that may outlive whoever waits for it."""
        try:
            if key := (self._read(account) or "").strip():
                self._keys[account] = key
        except Exception as error:  # noqa: BLE001 - whatever a keyring raises, the node goes on without it
            self._off = not isinstance(error, NoKeyringError)
            log.info("keyring not used error=%s", type(error).__name__)
        finally:
            self._reading = False


def stored(account: str) -> str | None:
    """Return the key of an account; None where there is none. May take long: a person may be asked to unlock it.

    Raises:
        NoKeyringError: there is no keyring.
    """
    for keyring in _keyrings():
        if found := keyring.get_password(SERVICE, account):
            return str(found)
    return None


def store(account: str, key: str) -> bool:
    """Keep a key in the place of the one there was; return True; see `stored`."""
    _keyrings()[0].set_password(SERVICE, account, key)
    return True


def remove(account: str) -> bool:
    """Forget a key; return whether there was one; see `stored`."""
    holding = [keyring for keyring in _keyrings() if keyring.get_password(SERVICE, account)]
    for keyring in holding:
        keyring.delete_password(SERVICE, account)
    return bool(holding)


def _keyrings() -> list[Any]:
    """Return the keyrings of the system, the preferred one first; never one that asks on a terminal."""
    if not _may_ask(os.environ, sys.platform):
        raise NoKeyringError
    try:
        library = import_module("keyring")
    except ImportError:
        raise NoKeyringError from None
    keyring = library.get_keyring()
    if found := list(_usable(getattr(keyring, "backends", [keyring]), chosen=bool(os.environ.get(_OVERRIDE)))):
        return found
    raise NoKeyringError


def _usable(keyrings: Iterable[Any], *, chosen: bool) -> Iterable[Any]:
    for keyring in keyrings:
        module = type(keyring).__module__
        if (chosen or module.startswith(_SYSTEM)) and not module.startswith(tuple(_USELESS)):
            yield keyring


def _may_ask(environment: Mapping[str, str], platform: str) -> bool:
    """Return whether a question of the keyring would be seen, or whether somebody chose a keyring for this process."""
    if platform in {"win32", "darwin"} or environment.get(_OVERRIDE):
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))
