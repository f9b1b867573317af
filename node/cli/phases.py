"""`peer2peer phase CONV [show|advance|progress VALUE]`: where a conversation is in its cycle."""

from typing import TYPE_CHECKING, Any, Final

import click

from node.cli.output import local_time, one_line
from node.cli.session import ConversationGroup, ask, call, conversation, session, shared_options

if TYPE_CHECKING:
    from node.client import Client

Json = dict[str, Any]


@click.group(cls=ConversationGroup, default="show")
@shared_options
def phase() -> None:
    """Show the phase of a conversation, advance it, or set its progress."""


@phase.command()
@shared_options
def show() -> None:
    """Show phase, progress and cycle, and who brought it there."""
    reply = call("phase", {"conversation": conversation()})
    _print(reply)
    if reply.get("by_name") and not session().json:
        before = reply["from"]
        came = f"from {before['phase']}, {before['progress'] * 100:.0f} %"
        click.echo(f"by {one_line(reply['by_name'])}, {local_time(reply['ts'])}, {came}")


@phase.command()
@shared_options
def advance() -> None:
    """Go on to the next phase."""
    named = conversation()

    async def work(client: "Client") -> Json:
        now = await client.call("node", "phase", {"conversation": named})
        return await client.call("node", "advance", {"conversation": named, "from": now["phase"]})

    _print(ask(work))


@phase.command()
@click.argument("value", type=click.FloatRange(0.0, 1.0))
@shared_options
def progress(value: float) -> None:
    """Set the progress within the phase, 0.0 to 1.0."""
    _print(call("progress", {"conversation": conversation(), "value": value}))


def _print(reply: Json) -> None:
    session().show(
        reply,
        lambda: click.echo(f"{reply['phase']}, {reply['progress'] * 100:.0f} %, cycle {reply['cycle']}"),
    )


COMMANDS: Final[dict[str, Any]] = {"phase": phase}
