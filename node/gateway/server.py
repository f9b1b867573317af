"""The WebSocket server of a node: admits clients, serves their topics, goes down in under a second."""

import errno
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Final

import trio
from websockets.http11 import Request, Response
from websockets.trio.server import Server, ServerConnection, serve
from websockets.typing import Subprotocol

from node.gateway.admission import PATH, Admission, speaks_v2
from node.gateway.channels import Topics
from node.gateway.connection import Connection
from node.gateway.health_page import PATH as HEALTH_PATH
from node.gateway.health_page import HealthSource, health_page
from node.gateway.limits import Limits
from protocol.errors import UsageError

log = logging.getLogger("node.api")

PHOENIX: Final = Subprotocol("phoenix")
SHUTDOWN_CODE: Final = 1001
MAX_WAITING: Final = 64
"""Wrong keys that are answered late at the same time; more are answered at once."""


class PortInUse(UsageError):  # noqa: N818 - says what is the matter
    """The address of the API is taken; stop the other program or choose another with `--api HOST:PORT`."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__("port_in_use", f"{host}:{port} is in use; stop the other program or choose another --api")


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway that is ready: where clients find it."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """Return the address that goes into `api.json`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"ws://{host}:{self.port}{PATH}"


async def serve_gateway(
    *,
    host: str,
    port: int,
    api_key: str,
    origins: Sequence[str] = (),
    topics: Topics,
    health: HealthSource,
    limits: Limits | None = None,
    task_status: trio.TaskStatus[Gateway] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serve the channel until cancelled; all connections are then closed with 1001.

    Args:
        host: address to bind; loopback unless a person asked for more.
        port: 0 takes a free one.
        api_key: what a client must show.
        origins: web pages beside those on loopback that may connect, as `https://host[:port]`.
        topics: the routes.
        health: what the page `/health` tells.
        limits: for tests; the product uses the defaults.
        task_status: gets the `Gateway` once it accepts connections.

    Raises:
        PortInUse: somebody listens there already.
        UsageError: the address cannot be bound.
    """
    limits = limits or Limits()
    listeners = await _listen("127.0.0.1" if host == "localhost" else host, port)
    bound_host, bound_port = listeners[0].socket.getsockname()[:2]
    admission = Admission(api_key=api_key, origins=origins, host=host, refusal_delay_s=limits.refusal_delay_s)

    async def handle(websocket: ServerConnection) -> None:
        await Connection(websocket, topics, limits).run()

    run = partial(
        serve,
        handle,
        listeners=listeners,
        compression=None,
        select_subprotocol=_select_subprotocol,
        process_request=_Gate(admission, health).admit,
        server_header=None,
        ping_interval=None,
        close_timeout=limits.slow_close_s,
        max_size=limits.frame_bytes,
        logger=_quiet_logger(),
    )
    # Shielded, because the closing handshakes go on after we are cancelled; `stop` bounds them.
    stop = trio.CancelScope(shield=True)

    async def run_shielded(*, task_status: trio.TaskStatus[Server]) -> None:
        with stop:
            await run(task_status=task_status)

    async with trio.open_nursery() as nursery:
        server: Server = await nursery.start(run_shielded)
        try:
            task_status.started(Gateway(bound_host, bound_port))
            await trio.sleep_forever()
        finally:
            with trio.move_on_after(limits.shutdown_s, shield=True):
                await server.aclose(code=SHUTDOWN_CODE, reason="the node is going down")
            stop.cancel()


class _Gate:
    """Turns the decisions of `Admission` into HTTP answers."""

    def __init__(self, admission: Admission, health: HealthSource) -> None:
        self._admission = admission
        self._health = health
        self._waiting = 0

    async def admit(self, websocket: ServerConnection, request: Request) -> Response | None:
        path, _, query = request.path.partition("?")
        if path not in (PATH, HEALTH_PATH):
            return websocket.respond(HTTPStatus.NOT_FOUND, "not found\n")
        headers = request.headers
        if not self._admission.allows_page(headers.get_all("Host"), headers.get_all("Origin")):
            return _forbidden(websocket)
        if path == HEALTH_PATH:
            if request.method != "GET":
                refusal = websocket.respond(HTTPStatus.METHOD_NOT_ALLOWED, "only GET\n")
                refusal.headers["Allow"] = "GET"
                return refusal
            return await self._tell_health(websocket, query, headers.get_all("Authorization"))
        if not speaks_v2(query):
            return _forbidden(websocket)
        offered = [name.strip() for line in headers.get_all("Sec-WebSocket-Protocol") for name in line.split(",")]
        if self._admission.allows_key(query, offered):
            return None
        await self._wait(str(websocket.remote_address[0]))
        return _forbidden(websocket)

    async def _tell_health(self, websocket: ServerConnection, query: str, authorizations: Sequence[str]) -> Response:
        shown = self._admission.page_key(query, authorizations)
        if shown is False:
            await self._wait(str(websocket.remote_address[0]))
            return _forbidden(websocket)
        status, text = await health_page(self._health, full=shown is True)
        response = websocket.respond(status, text)
        del response.headers["Content-Type"]
        for name, value in (
            ("Content-Type", "application/json"),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ):
            response.headers[name] = value
        return response

    async def _wait(self, address: str) -> None:
        delay_s = self._admission.penalty(address, trio.current_time())
        if self._waiting >= MAX_WAITING:
            return
        self._waiting += 1
        try:
            await trio.sleep(delay_s)
        finally:
            self._waiting -= 1


def _forbidden(websocket: ServerConnection) -> Response:
    return websocket.respond(HTTPStatus.FORBIDDEN, "forbidden\n")


async def _listen(host: str, port: int) -> list[trio.SocketListener]:
    try:
        return await trio.open_tcp_listeners(port, host=host)
    except OSError as error:
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            raise PortInUse(host, port) from error
        raise UsageError("bad_request", f"cannot listen on {host}:{port}: {error.strerror or error}") from error


def _select_subprotocol(_websocket: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    return PHOENIX if PHOENIX in offered else None


def _quiet_logger() -> logging.Logger:
    """Return the library's logger, never so chatty that it would write request lines: they hold the key."""
    logger = logging.getLogger("node.api.websocket")
    logger.setLevel(logging.WARNING)
    return logger
