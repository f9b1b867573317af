"""`peer2peer ai …`: the AI participants of a conversation."""

from typing import Any, Final

import click

from node.cli.output import one_line, short, table
from node.cli.session import ConversationGroup, call, conversation, session, shared_options

POLICIES: Final = ("every", "mentioned", "addressed", "never")


@click.group(cls=ConversationGroup, default="list", alone=("providers",))
@shared_options
def ai() -> None:
    """List, add or remove the AI participants of a conversation; `ai providers` lists what they can run on."""


@ai.command(name="list")
@shared_options
def list_() -> None:
    """List the AI participants."""
    participants = call("show", {"conversation": conversation()})["ai"]

    def human() -> None:
        if not participants:
            click.echo("no AI takes part; add one with `peer2peer ai CONV add --name NAME`")
            return
        rows = (
            (short(one["id"]), one.get("name"), one.get("provider"), one.get("model"), one.get("policy") or "")
            for one in participants
        )
        table(("ID", "NAME", "PROVIDER", "MODEL", "ANSWERS"), rows)

    session().show(participants, human)


@ai.command()
@click.option("--name", required=True, help="Its name in the conversation.")
@click.option("--provider", help="One of `peer2peer ai providers`; else the first that works.")
@click.option("--model", help="Else the provider's default.")
@click.option("--persona", help="Who it is to be.")
@click.option("--system-prompt", help="What it is told before everything else.")
@click.option("--temperature", type=click.FloatRange(0.0, 2.0), help="0.0 (sober) to 2.0 (wild).")
@click.option("--policy", type=click.Choice(POLICIES), help="Which messages it answers.")
@shared_options
def add(**given: Any) -> None:
    """Add an AI participant that runs on this node."""
    settings = {key: value for key, value in given.items() if value is not None}
    added = call("ai_add", {"conversation": conversation(), **settings}, slow=True)["ai"]
    session().show(added, lambda: click.echo(f"{short(added['id'])}{' ' * 2}{one_line(added['name'])}"))


@ai.command()
@click.argument("participant", metavar="AI")
@shared_options
def remove(participant: str) -> None:
    """Remove an AI participant, named by its id, the beginning of it, or its name."""
    reply = call("ai_remove", {"conversation": conversation(), "ai": participant}, slow=True)
    session().show(reply, lambda: click.echo("removed"))


@ai.command()
@shared_options
def providers() -> None:
    """List what an AI participant can run on here."""
    known = call("providers", slow=True)["providers"]

    def human() -> None:
        rows = (
            (
                one["name"],
                "yes" if one.get("available") else "no",
                one.get("default_model") or "-",
                one.get("reason") or "",
            )
            for one in known
        )
        table(("NAME", "WORKS", "DEFAULT MODEL", "REASON"), rows)

    session().show(known, human)


COMMANDS: Final[dict[str, Any]] = {"ai": ai}
