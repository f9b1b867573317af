"""Search over 100,000 messages: the first answer, the whole index, queries as they are typed, the event loop."""

import gc
import itertools
import os
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from time import perf_counter, process_time, thread_time
from typing import Any

import psutil
import trio

from node import garbage
from node.clock import Clock
from node.conversations.events import Events
from node.conversations.library import Library
from node.conversations.search import Search
from node.conversations.timeline import MESSAGE_KINDS
from node.profile import DATABASE, create_profile, open_profile
from node.store.backlog import Backlog
from node.store.database import open_database
from node.store.fulltext import NEWEST, RELEVANCE
from node.store.shown import Place
from protocol.bodies.content import Message
from tests.bench.result import Result, at_most, percentile, told

MESSAGES = int(os.environ.get("BENCH_SEARCH", "100000"))
CONVERSATIONS = 40
YEARS_MS = 2 * 365 * 24 * 3_600_000
VOCABULARY = 30_000
WORDS = 15
"""In a message, on average."""
TYPED = 60
IDLE_FOR_S = 2.0
TICK_S = 0.005

Asked = dict[str, Any]


class PastClock(Clock):
    """A clock that the bench moves through two years."""

    at_ms = 1_700_000_000_000

    def now_ms(self) -> int:
        return self.at_ms


class Steps(trio.abc.Instrument):
    """How much CPU the longest step of any task on the event loop took."""

    def __init__(self) -> None:
        self.longest_ms = 0.0
        self._began_s = 0.0

    def before_task_step(self, task: trio.lowlevel.Task) -> None:
        self._began_s = thread_time()

    def after_task_step(self, task: trio.lowlevel.Task) -> None:
        self.longest_ms = max(self.longest_ms, (thread_time() - self._began_s) * 1000)


class Prose:
    """Messages whose words are as common and as rare as in any language; a third of them beyond ASCII."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self.vocabularies = [
            [self._word(letters, most) for _ in range(count)]
            for letters, most, count in (
                ("etaoinshrdlucmfwypvbgk", 10, VOCABULARY),
                ("enisratdhulcgmobwfkzäöüß", 12, VOCABULARY),
                ("оеаинтсрвлкмдпуяыьгзбчй", 10, VOCABULARY),
                ("的一是不了人我在有他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生", 2, 2000),
            )
        ]
        self._weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(VOCABULARY)))

    def _word(self, letters: str, most: int) -> str:
        common = [1 / (rank + 2) for rank in range(len(letters))]
        return "".join(self._random.choices(letters, common, k=self._random.randint(1 + most // 6, most)))

    def message(self) -> str:
        random = self._random
        words = random.choices(self.vocabularies, (67, 15, 10, 8))[0]
        count = max(1, min(600, int(random.lognormvariate(2.45, 0.8))))
        weights = self._weights[: len(words)]
        text = ("" if words is self.vocabularies[3] else " ").join(random.choices(words, cum_weights=weights, k=count))
        return text[:4000]


def bench_searching() -> list[Result]:
    """One profile with conversations of all sizes; the search in this process, as in a node."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "a"
        create_profile(home, "Ana", None)
        prose = Prose(Random(7))
        library = _library(home)
        _fill(library, prose)
        library.database.close()
        steps = Steps()
        return trio.run(_measure, home, prose, steps, instruments=[steps])


def _library(home: Path) -> Library:
    profile = open_profile(home, passphrase=None)
    return Library(open_database(home / DATABASE), profile=profile, clock=PastClock(), events=Events())


def _fill(library: Library, prose: Prose) -> None:
    random, clock = Random(8), library.clock
    assert isinstance(clock, PastClock)
    made = [library.create(title=f"Conversation {number}", description="") for number in range(CONVERSATIONS)]
    sizes = [1 / (rank + 1) for rank in range(CONVERSATIONS)]
    for conversation in random.choices(made, sizes, k=MESSAGES):
        clock.at_ms += int(random.expovariate(MESSAGES / YEARS_MS))
        conversation.write(Message(prose.message()))


