"""What nodes add to a model's stream: first text and speed at a remote peer's channel, beside the model's own server.

The local model runs in its server, as a node runs it. Ana's node hosts an AI on it, and Bo asks at his own node:
channel, gossip, Ana's node, the model, gossip, Bo's channel. In turn with that the same request goes straight to the
same server, with another number in it, so that as much of the prompt is new to the model.
"""

import json
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter

import trio

from node.ai.providers.local_model import LocalModel, bundled_weights
from node.client import Client
from tests.bench.live import sharing
from tests.bench.processes import running
from tests.bench.result import Result, at_least, at_most, told
from tests.e2e.wires import LOOPBACK, Tap, tapped

ROUNDS = int(os.environ.get("BENCH_ANSWERS", "10"))
TOKENS = 96
SHARE = 0.9
REMOTE_MS = 300.0
WITHIN_S = 180.0
ASIDE, STRAIGHT = 1_000_000, 2_000_000
"""Numbers of the questions that go through nodes, and of those that do not."""
QUESTION = (
    "Case {number}. We plan a garden behind the house, on heavy soil, with an old wall to the north and two apple "
    "trees that nobody wants to lose. There is sun from ten in the morning until late in the afternoon, the well runs "
    "dry in August, and the children need room to play. Tell us at length what you would plant in the first year, "
    "where you would begin, what can wait, and how we keep the snails away without harming the hedgehogs."
)


@dataclass
class Measured:
    """What was measured in each round: seconds until the first text, and tokens a second from then on.

    Attributes:
        behind_ms: how much later the remote peer had the first text than the host.
    """

    own_first_s: list[float] = field(default_factory=list)
    own_rate: list[float] = field(default_factory=list)
    first_s: list[float] = field(default_factory=list)
    rate: list[float] = field(default_factory=list)
    behind_ms: list[float] = field(default_factory=list)


def bench_gateway() -> list[Result]:
    """Answers of about a hundred tokens, through two nodes and straight from the model's server, in turn."""
    measured = trio.run(_measure)
    first, speed = (f"an answer at a remote peer's channel: {what}" for what in ("first text", "speed"))
    own_s, own_rate = median(measured.own_first_s), median(measured.own_rate)
    return [
        told("the local model's own first text, 100 tokens of question", measured.own_first_s, "s"),
        told("the local model's own speed", measured.own_rate, "tokens/s"),
        at_most(first, measured.first_s, "s", against="the model's own", limit=own_s, most=round(1 / SHARE, 3)),
        at_least(speed, measured.rate, "tokens/s", against="the model's own", limit=own_rate, least=SHARE),
        at_most(
            f"{first}, after the host's own channel had it",
            [max(measured.behind_ms)],
            "ms, the longest",
            against=f"{REMOTE_MS:g} ms",
            limit=REMOTE_MS,
            most=1.0,
        ),
    ]


async def _measure() -> Measured:
    weights = bundled_weights()
    assert weights is not None, "the weights of the local model are not installed"
    model = LocalModel(weights)
    try:
        async with model.lease() as endpoint, tapped(int(re.findall(r":(\d+)", endpoint.base_url)[0])) as tap:
            base_url = f"http://{LOOPBACK}:{tap.port}/v1"
            variables = {"OPENAI_API_KEY": endpoint.api_key, "OPENAI_BASE_URL": base_url, "OPENAI_MODEL": model.alias}
            with ExitStack() as stack:
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
                ana = stack.enter_context(running(folder / "a", name="Ana", variables=variables))
                bo = stack.enter_context(running(folder / "b", name="Bo"))
                async with sharing(ana, bo, events_of_host=True) as (a, b, topic):
                    await a.call(topic, "ai_add", {"name": "Leaf", "provider": "openai", "temperature": 0.0})
                    return await _rounds(a, b, topic, tap)
    finally:
        await model.aclose()


async def _rounds(a: Client, b: Client, topic: str, tap: Tap) -> Measured:
    measured = Measured()
    await _through(a, b, topic, 0, Measured())
    request = _last_chat(bytes(tap.asked))
    await _straight(tap.port, request, 0, Measured())
    for number in range(1, ROUNDS + 1):
        await _straight(tap.port, request, number, measured)
        await _through(a, b, topic, number, measured)
    return measured


# --- through two nodes -----------------------------------------------------------------------------------------------


async def _through(a: Client, b: Client, topic: str, number: int, measured: Measured) -> None:
    """Let Bo ask, and wait for the whole answer at his channel."""
    await b.call(topic, "new_conversation")  # what was said before is not in the prompt
    question = {"content": QUESTION.format(number=ASIDE + number), "llm_config": {"max_tokens": TOKENS}}
    seen: dict[Client, tuple[float, float, int]] = {}

    async def follow(client: Client) -> None:
        seen[client] = await _followed(client, str(question["content"]))

    began_s = perf_counter()
    with trio.fail_after(WITHIN_S):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(follow, a)
            nursery.start_soon(follow, b)
            await b.call(topic, "message", question)
    first_s, ended_s, tokens = seen[b]
    measured.first_s.append(first_s - began_s)
    measured.rate.append((tokens - 1) / (ended_s - first_s))
    measured.behind_ms.append((first_s - seen[a][0]) * 1000)


async def _followed(client: Client, question: str) -> tuple[float, float, int]:
    """Return when the answer's first text and when the whole of it was told, and how many tokens it has."""
    asked, first_s = "", 0.0
    while True:
        event = await client.next_event()
        now_s = perf_counter()
        payload = event.payload
        match event.event:
            case "message" if payload["text"] == question:
                asked = payload["id"]
            case "ai_delta" if payload["reply_to"] == asked and payload["text"] and not first_s:
                first_s = now_s
            case "ai_delta" if payload["reply_to"] == asked and payload["state"] == "failed":
                raise AssertionError(payload["reason"])
            case "message" if payload["kind"] == "ai" and payload["reply_to"] == asked:
                return first_s, now_s, payload["ai"]["answer_tokens"]


# --- straight from the server ----------------------------------------------------------------------------------------


def _last_chat(asked: bytes) -> bytes:
    """Return the last request for an answer that a node made, whole."""
    return asked[asked.rindex(b"POST /v1/chat/completions ") :]


async def _straight(port: int, request: bytes, number: int, measured: Measured) -> None:
    """Make the same request with another number, and read its answer to the end."""
    request = re.sub(rb"Case \d+", b"Case %d" % (STRAIGHT + number), request)  # of the same length
    began_s = perf_counter()
    times_s: list[float] = []
    with trio.fail_after(WITHIN_S):
        async with await trio.open_tcp_stream(LOOPBACK, port) as stream:
            await stream.send_all(request)
            data = b""
            while True:
                more = await stream.receive_some()
                assert more, data[-500:]
                data += more
                now_s = perf_counter()
                lines, _, data = data.rpartition(b"\n")
                times_s += [now_s] * sum(1 for text in _texts(lines) if text)
                if b"data: [DONE]" in lines:
                    break
    measured.own_first_s.append(times_s[0] - began_s)
    measured.own_rate.append((len(times_s) - 1) / (times_s[-1] - times_s[0]))


def _texts(lines: bytes) -> Iterator[str]:
    """Yield what the model said in each event of a stream."""
    for line in lines.splitlines():
        if line.startswith(b"data: {"):
            for choice in json.loads(line[6:])["choices"]:
                yield choice["delta"].get("content") or ""
