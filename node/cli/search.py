"""`peer2peer search`: find messages in all conversations by their words."""

from typing import TYPE_CHECKING, Any, Final

import click

from node.cli.output import clean, local_time, one_line, short
from node.cli.session import SLOW_CALL_S, ask, session, shared_options

if TYPE_CHECKING:
    from node.client import Client

Json = dict[str, Any]

DEFAULT_LIMIT: Final = 20
MAX_LIMIT: Final = 10_000
PAGE: Final = 100
ORDERS: Final = ("newest", "relevance")
ASK_AGAIN_S: Final = 2.0
"""A node that starts its index anew says nothing of it to those who waited for the old one."""


@click.command(context_settings={"ignore_unknown_options": True})  # a text may begin with a dash
@click.argument("text", nargs=-1, required=True)
@click.option("--conversation", metavar="CONV", help="In this one alone.")
@click.option("--limit", type=click.IntRange(1, MAX_LIMIT), default=DEFAULT_LIMIT, show_default=True, help="Results.")
@click.option("--order", type=click.Choice(ORDERS), default=ORDERS[0], show_default=True, help="Which come first.")
@shared_options
def search(text: tuple[str, ...], conversation: str | None, limit: int, order: str) -> None:
    """Find messages with all these words; the last may be a beginning, and "words in quotes" follow each other."""
    asked: Json = {"query": " ".join(text), "order": order}
    if conversation is not None:
        asked["conversation"] = conversation
    found = ask(lambda client: _find(client, asked, limit), events=True)

    def human() -> None:
        for result in found:
            click.echo(_lines(result))

    session().show(found, human)


async def _find(client: "Client", asked: Json, limit: int) -> list[Json]:
    """Return the results once the node has looked through everything; after SLOW_CALL_S what it has found by then."""
    import trio

    with trio.move_on_after(SLOW_CALL_S):
        while not (await client.call("node", "search", {**asked, "limit": 1}))["complete"]:
            with trio.move_on_after(ASK_AGAIN_S):
                async for event in client.events():
                    if event.event == "search" and event.payload["complete"]:
                        break
    found: list[Json] = []
    cursor = None
    while len(found) < limit:
        reply = await client.call("node", "search", {**asked, "limit": min(PAGE, limit - len(found)), "after": cursor})
        found += reply["results"]
        cursor = reply["cursor"]
        if cursor is None:
            break
    return found


def _lines(result: Json) -> str:
    """Return a result as a person reads it; what was found is bold on a terminal."""
    where = one_line(result["title"])
    if result["status"] != "active":
        where += f" ({result['status']})"
    name = one_line(result["author_name"]) + (" (AI)" if result["kind"] == "ai" else "")
    text, at, parts = result["snippet"], 0, []
    for start, end in result["highlights"]:
        parts += [clean(text[at:start]), click.style(clean(text[start:end]), bold=True)]
        at = end
    parts.append(clean(text[at:]))
    return f"{short(result['id'])}  {local_time(result['ts'])}  {where}  {name}: {''.join(parts)}"


COMMANDS: Final[dict[str, Any]] = {"search": search}
