"""`peer2peer doctor`: whether the profile can be used, and whether everything in it is what it was."""

import importlib
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import click

from node.cli.lifecycle import passphrase_file_option, read_passphrase
from node.cli.output import one_line, short, table
from node.cli.session import Failure, Json, call, session, shared_options
from node.errors import StartError
from protocol.errors import ProtocolError

API: Final = "api.json"
"""Where a running node says how to reach it (node.profile, which loads too much for a command)."""
NO_NODE: Final = "no_node"


@click.command()
@click.option("--verify", is_flag=True, help="Check every stored operation, and reckon everything anew.")
@passphrase_file_option
@shared_options
def doctor(verify: bool, passphrase_file: Path | None) -> None:
    """Examine the profile; of a running node, tell what is wrong with it. Changes nothing."""
    if not verify and (session().home / API).exists():
        try:
            findings = call("doctor", slow=True)["findings"]
        except Failure as failure:
            if failure.code != NO_NODE:
                raise
        else:
            _show(findings)
            return
    passphrase = None if passphrase_file is None else read_passphrase(passphrase_file)
    try:
        found = importlib.import_module("node.doctor").examine(session().home, passphrase=passphrase, verify=verify)
    except (ProtocolError, StartError) as error:
        raise Failure(error.code, error.reason) from None
    is_sound = not any(finding.problems for finding in found)

    def human() -> None:
        table(
            ["ID", "TITLE", "OPERATIONS", "STATE", "PROBLEMS"],
            [
                [short(each.conversation), each.title, each.operations, short(each.state_hash), len(each.problems)]
                for each in found
            ],
        )
        for finding in found:
            for problem in finding.problems:
                click.echo(f"{short(finding.conversation)}: {one_line(problem)}")
        if not is_sound:
            click.echo("Put a backup in the place of this profile, or leave the damaged conversations and join again.")
        elif verify:
            click.echo("Everything stored is what it was.")

    session().show({"sound": is_sound, "verified": verify, "conversations": [asdict(each) for each in found]}, human)
    if not is_sound:
        click.get_current_context().exit(1)


def _show(findings: list[Json]) -> None:
    """Tell what a running node finds; a problem makes the exit code 1."""
    is_sound = not any(finding["state"] == "problem" for finding in findings)

    def human() -> None:
        for finding in findings:
            click.echo(f"{finding['state']:<8} {one_line(finding['what'])}")
            if finding["remedy"]:
                click.echo(f"         {one_line(finding['remedy'])}")

    session().show({"sound": is_sound, "findings": findings}, human)
    if not is_sound:
        click.get_current_context().exit(1)


COMMANDS: Final[dict[str, Any]] = {"doctor": doctor}
