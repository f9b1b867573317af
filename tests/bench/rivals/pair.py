"""Two processes of one rival on loopback, a writer and a reader, and what is measured of them.

Rivals: `orbitdb`, `hypercore` (encrypted, blocks stored), `js_libp2p` (the transport alone: keeps no log), `bare` and
`bare_last` (the limits in Python: every entry's signature checked, or the last of each batch). The caller interleaves
them.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

from tests.bench.result import percentile
from tests.bench.rivals.errors import RivalError
from tests.bench.rivals.installed import node_program, peer_program
from tests.bench.rivals.peer import Peer
from tests.bench.rivals.wire import tcp_bytes

RIVALS = ("orbitdb", "hypercore", "js_libp2p", "bare", "bare_last")
OURS = "peer2peer"
"""Our own node, driven in the same way."""
TRANSPORT_ONLY = "js_libp2p"
PYTHON_RIVALS = {"bare": "every", "bare_last": "last"}
LIMIT_S = 1800.0
"""The most that one measurement may take, before the peer is given up."""
WARM_UP = 10
PAUSE_MS = 20.0
QUIET_S = 60.0
"""How long messages may take to arrive after the last was written."""

Figures = dict[str, float]


class Pair:
    """A writer and a reader; measure in the order append, cold sync, live, burst. `load` is the machine's."""

    def __init__(self, rival: str, writer: Peer, reader: Peer) -> None:
        self.rival = rival
        self._writer = writer
        self._reader = reader
        self._written = 0
        self._synced = False

    def append(self, count: int) -> Figures:
        """Return how fast the writer adds `count` operations to its log, one at a time."""
        if self.rival == TRANSPORT_ONLY:
            raise RivalError(f"{self.rival} keeps no log: nothing to append to")
        before_s = self._writer.cpu_s()
        answer = self._writer.ask("append", LIMIT_S, count=count)
        cpu_s = self._writer.cpu_s() - before_s
        self._written += count
        took_s = _seconds(answer, "began_ms", "ended_ms")
        return _loaded({"ops_per_s": count / took_s, "cpu_ms_per_op": cpu_s / count * 1000})

    def cold_sync(self, count: int | None = None) -> Figures:
        """Return how the reader, which has nothing yet, gets all that was appended (`count` for `js_libp2p`).

        CPU and bytes on the wire are of both peers, from the dial on. `read_back_s` is what it takes afterwards to read
        and decode all on the reader; it is no part of the rest.

        Raises:
            RivalError: entries are missing afterwards, or the reader had its cold sync before.
        """
        if self._synced:
            raise RivalError(f"{self.rival}: this reader is no longer cold")
        wanted = self._written if count is None else count
        before_s = self._cpu_s()
        answer = self._reader.ask("fetch", LIMIT_S, count=wanted, **{"from": self._writer.meeting})
        cpu_s = self._cpu_s() - before_s
        wire_bytes = tcp_bytes(self._reader.pid)
        rss_mb = self._reader.rss_mb()
        began_s = perf_counter()
        entries = self._reader.ask("count", LIMIT_S)["entries"]
        read_back_s = perf_counter() - began_s
        if entries != wanted:
            raise RivalError(f"{self.rival}: {entries} of {wanted} entries arrived")
        self._synced = True
        took_s = _seconds(answer, "began_ms", "ended_ms")
        return _loaded(
            {
                "ops_per_s": wanted / took_s,
                "seconds": took_s,
                "dial_ms": answer["connected_ms"] - answer["began_ms"],
                "wire_bytes_per_op": wire_bytes / wanted,
                "cpu_ms_per_op": cpu_s / wanted * 1000,
                "reader_rss_mb": rss_mb,
                "read_back_s": read_back_s,
            }
        )

    def live(self, count: int = 200, *, pause_ms: float = PAUSE_MS) -> Figures:
        """Return how long paced messages are under way: from before the append to the reader's event."""
        self._join()
        _, arrived = self._send(count, pause_ms=pause_ms)
        latencies = arrived["latencies_ms"]
        return _loaded(
            {
                "p50_ms": percentile(latencies, 0.50),
                "p99_ms": percentile(latencies, 0.99),
                "sent": count,
                "arrived": arrived["arrived"],
            }
        )

    def burst(self, count: int = 1000) -> Figures:
        """Return how fast `count` messages go, written as fast as the writer can, until the last is there."""
        self._join()
        sent, arrived = self._send(count, pause_ms=0)
        took_s = (arrived["last_ms"] - sent["began_ms"]) / 1000
        return _loaded(
            {
                "messages_per_s": arrived["arrived"] / took_s,
                "append_per_s": count / _seconds(sent, "began_ms", "ended_ms"),
                "sent": count,
                "arrived": arrived["arrived"],
            }
        )

    def _join(self) -> None:
        """Bring the reader up to date and see that messages pass."""
        if not self._synced:
            if self.rival != TRANSPORT_ONLY and not self._written:
                self.append(1)
            self.cold_sync(self._written or 1)
        if self._send(WARM_UP, pause_ms=PAUSE_MS)[1]["arrived"] != WARM_UP:
            raise RivalError(f"{self.rival}: messages do not arrive")

    def _send(self, count: int, *, pause_ms: float) -> tuple[dict[str, Any], dict[str, Any]]:
        sent = self._writer.ask("append", LIMIT_S, count=count, pause_ms=pause_ms)
        self._written += count
        return sent, self._reader.ask("arrivals", QUIET_S + 10, count=count, wait_s=QUIET_S)

    def _cpu_s(self) -> float:
        return self._writer.cpu_s() + self._reader.cpu_s()


