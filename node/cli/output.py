"""Text for a terminal: aligned, and free of what foreign text could do to it; or JSON for a script."""

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import click
import orjson

MARK: Final = "\N{REPLACEMENT CHARACTER}"
BIDI: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the direction of the text around them."""
SHORT_ID: Final = 8
GAP: Final = "  "


def emit_json(document: Any, *, err: bool = False) -> None:
    """Print one JSON document on one line, in UTF-8 whatever the terminal's encoding, and flush."""
    click.echo(orjson.dumps(document), err=err)


def clean(text: object) -> str:
    """Return foreign text without control characters but line feeds, and without turns of direction."""
    return "".join(character if character == "\n" or not _is_unsafe(character) else MARK for character in str(text))


def one_line(text: object) -> str:
    """Return foreign text on one line."""
    return " ".join(clean(text).split())


def short(identity: object) -> str:
    """Return an id as people compare it."""
    return one_line(identity)[:SHORT_ID]


def local_time(stamp: object) -> str:
    """Return an ISO 8601 time in the local zone, to the minute; what is no time, as it is."""
    try:
        return datetime.fromisoformat(str(stamp)).astimezone().strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError, OSError):
        return one_line(stamp) if stamp else "-"


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print aligned columns under headings."""
    lines = [list(headings), *([one_line(cell) for cell in row] for row in rows)]
    widths = [max(_width(line[column]) for line in lines) for column in range(len(headings))]
    for line in lines:
        padded = (cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True))
        click.echo(GAP.join(padded).rstrip())


def pairs(rows: Iterable[tuple[str, object]]) -> None:
    """Print `name  value` lines, the values aligned."""
    rows = list(rows)
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        click.echo(f"{name.ljust(width)}{GAP}{one_line(value)}")


def message_lines(message: dict[str, Any], *, with_id: bool = False) -> str:
    """Return one message of a conversation as a person reads it, what others put under it at its end."""
    name = one_line(message.get("author_name") or short(message.get("author", "")))
    text = "(deleted)" if message.get("deleted") else clean(message.get("text", ""))
    if message.get("edited") and not message.get("deleted"):
        text += " (edited)"
    if message.get("pinned"):
        text += " (pinned)"
    reactions = [f"{one_line(one.get('emoji'))} {one.get('count')}" for one in message.get("reactions") or ()]
    if reactions:
        text += f"  [{', '.join(reactions)}]"
    if message.get("kind") == "ai":
        name += " (AI)"
    head = f"{short(message.get('id', ''))}  " if with_id else ""
    head += f"{local_time(message.get('ts'))}  "
    body = f"* {text}" if message.get("kind") == "notice" else f"{name}: {text}"
    return head + body.replace("\n", "\n" + " " * len(head))


def _is_unsafe(character: str) -> bool:
    return character in BIDI or unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")


def _width(text: str) -> int:
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )
