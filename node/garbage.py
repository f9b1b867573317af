"""Spares the garbage collector what a started node consists of, and gives memory back.

Modules, classes and services stay until the end. As shipped, the collector goes through all of them again whenever a
sync has made enough new operations, which costs a tenth of its time.
"""

import ctypes
import gc
import sys
from typing import Final

YOUNG: Final = 20_000
"""New objects after which the youngest are looked through; a frame of a sync makes some thousands."""


def settle() -> None:
    """Take everything that is here now for permanent; call it once the node has started."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 20)


def give_back() -> None:
    """Return free memory to the system, where the C library keeps it for later (glibc); takes some milliseconds."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)
