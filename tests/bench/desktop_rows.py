"""The rows of the desktop's figures: each runs a window or more, and says what was found."""

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import trio

from node.client import Client, connect
from tests.bench.processes import NodeProcess, running
from tests.bench.result import Result, at_most, percentile, told
from tests.bench.window import BURST
from tests.bench.window_process import Figures, Sending, played
from tests.e2e.nodes import let_in
from tests.profiles.large import CONVERSATIONS, LONG_TITLE

FRAME_MS = 16.0
STARTS = 3
WINDOWS = 3
OPENS = 4
SCROLLED = 10_000
APPENDED = 200
APPENDED_PER_S = 20.0
ARRIVING = 1_000
STREAMED = 6_000
UPDATES_PER_S = 30
USED_FRAMES = 6_000
IDLE_S = 60
ASKED = "Conversation 3"
TEXT = "An idea that is long enough to be worth a message. "
RATES = "[limits]\nmessages_at_once = 100000\nmessages_per_s = 100000\n"


class Bench:
    """The large profile, its node once it is wanted, and a peer's."""

    def __init__(self, folder: Path, home: Path, stack: ExitStack) -> None:
        self.home = home
        self.other = folder / "b"
        self.other.mkdir()
        self._stack = stack
        self._node: NodeProcess | None = None
        self._bursts = 0
        for each in (self.home, self.other):
            (each / "config.toml").write_text(RATES, encoding="utf-8")

    def node(self) -> NodeProcess:
        """Return the running node, whose AI in one conversation speaks slowly."""
        if self._node is None:
            settings = {"OPENAI_API_KEY": "sk-bench", "OPENAI_BASE_URL": self._stack.enter_context(slow_model())}
            self._node = self._stack.enter_context(running(self.home, name="Ana", variables=settings))
            trio.run(add_ai, self.home, ASKED)
        return self._node

    def window(
        self, scenario: str, number: int, variables: Mapping[str, str], sending: Sending | None = None
    ) -> Figures:
        """Play a scenario before the running node."""
        return played(scenario, self.node().home, number, variables, sending)

    def burst(self) -> str:
        """Return the title of a conversation of its own for a burst."""
        self._bursts += 1
        return f"{BURST} {self._bursts}"


Row = Callable[[Bench, str, Mapping[str, str]], list[Result]]


def cold(bench: Bench, name: str, variables: Mapping[str, str]) -> list[Result]:
    """The window starts the node itself."""
    played("start", bench.home, CONVERSATIONS, variables)  # compiles what was never run here
    found = [played("start", bench.home, CONVERSATIONS, variables)["ms"] for _ in range(STARTS)]
    return [_ms(f"{name}: start to a list of {CONVERSATIONS} that takes keys, node started too", found, 4_000)]


def start(bench: Bench, name: str, variables: Mapping[str, str]) -> list[Result]:
    found = [bench.window("start", CONVERSATIONS, variables) for _ in range(1 + STARTS)][1:]
    return [
        _ms(f"{name}: start to a list of {CONVERSATIONS} that takes keys", [each["ms"] for each in found], 1_500),
        told(f"{name}: the same, CPU of the window", [each["cpu_ms"] for each in found], "ms"),
    ]


def open_(bench: Bench, name: str, variables: Mapping[str, str]) -> list[Result]:
    found = [bench.window("open", 1 + OPENS, variables) for _ in range(WINDOWS)]
    of = f"{name}: click on a conversation of 100,000 to its newest page painted"
    return [
        _ms(f"{of}, the first in a window", [each["ms"][0] for each in found], 150),
        _ms(f"{of}, later ones", [ms for each in found for ms in each["ms"][1:]], 150),
        told(f"{name}: the same, first, CPU of the window", [each["cpu_ms"][0] for each in found], "ms"),
        told(f"{name}: the same, later, CPU of the window", [ms for each in found for ms in each["cpu_ms"][1:]], "ms"),
    ]


def scroll(bench: Bench, name: str, variables: Mapping[str, str]) -> list[Result]:
    found = bench.window("scroll", SCROLLED, variables)
    of = f"{name}: wheel through {found['loaded']:,} messages"
    moved = f"{name}: what is read moved by itself while {found['pages']} older pages came"
    return [
        *_frames(of, found["cpu_ms"]),
        told(f"{name}: the same, a frame in wall time, p95", [percentile(found["ms"], 0.95)], "ms"),
        at_most(moved, [found["drift_px"]], "px, the most", against="not at all", limit=1, most=0),
    ]


def append(bench: Bench, name: str, variables: Mapping[str, str]) -> list[Result]:
    def sending() -> None:
        trio.run(send, bench.home, LONG_TITLE, APPENDED, APPENDED_PER_S)

    placed_ms = bench.window("place", APPENDED, variables)["cpu_ms"]
    cpu_ms = bench.window("append", APPENDED, variables, sending)["cpu_ms"]
    placed = f"{name}: a message at hand to its row painted, CPU of the window's thread"
    whole = f"{name}: all that a message more costs the window's thread, list and telling too, mean of {APPENDED}"
    return [
        at_most(placed, placed_ms, "ms", against="4 ms", limit=4, most=1),
        at_most(whole, [cpu_ms], "ms", against="4 ms", limit=4, most=1),
    ]


def stream(bench: Bench, name: str, variables: Mapping[str, str]) -> list[Result]:
    found = bench.window("stream", STREAMED, variables)
    return _frames(f"{name}: AI text to {STREAMED:,} characters, as the node tells it", found["cpu_ms"])


