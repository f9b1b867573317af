"""The profile folder as the desktop needs it: is there an identity, where does its node listen, which key opens it."""

from __future__ import annotations

from pathlib import Path

import orjson

from gui.api.endpoint import Endpoint


class Profile:
    """One profile folder; read only, the node is the one that writes there."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def has_identity(self) -> bool:
        """Tell whether keys were made here."""
        return (self.home / "keystore").exists()

    def is_locked(self) -> bool:
        """Tell whether the keys need a passphrase; False where the key file says nothing usable."""
        from crypto.errors import CryptoError
        from crypto.keystore import is_locked

        try:
            return is_locked((self.home / "keystore").read_bytes())
        except (OSError, CryptoError):
            return False

    def endpoint(self) -> Endpoint | None:
        """Return what the folder says of a running node; None where it says nothing usable."""
        try:
            about = orjson.loads((self.home / "api.json").read_bytes())
            key = (self.home / "api_key").read_text("utf-8").strip()
        except (OSError, ValueError):
            return None
        url = about.get("api") if isinstance(about, dict) else None
        return Endpoint(url, key) if isinstance(url, str) and url.startswith("ws") and key else None
