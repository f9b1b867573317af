"""`peer2peer export CONV`: a whole conversation as Markdown or JSON, in a file or on the terminal."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO

import click

from node.cli.output import clean
from node.cli.session import Failure, ask, session, shared_options
from node.clock import Clock, iso

if TYPE_CHECKING:
    from node.client import Client
    from protocol.transcript import Transcript

PAGE: Final = 200
"""Messages asked for at once."""


@click.command()
@click.argument("conversation", metavar="CONV")
@click.option("--format", "form", type=click.Choice(("markdown", "json")), default="markdown", show_default=True)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Else it is printed.")
@shared_options
def export(conversation: str, form: Any, output: Path | None) -> None:
    """Export a whole conversation: names, times, last texts, reactions, how AI answers came about.

    Deleted messages are left out. A file is replaced once all of it is written.
    """
    from protocol.transcript import Transcript

    now_ms = Clock().now_ms()
    zone = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone().tzinfo or UTC
    transcript = Transcript(form, zone=zone)

    def printed(piece: str) -> None:
        click.echo(clean(piece) if sys.stdout.isatty() else piece, nl=False)

    if output is None:
        ask(lambda client: _export(client, conversation, transcript, printed, now=iso(now_ms)))
        return
    with _replacing(output) as file:
        ask(lambda client: _export(client, conversation, transcript, file.write, now=iso(now_ms)))
    told = {"file": str(output), "messages": transcript.count}
    session().show(told, lambda: click.echo(f"{transcript.count} messages in {output}"))


async def _export(
    client: "Client", conversation: str, transcript: "Transcript", put: Callable[[str], object], *, now: str
) -> None:
    """Give `put` the export, piece by piece, in order."""
    from node.cli.follow import open_conversation

    topic = await open_conversation(client, conversation)
    about = await client.call("node", "show", {"conversation": conversation})
    put(transcript.head(about, now=now))
    asked: dict[str, Any] = {"first": True}
    while True:
        page = await client.call(topic, "history", {"limit": PAGE, **asked})
        put(transcript.messages(page["messages"]))
        if not page["newer"] or not page["messages"]:
            break
        asked = {"after": page["messages"][-1]["id"]}
    put(transcript.end())


@contextmanager
def _replacing(output: Path) -> Iterator[TextIO]:
    """Give a file beside the one that is wanted, and put it in its place once the body has written all of it."""
    part: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(
            "w",
            encoding="utf-8",
            errors="replace",
            dir=output.absolute().parent,
            prefix=f".{output.name}.",
            delete=False,
        ) as file:
            part = Path(file.name)
            yield file  # type: ignore[misc]
            file.flush()
            os.fsync(file.fileno())
        part.replace(output)
        part = None
    except OSError as error:
        raise Failure("internal", f"{output} could not be written: {error.strerror or error}") from None
    finally:
        if part is not None:
            part.unlink(missing_ok=True)


COMMANDS: Final[dict[str, Any]] = {"export": export}
