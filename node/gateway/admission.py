"""Who may open the WebSocket: the right path, the right key, and no web page of somebody else.

Any page in a browser can reach a local port. So a foreign `Origin` is refused, a `Host` that is a name other than
`localhost` is refused (DNS rebinding), and the key is compared in constant time. Nothing of the query is ever logged.
"""

import base64
import binascii
import hmac
from collections import OrderedDict
from collections.abc import Sequence
from hashlib import sha256
from ipaddress import ip_address
from typing import Final
from urllib.parse import parse_qs, urlsplit

PATH: Final = "/socket/websocket"
TOKEN_PREFIX: Final = "base64url.bearer.phx."  # noqa: S105 - a prefix, no secret
MAX_ADDRESSES: Final = 1024
FORGET_S: Final = 60.0
MAX_DOUBLINGS: Final = 5


class Admission:
    """Decides over each opening handshake.

    A wrong key is answered late, the later the more often an address was wrong; a right key is never kept waiting, so
    that a forgotten script with an old key cannot lock the desktop out.
    """

    def __init__(self, *, api_key: str, origins: Sequence[str], host: str, refusal_delay_s: float) -> None:
        self._key_hash = sha256(api_key.encode()).digest()
        self._origins = frozenset(origins)
        self._host = host.lower()
        self._delay_s = refusal_delay_s
        self._wrong: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def allows_page(self, hosts: Sequence[str], origins: Sequence[str]) -> bool:
        """Tell whether the `Host` and `Origin` headers come from a place that may talk to us."""
        return len(hosts) == 1 and self._own_host(hosts[0]) and all(map(self._own_origin, origins))

    def allows_key(self, query: str, protocols: Sequence[str]) -> bool:
        """Tell whether the right key is in the query (`api_key=`) or among the subprotocols (`authToken`)."""
        given = _query(query, "api_key") or [_token(name) for name in protocols if name.startswith(TOKEN_PREFIX)]
        return self._is_key(given)

    def page_key(self, query: str, authorizations: Sequence[str]) -> bool | None:
        """Tell whether a request for a page shows the right key, in the query or as a bearer; None: it shows none."""
        bearers = [value.partition(" ")[2].strip().encode(errors="surrogateescape") for value in authorizations]
        given = [*_query(query, "api_key"), *bearers]
        return self._is_key(given) if given else None

    def _is_key(self, given: Sequence[bytes]) -> bool:
        return len(given) == 1 and hmac.compare_digest(sha256(given[0]).digest(), self._key_hash)

    def penalty(self, address: str, now: float) -> float:
        """Count a wrong key; return the seconds to wait before it is answered."""
        count, at = self._wrong.pop(address, (0, now))
        count = count + 1 if now - at < FORGET_S else 1
        self._wrong[address] = (count, now)
        if len(self._wrong) > MAX_ADDRESSES:
            self._wrong.popitem(last=False)
        return self._delay_s * float(2 ** min(count - 1, MAX_DOUBLINGS))

    def _own_host(self, value: str) -> bool:
        try:
            name = urlsplit(f"//{value}").hostname
        except ValueError:
            return False
        # a literal address needs no name, so no name can be bent to lead here
        return name is not None and (name in ("localhost", self._host) or _is_address(name))

    def _own_origin(self, value: str) -> bool:
        if value in self._origins:
            return True
        try:
            parts = urlsplit(value)
            name = parts.hostname or ""
        except ValueError:
            return False
        return parts.scheme in ("http", "https") and (name == "localhost" or _is_address(name, loopback=True))


def speaks_v2(query: str) -> bool:
    """Tell whether the client asks for serializer V2."""
    return _query(query, "vsn") == [b"2.0.0"]


def token_protocol(api_key: str) -> str:
    """Return the subprotocol that carries the key, as the client's option `authToken` does."""
    return TOKEN_PREFIX + base64.urlsafe_b64encode(api_key.encode()).decode().rstrip("=")


def _query(query: str, name: str) -> list[bytes]:
    try:
        values = parse_qs(query, keep_blank_values=True, max_num_fields=64, errors="surrogateescape").get(name, [])
    except ValueError:
        return []
    return [value.encode(errors="surrogateescape") for value in values]


def _token(protocol: str) -> bytes:
    text = protocol.removeprefix(TOKEN_PREFIX).replace("+", "-").replace("/", "_")
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""


def _is_address(name: str, *, loopback: bool = False) -> bool:
    try:
        address = ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or not loopback
