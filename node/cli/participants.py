"""`peer2peer ai …`: the AI participants of a conversation."""

import os
import sys
from collections.abc import Callable
from typing import Any, Final

import click

from node.ai.providers.settings import VARIABLES, account, servers
from node.cli.output import one_line, short, table
from node.cli.session import ConversationGroup, Failure, call, conversation, session, shared_options
from node.cli.status import MIB
from node.config import read_config
from node.errors import StartError

POLICIES: Final = ("every", "mentioned", "addressed", "never")
CONSTRAINTS: Final = ("auto", "always", "never")
MODELS_SHOWN: Final = 3
MAX_KEY: Final = 4096


_participant: Final = click.argument("participant", metavar="AI")


def _making(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say how answers are made."""
    for option in (
        click.option(
            "--second-opinion/--no-second-opinion",
            default=None,
            help="Ask the model what kind of answer is "
            "wanted where the rules are not sure; that is one more short request, and waits 1.5 s at most.",
        ),
        click.option(
            "--constrained",
            type=click.Choice(CONSTRAINTS),
            help="Hold the model to a JSON schema: `auto` where it can and the answer gains by it.",
        ),
    ):
        command = option(command)
    return command


@click.group(cls=ConversationGroup, default="list", alone=("providers", "key"))
@shared_options
def ai() -> None:
    """List, add, change, host, pause or remove AI participants; `ai providers` lists what they can run on.

    `ai key` keeps the API key of a provider in the keyring of this system.
    """


@ai.command(name="list")
@shared_options
def list_() -> None:
    """List the AI participants."""
    participants = call("ai", {"conversation": conversation()})["ai"]

    def human() -> None:
        if not participants:
            click.echo("no AI takes part; add one with `peer2peer ai CONV add --name NAME`")
            return
        rows = (
            (
                short(one["id"]),
                one.get("name"),
                one.get("provider"),
                one.get("model"),
                one.get("policy") or "",
                _hosts(one),
            )
            for one in participants
        )
        table(("ID", "NAME", "PROVIDER", "MODEL", "ANSWERS", "HOSTS"), rows)
        for one in participants:
            if one.get("asks_me"):
                name = one_line(one["name"])
                click.echo(f"{name} is to run on this node: `peer2peer ai CONV accept {name}` agrees")

    session().show(participants, human)


@ai.command()
@click.option("--name", required=True, help="Its name in the conversation.")
@click.option("--provider", help="One of `peer2peer ai providers`; else the first that works.")
@click.option("--model", help="Else the provider's default.")
@click.option("--persona", help="Who it is to be.")
@click.option("--system-prompt", help="What it is told before everything else.")
@click.option("--temperature", type=click.FloatRange(0.0, 2.0), help="0.0 (sober) to 2.0 (wild).")
@click.option("--policy", type=click.Choice(POLICIES), help="Which messages it answers.")
@_making
@shared_options
def add(**given: Any) -> None:
    """Add an AI participant that runs on this node."""
    settings = {key: value for key, value in given.items() if value is not None}
    added = call("ai_add", {"conversation": conversation(), **settings}, slow=True)["ai"]
    session().show(added, lambda: click.echo(f"{short(added['id'])}{' ' * 2}{one_line(added['name'])}"))


@ai.command(name="set")
@_participant
@click.option("--name", help="Another name.")
@click.option("--provider", help="One of `peer2peer ai providers` of its host.")
@click.option("--model", help="Empty for the provider's default.")
@click.option("--persona", help="Who it is to be.")
@click.option("--system-prompt", help="What it is told before everything else.")
@click.option("--temperature", type=click.FloatRange(0.0, 2.0), help="0.0 (sober) to 2.0 (wild).")
@click.option("--policy", type=click.Choice(POLICIES), help="Which messages it answers; `never` mutes it.")
@click.option("--hourly", type=click.IntRange(0, 10_000), help="Answers within an hour at most; 0: as its host allows.")
@_making
@shared_options
def set_(participant: str, **given: Any) -> None:
    """Change an AI participant, named by its id, the beginning of it, or its name."""
    settings = {key: value for key, value in given.items() if value is not None}
    _show(call("ai_set", {"conversation": conversation(), "ai": participant, **settings})["ai"])


@ai.command()
@_participant
@click.argument("people", metavar="WHO...", nargs=-1, required=True)
@shared_options
def hosts(participant: str, people: tuple[str, ...]) -> None:
    """Say whose nodes answer for an AI: the first, and when it is silent the next."""
    _show(call("ai_hosts", {"conversation": conversation(), "ai": participant, "hosts": [*people]})["ai"])


@ai.command()
@_participant
@click.option("--no", "refuse", is_flag=True, help="Agree no longer.")
@shared_options
def accept(participant: str, *, refuse: bool) -> None:
    """Agree that this node answers for an AI that somebody else set up; its models are yours to pay for."""
    _show(call("ai_accept", {"conversation": conversation(), "ai": participant, "on": not refuse})["ai"])


@ai.command()
@shared_options
def pause() -> None:
    """Let no AI answer in this conversation."""
    _pause(on=True)


@ai.command()
@shared_options
def resume() -> None:
    """Let the AIs of this conversation answer again."""
    _pause(on=False)


@ai.command()
@click.argument("message", metavar="MSG")
@click.option("--ai", "participant", help="Else every AI that the message asks.")
@shared_options
def retry(message: str, participant: str | None) -> None:
    """Ask once more for an answer to a message."""
    payload = {"conversation": conversation(), "id": message}
    asked = call("retry", payload if participant is None else {**payload, "ai": participant})["ai"]
    session().show(asked, lambda: click.echo("asked " + ", ".join(one_line(each["name"]) for each in asked)))


@ai.command()
@click.argument("message", metavar="MSG")
@_participant
@shared_options
def stop(message: str, participant: str) -> None:
    """End an AI's answer to a message; what there is of it stays."""
    stopped = call("stop", {"conversation": conversation(), "id": message, "ai": participant})["ai"]
    session().show(stopped, lambda: click.echo(f"stopping {one_line(stopped['name'])}"))


@ai.command()
@_participant
@shared_options
def remove(participant: str) -> None:
    """Remove an AI participant, named by its id, the beginning of it, or its name."""
    reply = call("ai_remove", {"conversation": conversation(), "ai": participant}, slow=True)
    session().show(reply, lambda: click.echo("removed"))


def _hosts(participant: dict[str, Any]) -> str:
    """Return the names of an AI's hosts, the one on duty marked."""
    return ", ".join(f"{one['name']}{'*' if one['on_duty'] else ''}" for one in participant.get("hosts", ()))


def _show(participant: dict[str, Any]) -> None:
    session().show(participant, lambda: click.echo(f"{short(participant['id'])}  {one_line(participant['name'])}"))


def _pause(*, on: bool) -> None:
    reply = call("ai_pause", {"conversation": conversation(), "on": on})
    session().show(reply, lambda: click.echo("no AI answers here now" if on else "AIs answer here again"))


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
                _models(one.get("models") or []),
                "-" if not one.get("memory_bytes") else f"{one['memory_bytes'] / MIB:.0f} MiB",
                one.get("reason") or "",
            )
            for one in known
        )
        table(("NAME", "WORKS", "DEFAULT MODEL", "MODELS", "MEMORY", "REASON"), rows)

    session().show(known, human)


