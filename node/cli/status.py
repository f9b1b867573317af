"""`peer2peer status` and `peer2peer peers`: how the node is, and whom it knows."""

from typing import Any, Final

import click

from node.cli.output import local_time, pairs, short, table
from node.cli.session import call, session, shared_options

MIB: Final = 1024 * 1024


@click.command()
@shared_options
def status() -> None:
    """Show how the running node is."""
    reply = call("status")

    def human() -> None:
        rows: list[tuple[str, object]] = [
            ("name", reply.get("name", "")),
            ("identity", reply.get("identity", "")),
            ("peer id", reply.get("peer_id", "")),
            ("api", reply.get("api", "")),
            *(("address", address) for address in reply.get("addrs") or ["none"]),
            ("conversations", reply.get("conversations", 0)),
            ("peers", reply.get("peers", 0)),
            ("memory", f"{(reply.get('rss_bytes') or 0) / MIB:.0f} MiB"),
            ("running for", duration(reply.get("uptime_s") or 0)),
            ("version", reply.get("version", "")),
        ]
        pairs(rows)

    session().show(reply, human)


@click.command()
@click.argument("name")
@shared_options
def rename(name: str) -> None:
    """Go by another name, in all conversations."""
    reply = call("rename_me", {"name": name})
    session().show(reply, lambda: click.echo(f"You are {reply['name']} now."))


@click.command()
@shared_options
def peers() -> None:
    """List the peers this node knows."""
    known = call("peers")["peers"]

    def human() -> None:
        if not known:
            click.echo("no peers yet; share an invite, or start a node on another machine of this network")
            return
        rows = (
            (
                peer.get("name") or short(peer.get("peer_id", "")),
                peer.get("path") or "-",
                "-" if peer.get("rtt_ms") is None else f"{peer['rtt_ms']:.0f} ms",
                "yes" if peer.get("in_sync") else "no",
                local_time(peer.get("last_seen")),
                peer.get("addr") or "-",
            )
            for peer in known
        )
        table(("NAME", "PATH", "RTT", "IN SYNC", "LAST SEEN", "ADDRESS"), rows)

    session().show(known, human)


def duration(seconds: float) -> str:
    """Return a time span in its two largest units."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [f"{n} {unit}" for n, unit in ((days, "d"), (hours, "h"), (minutes, "min"), (rest, "s")) if n]
    return " ".join(parts[:2]) or "0 s"


COMMANDS: Final[dict[str, Any]] = {"rename": rename, "status": status, "peers": peers}
