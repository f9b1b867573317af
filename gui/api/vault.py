"""A file that the desktop keeps for its person, closed under a key which only the node knows.

So a passphrase on the profile protects what was typed and not sent as it protects what was. The file is replaced as a
whole, in a thread, within half a second of a change: a crash at any moment leaves the old one or the new one.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path
from secrets import token_bytes
from typing import Any

import orjson

from crypto.errors import SealError
from crypto.sealed import NONCE_BYTES, close, open_closed
from gui.tasks import spawn

log = logging.getLogger("gui.vault")

WITHIN_S = 0.5
FORM = b"peer2peer desktop 1"
MAX_BYTES = 32 * 1024 * 1024


class Vault:
    """One file of values that JSON can say."""

    def __init__(self, path: Path, gather: Callable[[], dict[str, Any]], *, within_s: float = WITHIN_S) -> None:
        """Keep in `path` what `gather` returns at the moment of writing."""
        self._path = path
        self._gather = gather
        self._within_s = within_s
        self._key: bytes | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False
        self._lock = threading.Lock()
        self._asked = 0
        self._written = 0

    @property
    def is_open(self) -> bool:
        """Whether the key is known."""
        return self._key is not None

    def open(self, key: bytes) -> dict[str, Any]:
        """Return what is kept, nothing where nothing is; a file that can't be read is put aside, not overwritten."""
        self._key = key
        try:
            if self._path.stat().st_size > MAX_BYTES:
                raise ValueError("too large")
            found = orjson.loads(open_closed(key, self._path.read_bytes(), associated=FORM))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, SealError) as error:
            log.warning("what was not sent could not be read cause=%s", type(error).__name__)
            self._put_aside()
            return {}
        return found if isinstance(found, dict) else {}

    def changed(self) -> None:
        """Write soon; nothing is written before the key is known, nor after the end."""
        if self._key is not None and self._timer is None and not self._closed:
            self._timer = asyncio.get_running_loop().call_later(self._within_s, self._begin)

    def close(self) -> None:
        """Write now what is to be written, and nothing later: the file is somebody else's then."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._asked += 1
            self._write(self._asked, orjson.dumps(self._gather()))

    def _begin(self) -> None:
        self._timer = None
        self._asked += 1
        spawn(asyncio.to_thread(self._write, self._asked, orjson.dumps(self._gather())), name="vault")

    def _write(self, number: int, data: bytes) -> None:
        """Replace the file, unless a later state stands there already."""
        assert self._key is not None
        closed = close(self._key, data, nonce=token_bytes(NONCE_BYTES), associated=FORM)
        beside = self._path.with_name(self._path.name + ".new")
        with self._lock:
            if number <= self._written:
                return
            self._written = number
            try:
                descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
                with os.fdopen(descriptor, "wb") as file:
                    file.write(closed)
                    file.flush()
                    os.fsync(file.fileno())
                beside.replace(self._path)
            except OSError as error:
                log.warning("what was not sent could not be kept cause=%s", error.strerror or type(error).__name__)

    def _put_aside(self) -> None:
        try:
            self._path.replace(self._path.with_name(self._path.name + ".unreadable"))
        except OSError as error:
            log.warning("could not be put aside cause=%s", error.strerror or type(error).__name__)
