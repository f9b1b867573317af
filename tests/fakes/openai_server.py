"""A server which speaks OpenAI's Chat Completions over real HTTP, as the vendor describes them, and misbehaves too.

Each request is answered by the next reply of the script; the last one is repeated.
"""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import trio


@dataclass(frozen=True, slots=True)
class Reply:
    """What one request is answered with.

    Attributes:
        status: of the HTTP answer.
        headers: besides content-type and transfer-encoding.
        body: pieces of the body; each becomes one HTTP chunk.
        kind: the content type.
        then: `end` the body properly, `cut` the connection, or `stall` until the client goes.
    """

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: tuple[bytes, ...] = ()
    kind: str = "text/event-stream"
    then: str = "end"


@dataclass(slots=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


@dataclass(slots=True)
class OpenAIServer:
    """Attributes: requests: what came in; left: is set when a client left a stalled answer."""

    script: Sequence[Reply]
    url: str = ""
    requests: list[Request] = field(default_factory=list)
    left: trio.Event = field(default_factory=trio.Event)

    async def serve(self, stream: trio.SocketStream) -> None:
        async with stream:
            try:
                while (request := await _read(stream)) is not None:
                    reply = self.script[min(len(self.requests), len(self.script) - 1)]
                    self.requests.append(request)
                    await self._answer(stream, reply)
                    if reply.then != "end":
                        return
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                self.left.set()

    async def _answer(self, stream: trio.SocketStream, reply: Reply) -> None:
        head = [f"HTTP/1.1 {reply.status} Whatever", f"content-type: {reply.kind}", "transfer-encoding: chunked"]
        head += [f"{name}: {value}" for name, value in reply.headers]
        await stream.send_all("\r\n".join([*head, "", ""]).encode())
        for piece in reply.body:
            await stream.send_all(b"%x\r\n%s\r\n" % (len(piece), piece))
        if reply.then == "end":
            await stream.send_all(b"0\r\n\r\n")
        elif reply.then == "stall":
            while await stream.receive_some(65536):
                pass
            self.left.set()


@asynccontextmanager
async def openai_server(*script: Reply) -> AsyncIterator[OpenAIServer]:
    server = OpenAIServer(script)
    async with trio.open_nursery() as nursery:
        [listener] = await trio.open_tcp_listeners(0, host="127.0.0.1")
        nursery.start_soon(trio.serve_listeners, server.serve, [listener])
        server.url = f"http://127.0.0.1:{listener.socket.getsockname()[1]}/v1"
        yield server
        nursery.cancel_scope.cancel()


async def _read(stream: trio.SocketStream) -> Request | None:
    data = b""
    while b"\r\n\r\n" not in data:
        more = await stream.receive_some(65536)
        if not more:
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        body += await stream.receive_some(65536)
    method, path, _ = first.split(" ")
    return Request(method, path, headers, body)


def event(message: object) -> bytes:
    return b"data: " + json.dumps(message, ensure_ascii=False).encode() + b"\n\n"


def delta(text: str | None = None, *, finish_reason: str | None = None, **more: object) -> bytes:
    content = {} if text is None else {"content": text}
    choice = {"index": 0, "delta": {**content, **more}, "finish_reason": finish_reason}
    return event({"object": "chat.completion.chunk", "model": "fake-1", "choices": [choice]})


DONE = b"data: [DONE]\n\n"
USAGE = event({"model": "fake-1", "choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 2}})


def saying(*texts: str) -> Reply:
    """A complete answer in the vendor's order: role, text, finish_reason, usage, end."""
    body = [delta(None, role="assistant", content=None), *map(delta, texts), delta(finish_reason="stop"), USAGE, DONE]
    return Reply(body=tuple(body))


def refusing(status: int, *headers: tuple[str, str], **error: object) -> Reply:
    return Reply(status, headers, (json.dumps({"error": error}).encode(),), "application/json")