@contextmanager
def pair(rival: str) -> Iterator[Pair]:
    """Run a writer and a reader of the rival, with stores in a temporary folder, until the block is left.

    Raises:
        RivalError: there is no such rival, it is not set up, or it does not start.
    """
    command = program(rival)
    with tempfile.TemporaryDirectory(prefix=f"rival-{rival}-", ignore_cleanup_errors=True) as folder:
        peers: list[Peer] = []
        try:
            for role in ("writer", "reader"):
                peers.append(Peer(f"{rival} {role}", [*command, role], Path(folder) / role))
            yield Pair(rival, *peers)
        finally:
            for peer in peers:
                peer.stop()


def append(rival: str, count: int) -> Figures:
    """Return `Pair.append` of a fresh pair."""
    with pair(rival) as fresh:
        return fresh.append(count)


def cold_sync(rival: str, count: int) -> Figures:
    """Return `Pair.cold_sync` of a fresh pair, and the appends before it as `append_per_s`."""
    with pair(rival) as fresh:
        if rival == TRANSPORT_ONLY:
            return fresh.cold_sync(count)
        append_per_s = fresh.append(count)["ops_per_s"]
        return fresh.cold_sync() | {"append_per_s": append_per_s}


def live(rival: str, count: int = 200, *, pause_ms: float = PAUSE_MS) -> Figures:
    """Return `Pair.live` of a fresh pair."""
    with pair(rival) as fresh:
        return fresh.live(count, pause_ms=pause_ms)


def burst(rival: str, count: int = 1000) -> Figures:
    """Return `Pair.burst` of a fresh pair."""
    with pair(rival) as fresh:
        return fresh.burst(count)


def program(rival: str) -> list[str]:
    """Return the command that runs a peer of the rival; a role and a folder follow it.

    Raises:
        RivalError: there is no such rival, or it is not set up.
    """
    if rival == OURS:
        return [sys.executable, "-m", "tests.bench.our_peer"]
    if rival not in RIVALS:
        raise RivalError(f"no rival {rival}: choose from {', '.join(RIVALS)}")
    if rival in PYTHON_RIVALS:
        return [sys.executable, "-m", "tests.bench.rivals.bare_peer", PYTHON_RIVALS[rival]]
    return [node_program(), str(peer_program(rival))]


def _seconds(answer: dict[str, Any], began: str, ended: str) -> float:
    return float(answer[ended] - answer[began]) / 1000


def _loaded(figures: Figures) -> Figures:
    """Return the figures with the machine's load beside them."""
    return figures | {"load": os.getloadavg()[0]}
