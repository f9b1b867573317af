"""What comes from elsewhere while somebody looks: single messages, and an AI's text that grows."""

from __future__ import annotations

import asyncio
from time import perf_counter, thread_time

from gui.clock import now
from gui.tasks import spawn
from tests.bench.window.probe import LONG, Figures, Probe, paint, tell, until

SELDOM_S = 0.1


async def append(probe: Probe, messages: int) -> Figures:
    """CPU of the window's thread for each of the messages that another process sends, one at a time.

    It is all that this thread does from the first to the last, each counted once: asyncio's and Qt's loops, the node's
    frames, the rows, the list beside them, painting, telling what was read, garbage, and this look ten times a second.
    The work of the node and of the sender is in other processes and not in it, nor is that of other threads. Twenty
    messages a second leave pauses: what is brought together (the list, what was read) is so here too.
    """
    await probe.open(LONG)
    await asyncio.sleep(1.0)
    before, began_s, cpu_s = len(probe.one.timeline), perf_counter(), thread_time()
    tell({"ready": True})
    await until(lambda: len(probe.one.timeline) >= before + messages, every_s=SELDOM_S)
    await asyncio.sleep(0.2)
    assert probe.view.at_bottom, "the view did not follow"
    return {"cpu_ms": (thread_time() - cpu_s) * 1000 / messages, "per_s": messages / (perf_counter() - began_s)}


async def place(probe: Probe, messages: int) -> Figures:
    """CPU of the window's thread from a message at hand to its row painted, append and paint.

    Somebody else's messages come one at a time, told as the channel tells them; the socket, the list beside and telling
    what was read are not in it, `append` has those too.
    """
    from tests.gui.fake_node import message  # it imports a server

    await probe.open(LONG)
    await asyncio.sleep(1.0)
    cpu_ms = []
    for number in range(messages):
        written = now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        said = message(number + 1, f"{number} An idea that is long enough to be worth a message.", ts=written)
        cpu_s = thread_time()
        probe.one.handle("message", said)
        await until(lambda said=said: _is_shown(probe, said["id"]), every_s=0.005)
        paint()
        cpu_ms.append((thread_time() - cpu_s) * 1000)
        await asyncio.sleep(0.05)
    assert probe.view.at_bottom, "the view did not follow"
    return {"cpu_ms": cpu_ms}


def _is_shown(probe: Probe, message_id: str) -> bool:
    rows = probe.view.live_rows()
    return bool(rows) and rows[-1].row is not None and rows[-1].row.message_id == message_id


async def stream(probe: Probe, characters: int) -> Figures:
    """An AI's text as the node tells it while a model writes at a steady pace."""
    await probe.open("Conversation 3")
    probe.send("@Leaf tell me everything")
    await until(probe.one.timeline.streams)
    figures = await _growing(probe)
    assert figures["characters"] >= characters * 0.9, f"only {figures['characters']} characters were seen to grow"
    return figures


async def pour(probe: Probe, characters: int) -> Figures:
    """The same text told thirty times a second, by a node that does not wait for more before it tells."""
    from tests.bench.slow_model import PIECE, answer  # it imports a server

    await probe.open("Conversation 4")
    text = answer(characters)

    async def tell_all() -> None:
        began_s = perf_counter()
        for at, end in enumerate(range(PIECE, characters + PIECE, PIECE)):
            growing = {"ai": "a1", "name": "Leaf", "stream": "s", "text": text[:end], "state": "growing"}
            probe.one.handle("ai_delta", growing)
            await asyncio.sleep(max(0.0, began_s + (at + 1) / 30 - perf_counter()))
        probe.one.timeline.discard("stream:a1:s")

    spawn(tell_all(), name="telling")
    await until(probe.one.timeline.streams)
    return await _growing(probe)


async def _growing(probe: Probe) -> Figures:
    """Return the CPU of each sixtieth of a second in which something was done while a text grew."""
    frames_ms, updates, seen, began_s = [], 0, "", perf_counter()
    while probe.one.timeline.streams():
        cpu_s = thread_time()
        await asyncio.sleep(1 / 60)
        paint()
        now = next((row.text for row in probe.one.timeline.streams()), seen)
        updates += now != seen
        seen = now
        spent_ms = (thread_time() - cpu_s) * 1000
        if spent_ms > 1.0:  # what only waits is no frame
            frames_ms.append(spent_ms)
    return {
        "cpu_ms": frames_ms,
        "characters": len(seen),
        "updates": updates,
        "updates_per_s": updates / (perf_counter() - began_s),
    }
