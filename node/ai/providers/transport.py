"""HTTP for the providers: the only module which knows httpx.

Every failure of the network becomes a ProviderError without addresses in it. A cancel closes the connection at once.
Redirects are not followed, for the key must not travel to another host.
"""

import ipaddress
import ssl
import string
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from email.utils import formatdate
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import trio

from node.ai.providers.errors import ProviderError
from node.clock import Clock

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

MAX_BODY_BYTES = 1 << 20
_HEADER_CHARACTERS = frozenset(string.printable) - frozenset(string.whitespace) | {" "}


@dataclass(frozen=True, slots=True)
class Response:
    """The head of an answer; `chunks` gives its body as it arrives, and may be read once.

    Attributes:
        status: the HTTP status.
        headers: names in lower case; with the time of arrival as `date` where the server left it out.
        chunks: raises ProviderError where the connection breaks or stalls.
    """

    status: int
    headers: Mapping[str, str]
    chunks: "AsyncGenerator[bytes, None]"

    async def body(self) -> bytes:
        """Return the rest of the body, at most MAX_BODY_BYTES of it."""
        collected = bytearray()
        async for chunk in self.chunks:
            collected += chunk
            if len(collected) > MAX_BODY_BYTES:
                break
        return bytes(collected[:MAX_BODY_BYTES])


class Transport:
    """Makes requests to one server, each over a connection of its own.

    Args:
        base_url: http or https; what the paths of requests are relative to.
        label: what a message calls the server.
        connect_s: how long connecting may take.
        read_s: how long the server may be silent.
    """

    def __init__(self, base_url: str, *, label: str, connect_s: float, read_s: float) -> None:
        self._base_url = base_url.rstrip("/") + "/"
        self._label = label
        self._connect_s, self._read_s = connect_s, read_s
        parts = urlsplit(self._base_url)
        self._encrypted = parts.scheme == "https"
        self._trust_proxy = not _is_loopback(parts.hostname or "")
        self._clock = Clock()
        self._context: ssl.SSLContext | None = None

    @asynccontextmanager
    async def request(
        self, method: str, path: str, *, headers: Mapping[str, str], body: bytes | None = None
    ) -> AsyncIterator[Response]:
        """Return the answer's head, whatever its status; the connection is closed on leaving.

        Raises:
            ProviderError: refused_connection, timeout, unavailable, or unauthorized where no header can hold the key.
        """
        if not _HEADER_CHARACTERS.issuperset("".join(headers.values())):  # httpx would quote it in its error
            raise ProviderError(
                "unauthorized",
                "The API key for {label} has characters which no key has: set it again.",
                label=self._label,
            )
        async with self._client() as client:
            sent = {"accept-encoding": "identity", **headers}
            url = httpx.URL(self._base_url).join(path)
            request = client.build_request(method, url, headers=sent, content=body)
            try:
                response = await client.send(request, stream=True)
            except httpx.HTTPError as error:
                raise self._translated(error, connected=False) from None
            chunks = self._chunks(response)
            try:
                names = {name.lower(): value for name, value in response.headers.items()}
                names.setdefault("date", formatdate(self._clock.now_ms() / 1000, usegmt=True))
                if names.get("content-encoding", "identity") != "identity":  # it could unfold to any size
                    raise self._unreadable()
                yield Response(response.status_code, names, chunks)
            finally:
                await _unwind(chunks)
                with suppress(httpx.HTTPError):
                    await response.aclose()

    async def _chunks(self, response: "httpx.Response") -> "AsyncGenerator[bytes, None]":
        try:
            async for chunk in response.aiter_raw():
                yield chunk
        except httpx.HTTPError as error:
            raise self._translated(error, connected=True) from None

    def _client(self) -> "httpx.AsyncClient":
        timeout = httpx.Timeout(self._read_s, connect=self._connect_s)
        try:
            return httpx.AsyncClient(verify=self._tls(), timeout=timeout, trust_env=self._trust_proxy)
        except (ImportError, ValueError):  # SOCKS, or no URL
            raise ProviderError(
                "refused_connection",
                "The proxy set in the environment can not be used: set HTTPS_PROXY and ALL_PROXY to an HTTP proxy.",
            ) from None

    def _tls(self) -> ssl.SSLContext:
        """Return the context, made once; without https one that trusts nobody, for loading the authorities is slow."""
        if self._context is None:
            secure = ssl.create_default_context if self._encrypted else _trusting_nobody
            self._context = secure()
        return self._context

    def _translated(self, error: "httpx.HTTPError", *, connected: bool) -> ProviderError:
        label = self._label
        match error:
            case httpx.ConnectTimeout():
                return ProviderError(
                    "timeout",
                    "{label} could not be reached in time: check the network and try again.",
                    label=label,
                    transient=True,
                )
            case httpx.TimeoutException():
                return ProviderError(
                    "timeout", "{label} stopped answering: try again, or choose another model.", label=label
                )
            case httpx.ConnectError() | httpx.ProxyError():
                return ProviderError(
                    "refused_connection",
                    "{label} can not be reached: check that it runs, and its address in the settings.",
                    label=label,
                    transient=True,
                )
            case httpx.NetworkError() | httpx.RemoteProtocolError() if connected:
                return ProviderError(
                    "unavailable",
                    "{label} broke the connection before the answer was complete: try again.",
                    label=label,
                    transient=True,
                )
            case httpx.NetworkError() | httpx.RemoteProtocolError():
                return ProviderError(
                    "unavailable",
                    "{label} closed the connection without an answer: try again.",
                    label=label,
                    transient=True,
                )
            case _:
                return self._unreadable()

    def _unreadable(self) -> ProviderError:
        return ProviderError(
            "malformed", "{label} sent an answer that can not be read: check its address.", label=self._label
        )


async def _unwind(chunks: AsyncIterator[bytes]) -> None:
    """End httpx's generators, which do not close the ones inside them: a cancel goes through all of them."""
    with trio.CancelScope() as scope, suppress(ProviderError):
        scope.cancel()
        async for _ in chunks:
            pass


def _trusting_nobody() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
