"""`peer2peer members`, `remove`, `role`, `leave`, `hand-over`, `invites`, `revoke-invite`: who belongs."""

import sys
from typing import Any, Final

import click

from node.cli.output import local_time, one_line, short, table
from node.cli.session import call, session, shared_options

Json = dict[str, Any]

ROLES: Final = ("member", "admin", "owner")


@click.command()
@click.argument("conversation", metavar="CONV")
@click.option("--former", is_flag=True, help="Those who were here and are no more, instead.")
@shared_options
def members(conversation: str, former: bool) -> None:
    """List the members of a conversation, and who brought each of them in."""
    reply = call("members", {"conversation": conversation})
    people = reply["former" if former else "members"]

    def human() -> None:
        if former:
            _table_of_former(people)
            return
        rows = (
            (
                short(person["identity"]),
                f"{person.get('name')}{' (me)' if person.get('me') else ''}",
                person.get("role") or "",
                person.get("presence") or "",
                len(person.get("devices") or ()),
                person.get("by_name") or "-",
            )
            for person in people
        )
        table(("ID", "NAME", "ROLE", "PRESENCE", "DEVICES", "INVITED BY"), rows)

    session().show(people, human)


@click.command()
@click.argument("conversation", metavar="CONV")
@click.argument("who")
@click.option("--with-invited", is_flag=True, help="Remove those they invited too, as far as you may.")
@click.option("--dry-run", is_flag=True, help="Only say what it would do.")
@click.option("--yes", is_flag=True, help="Do not ask before doing it.")
@shared_options
def remove(conversation: str, who: str, with_invited: bool, dry_run: bool, yes: bool) -> None:
    """Remove somebody, named by name or id; first it says what that does.

    What they wrote and you have seen stays; whatever else of theirs turns up later is shown to nobody.
    """
    asked = {"conversation": conversation, "who": who, "with_invited": with_invited}
    plan = call("removal", asked)
    is_quiet = session().json
    if not is_quiet:
        _print_plan(plan)
    if not dry_run:
        if not (is_quiet or yes) and sys.stdin.isatty():
            click.confirm("Remove?", abort=True)
        # by id: what was shown is what is done, whoever takes that name meanwhile
        plan = call("remove", {**asked, "who": plan["who"]["identity"]})
    session().show({**plan, "done": not dry_run}, lambda: click.echo("nothing done" if dry_run else "removed"))


@click.command()
@click.argument("conversation", metavar="CONV")
@click.argument("who")
@click.argument("role", type=click.Choice(ROLES))
@shared_options
def role(conversation: str, who: str, role: str) -> None:
    """Make somebody a member, an admin or an owner; also somebody who was here before."""
    _show(call("role", {"conversation": conversation, "who": who, "role": role})["member"])


@click.command()
@click.argument("conversation", metavar="CONV")
@shared_options
def leave(conversation: str) -> None:
    """Leave a conversation; what you have of it stays readable."""
    reply = call("leave", {"conversation": conversation})
    session().show(reply, lambda: click.echo(reply["status"]))


@click.command(name="hand-over")
@click.argument("conversation", metavar="CONV")
@click.argument("who")
@shared_options
def hand_over(conversation: str, who: str) -> None:
    """Make somebody an owner, and step down to a member."""
    _show(call("hand_over", {"conversation": conversation, "who": who})["member"])


@click.command()
@click.argument("conversation", metavar="CONV")
@shared_options
def invites(conversation: str) -> None:
    """List the invites that were not taken back."""
    found = call("invites", {"conversation": conversation})["invites"]

    def human() -> None:
        if not found:
            click.echo("no invites; make one with `peer2peer conversations invite CONV`")
            return
        rows = (
            (
                short(invite["id"]),
                invite.get("by_name") or "",
                f"{invite.get('used')} of {invite.get('uses') or 'any number'}",
                "expired" if invite.get("expired") else local_time(invite.get("expires")),
            )
            for invite in found
        )
        table(("ID", "MADE BY", "USED", "GOOD UNTIL"), rows)

    session().show(found, human)


@click.command(name="revoke-invite")
@click.argument("conversation", metavar="CONV")
@click.argument("invite")
@shared_options
def revoke_invite(conversation: str, invite: str) -> None:
    """Take an invite back, named by its id or the beginning of it; who came in by it stays."""
    reply = call("revoke_invite", {"conversation": conversation, "invite": invite})
    session().show(reply, lambda: click.echo(f"{short(reply['id'])} taken back"))


def _show(person: Json) -> None:
    session().show(person, lambda: click.echo(f"{_named(person)}{' ' * 2}{one_line(person.get('role') or '')}"))


def _table_of_former(people: list[Json]) -> None:
    if not people:
        click.echo("nobody has left or was removed")
        return
    rows = (
        (
            short(person["identity"]),
            person.get("name"),
            f"removed by {person.get('by_name')}" if person.get("how") == "removed" else "left",
            person.get("kept", 0),
            person.get("hidden", 0),
        )
        for person in people
    )
    table(("ID", "NAME", "HOW", "MESSAGES", "HIDDEN"), rows)


def _print_plan(plan: Json) -> None:
    click.echo(f"removes {_named(plan['who'])}, {one_line(plan['who'].get('role') or '')}")
    for invited in plan["invited"]:
        what = "removed too" if invited["removed"] else "stays"
        why = f" ({one_line(invited['reason'])})" if invited.get("reason") else ""
        click.echo(f"invited by them: {_named(invited)}: {what}{why}")
    click.echo(f"keeps {plan['kept']} message(s) that were seen here")
    if plan["invites"]:
        click.echo(f"takes back {plan['invites']} open invite(s)")


def _named(person: Json) -> str:
    return f"{one_line(person.get('name') or '')} {short(person['identity'])}"


COMMANDS: Final[dict[str, Any]] = {
    "members": members,
    "remove": remove,
    "role": role,
    "leave": leave,
    "hand-over": hand_over,
    "invites": invites,
    "revoke-invite": revoke_invite,
}
