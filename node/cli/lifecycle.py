"""`peer2peer init` and `peer2peer node`: the two commands that need no running node."""

import importlib
from pathlib import Path
from typing import Any, Final

import click

from node.cli.output import pairs
from node.cli.session import Failure, session, shared_options
from node.loading import load_daemon
from node.options import NodeOptions
from protocol.errors import ProtocolError

DEFAULT_API: Final = "127.0.0.1:0"

passphrase_file_option = click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="F",
    help="File whose first line is the passphrase.",
)


@click.command()
@click.option("--name", required=True, help="The name that others see.")
@passphrase_file_option
@shared_options
def init(name: str, passphrase_file: Path | None) -> None:
    """Make a profile: an identity and its keys, on this machine."""
    try:
        passphrase = None if passphrase_file is None else read_passphrase(passphrase_file)
        profile = importlib.import_module("node.profile").create_profile(session().home, name, passphrase)
    except ProtocolError as error:
        raise Failure(error.code, error.reason) from None
    except OSError as error:
        raise Failure("failed", f"the profile cannot be written: {error.strerror or error}") from None
    made = {"identity": profile.identity, "name": profile.name, "peer_id": profile.peer_id}
    session().show(made, lambda: pairs(made.items()))


@click.command()
@passphrase_file_option
@click.option(
    "--new-passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="F",
    help="File whose first line is the new passphrase.",
)
@click.option("--remove", is_flag=True, help="Keep the keys without a passphrase from now on.")
@shared_options
def passphrase(passphrase_file: Path | None, new_passphrase_file: Path | None, remove: bool) -> None:
    """Set, change or remove the passphrase of this profile; its node may be running."""
    if remove == (new_passphrase_file is not None):
        raise click.UsageError("give either --new-passphrase-file or --remove")
    before = None if passphrase_file is None else read_passphrase(passphrase_file)
    after = None if new_passphrase_file is None else read_passphrase(new_passphrase_file)
    try:
        importlib.import_module("node.profile").change_passphrase(session().home, before=before, after=after)
    except ProtocolError as error:
        raise Failure(error.code, error.reason) from None
    human = (
        "The keys lie open now, protected by the file's mode." if remove else "The new passphrase counts from now on."
    )
    session().show({"locked": not remove}, lambda: click.echo(human))


@click.command()
@click.option(
    "--listen",
    multiple=True,
    metavar="MULTIADDR",
    help='Address to listen on; may be given more than once; "" listens nowhere.',
)
@click.option(
    "--announce",
    multiple=True,
    metavar="MULTIADDR",
    help="Address that others are told in place of those listened on: a router's that forwards here, for example.",
)
@click.option(
    "--api", default=DEFAULT_API, metavar="HOST:PORT", help="Address of the channel; port 0 takes a free one."
)
@click.option("--relay", is_flag=True, help="Carry connections of peers that cannot dial each other.")
@click.option("--no-mdns", is_flag=True, help="Do not look for peers on the local network.")
@click.option("--bootstrap", multiple=True, metavar="MULTIADDR", help="Peer to dial; may be given more than once.")
@click.option("--ready-fd", type=click.IntRange(min=0), metavar="N", help="File descriptor for the ready line.")
@passphrase_file_option
@shared_options
def node(
    listen: tuple[str, ...],
    announce: tuple[str, ...],
    api: str,
    relay: bool,
    no_mdns: bool,
    bootstrap: tuple[str, ...],
    ready_fd: int | None,
    passphrase_file: Path | None,
) -> None:
    """Run the node of this profile until it is interrupted."""
    host, colon, port = api.rpartition(":")
    if not (host and colon and port.isascii() and port.isdigit() and int(port) <= 65535):
        raise click.BadParameter("give HOST:PORT, for example 127.0.0.1:0", param_hint="--api")
    options = NodeOptions(
        listen=listen,
        announce=announce,
        api=api,
        mdns=not no_mdns,
        bootstrap=bootstrap,
        ready_fd=ready_fd,
        relay=relay,
        passphrase_file=passphrase_file,
    )
    try:
        code = load_daemon().run(session().home, options)
    except ProtocolError as error:
        raise Failure(error.code, error.reason) from None
    click.get_current_context().exit(int(code))


def read_passphrase(path: Path) -> str:
    """Return the first line of a file.

    Raises:
        Failure: it cannot be read, or is empty.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise Failure("failed", "the passphrase file cannot be read as text") from None
    if not lines or not lines[0]:
        raise Failure("blank", "the passphrase file is empty; write the passphrase on its first line")
    return lines[0]


COMMANDS: Final[dict[str, Any]] = {"init": init, "node": node, "passphrase": passphrase}
