"""`peer2peer edit`, `delete`, `react`, `pin`, `unpin`, `pins`, `archive`, `unarchive`: what becomes of messages."""

from typing import TYPE_CHECKING, Any, Final

import click

from node.cli.output import message_lines, one_line, short
from node.cli.session import ask, session, shared_options

if TYPE_CHECKING:
    from node.client import Client

Json = dict[str, Any]

_conversation = click.argument("conversation", metavar="CONV")
_message = click.argument("message", metavar="MSG")


@click.command(context_settings={"ignore_unknown_options": True})  # a text may begin with a dash
@_conversation
@_message
@click.argument("text")
@shared_options
def edit(conversation: str, message: str, text: str) -> None:
    """Give a message of yours another text; MSG is its id, or the beginning of it (`read --ids`)."""
    _show_changed(conversation, "edit", {"id": message, "content": text})


@click.command()
@_conversation
@_message
@shared_options
def delete(conversation: str, message: str) -> None:
    """Delete a message of yours for everybody, or as an admin anybody's; its place stays."""
    _show_changed(conversation, "delete", {"id": message})


@click.command()
@_conversation
@_message
@click.argument("emoji")
@click.option("--remove", is_flag=True, help="Take it away again.")
@shared_options
def react(conversation: str, message: str, emoji: str, remove: bool) -> None:
    """Put an emoji under a message."""
    _show_changed(conversation, "react", {"id": message, "emoji": emoji, "on": not remove})


@click.command()
@_conversation
@_message
@shared_options
def pin(conversation: str, message: str) -> None:
    """Pin a message for everybody."""
    _show_changed(conversation, "pin", {"id": message, "on": True})


@click.command()
@_conversation
@_message
@shared_options
def unpin(conversation: str, message: str) -> None:
    """Take a pinned message down."""
    _show_changed(conversation, "pin", {"id": message, "on": False})


@click.command()
@_conversation
@shared_options
def pins(conversation: str) -> None:
    """List the pinned messages, in the order in which they were pinned."""
    messages = _push(conversation, "pins", {})["messages"]

    def human() -> None:
        if not messages:
            click.echo("nothing is pinned")
        for message in messages:
            click.echo(message_lines(message, with_id=True))

    session().show(messages, human)


@click.command()
@_conversation
@shared_options
def archive(conversation: str) -> None:
    """Put a conversation away for everybody; it can still be read and written in."""
    _archive(conversation, on=True)


@click.command()
@_conversation
@shared_options
def unarchive(conversation: str) -> None:
    """Bring an archived conversation back."""
    _archive(conversation, on=False)


def _archive(conversation: str, *, on: bool) -> None:
    summary = _push(conversation, "archive", {"on": on})
    session().show(
        summary, lambda: click.echo(f"{short(summary['id'])}  {summary['status']}  {one_line(summary['title'])}")
    )


def _show_changed(conversation: str, event: str, payload: Json) -> None:
    message = _push(conversation, event, payload)["message"]
    session().show(message, lambda: click.echo(message_lines(message, with_id=True)))


def _push(conversation: str, event: str, payload: Json) -> Json:
    """Make one call on the topic of a conversation; return the response."""

    async def work(client: "Client") -> Json:
        from node.cli.follow import open_conversation

        topic = await open_conversation(client, conversation)
        return await client.call(topic, event, payload)

    return ask(work)


@click.command()
@_conversation
@click.option("--title", help="Another title, for everybody.")
@click.option("--description", help="Another description; empty takes it away.")
@shared_options
def describe(conversation: str, title: str | None, description: str | None) -> None:
    """Give a conversation another title, another description, or both."""
    given = {"title": title, "description": description}
    wanted = {key: value for key, value in given.items() if value is not None}

    async def work(client: "Client") -> Json:
        from node.cli.follow import open_conversation

        return await client.call(await open_conversation(client, conversation), "settings", wanted)

    changed = ask(work)
    session().show(changed, lambda: click.echo(f"{short(changed['id'])}  {one_line(changed['title'])}"))


COMMANDS: Final[dict[str, Any]] = {
    "describe": describe,
    "edit": edit,
    "delete": delete,
    "react": react,
    "pin": pin,
    "unpin": unpin,
    "pins": pins,
    "archive": archive,
    "unarchive": unarchive,
}
