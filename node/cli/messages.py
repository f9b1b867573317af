"""`peer2peer send` and `peer2peer read`: write into a conversation and read it."""

from typing import TYPE_CHECKING, Any, Final

import click

from node.cli.output import emit_json, message_lines, one_line, short
from node.cli.session import ask, call, run_trio, session, shared_options

if TYPE_CHECKING:
    from node.client import Client

DEFAULT_LIMIT: Final = 20
MAX_LIMIT: Final = 1_000_000


@click.command(context_settings={"ignore_unknown_options": True})  # a text may begin with a dash
@click.argument("conversation", metavar="CONV")
@click.argument("text")
@click.option("--reply-to", metavar="MSG", help="Id of the message answered, or the beginning of it.")
@shared_options
def send(conversation: str, text: str, reply_to: str | None) -> None:
    """Write a message; it is durable on this node when the command returns."""
    payload = {"conversation": conversation, "content": text}
    if reply_to is not None:
        payload["reply_to"] = reply_to
    sent = call("send", payload)
    session().show(sent, lambda: click.echo(f"{short(sent['id'])}{' ' * 2}{sent['state']}"))


@click.command()
@click.argument("conversation", metavar="CONV")
@click.option(
    "--limit", type=click.IntRange(1, MAX_LIMIT), default=DEFAULT_LIMIT, show_default=True, help="Newest messages."
)
@click.option("--follow", is_flag=True, help="Go on with each new message until interrupted.")
@shared_options
def read(conversation: str, limit: int, follow: bool) -> None:
    """Print the newest messages, in display order."""
    from node.cli import follow as following

    if follow:
        import trio

        current = session()

        def show(message: dict[str, Any]) -> None:
            if current.json:
                emit_json(message)
            else:
                click.echo(message_lines(message))

        def typing(name: str) -> None:
            click.echo(f"{one_line(name)} is typing...", err=True)

        follower = following.Follower(
            current.home, conversation, limit=limit, show=show, typing=None if current.json else typing
        )
        run_trio(lambda: trio.run(follower.run))
        return

    async def work(client: "Client") -> list[dict[str, Any]]:
        topic = await following.open_conversation(client, conversation)
        return await following.newest(client, topic, limit)

    messages = ask(work)

    def human() -> None:
        for message in messages:
            click.echo(message_lines(message))

    session().show(messages, human)


COMMANDS: Final[dict[str, Any]] = {"send": send, "read": read}