def pour(bench: Bench, name: str, variables: Mapping[str, str]) -> list[Result]:
    found = bench.window("pour", STREAMED, variables)
    of = f"{name}: AI text to {STREAMED:,} characters, told {UPDATES_PER_S} times a second"
    return [
        *_frames(of, found["cpu_ms"]),
        told(f"{name}: the same, updates", [found["updates_per_s"]], "/s"),
    ]


def burst(bench: Bench, name: str, variables: Mapping[str, str]) -> list[Result]:
    title = bench.burst()
    with running(bench.other, name="Bo") as bo:
        trio.run(share, bench.node(), bo, title)
        found = bench.window("burst", ARRIVING, variables, lambda: trio.run(send, bo.home, title, ARRIVING, 0))
    return [
        _ms(f"{name}: key to paint while {ARRIVING:,} messages arrive, the longest", [max(found["ms"])], 100),
        told(f"{name}: the same, median of {len(found['ms'])} keys", found["ms"], "ms"),
        told(f"{name}: the same, longest CPU of the window between two events", [found["blocked_cpu_ms"]], "ms"),
        told(f"{name}: {ARRIVING:,} messages from the first key to the last shown", [found["s"]], "s"),
        told(f"{name}: the same, CPU of the window's thread", [found["cpu_s"]], "s"),
    ]


def use(bench: Bench, name: str, variables: Mapping[str, str]) -> list[Result]:
    """An hour's use without its pauses; `desktop_hour` is a real one."""
    found = bench.window("use", USED_FRAMES, variables)
    rss_mb = found["rss_mb"]
    settled = rss_mb[len(rss_mb) // 2 :]
    growth = (settled[-1] - settled[0]) / max(1, len(settled) - 1)
    used = f"use without pauses ({found['opened']} times opened and written, {found['frames']:,} frames)"
    return [
        at_most(f"{name}, {used}: memory", [rss_mb[-1]], "MB RSS", against="200 MB", limit=200, most=1),
        told(f"{name}, the same: growth in 1,000 frames at the end", [growth], "MB"),
    ]


def idle(bench: Bench, name: str, variables: Mapping[str, str]) -> list[Result]:
    found = bench.window("idle", IDLE_S, variables)
    of = f"{name}, idle with 100,000 messages open, over {IDLE_S} s"
    return [
        at_most(of, [found["cpu_percent"]], "% CPU", against="0.5 %", limit=0.5, most=1),
        told(f"{name}, idle: memory", [found["rss_mb"]], "MB RSS"),
    ]


ROWS: dict[str, Row] = {
    "cold": cold,  # first: all the others want the node
    "start": start,
    "open": open_,
    "scroll": scroll,
    "append": append,
    "stream": stream,
    "pour": pour,
    "burst": burst,
    "use": use,
    "idle": idle,
}


def _ms(name: str, values: list[float], limit: float) -> Result:
    return at_most(name, values, "ms", against=f"{limit:g} ms", limit=limit, most=1)


def _frames(name: str, cpu_ms: list[float]) -> list[Result]:
    p95 = percentile(cpu_ms, 0.95)
    return [
        at_most(f"{name}: frame p95", [p95], "ms CPU", against=f"{FRAME_MS:g} ms", limit=FRAME_MS, most=1),
        told(f"{name}: all {len(cpu_ms):,} frames", cpu_ms, "ms CPU"),
    ]


# --- who sends -------------------------------------------------------------------------------------------------------


@contextmanager
def slow_model() -> Iterator[str]:
    """Run a model's server that says 6,000 characters, thirty pieces a second; yield its address."""
    command = [sys.executable, "-m", "tests.bench.slow_model", str(STREAMED), str(UPDATES_PER_S)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        assert server.stdout is not None
        yield server.stdout.readline().decode().strip()
    finally:
        server.terminate()
        server.wait()
        assert server.stdout is not None
        server.stdout.close()


async def id_of(client: Client, title: str) -> str:
    """Return the id of the conversation with this title."""
    found = (await client.call("node", "conversations"))["conversations"]
    return next(str(each["id"]) for each in found if each["title"] == title)


async def send(home: Path, title: str, count: int, per_s: float) -> None:
    """Send messages at this rate; with 0 as fast as the node takes them."""
    async with connect(home) as client:
        await client.join("node")
        topic = f"conversation:{await id_of(client, title)}"
        await client.join(topic)
        began_s = trio.current_time()
        async with trio.open_nursery() as nursery:
            for number in range(count):
                if per_s:
                    await trio.sleep_until(began_s + number / per_s)
                nursery.start_soon(client.call, topic, "message", {"content": f"{number} {TEXT}"})


async def add_ai(home: Path, title: str) -> None:
    """Add the AI of the slow model to a conversation."""
    async with connect(home) as client:
        await client.join("node")
        ask = {"conversation": await id_of(client, title), "name": "Leaf", "provider": "openai", "model": "slow"}
        await client.call("node", "ai_add", ask)


async def share(ana: NodeProcess, bo: NodeProcess, title: str) -> None:
    """Give Ana and Bo one conversation."""
    async with connect(ana.home) as a, connect(bo.home) as b:
        for client in (a, b):
            await client.join("node")
        made = await a.call("node", "create", {"title": title, "ai": False})
        await let_in(a, b, made["id"])
