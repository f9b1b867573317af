"""A log of 100,000 messages in one process: opening it, its memory, a late operation, what a peer lacks; control."""

import os
import tempfile
from pathlib import Path
from time import perf_counter, process_time

import psutil

from node.clock import Clock
from node.conversations.conversation import Conversation
from node.conversations.events import Events
from node.conversations.library import Library
from node.profile import DATABASE, create_profile, open_profile
from node.store.database import open_database
from protocol.authority import Authority
from protocol.bodies.content import Message
from protocol.bodies.control import Revoke, load_control
from protocol.ops import CONTROL
from protocol.sync.index import KeyIndex
from tests.bench.result import Result, at_most, told
from tests.builders import Talk, person
from tests.reconciling import reconcile

MESSAGES = int(os.environ.get("BENCH_LONG", "100000"))
CONTROL_OPS = 2_000
TEXT = "An idea that is long enough to be worth a message. " * 4


def bench_long_log() -> list[Result]:
    """What a long log costs whoever holds it."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "a"
        create_profile(home, "Ana", None)
        _fill(home)
        process = psutil.Process()
        before_mb = process.memory_info().rss / 1e6
        library, opened_s, paged_s = _open(home)
        conversation = next(iter(library.conversations.values()))
        began_s = perf_counter()
        index = conversation.replica.content.index
        indexed_s = perf_counter() - began_s
        grown_mb = process.memory_info().rss / 1e6 - before_mb
        late_ms = [_late(conversation) * 1000 for _ in range(20)]
        results = [
            at_most(
                f"open a conversation of {MESSAGES:,} to its newest page",
                [(opened_s + paged_s) * 1000],
                "ms",
                against="300 ms",
                limit=300.0,
                most=1.0,
            ),
            told(f"its index of {MESSAGES:,} keys, built at the first sync", [indexed_s * 1000], "ms"),
            told(f"memory that {MESSAGES:,} operations take when open", [grown_mb], "MB"),
            at_most(f"one late operation into {MESSAGES:,}", late_ms, "ms", against="5 ms", limit=5.0, most=1.0),
        ]
        results += _reconciled(index)
    return [*results, _resolved()]


def _library(home: Path) -> Library:
    profile = open_profile(home, passphrase=None)
    return Library(open_database(home / DATABASE), profile=profile, clock=Clock(), events=Events())


def _fill(home: Path) -> None:
    library = _library(home)
    conversation = library.create(title="A long one", description="")
    for number in range(MESSAGES):
        conversation.write(Message(f"{number} {TEXT}"))
    library.database.close()


def _open(home: Path) -> tuple[Library, float, float]:
    library = _library(home)
    began_s = perf_counter()
    library.load()
    opened_s = perf_counter() - began_s
    began_s = perf_counter()
    page, _ = next(iter(library.conversations.values())).view.page(before=None, limit=50)
    assert len(page) == 50
    return library, opened_s, perf_counter() - began_s


def _late(conversation: Conversation) -> float:
    """Return the seconds that one operation on top of the beginning takes to be written and stored."""
    replica = conversation.replica
    newest = replica.content.heads
    early = replica.content.index.key_at(1)
    replica.content.heads = {early[1]: early[0]}  # written as by somebody who had seen no more than that
    tips, replica.content.tips = replica.content.tips, {}
    try:
        began_s = perf_counter()
        op = conversation.write(Message("late"))
        took_s = perf_counter() - began_s
    finally:
        replica.content.heads = newest | {op.id: op.header.depth}
        replica.content.tips = tips
    return took_s


def _reconciled(index: KeyIndex) -> list[Result]:
    keys = index.range()
    results = []
    for name, lacking, most_bytes in (
        ("10 newest", set(keys[-10:]), 8_000),
        ("10 scattered", set(keys[5 :: len(keys) // 10][:10]), 16_000),
    ):
        ours = KeyIndex(key for key in keys if key not in lacking)
        began_s = process_time()
        run = reconcile(ours, index)
        cpu_ms = (process_time() - began_s) * 1000
        results += [
            at_most(
                f"{name} missing of {len(keys):,}: bytes",
                [run.up_bytes + run.down_bytes],
                "B",
                against=f"{most_bytes}",
                limit=most_bytes,
                most=1.0,
            ),
            at_most(
                f"{name} missing of {len(keys):,}: round trips to know",
                [run.round_trips],
                "",
                against="2",
                limit=2,
                most=1.0,
            ),
            at_most(
                f"{name} missing of {len(keys):,}: CPU of both", [cpu_ms], "ms", against="50 ms", limit=50, most=1.0
            ),
        ]
    return results


def _resolved() -> Result:
    """Return how long 2,000 control operations, every seventh a removal, take to be resolved anew."""
    talk = Talk("ana")
    for number in range(CONTROL_OPS):
        guest = person(f"guest {number % 150}")
        if number % 7 == 6:
            talk.ana.rule(Revoke(talk.ana.proof, ((guest.id, 0),), ()))
        else:
            talk.ana.grant(guest)
    held = [op for op in talk.ana.ops.values() if op.header.plane == CONTROL]
    took = []
    for _ in range(3):
        authority = Authority(talk.id)
        began_s = process_time()
        for op in held:
            authority.add(op, load_control(op.body))
        authority.members()
        took.append((process_time() - began_s) * 1000)
    name = f"{len(held):,} control operations resolved anew"
    return at_most(name, took, "ms", against="200 ms", limit=200.0, most=1.0)
