"""`peer2peer send` and `peer2peer read`: write into a conversation and read it."""

from typing import TYPE_CHECKING, Any, Final

import click

from node.cli.output import emit_json, message_lines, one_line, short
from node.cli.session import ask, call, run_trio, session, shared_options

if TYPE_CHECKING:
    from node.client import Client

DEFAULT_LIMIT: Final = 20
MAX_LIMIT: Final = 1_000_000
STATES: Final = ("stored", "delivered", "read")
WAIT_S: Final = 30


@click.command(context_settings={"ignore_unknown_options": True})  # a text may begin with a dash
@click.argument("conversation", metavar="CONV")
@click.argument("text")
@click.option("--reply-to", metavar="MSG", help="Id of the message answered, or the beginning of it.")
@click.option("--not-for-ai", is_flag=True, help="No AI may answer it, or be given it to read.")
@click.option(
    "--wait",
    type=click.Choice(STATES[1:]),
    help=f"Return once another member's node has it, or a member has read it; after {WAIT_S} s with exit code 1.",
)
@shared_options
def send(conversation: str, text: str, reply_to: str | None, wait: str | None, *, not_for_ai: bool) -> None:
    """Write a message; it is durable on this node when the command returns."""
    payload: dict[str, Any] = {"content": text}
    if not_for_ai:
        payload["not_for_ai"] = True
    if reply_to is not None:
        payload["reply_to"] = reply_to
    if wait is None:
        sent = call("send", {"conversation": conversation, **payload})
    else:
        sent = ask(lambda client: _send_and_wait(client, conversation, payload, wait), events=True)
    session().show(sent, lambda: click.echo(f"{short(sent['id'])}{' ' * 2}{sent['state']}"))
    if wait is not None and STATES.index(sent["state"]) < STATES.index(wait):
        click.get_current_context().exit(1)


async def _send_and_wait(client: "Client", conversation: str, payload: dict[str, Any], wait: str) -> dict[str, Any]:
    """Send, and return how the message stands once that is what was waited for, or the time is up."""
    import trio

    from node.cli.follow import open_conversation

    topic = await open_conversation(client, conversation)
    reply = await client.call(topic, "message", payload)
    sent = {"id": reply["id"], "state": reply["state"]}
    with trio.move_on_after(WAIT_S):
        async for event in client.events():
            if event.topic == topic and event.event == "states":
                states = {each["id"]: each["state"] for each in event.payload["messages"]}
                sent["state"] = states.get(sent["id"], sent["state"])
            if STATES.index(sent["state"]) >= STATES.index(wait):
                break
    return sent


@click.command()
@click.argument("conversation", metavar="CONV")
@click.option(
    "--limit", type=click.IntRange(1, MAX_LIMIT), default=DEFAULT_LIMIT, show_default=True, help="Newest messages."
)
@click.option("--follow", is_flag=True, help="Go on with each new message until interrupted.")
@click.option("--ids", is_flag=True, help="With the id by which each message can be edited, answered, pinned.")
@click.option("--keep-unread", is_flag=True, help="Do not let it count as read, here and for the others.")
@shared_options
def read(conversation: str, limit: int, follow: bool, ids: bool, keep_unread: bool) -> None:
    """Print the newest messages, in display order; everything up to the last one counts as read then."""
    from node.cli import follow as following

    if follow:
        import trio

        current = session()

        def show(message: dict[str, Any]) -> None:
            if current.json:
                emit_json(message)
            else:
                click.echo(message_lines(message, with_id=ids))

        def typing(name: str) -> None:
            click.echo(f"{one_line(name)} is typing...", err=True)

        follower = following.Follower(
            current.home,
            conversation,
            limit=limit,
            show=show,
            typing=None if current.json else typing,
            marks_read=not keep_unread,
        )
        run_trio(lambda: trio.run(follower.run))
        return

    async def work(client: "Client") -> list[dict[str, Any]]:
        topic = await following.open_conversation(client, conversation)
        found = await following.newest(client, topic, limit)
        if found and not keep_unread:
            await client.call(topic, "read", {"id": found[-1]["id"]})
        return found

    messages = ask(work)

    def human() -> None:
        for message in messages:
            click.echo(message_lines(message, with_id=ids))

    session().show(messages, human)


COMMANDS: Final[dict[str, Any]] = {"send": send, "read": read}
