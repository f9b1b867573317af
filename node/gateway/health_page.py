"""The page `/health` of the channel's port: for monitors, which speak HTTP and no Phoenix."""

from http import HTTPStatus
from typing import Any, Final, Protocol

import orjson
import trio

PATH: Final = "/health"
PATIENCE_S: Final = 4.0
"""A node that cannot say within this how it is, is not well."""

Json = dict[str, Any]


class HealthSource(Protocol):
    """What knows how the node is."""

    def brief(self) -> Json:
        """Return `{version, uptime_s}`: for anybody, so nothing about people."""

    def details(self) -> Json:
        """Return what only those are told who show the key."""

    async def faults(self) -> list[str]:
        """Return what is wrong, in sentences; nothing where the node is ready. It may take long."""


async def health_page(source: HealthSource, *, full: bool) -> tuple[HTTPStatus, str]:
    """Return the status (200 or 503) and the JSON text of the page; it takes PATIENCE_S at most."""
    faults = ["The node did not find out in time how it is."]
    with trio.move_on_after(PATIENCE_S):
        faults = await source.faults()
    page: Json = {"status": "not ok" if faults else "ok", "ready": not faults, **source.brief()}
    if full:
        page |= {"faults": faults, **source.details()}
    status = HTTPStatus.SERVICE_UNAVAILABLE if faults else HTTPStatus.OK
    return status, orjson.dumps(page, option=orjson.OPT_APPEND_NEWLINE).decode()
