"""What every command shares: the global options, the way to the node, and how a command fails.

Only click is imported here: trio and the client come in when a command talks to the node, so that `--help` is quick.
"""

import gc
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from node.cli.output import emit_json, one_line

if TYPE_CHECKING:
    from node.client import Client

Json = dict[str, Any]
T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])

HOME_VARIABLE: Final = "PEER2PEER_HOME"
CONVERSATION_KEY: Final = "peer2peer.conversation"
SLOW_CALL_S: Final = 180.0
"""Time for a call that waits for other people's machines."""


@dataclass(slots=True)
class Session:
    """The global options of one run."""

    given_home: Path | None = None
    json: bool = False

    @property
    def home(self) -> Path:
        """Return the folder of the profile."""
        if self.given_home is not None:
            return self.given_home
        variable = os.environ.get(HOME_VARIABLE)
        if variable:
            return Path(variable)
        from platformdirs import user_data_path

        return user_data_path("peer2peer", appauthor=False)

    def show(self, document: Any, human: Callable[[], None]) -> None:
        """Print the document as JSON where that was asked for, else what `human` prints."""
        if self.json:
            emit_json(document)
        else:
            human()


class Failure(click.ClickException):
    """A command was refused or failed: one line on stderr, exit code 1."""

    exit_code = 1

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self._json = session().json  # the context is gone by the time click shows us

    def show(self, file: Any = None) -> None:
        """Print the reason; with `--json` as an object with `error` and `reason`."""
        if self._json:
            emit_json({"error": self.code, "reason": self.message}, err=True)
        else:
            click.echo(f"peer2peer: {one_line(self.message)}", err=True, file=file)


def session() -> Session:
    """Return the session of the run in hand."""
    context = click.get_current_context(silent=True)
    return Session() if context is None else context.find_root().ensure_object(Session)


def shared_options(command: F) -> F:
    """Add `--home` and `--json`, which may stand before or after any command."""
    command = click.option(
        "--json",
        is_flag=True,
        expose_value=False,
        callback=_set_json,
        help="Print one JSON document, or one a line when streaming.",
    )(command)
    return click.option(
        "--home",
        type=click.Path(file_okay=False, path_type=Path),
        metavar="DIR",
        expose_value=False,
        callback=_set_home,
        help=f"Folder of the profile (else {HOME_VARIABLE}, else the platform's data folder).",
    )(command)


def ask(work: "Callable[[Client], Awaitable[T]]", *, events: bool = False) -> T:
    """Run `work` with a client that has joined the topic `node`; return what it returns.

    With `events` the client keeps what happens on the topics it joins.

    Raises:
        Failure: no node runs, or it said no.
    """
    import trio

    from node.client import connect

    async def run() -> T:
        async with connect(session().home, events=events) as client:
            await client.join("node")
            return await work(client)

    return run_trio(lambda: trio.run(run))


def call(event: str, payload: Json | None = None, *, slow: bool = False) -> Json:
    """Make one call on the topic `node`; return the response.

    Raises:
        Failure: no node runs, or it said no.
    """

    async def work(client: "Client") -> Json:
        if slow:
            return await client.call("node", event, payload, timeout_s=SLOW_CALL_S)
        return await client.call("node", event, payload)

    return ask(work)


def run_trio(run: Callable[[], T]) -> T:
    """Return what `run` returns; the refusals of the node and an interrupt end the command in one line."""
    from node.client import ClientError

    gc.freeze()
    gc.enable()
    try:
        return run()
    except ClientError as error:
        raise Failure(error.code, error.reason) from None
    except BaseExceptionGroup as group:
        if group.subgroup(KeyboardInterrupt) is None:
            raise
        raise click.Abort from None


class ConversationGroup(click.Group):
    """A group whose commands belong to a conversation: `GROUP CONV [COMMAND] …`.

    Args:
        default: the command that runs where only the conversation is given.
        alone: names of commands that take no conversation: `GROUP COMMAND`.
    """

    def __init__(self, *, default: str, alone: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(**{"subcommand_metavar": "CONV [COMMAND] [ARGS]...", **kwargs})
        self._default = default
        self._alone = alone

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Take the conversation off the arguments, then find the command as usual."""
        if args[0] in self._alone:
            return super().resolve_command(ctx, args)
        ctx.meta[CONVERSATION_KEY] = args[0]
        flags, rest = _leading_flags(args[1:])
        if not rest:
            return super().resolve_command(ctx, [self._default, *flags])
        return super().resolve_command(ctx, [rest[0], *flags, *rest[1:]])


def conversation() -> str:
    """Return the conversation named before the command (see `ConversationGroup`).

    Raises:
        click.UsageError: none was.
    """
    named = click.get_current_context().meta.get(CONVERSATION_KEY)
    if named is None:
        raise click.UsageError("name the conversation before the command")
    return str(named)


def _leading_flags(args: list[str]) -> tuple[list[str], list[str]]:
    at = 0
    while at < len(args) and args[at].startswith("-"):
        at += 2 if args[at] == "--home" else 1
    return args[:at], args[at:]


def _set_json(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        ctx.find_root().ensure_object(Session).json = True


def _set_home(ctx: click.Context, _parameter: click.Parameter, value: Path | None) -> None:
    if value is not None:
        ctx.find_root().ensure_object(Session).given_home = value
