"""The one-core limit of a cold sync without a network: unpack, verify, hash, check the link, open, insert, index."""

import os
import tempfile
from pathlib import Path
from time import perf_counter, process_time

from tests.bench.rivals.bare_entry import Author, Checker, Table

BATCH = 500


def pipeline(count: int = 20_000, *, every_signature: bool = True) -> dict[str, float]:
    """Return how many entries one thread takes in per second, and per second of its CPU.

    `every_signature=False` checks the last of each batch of 500 only, whose links cover the others.
    """
    content_key = os.urandom(32)
    author = Author(content_key)
    batches = [[author.write()[1] for _ in range(min(BATCH, count - start))] for start in range(0, count, BATCH)]
    checker = Checker(author.public, content_key)
    with tempfile.TemporaryDirectory() as folder:
        table = Table(Path(folder) / "entries.db")
        began_s, began_cpu_s = perf_counter(), process_time()
        for batch in batches:
            table.add(checker.take(batch, every_signature=every_signature))
        cpu_s, took_s = process_time() - began_cpu_s, perf_counter() - began_s
        assert table.readable() == count
        table.close()
    return {
        "ops_per_s": count / took_s,
        "ops_per_cpu_s": count / cpu_s,
        "cpu_ms_per_op": cpu_s / count * 1000,
        "load": os.getloadavg()[0],
    }