@ai.command()
@click.argument("provider", type=click.Choice(tuple(VARIABLES)))
@click.option("--remove", is_flag=True, help="Forget the key instead.")
@shared_options
def key(provider: str, remove: bool) -> None:
    """Keep the API key of a provider in the keyring of this system, for all nodes of this user.

    The key is asked for, or read from standard input where that is no terminal; never give it as an argument.
    """
    from node.ai.providers import keychain

    try:
        config = read_config(session().home)
    except StartError as error:
        raise Failure(error.code, error.reason) from None
    name = account(provider, servers(os.environ, base_url=config.base_url, default_model={})[provider].base_url)
    given = "" if remove else _asked_key()
    try:
        done = keychain.store(name, given) if given else keychain.remove(name)
    except keychain.NoKeyringError as error:
        raise Failure("no_keyring", f"{error}: start the node with {VARIABLES[provider][0]} set instead") from None
    except Exception:  # noqa: BLE001 - keyrings raise what they like, and may quote the key
        raise Failure("no_keyring", "the keyring of this system cannot be used now: unlock it and try again") from None
    said = "kept" if given else "removed" if done else "there was none"
    session().show({"account": name, "key": said}, lambda: click.echo(f"{name}: {said}"))


def _asked_key() -> str:
    """Return the key that a person or a script gives (Failure where it can be none)."""
    if sys.stdin.isatty():
        given = str(click.prompt("API key", hide_input=True, err=True))
    else:
        given = sys.stdin.readline(MAX_KEY + 2)
    found = given.strip()
    if not found or len(found) > MAX_KEY or not found.isascii() or not found.isprintable() or " " in found:
        raise Failure("bad_request", f"that is no API key: it is one word of up to {MAX_KEY} ASCII characters")
    return found


def _models(names: list[str]) -> str:
    """Return some names, and how many more there are."""
    shown = ", ".join(names[:MODELS_SHOWN])
    return f"{shown} and {len(names) - MODELS_SHOWN} more" if len(names) > MODELS_SHOWN else shown or "-"


COMMANDS: Final[dict[str, Any]] = {"ai": ai}
