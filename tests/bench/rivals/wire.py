"""What a process has sent and received over TCP, as the kernel counts it: payload bytes, on connections still open.

Works for any process that this one may trace (its own children), so rivals and our nodes are counted alike. Linux only.
"""

import ctypes
import os
import socket
import struct
from contextlib import closing, suppress
from pathlib import Path

from tests.bench.rivals.errors import RivalError

PIDFD_GETFD = 438
"""Number of the call that copies another process's descriptor; the same on every processor since Linux 5.6."""
TCP_INFO_BYTES = 256
BYTES_ACKED_OFFSET = 120
"""`tcpi_bytes_acked`, followed by `tcpi_bytes_received`, both 64 bits."""


def tcp_bytes(pid: int) -> int:
    """Return the bytes sent and received on the open TCP connections of the process.

    Raises:
        RivalError: this system does not let us look.
    """
    try:
        watched = os.pidfd_open(pid)
    except (AttributeError, OSError) as error:
        raise RivalError(f"cannot count the bytes of process {pid}: {error}") from None
    try:
        return sum(_counted(watched, number) for number in _sockets(pid))
    finally:
        os.close(watched)


def _sockets(pid: int) -> list[int]:
    """Return the descriptors of the process that are sockets."""
    found = []
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):
            if os.readlink(entry).startswith("socket:"):
                found.append(int(entry.name))
    return found


def _counted(watched: int, number: int) -> int:
    """Return the bytes of one socket; 0 for one that is closed by now, listens, or is none of TCP's."""
    library = ctypes.CDLL(None, use_errno=True)
    copied = library.syscall(PIDFD_GETFD, watched, number, 0)
    if copied < 0:
        if ctypes.get_errno() == 9:  # EBADF: closed since we listed it
            return 0
        raise RivalError(f"cannot look at another process's sockets: {os.strerror(ctypes.get_errno())}")
    with closing(socket.socket(fileno=copied)) as one:
        if one.family not in (socket.AF_INET, socket.AF_INET6) or one.type != socket.SOCK_STREAM:
            return 0
        state = one.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, TCP_INFO_BYTES)
        acked, received = struct.unpack_from("=QQ", state, BYTES_ACKED_OFFSET)
        return int(acked) + int(received)
