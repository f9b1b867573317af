"""Two people with real profiles and databases, joined by a wire in memory instead of a network."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import trio

from node.clock import Clock
from node.conversations.conversation import Conversation
from node.conversations.events import Events
from node.conversations.joining import Doorway
from node.conversations.library import ACTIVE, Library
from node.errors import StartError
from node.network import StreamClosed
from node.profile import DATABASE, create_profile, open_profile
from node.store.database import open_database
from protocol.ops import parse_op

Handler = Callable[[str, Any], Awaitable[None]]


class SetClock(Clock):
    """A clock that a test moves."""

    def __init__(self, now_ms: int = 1_700_000_000_000) -> None:
        self.at_ms = now_ms

    def now_ms(self) -> int:
        return self.at_ms


class Person:
    """A profile, its database and its conversations, as a node has them."""

    def __init__(self, home: Path, *, clock: Clock | None = None, passphrase: str | None = None) -> None:
        if not (home / "keystore").exists():
            create_profile(home, home.name.capitalize(), passphrase)
        self.home = home
        self.profile = open_profile(home, passphrase=passphrase)
        self.database = open_database(home / DATABASE)
        self.events = Events()
        self.clock = clock or SetClock()
        self.library = Library(self.database, profile=self.profile, clock=self.clock, events=self.events)
        try:
            self.library.load()
        except StartError:
            self.database.close()
            raise

    def close(self) -> None:
        self.database.close()

    def state(self, conversation: Conversation) -> bytes:
        """What memory holds, and the timeline on disk."""
        return conversation.replica.state_hash(conversation.records.shown.timeline())


@contextmanager
def person(home: Path, *, clock: Clock | None = None, passphrase: str | None = None) -> Iterator[Person]:
    one = Person(home, clock=clock, passphrase=passphrase)
    try:
        yield one
    finally:
        one.close()


def stored_state(one: Person, conversation: Conversation) -> bytes:
    """Return the state that a node would load from the disk now."""
    with person(one.home) as fresh:
        return fresh.state(fresh.library.conversations[conversation.id])


def tell_everything(source: Person, target: Person, conversation: Conversation) -> None:
    """Bring the target's copy up to what the source holds."""
    held = source.library.conversations[conversation.id]
    copy = target.library.conversations[conversation.id]
    for plane in (held.replica.control, held.replica.content):
        names = [name for name in plane.log() if name not in copy.replica]
        copy.receive([parse_op([*wire[1:]], conversation=conversation.id) for wire in held.records.fetch(names)])
    for register in held.registers.newer_than(()):
        copy.slots.receive(register)


class Wire:
    """One end of a stream of frames."""

    def __init__(self, sender: Any, receiver: Any) -> None:
        self._sender, self._receiver = sender, receiver

    async def send(self, frame: bytes) -> None:
        await self._sender.send(frame)

    async def receive(self, *, timeout_s: float | None = None) -> bytes:
        try:
            with trio.fail_after(timeout_s or 10):
                return cast(bytes, await self._receiver.receive())
        except trio.EndOfChannel:
            raise StreamClosed("The peer closed the stream.") from None

    async def aclose(self) -> None:
        self._sender.close()


class WireNetwork:
    """What a Doorway needs of a network, between people in one process."""

    def __init__(self, switchboard: "Switchboard", peer_id: str) -> None:
        self.peer_id = peer_id
        self._switchboard = switchboard
        self.handlers: dict[str, Handler] = {}

    def serve(self, protocol: str, handler: Handler) -> None:
        self.handlers[protocol] = handler

    async def dial(self, peer_id: str, addresses: Sequence[str]) -> None:
        assert addresses

    async def open_stream(self, peer_id: str, protocol: str) -> Wire:
        there, from_here = trio.open_memory_channel[bytes](10)
        here, from_there = trio.open_memory_channel[bytes](10)
        handler = self._switchboard.networks[peer_id].handlers[protocol]

        async def answer() -> None:
            wire = Wire(here, from_here)
            await handler(self.peer_id, wire)
            await wire.aclose()

        self._switchboard.nursery.start_soon(answer)
        return Wire(there, from_there)


class Switchboard:
    """Joins people's doorways."""

    def __init__(self, nursery: trio.Nursery, *people: Person) -> None:
        self.nursery = nursery
        self.people = {each.profile.peer_id: each for each in people}
        self.networks = {peer_id: WireNetwork(self, peer_id) for peer_id in self.people}
        self.doorways = {peer_id: self._doorway(each) for peer_id, each in self.people.items()}

    def _doorway(self, one: Person) -> Doorway:
        def want(peer_id: str, conversation: Conversation) -> trio.Event:
            tell_everything(self.people[peer_id], one, conversation)
            conversation.set_status(ACTIVE)
            conversation.introduce()
            done = trio.Event()
            done.set()
            return done

        network = cast(Any, self.networks[one.profile.peer_id])
        doorway = Doorway(network, one.library, clock=one.clock, want=want)
        doorway.open()
        return doorway

    async def join(self, guest: Person, link: str) -> Conversation:
        return await self.doorways[guest.profile.peer_id].join(link)


def invite(host: Person, conversation: Conversation, *, uses: int = 1, expires_s: int = 3600) -> str:
    """Return a link that leads to the host."""
    address = f"/ip4/127.0.0.1/tcp/1/p2p/{host.profile.peer_id}"
    made = host.library.invite(conversation, uses=uses, expires_s=expires_s, addresses=(address,))
    return str(made["link"])
