"""Makes a run depend on its seed alone: secrets, sealed boxes, trio's scheduler and its threads.

What is left is Python's order of sets, so runs to be compared happen with one PYTHONHASHSEED (`python -m tests.sim`
sees to it).
"""

import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any
from unittest import mock

import trio
import trio._core._run as scheduler
from nacl.bindings import crypto_box, crypto_box_seed_keypair
from nacl.public import PrivateKey, PublicKey, SealedBox

import crypto.sealed
from crypto.ids import blake2b

_OURS = ("crypto", "protocol", "node")


class SeededBox:
    """A sealed box as libsodium makes it, its one-time key taken from a stream of numbers."""

    def __init__(self, key: PublicKey | PrivateKey, draw: Callable[[int], bytes]) -> None:
        self._key = key
        self._draw = draw

    def encrypt(self, plaintext: bytes) -> bytes:
        once_public, once_secret = crypto_box_seed_keypair(self._draw(32))
        box = bytes(self._key if isinstance(self._key, PublicKey) else self._key.public_key)
        nonce = blake2b(once_public + box, person=b"", size=24)
        sealed: bytes = once_public + crypto_box(plaintext, nonce, box, once_secret)
        return sealed

    def decrypt(self, sealed: bytes) -> bytes:
        assert isinstance(self._key, PrivateKey)
        return SealedBox(self._key).decrypt(sealed)


async def _at_once(work: Callable[..., Any], *arguments: Any, **_options: Any) -> Any:
    """Stand in for a thread: the work is done here and now, so nothing runs beside the virtual clock."""
    await trio.lowlevel.checkpoint()
    done = work(*arguments)
    await trio.lowlevel.checkpoint()
    return done


@contextmanager
def seeded(seed: str) -> Iterator[None]:
    """Take everything random in this block from `seed`."""
    stream = Random(f"secrets {seed}")
    patched: list[tuple[Any, str]] = []
    real = secrets.token_bytes

    def token_bytes(size: int = 32) -> bytes:
        return stream.randbytes(size)

    with mock.patch.multiple(scheduler, _ALLOW_DETERMINISTIC_SCHEDULING=True):
        state = scheduler._r.getstate()
        scheduler._r.seed(f"scheduler {seed}")
        try:
            for module in [
                secrets,
                *(sys.modules[name] for name in sorted(sys.modules) if name.split(".")[0] in _OURS),
            ]:
                if getattr(module, "token_bytes", None) is real:
                    patched.append((module, "token_bytes"))
                    vars(module)["token_bytes"] = token_bytes
            boxes = mock.patch.object(crypto.sealed, "SealedBox", lambda key: SeededBox(key, token_bytes))
            with boxes, mock.patch("trio.to_thread.run_sync", _at_once):
                yield
        finally:
            for module, name in patched:
                vars(module)[name] = real
            scheduler._r.setstate(state)
