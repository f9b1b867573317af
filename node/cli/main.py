"""The entry point: `peer2peer`, its global options and its list of commands."""

import contextlib
import gc
import importlib
import sys
from typing import Any, Final

import click

from node.cli.session import session, shared_options

COMMANDS: Final = {
    "init": "node.cli.lifecycle",
    "node": "node.cli.lifecycle",
    "passphrase": "node.cli.lifecycle",
    "rename": "node.cli.status",
    "status": "node.cli.status",
    "doctor": "node.cli.doctor",
    "peers": "node.cli.status",
    "conversations": "node.cli.conversations",
    "join": "node.cli.conversations",
    "members": "node.cli.members",
    "remove": "node.cli.members",
    "role": "node.cli.members",
    "hand-over": "node.cli.members",
    "leave": "node.cli.members",
    "invites": "node.cli.members",
    "revoke-invite": "node.cli.members",
    "ai": "node.cli.participants",
    "send": "node.cli.messages",
    "read": "node.cli.messages",
    "search": "node.cli.search",
    "edit": "node.cli.marks",
    "delete": "node.cli.marks",
    "react": "node.cli.marks",
    "pin": "node.cli.marks",
    "unpin": "node.cli.marks",
    "pins": "node.cli.marks",
    "describe": "node.cli.marks",
    "archive": "node.cli.marks",
    "unarchive": "node.cli.marks",
    "phase": "node.cli.phases",
    "export": "node.cli.export",
}
"""Each command and the module that holds it, in the order of the help."""
LINK: Final = "peer2peer:"


class LazyGroup(click.Group):
    """A group that imports a command's module only when it is used."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Return the names, in the order of `COMMANDS`."""
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command, or None where there is none of this name; an invite opens the desktop with it."""
        if cmd_name.startswith(LINK):
            return click.Command(cmd_name, callback=lambda: click.get_current_context().exit(_desktop(cmd_name)))
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        command: click.Command = importlib.import_module(module).COMMANDS[cmd_name]
        return command


@click.group(name="peer2peer", cls=LazyGroup, invoke_without_command=True)
@shared_options
@click.pass_context
def peer2peer(ctx: click.Context) -> None:
    """Peer-to-peer chat for growing ideas. Without a command, the desktop opens."""
    if ctx.invoked_subcommand is None:
        ctx.exit(_desktop())


def main(args: list[str] | None = None) -> Any:
    """Run the command line; ends the process with 0 ok, 1 refused or failed, 2 wrong usage."""
    gc.disable()  # a fifth of the time of a short command; what may run long enables it
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    return peer2peer.main(args=args, prog_name="peer2peer")


def _desktop(link: str = "") -> int:
    # by name: the node must not import the desktop
    app = importlib.import_module("gui.app")
    gc.enable()
    return int(app.main(home=session().home, link=link) or 0)
