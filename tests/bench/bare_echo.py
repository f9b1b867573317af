"""The limit for round trips: the WebSocket library alone, which says yes to whatever comes, asked by the same client.

`python -m tests.bench.bare_echo FOLDER` serves until it is ended, and leaves in the folder what a node would: its
address and its key.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import orjson
import trio
from websockets.trio.connection import Connection
from websockets.trio.server import serve


async def _answer(socket: Connection) -> None:
    async for text in socket:
        join_ref, ref, topic, _, _ = orjson.loads(text)
        reply = [join_ref, ref, topic, "phx_reply", {"status": "ok", "response": {}}]
        await socket.send(orjson.dumps(reply).decode())


async def _serve(folder: Path) -> None:
    async with trio.open_nursery() as nursery:
        server = await nursery.start(partial(serve, _answer, 0, host="127.0.0.1", compression=None))
        port = server.listeners[0].socket.getsockname()[1]
        (folder / "api_key").write_text("none", encoding="utf-8")
        address = {"api": f"ws://127.0.0.1:{port}/socket/websocket", "pid": 0}
        (folder / "api.json").write_text(json.dumps(address), encoding="utf-8")
        sys.stdout.write("ready\n")
        sys.stdout.flush()


@contextmanager
def bare_echo(folder: Path) -> Iterator[None]:
    """Run the bare server in a process of its own; `folder` then names it as a profile names its node."""
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.bare_echo", str(folder)], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    trio.run(_serve, Path(sys.argv[1]))
