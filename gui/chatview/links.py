"""Which links may be clicked."""

from __future__ import annotations

from urllib.parse import urlsplit

SAFE_SCHEMES = frozenset({"http", "https", "mailto", "peer2peer"})


def safe_link(target: str) -> bool:
    """Tell whether a link may be clicked: web, mail, and our invites."""
    try:
        return urlsplit(target.strip()).scheme.lower() in SAFE_SCHEMES
    except ValueError:
        return False