async def _measure(home: Path, prose: Prose, steps: Steps) -> list[Result]:
    library = _library(home)
    library.load()
    search = Search(library, home / DATABASE, idle_s=1.0)
    read_s = _read(library, home)
    process, late_ms = psutil.Process(), list[float]()

    def settled_mb() -> float:
        gc.collect()
        garbage.give_back()
        return process.memory_info().rss / 1e6

    async with trio.open_nursery() as nursery:
        nursery.start_soon(search.run)
        nursery.start_soon(_tick, late_ms)
        before_mb = settled_mb()
        garbage.settle()
        late_ms.clear()
        await trio.sleep(IDLE_FOR_S)
        idle_late_ms = [*late_ms]
        steps.longest_ms, began_s, cpu_s = 0.0, perf_counter(), process_time()
        late_ms.clear()
        while not (reply := await _find(search, prose.vocabularies[0][3]))["results"]:
            pass
        first_ms, first = (perf_counter() - began_s) * 1000, len(reply["results"])
        while not (await _find(search, "zz"))["complete"]:
            await trio.sleep(0.1)
        whole_s, cpu_s = perf_counter() - began_s, process_time() - cpu_s
        build_late_ms, build_step_ms = [*late_ms], steps.longest_ms
        peak_mb = process.memory_info().rss / 1e6 - before_mb
        index_mb = settled_mb() - before_mb
        await trio.sleep(TICK_S)
        steps.longest_ms = 0.0
        late_ms.clear()
        typed_ms = [await _typed(search, each) for each in _typing(prose)]
        weighed_ms = [await _typed(search, {"query": word, "order": RELEVANCE}) for word in prose.vocabularies[0][:20]]
        query_step_ms, query_late_ms = steps.longest_ms, [*late_ms]
        while search.indexing._index is not None:
            await trio.sleep(0.1)
        await trio.sleep(0.2)
        left_mb = process.memory_info().rss / 1e6 - before_mb
        nursery.cancel_scope.cancel()
    library.database.close()
    of = f"search over {MESSAGES:,} messages"
    per = MESSAGES / 100_000
    return [
        at_most(f"{of}: first results ({first}), cold", [first_ms], "ms", against="150 ms", limit=150, most=1),
        told(f"{of}: until the index is complete", [whole_s], "s"),
        told(f"{of}: CPU of the index", [cpu_s], "s", against="10 s", limit=10 * per),
        at_most(f"{of}: the same", [cpu_s], "s", against="CPU of reading them once", limit=read_s, most=4),
        at_most(f"{of}: memory of the index", [index_mb], "MB RSS", against="60 MB", limit=60 * per, most=1),
        told(f"{of}: the same before free memory is given back", [peak_mb], "MB RSS"),
        at_most(f"{of}: memory left once it is forgotten", [left_mb], "MB RSS", against="10 MB", limit=10, most=1),
        at_most(
            f"{of}: longest step of the event loop meanwhile",
            [build_step_ms],
            "ms CPU",
            against="20 ms",
            limit=20,
            most=1,
        ),
        told(f"{of}: event loop late before, p99", [percentile(idle_late_ms, 0.99)], "ms"),
        told(f"{of}: event loop late meanwhile, p99", [percentile(build_late_ms, 0.99)], "ms"),
        told(f"{of}: event loop late meanwhile, most", [max(build_late_ms)], "ms"),
        told(f"{of}: a key pressed, p50", [percentile(typed_ms, 0.5)], "ms"),
        at_most(f"{of}: a key pressed, p95", [percentile(typed_ms, 0.95)], "ms", against="30 ms", limit=30, most=1),
        told(f"{of}: by relevance, p95", [percentile(weighed_ms, 0.95)], "ms"),
        at_most(
            f"{of}: longest step of the event loop in queries",
            [query_step_ms],
            "ms CPU",
            against="20 ms",
            limit=20,
            most=1,
        ),
        told(f"{of}: event loop late in queries, p99", [percentile(query_late_ms, 0.99)], "ms"),
    ]


def _read(library: Library, home: Path) -> float:
    """Return how much CPU it takes to read every message from the disk and to open it, in seconds."""
    began_s = process_time()
    with closing(Backlog(home / DATABASE)) as backlog:
        for conversation in library.conversations.values():
            before: Place | None = None
            while page := backlog.page(conversation.listed.key, MESSAGE_KINDS, before=before, limit=1000):
                for line in page:
                    assert line.op is None or conversation.replica.read(line.op) is not None
                before = page[-1].place
    return process_time() - began_s


async def _tick(late_ms: list[float]) -> None:
    """Note how late the event loop comes to a task that it was to wake."""
    while True:
        due_s = trio.current_time() + TICK_S
        await trio.sleep_until(due_s)
        late_ms.append((trio.current_time() - due_s) * 1000)


async def _find(search: Search, query: str, *, order: str = NEWEST) -> dict[str, Any]:
    return await search.find(query, conversation=None, order=order, limit=20, after=None)


async def _typed(search: Search, asked: Asked) -> float:
    began_s = perf_counter()
    await _find(search, **asked)
    return (perf_counter() - began_s) * 1000


def _typing(prose: Prose) -> Iterator[Asked]:
    """Yield queries as keys make them: common and rare words, one and several, each letter after the other."""
    random = Random(9)
    for number in range(TYPED):
        words = prose.vocabularies[number % 4]
        rank = int(len(words) ** random.random())
        whole = random.choices([words[rank - 1], f"{random.choice(words[:50])} {words[rank - 1]}"], (2, 1))[0]
        for end in range(1, len(whole) + 1):
            yield {"query": whole[:end]}
