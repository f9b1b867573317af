"""Two who talk with each other, whatever is done to them."""

import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import trio

from crypto.ids import ConversationId
from node.client import Client
from node.profile import KEYSTORE
from tests.e2e.nodes import (
    Node,
    Nodes,
    agree,
    cli,
    listening,
    running,
    say,
    until_text,
)


@dataclass
class Pair:
    """Two nodes that talk with each other, and the profile of a third who could come in."""

    nodes: Nodes
    anna: Node
    ben: Node
    conversation: str
    folder: Path
    used_link: str

    @property
    def id(self) -> ConversationId:
        return ConversationId(bytes.fromhex(self.conversation))


@contextmanager
def two_who_talk(folder: Path) -> Iterator[Pair]:
    """Give them, with their nodes running."""
    with running() as nodes:
        anna, ben = nodes.make(folder / "anna", folder / "ben")
        conversation = cli(anna.home, "conversations", "new", "Castle", "--no-ai")["id"]
        link = cli(anna.home, "conversations", "invite", conversation)["link"]
        cli(ben.home, "join", link)
        yield Pair(nodes, anna, ben, conversation, folder, link)


async def state(client: Client, conversation: str) -> str:
    return str((await client.call("node", "show", {"conversation": conversation}))["state_hash"])


@asynccontextmanager
async def unharmed(pair: Pair) -> AsyncIterator[tuple[Client, Client]]:
    """Check that the block changed nothing on either node, and that the two can still talk."""
    async with listening(pair.anna.home, pair.conversation) as a, listening(pair.ben.home, pair.conversation) as b:
        before = (await agree(pair.conversation, a, b))["state_hash"]
        listed = [(await client.call("node", "conversations"))["conversations"] for client in (a, b)]
        yield a, b
        assert before == await state(a, pair.conversation) == await state(b, pair.conversation)
        assert listed == [(await client.call("node", "conversations"))["conversations"] for client in (a, b)]
    await still_talk(pair)


async def still_talk(pair: Pair) -> None:
    for node in (pair.anna, pair.ben):
        await trio.to_thread.run_sync(node.check_calm)
    async with listening(pair.anna.home, pair.conversation) as a, listening(pair.ben.home, pair.conversation) as b:
        for writer, reader in ((a, b), (b, a)):
            text = f"still here {secrets.token_hex(4)}"
            await say(writer, pair.conversation, text)
            await until_text(reader, text)


def check_private(pair: Pair) -> None:
    """Check that nobody else can read what is on the disks of both, who talk about a castle."""
    secret = [text.encode() for text in ("Castle", "still here", "whoever can", "🌱🌱", "Anna", "Ben")]
    for node in (pair.anna, pair.ben):
        for path in node.home.rglob("*"):
            assert path.stat().st_mode & 0o077 == 0, (path, oct(path.stat().st_mode))
            # without a passphrase the key file lies open, with everything in it; its mode protects it
            if path.is_file() and path.name != KEYSTORE:
                data = path.read_bytes()
                for text in secret:
                    assert text not in data, (path.name, text)
        assert node.home.stat().st_mode & 0o077 == 0
