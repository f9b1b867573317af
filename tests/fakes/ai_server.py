"""An HTTP server which answers as an AI vendor's does, over a real socket, and misbehaves where told to.

A request is judged first, as the vendor would: it may be refused, or answered by what does not change. Else it is
answered by the next reply of the script; the last one is repeated.
"""

import json
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import trio


@dataclass(frozen=True, slots=True)
class Reply:
    """What one request is answered with.

    Attributes:
        status: of the HTTP answer.
        headers: besides content-type, transfer-encoding and date; an empty date leaves it out.
        body: pieces of the body; each becomes one HTTP chunk.
        kind: the content type.
        then: `end` the body properly, `cut` the connection, or `stall` until the client goes.
        gate: nothing is answered before this is set.
    """

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: Iterable[bytes] = ()
    kind: str = "text/event-stream"
    then: str = "end"
    gate: trio.Event | None = None


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
class AIServer:
    """A running server.

    Attributes:
        requests: what came in.
        asked: is set when a request came to be answered by the script.
        left: is set when a client left before it had everything.
        sent_bytes: of all bodies.
    """

    script: Sequence[Reply]
    judge: Callable[[Request], Reply | None]
    url: str = ""
    requests: list[Request] = field(default_factory=list)
    asked: trio.Event = field(default_factory=trio.Event)
    left: trio.Event = field(default_factory=trio.Event)
    sent_bytes: int = 0
    _scripted: int = 0

    async def serve(self, stream: trio.SocketStream) -> None:
        async with stream:
            try:
                while (request := await _read(stream)) is not None:
                    self.requests.append(request)
                    reply = self.judge(request)
                    if reply is None:
                        self.asked.set()
                        reply = self.script[min(self._scripted, len(self.script) - 1)]
                        self._scripted += 1
                    await self._answer(stream, reply)
                    if reply.then != "end":
                        return
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                self.left.set()

    async def _answer(self, stream: trio.SocketStream, reply: Reply) -> None:
        if reply.gate is not None:
            await reply.gate.wait()
        head = [f"HTTP/1.1 {reply.status} Whatever", f"content-type: {reply.kind}", "transfer-encoding: chunked"]
        head += [f"{name}: {value}" for name, value in reply.headers if value]
        if not any(name.lower() == "date" for name, _ in reply.headers):
            head.append("date: Sun, 22 Nov 2026 02:00:00 GMT")
        await stream.send_all("\r\n".join([*head, "", ""]).encode())
        for piece in reply.body:
            await stream.send_all(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.sent_bytes += len(piece)
        if reply.then == "end":
            await stream.send_all(b"0\r\n\r\n")
        elif reply.then == "stall":
            while await stream.receive_some(65536):
                pass
            self.left.set()


def accept(_request: Request) -> None:
    return None


@asynccontextmanager
async def ai_server(
    *script: Reply, judge: Callable[[Request], Reply | None] = accept, path: str = ""
) -> AsyncIterator[AIServer]:
    server = AIServer(script, judge)
    async with trio.open_nursery() as nursery:
        [listener] = await trio.open_tcp_listeners(0, host="127.0.0.1")
        nursery.start_soon(trio.serve_listeners, server.serve, [listener])
        server.url = f"http://127.0.0.1:{listener.socket.getsockname()[1]}{path}"
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


def as_json(message: object, status: int = 200, *headers: tuple[str, str]) -> Reply:
    body = json.dumps(message, ensure_ascii=False).encode()
    return Reply(status, headers, (body,), "application/json; charset=utf-8")
