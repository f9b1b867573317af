"""`peer2peer conversations …` and `peer2peer join`: list them, make them, look into one, let others in."""

import re
from typing import Any, Final

import click

from node.cli.output import local_time, one_line, pairs, short, table
from node.cli.session import call, session, shared_options

UNITS_S: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}

_SPAN = re.compile(r"(\d{1,9})([smhdw]?)", re.ASCII)


class Span(click.ParamType[int]):
    """A time span such as `90s`, `30m`, `12h`, `7d` or `2w`; a bare number is seconds."""

    name = "span"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the span in seconds."""
        match = _SPAN.fullmatch(str(value))
        if match is None or int(match[1]) == 0:
            self.fail(f"{value!r} is no time span; write for example 12h or 7d", param, ctx)
        return int(match[1]) * UNITS_S[match[2] or "s"]


@click.group(invoke_without_command=True)
@shared_options
@click.pass_context
def conversations(ctx: click.Context) -> None:
    """List my conversations, make one, look into one, invite others."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_)


@conversations.command(name="list")
@shared_options
def list_() -> None:
    """List my conversations, newest activity first."""
    summaries = call("conversations")["conversations"]

    def human() -> None:
        if not summaries:
            click.echo("no conversations yet; start one with `peer2peer conversations new TITLE`")
            return
        rows = (
            (
                short(summary["id"]),
                summary.get("title") or "(joining)",
                summary.get("status") or "",
                f"{summary.get('phase') or '-'} {(summary.get('progress') or 0) * 100:.0f} %",
                summary.get("unread") or "",
                local_time((summary.get("last") or {}).get("ts") or summary.get("created")),
            )
            for summary in summaries
        )
        table(("ID", "TITLE", "STATUS", "PHASE", "UNREAD", "LAST ACTIVITY"), rows)

    session().show(summaries, human)


@conversations.command()
@click.argument("title")
@click.option("--description", default="", help="What it is about.")
@click.option("--no-ai", is_flag=True, help="Without the AI participant that a new conversation gets.")
@shared_options
def new(title: str, description: str, no_ai: bool) -> None:
    """Start a conversation."""
    made = call("create", {"title": title, "description": description, "ai": not no_ai}, slow=True)
    session().show(made, lambda: click.echo(f"{short(made['id'])}{' ' * 2}{one_line(made['title'])}"))


@conversations.command()
@click.argument("conversation", metavar="CONV")
@shared_options
def show(conversation: str) -> None:
    """Show one conversation: who is in it, and how far it is."""
    reply = call("show", {"conversation": conversation})

    def human() -> None:
        pairs(
            [
                ("title", reply.get("title", "")),
                ("description", reply.get("description") or "-"),
                ("id", reply["id"]),
                ("created", local_time(reply.get("created"))),
                ("status", reply.get("status", "")),
                ("phase", f"{reply.get('phase')}, {(reply.get('progress') or 0) * 100:.0f} %"),
                ("cycle", reply.get("cycle", 0)),
                ("operations", reply.get("ops", 0)),
                ("state", short(reply.get("state_hash", ""))),
                *(("member", f"{m.get('name')} ({m.get('role')}, {m.get('presence')})") for m in reply["members"]),
                *(("ai", f"{a.get('name')} ({a.get('provider')}, {a.get('model')})") for a in reply["ai"]),
            ]
        )

    session().show(reply, human)


@conversations.command()
@click.argument("conversation", metavar="CONV")
@click.option("--uses", type=click.IntRange(min=0), default=1, show_default=True, help="0: without limit.")
@click.option("--expires", type=Span(), default="7d", show_default=True, help="For example 12h or 7d.")
@shared_options
def invite(conversation: str, uses: int, expires: int) -> None:
    """Make a link that lets others in."""
    made = call("invite", {"conversation": conversation, "uses": uses, "expires_s": expires}, slow=True)

    def human() -> None:
        click.echo(one_line(made["link"]))
        often = "any number of times" if made.get("uses") == 0 else f"{made.get('uses')} time(s)"
        click.echo(f"good until {local_time(made.get('expires'))}, {often}", err=True)

    session().show(made, human)


@click.command()
@click.argument("link")
@shared_options
def join(link: str) -> None:
    """Join a conversation by its invite link."""
    joined = call("join", {"link": link}, slow=True)
    title = one_line(joined["title"]) or "(you were let in; it is fetched as soon as a member can be reached)"
    session().show(joined, lambda: click.echo(f"{short(joined['id'])}  {title}"))


COMMANDS: Final[dict[str, Any]] = {"conversations": conversations, "join": join}
