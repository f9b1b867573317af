"""Looking for what others cite: whom it asks, in which order, and when it gives up."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from types import SimpleNamespace
from typing import Any, cast

import pytest
import trio

from crypto.ids import OpId
from node.conversations.conversation import Conversation
from node.conversations.seeking import ASKED, PAUSES_S, Seeking

LACKING = OpId(b"a" * 32)
OTHER = OpId(b"b" * 32)


@dataclass
class Members:
    """The members who are connected, what each of them holds, and a conversation that lacks something."""

    nursery: trio.Nursery
    connected: list[str]
    holds: dict[str, set[OpId]] = field(default_factory=dict)
    lacking: set[OpId] = field(default_factory=lambda: {LACKING})
    asked: list[str] = field(default_factory=list)
    is_slow: bool = False

    def __post_init__(self) -> None:
        self.seeking = Seeking(
            self._want, lambda _conversation: self.connected, self.connected.__contains__, random=Random(3)
        )
        pending = SimpleNamespace(missing=lambda: set(self.lacking))
        self._conversation = cast(Conversation, SimpleNamespace(id=b"c", replica=SimpleNamespace(pending=pending)))

    def seek(self, *first: str) -> None:
        self.seeking.begin(self._conversation, self.nursery, *first)

    async def until_done(self) -> None:
        with trio.fail_after(100):
            while self.nursery.child_tasks:
                await trio.sleep(1)

    def _want(self, peer_id: str, _conversation: Conversation) -> trio.Event:
        self.asked.append(peer_id)
        ended = trio.Event()

        async def sync() -> None:
            await trio.sleep(1 if self.is_slow else 0)
            self.lacking -= self.holds.get(peer_id, set())
            ended.set()

        self.nursery.start_soon(sync)
        return ended


@asynccontextmanager
async def members(*connected: str, **more: Any) -> AsyncIterator[Members]:
    async with trio.open_nursery() as nursery:
        yield Members(nursery, list(connected), **more)


@pytest.mark.trio
async def test_the_author_is_asked_first_and_nobody_else_where_that_suffices(autojump_clock: Any) -> None:
    async with members("anna", "ben", "carla", holds={"carla": {LACKING}}) as some:
        some.seek("carla", "ben")
        await some.until_done()
        assert some.asked == ["carla"]


@pytest.mark.trio
async def test_who_passed_it_on_may_lack_it_too_and_then_the_others_are_asked(autojump_clock: Any) -> None:
    async with members("anna", "ben", "carla", holds={"anna": {LACKING}}) as some:
        some.seek("dora, who is not connected", "ben")
        await some.until_done()
        assert some.asked[0] == "ben"
        assert some.asked[-1] == "anna"
        assert len(set(some.asked)) == len(some.asked)
        assert not some.lacking


@pytest.mark.trio
async def test_what_comes_up_meanwhile_goes_first_in_the_same_search(autojump_clock: Any) -> None:
    async with members("anna", "ben", "carla", "dora", holds={"dora": {LACKING}}, is_slow=True) as some:
        some.seek("ben")
        await trio.sleep(0.5)
        some.seek("dora", "ben")
        await some.until_done()
        assert some.asked == ["ben", "dora"]


@pytest.mark.trio
async def test_what_nobody_has_is_looked_for_a_few_times_and_then_no_more(autojump_clock: Any) -> None:
    many = [f"member {number}" for number in range(30)]
    async with members(*many) as some:
        some.seek()
        await some.until_done()
        assert len(some.asked) == 3 * ASKED
        some.seek()
        await some.until_done()
        assert len(some.asked) == 3 * ASKED
        some.seek("who is not connected", "member 1", "member 3")
        await some.until_done()
        assert some.asked[3 * ASKED :] == ["member 1"], "who builds on what nobody has is asked for it, and only they"
        some.lacking.add(OTHER)
        some.holds["member 2"] = {OTHER, LACKING}
        some.seek("member 2")
        await some.until_done()
        assert some.asked[3 * ASKED + 1 :] == ["member 2"]


@pytest.mark.trio
async def test_who_tells_of_something_more_in_a_pause_is_asked_at_once(autojump_clock: Any) -> None:
    async with members("anna", "ben", holds={"ben": {OTHER}}) as some:
        some.seek()
        await trio.sleep(sum(PAUSES_S[:-1]) * 1.2 + 1)  # in the longest pause: nobody has what is lacking
        before, began_s = len(some.asked), trio.current_time()
        some.lacking.add(OTHER)
        some.seek("ben", "anna")
        with trio.fail_after(0.5):
            while OTHER in some.lacking:
                await trio.sleep(0.01)
        assert some.asked[before:] == ["ben"]
        await some.until_done()
        assert trio.current_time() - began_s > 1, "the pause was not cut short"


@pytest.mark.trio
async def test_nobody_connected_is_no_reason_to_spin(autojump_clock: Any) -> None:
    async with members() as some:
        some.seek("anna")
        await some.until_done()
        assert some.asked == []
        some.lacking.clear()
        some.seek("anna")
        assert not some.nursery.child_tasks


@pytest.mark.trio
async def test_what_comes_up_after_the_last_round_was_not_looked_for_in_vain(autojump_clock: Any) -> None:
    async with members("anna", "ben") as some:
        some.seek()
        await trio.sleep(sum(PAUSES_S[:-1]) * 1.2 + 1)  # in the pause after the last round
        assert len(some.asked) == 2 * len(PAUSES_S)
        some.lacking.add(OTHER)
        some.holds["ben"] = {OTHER}
        await some.until_done()
        some.seek()
        await some.until_done()
        assert some.lacking == {LACKING}
