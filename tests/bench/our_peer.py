"""Our own node as a peer of the rivals' harness: everything but the channel and the AI participants.

`python -m tests.bench.our_peer writer|reader FOLDER`, driven like the rivals (tests/bench/rivals/peer.py). Entries are
their 300-byte JSON chat operations, as the text of a message, so our own id, clock and author come on top.
"""

import json
import sys
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import trio

from node import garbage
from node.clock import Clock
from node.conversations.conversation import Conversation
from node.conversations.events import Events
from node.conversations.joining import Doorway
from node.conversations.library import Library
from node.conversations.services import Services
from node.network.host import open_network
from node.profile import DATABASE, create_profile, open_profile
from node.store.database import open_database
from node.store.durability import keep_durable
from node.supervision import supervise
from node.verifier import Verifier
from protocol.bodies.content import ContentKind, Message
from protocol.outcome import Outcome
from tests.bench.rivals.bare_entry import now_ms
from tests.bench.rivals.bare_peer import _serve

LISTEN = "/ip4/127.0.0.1/tcp/0"
ENTRY_BYTES = 300
CHECKPOINT_EVERY = 20


def text(number: int) -> str:
    """Return a chat operation of 300 bytes with the time of writing in it."""
    head = json.dumps({"id": number, "at": now_ms(), "author": "writer", "kind": "message", "text": ""})
    return head[:-2] + "x" * (ENTRY_BYTES - len(head)) + '"}'


class OurPeer:
    """One node with one conversation."""

    def __init__(self, library: Library, services: Services, doorway: Doorway) -> None:
        self._library = library
        self._services = services
        self._doorway = doorway
        self._conversation: Conversation | None = None
        self._arrived: list[tuple[float, float]] = []
        self._more = trio.Event()
        self._counting = False
        self._wanted = 0
        self._connected_ms = 0.0
        self._complete = trio.Event()

    @property
    def conversation(self) -> Conversation:
        assert self._conversation is not None
        return self._conversation

    def begin(self) -> dict[str, Any]:
        """Make the conversation; return how to be met."""
        self._conversation = self._library.create(title="Bench", description="")
        addresses = tuple(self._services.network.addresses())
        return dict(self._library.invite(self.conversation, uses=10, expires_s=3600, addresses=addresses))

    async def append(self, wanted: dict[str, Any]) -> dict[str, Any]:
        began_ms = now_ms()
        for number in range(wanted["count"]):
            if number % CHECKPOINT_EVERY == 0:
                await trio.lowlevel.checkpoint()
            self.conversation.write(Message(text(number)))
            if wanted.get("pause_ms"):
                await trio.sleep(wanted["pause_ms"] / 1000)
        return {"began_ms": began_ms, "ended_ms": now_ms()}

    async def fetch(self, wanted: dict[str, Any]) -> dict[str, Any]:
        began_ms = now_ms()
        self._wanted, self._library.on_loaded = wanted["count"], self._watch
        joined: list[Conversation] = []

        async def join() -> None:
            joined.append(await self._doorway.join(wanted["from"]["link"]))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(join)
            await self._complete.wait()
            ended_ms = now_ms()
        with trio.move_on_after(10):  # both sides follow each other from here on
            while not (joined[0].followers and self._services.syncer.is_following(joined[0])):
                await trio.sleep(0.02)
        return {"began_ms": began_ms, "connected_ms": self._connected_ms, "ended_ms": ended_ms}

    async def count(self, _wanted: dict[str, Any]) -> dict[str, Any]:
        self._counting = True
        return {"entries": self._messages()}

    async def arrivals(self, wanted: dict[str, Any]) -> dict[str, Any]:
        with trio.move_on_after(wanted["wait_s"]):
            while len(self._arrived) < wanted["count"]:
                self._more = trio.Event()
                await self._more.wait()
        taken, self._arrived = self._arrived, []
        last_ms = taken[-1][0] if taken else 0.0
        return {"arrived": len(taken), "latencies_ms": [late_ms for _, late_ms in taken], "last_ms": last_ms}

    def _messages(self) -> int:
        """Return how many operations of content are here, less the title."""
        return len(self.conversation.replica.content) - 1

    def _watch(self, conversation: Conversation) -> None:
        self._conversation, self._connected_ms = conversation, now_ms()
        conversation.hooks.on_stored = partial(self._came, conversation)

    def _came(self, conversation: Conversation, outcome: Outcome) -> None:
        arrived_ms = now_ms()
        names = [name for name, row in outcome.rows.items() if row.kind == ContentKind.MESSAGE]
        if not names:
            return
        if self._counting:
            for op in conversation.records.ops(names):
                body = conversation.replica.read(op)
                assert isinstance(body, Message)
                self._arrived.append((arrived_ms, arrived_ms - json.loads(body.text)["at"]))
        elif self._messages() >= self._wanted:
            self._complete.set()
        self._more.set()


async def run(role: str, home: Path) -> None:
    create_profile(home, role, None)
    database = open_database(home / DATABASE)
    clock, verifier = Clock(), Verifier()
    profile = open_profile(home, passphrase=None)
    library = Library(database, profile=profile, clock=clock, events=Events(), verify=verifier.false_signatures)
    async with open_network(seed=profile.secrets.node_seed, listen=[LISTEN]) as network, trio.open_nursery() as nursery:
        services = Services(network, library, clock=clock, random=Random())
        doorway = Doorway(network, library, clock=clock, want=services.syncer.want)
        nursery.start_soon(supervise, "events", library.events.run)
        nursery.start_soon(supervise, "verifier", verifier.run)
        nursery.start_soon(supervise, "durability", partial(keep_durable, database, home / DATABASE))
        await nursery.start(services.run)
        doorway.open()
        garbage.settle()
        peer = OurPeer(library, services, doorway)
        meeting = peer.begin() if role == "writer" else {}
        commands = {"append": peer.append, "fetch": peer.fetch, "count": peer.count, "arrivals": peer.arrivals}
        await _serve(meeting, commands)
        nursery.cancel_scope.cancel()
    database.close()


if __name__ == "__main__":
    trio.run(run, sys.argv[1], Path(sys.argv[2]))
