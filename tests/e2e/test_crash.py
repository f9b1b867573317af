"""Nodes killed at any moment of a sync, while messages are sent: nothing acknowledged is lost, the sync completes."""

import sqlite3
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from shutil import copytree

import pytest
import trio

from node.client import ClientError
from node.profile import DATABASE
from protocol.bodies.content import Message
from tests.e2e.nodes import Node, Nodes, agree, listening, running, say, texts
from tests.unit.node.conversations.people import Switchboard, invite, person

WRITTEN = 5_000
"""Messages that lie on one side when the sync begins."""
SENT = 60
"""Messages that a person tries to send before each kill."""
KILLS = 3


@dataclass(frozen=True)
class Template:
    """Two profiles of one conversation, of which one was away while the other wrote."""

    folder: Path
    conversation: str
    peer_id: str


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    folder = tmp_path_factory.mktemp("template")

    async def make() -> Template:
        with person(folder / "anna") as anna, person(folder / "ben") as ben:
            async with trio.open_nursery() as nursery:
                board = Switchboard(nursery, anna, ben)
                held = anna.library.create(title="Storm", description="")
                copy = await board.join(ben, invite(anna, held))
                for number in range(WRITTEN):
                    held.write(Message(f"before {number}"))
                for number in range(20):
                    copy.write(Message(f"apart {number}"))
                return Template(folder, held.name, anna.profile.peer_id)

    return trio.run(make)


@dataclass
class Story:
    """The two nodes of one run, and what was acknowledged."""

    template: Template
    nodes: Nodes
    home: Path
    random: Random
    acknowledged: set[str] = field(default_factory=set)
    stored: int = 0
    hits: int = 0
    """Kills in the middle of the sync."""

    @property
    def anna(self) -> Path:
        return self.home / "anna"

    @property
    def ben(self) -> Path:
        return self.home / "ben"

    async def begin(self) -> Node:
        copytree(self.template.folder, self.home)
        node = await self.nodes.start_beside(self.anna)
        with person(self.ben) as ben:
            ben.library.catalogue.remember_peer(self.template.peer_id, (node.address.partition("/p2p/")[0],), seen_ms=1)
        return node

    async def kill_while_sending(self) -> None:
        """Start Ben's node, send from it, kill it once the sync has stored so and so much, and look at the disk."""
        before = rows(self.ben)
        target = before + 1 + self.random.randrange(max(10, (WRITTEN - before) * 2 // 3))
        node = await self.nodes.start_beside(self.ben)
        said = set[str]()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._send, said)
            await trio.to_thread.run_sync(self._kill_once_stored, node, target)
            nursery.cancel_scope.cancel()
        self.acknowledged |= said
        self.hits += before < rows(self.ben) < WRITTEN
        self._check(before)

    async def _send(self, said: set[str]) -> None:
        with suppress(ClientError, OSError):
            async with listening(self.ben) as client:
                for number in range(SENT):
                    text = f"{self.stored}.{number}"
                    await say(client, self.template.conversation, text)
                    said.add(text)

    def _kill_once_stored(self, node: Node, target: int) -> None:
        deadline_s = time.monotonic() + 30
        with closing(sqlite3.connect(f"file:{self.ben / DATABASE}?mode=ro", uri=True)) as database:
            while database.execute("SELECT count(*) FROM operations").fetchone()[0] < target:
                assert time.monotonic() < deadline_s, "nothing more is stored"
        node.kill()

    def _check(self, before: int) -> None:
        """The database is sound, loads, holds everything acknowledged, and no less than before."""
        with person(self.ben) as ben:  # loading compares what is stored with the checkpoint
            assert ben.database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            held = next(iter(ben.library.conversations.values()))
            shown, found, more = set[str](), None, True
            while more:
                page, more = held.view.page(before=found, limit=200)
                shown |= {message["text"] for message in page}
                found = bytes.fromhex(page[0]["id"]) if page else None
            assert self.acknowledged <= shown
            replica = held.replica
            assert all(replica.content.entry(name) for name in replica.content.log())
            assert not replica.content.quarantine
        now = rows(self.ben)
        assert now >= before
        self.stored = now

    async def finish(self) -> None:
        """Start Ben's node once more: the sync completes, and both show the same."""
        await self.nodes.start_beside(self.ben)
        conversation = self.template.conversation
        async with listening(self.anna, conversation) as a, listening(self.ben, conversation) as b:
            await agree(conversation, a, b, within_s=40)
            found = await texts(b, conversation)
            assert found == await texts(a, conversation)
        assert len(found) == len(set(found))
        everything = {f"before {number}" for number in range(WRITTEN)} | {f"apart {number}" for number in range(20)}
        assert everything | self.acknowledged <= set(found)


def rows(home: Path) -> int:
    """Return how many operations are stored."""
    with closing(sqlite3.connect(f"file:{home / DATABASE}?mode=ro", uri=True)) as database:
        return int(database.execute("SELECT count(*) FROM operations").fetchone()[0])


async def play(template: Template, home: Path, *, seed: int, kills: int) -> Story:
    with running() as nodes:
        story = Story(template, nodes, home, Random(seed))
        server = await story.begin()
        for number in range(kills):
            if story.random.randrange(4) == 0 and number:  # the one who answers goes down too
                await trio.to_thread.run_sync(server.kill)
                server = await nodes.start_beside(story.anna, listen=server.listen)
            await story.kill_while_sending()
        await story.finish()
    return story


@pytest.mark.trio
async def test_a_node_killed_at_any_moment_of_a_sync_loses_nothing(template: Template, tmp_path: Path) -> None:
    story = await play(template, tmp_path / "story", seed=11, kills=KILLS)
    assert story.hits, "no kill hit the sync: it tests nothing"


@pytest.mark.soak
@pytest.mark.timeout(3_600)
@pytest.mark.trio
async def test_two_hundred_kills(template: Template, tmp_path: Path) -> None:
    hits, acknowledged = 0, 0
    for seed in range(40):
        story = await play(template, tmp_path / f"story {seed}", seed=seed, kills=5)
        hits += story.hits
        acknowledged += len(story.acknowledged)
    print(f"{hits} of 200 kills hit a sync; {acknowledged} messages were acknowledged and are there")
    assert hits >= 40
    assert acknowledged > 200
