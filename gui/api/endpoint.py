"""Where the desktop finds a node."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a node listens, and the key that opens it."""

    url: str
    api_key: str

    def address(self) -> str:
        """Return the address with the key in its query; never log it."""
        return f"{self.url}?{urlencode({'api_key': self.api_key, 'vsn': '2.0.0'})}"
