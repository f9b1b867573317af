"""Conversations of two, and the people one knows, over a wire in memory (S7, S22)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio

from crypto.ids import ConversationId, IdentityKey, OpId
from node.conversations.acquaintances import Acquaintances
from node.conversations.conversation import Conversation
from node.conversations.direct import AGAIN_S, MOST_WITH_ONE, DirectTalks
from node.conversations.people import People
from node.store.preferences import Preferences
from protocol.bodies.content import Message
from protocol.bodies.control import Genesis, load_control
from protocol.compose import write_control
from protocol.direct import PROTOCOL, Answer, Offer, direct_genesis, dump, load
from protocol.errors import UsageError
from protocol.ops import NO_CONVERSATION, Op
from protocol.replica import Replica
from tests.unit.node.conversations.people import (
    Person,
    SetClock,
    Switchboard,
    Wire,
    WireNetwork,
    invite,
    person,
    tell_everything,
)


class Side:
    """One person with what makes and hears of direct conversations; `online` is who is connected."""

    def __init__(self, one: Person, board: Switchboard, online: set[str]) -> None:
        self.one = one
        self.acquaintances = Acquaintances(one.library, Preferences(one.database))
        network = board.networks[one.profile.peer_id]
        network.is_connected = lambda peer_id: peer_id in online  # type: ignore[attr-defined]
        self.talks = DirectTalks(network, one.library, self.acquaintances, clock=one.clock, want=self._want)  # type: ignore[arg-type]
        self.wanted: list[tuple[str, Conversation]] = []

    @property
    def identity(self) -> IdentityKey:
        return self.one.profile.secrets.identity.public

    def _want(self, peer_id: str, conversation: Conversation) -> None:
        self.wanted.append((peer_id, conversation))


@asynccontextmanager
async def two(tmp_path: Path, online: set[str] | None = None) -> AsyncIterator[tuple[Side, Side, Switchboard]]:
    """Anna and Ben, who share a conversation."""
    clock = SetClock()
    with person(tmp_path / "anna", clock=clock) as anna, person(tmp_path / "ben", clock=clock) as ben:
        async with trio.open_nursery() as nursery:
            board = Switchboard(nursery, anna, ben)
            held = anna.library.create(title="Garden", description="")
            await board.join(ben, invite(anna, held))
            anna.library.conversations[held.id].introduce()
            tell_everything(ben, anna, held)
            both = online if online is not None else set(board.people)
            sides = Side(anna, board, both), Side(ben, board, both)
            for side in sides:
                nursery.start_soon(side.talks.run)
            await trio.testing.wait_all_tasks_blocked()
            yield *sides, board
            nursery.cancel_scope.cancel()


@pytest.mark.trio
async def test_s7_a_conversation_of_two_is_there_at_both_ends_under_the_others_name(tmp_path: Path) -> None:
    async with two(tmp_path) as (anna, ben, _):
        held = anna.talks.open(ben.identity)
        assert (held.view.title, held.view.summary()["direct"]) == ("Ben", ben.identity.hex())
        await trio.testing.wait_all_tasks_blocked()
        copy = ben.one.library.conversations[held.id]
        assert (copy.view.title, copy.view.summary()["direct"]) == ("Anna", anna.identity.hex())
        assert copy.status == "joining"
        assert (anna.one.profile.peer_id, copy) in ben.wanted  # which fetches it
        tell_everything(anna.one, ben.one, held)
        copy.set_status("active")
        copy.write(Message("hello you"))
        tell_everything(ben.one, anna.one, held)
        assert held.view.summary()["last"]["text"] == "hello you"
        assert {member["role"] for member in held.view.members()} == {"owner"}
        assert ben.talks.open(anna.identity) is copy
        assert anna.talks.open(ben.identity) is held
        with pytest.raises(UsageError) as refused:
            invite(anna.one, held)
        assert refused.value.code == "not_allowed"


@pytest.mark.trio
async def test_s7_the_other_hears_of_it_when_their_node_comes(tmp_path: Path) -> None:
    online: set[str] = set()
    async with two(tmp_path, online) as (anna, ben, board):
        held = anna.talks.open(ben.identity)
        await trio.testing.wait_all_tasks_blocked()
        assert held.id not in ben.one.library.conversations
        online |= set(board.people)
        anna.talks.peer(ben.one.profile.peer_id, is_up=True)
        await trio.testing.wait_all_tasks_blocked()
        assert ben.one.library.conversations[held.id].view.title == "Anna"


@pytest.mark.trio
async def test_s7_two_who_open_one_at_the_same_time_mean_the_same_one(tmp_path: Path) -> None:
    online: set[str] = set()
    async with two(tmp_path, online) as (anna, ben, board):
        ones, others = anna.talks.open(ben.identity), ben.talks.open(anna.identity)
        assert ones.id != others.id
        online |= set(board.people)
        for side, peer in ((anna, ben), (ben, anna)):
            side.talks.peer(peer.one.profile.peer_id, is_up=True)
        await trio.testing.wait_all_tasks_blocked()
        assert anna.talks.open(ben.identity).id == ben.talks.open(anna.identity).id == min(ones.id, others.id)


@pytest.mark.trio
async def test_a_stranger_cannot_open_one_nor_anybody_many(tmp_path: Path) -> None:
    async with two(tmp_path) as (anna, ben, board):
        with pytest.raises(UsageError, match="share no conversation"):
            anna.talks.open(IdentityKey(bytes(32)))
        with pytest.raises(UsageError, match="that is you"):
            anna.talks.open(anna.identity)

        def begun_by(conversation: Conversation) -> Op:
            return conversation.records.ops([OpId(bytes(conversation.id))])[0]

        certificates = anna.acquaintances.certificates(ben.identity)
        for number in range(MOST_WITH_ONE + 1):
            anna.one.clock.at_ms += 1  # type: ignore[attr-defined]
            another = anna.talks._found(certificates)
            assert await offered(board, anna, ben, begun_by(another)) is (number < MOST_WITH_ONE)
        with person(tmp_path / "carla") as carla:
            board.networks[carla.profile.peer_id] = WireNetwork(board, carla.profile.peer_id)
            stranger = Side(carla, board, set())
            begun = stranger.talks._found(certificates)
            assert not await offered(board, stranger, ben, begun_by(begun))
        assert begun.id not in ben.one.library.conversations


async def offered(board: Switchboard, source: Side, target: Side, genesis: Op) -> bool:
    """Return whether an offer is taken that `source` makes."""
    body = load_control(genesis.body)
    assert isinstance(body, Genesis)
    stream = await board.networks[source.one.profile.peer_id].open_stream(target.one.profile.peer_id, PROTOCOL)
    await stream.send(dump(Offer(ConversationId(genesis.id), genesis, body)))
    answer = load(await stream.receive())
    return isinstance(answer, Answer) and answer.is_held


@pytest.mark.trio
async def test_s7_what_the_other_does_not_take_is_told_again(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    online: set[str] = set()
    async with two(tmp_path, online) as (anna, ben, board):
        known, ben.acquaintances.certificates = ben.acquaintances.certificates, lambda identity: []  # type: ignore[method-assign]
        held = anna.talks.open(ben.identity)  # of whose node Ben's has not heard yet
        online |= set(board.people)
        anna.talks.peer(ben.one.profile.peer_id, is_up=True)
        await trio.testing.wait_all_tasks_blocked(0.01)
        assert held.id not in ben.one.library.conversations
        ben.acquaintances.certificates = known  # type: ignore[method-assign]
        with trio.fail_after(AGAIN_S[0] + 1):
            while held.id not in ben.one.library.conversations:
                await trio.sleep(0.1)
        await trio.sleep(0.1)
        assert anna.talks._telling == {}, "nobody is told what they hold"


@pytest.mark.trio
async def test_a_node_that_does_not_answer_keeps_no_other_waiting(tmp_path: Path) -> None:
    online: set[str] = set()
    async with two(tmp_path, online) as (anna, ben, board):
        with person(tmp_path / "carla", clock=anna.one.clock) as carla:
            peer_id = carla.profile.peer_id
            board.people[peer_id] = carla
            board.networks[peer_id] = WireNetwork(board, peer_id)
            board.doorways[peer_id] = board._doorway(carla)
            (shared,) = anna.one.library.conversations.values()
            await board.join(carla, invite(anna.one, shared))
            people = {peer_id: carla.profile.secrets.identity.public, ben.one.profile.peer_id: ben.identity}

            async def silent(_peer_id: str, _stream: object) -> None:
                await trio.sleep_forever()

            async def hears(_peer_id: str, stream: Wire) -> None:
                await stream.receive()
                await stream.send(dump(Answer(True)))

            for name, handler in zip(sorted(people), (silent, hears), strict=True):
                board.networks[name].handlers[PROTOCOL] = handler
            online |= set(board.people)
            opened = [anna.talks.open(people[name]) for name in sorted(people)]
            await trio.testing.wait_all_tasks_blocked()
            assert anna.talks._told == {(max(people), opened[1].id)}


@pytest.mark.trio
async def test_an_offer_that_begins_nothing_leaves_nothing(tmp_path: Path) -> None:
    async with two(tmp_path) as (anna, ben, board):
        own = anna.one.profile.certificate(now_ms=anna.one.clock.now_ms())
        sound = direct_genesis(own, anna.acquaintances.certificates(ben.identity))
        swapped = Genesis(sound.nonce, sound.rules, sound.slots[::-1])  # as if Ben had begun it
        before = set(ben.one.library.conversations)
        genesis = write_control(
            Replica(NO_CONVERSATION, device=anna.one.profile.secrets.device), swapped, now_ms=anna.one.clock.now_ms()
        )
        assert not await offered(board, anna, ben, genesis)
        assert set(ben.one.library.conversations) == before
        with person(ben.one.home) as later:
            assert set(later.library.conversations) == before


@pytest.mark.trio
async def test_an_offer_that_cannot_be_stored_is_taken_when_it_comes_again(tmp_path: Path) -> None:
    async with two(tmp_path, set()) as (anna, ben, board):
        held = anna.talks.open(ben.identity)
        (genesis,) = held.records.ops([OpId(bytes(held.id))])
        ben.one.database.conn.execute(
            "CREATE TRIGGER full BEFORE INSERT ON operations BEGIN SELECT RAISE(FAIL, 'full'); END"
        )
        assert not await offered(board, anna, ben, genesis)
        assert held.id not in ben.one.library.conversations
        ben.one.database.conn.execute("DROP TRIGGER full")
        assert await offered(board, anna, ben, genesis)
        assert ben.one.library.conversations[held.id].view.title == "Anna"


@pytest.mark.trio
async def test_who_goes_away_from_them_cannot_begin_more(tmp_path: Path) -> None:
    async with two(tmp_path) as (anna, ben, board):
        certificates = anna.acquaintances.certificates(ben.identity)
        for number in range(MOST_WITH_ONE + 1):
            anna.one.clock.at_ms += 1  # type: ignore[attr-defined]
            another = anna.talks._found(certificates)
            (genesis,) = another.records.ops([OpId(bytes(another.id))])
            assert await offered(board, anna, ben, genesis) is (number < MOST_WITH_ONE)
            if number < MOST_WITH_ONE:
                People(another).leave()
                tell_everything(anna.one, ben.one, another)
        assert ben.acquaintances.directs(anna.identity) == []


@pytest.mark.trio
async def test_s22_who_is_known_and_whose_words_were_compared(tmp_path: Path) -> None:
    async with two(tmp_path) as (anna, ben, _):
        [found] = anna.acquaintances.all()
        assert (found["name"], found["identity"], found["verified"]) == ("Ben", ben.identity.hex(), False)
        assert (found["direct"], len(found["conversations"])) == (None, 1)
        mine, theirs = anna.acquaintances.get(ben.identity), ben.acquaintances.get(anna.identity)
        assert mine["words"] == theirs["words"]
        assert len(mine["words"]) == 12
        assert anna.acquaintances.verify(ben.identity, on=True)["verified"] is True
        with person(anna.one.home) as later:  # it is on disk
            again = Acquaintances(later.library, Preferences(later.database))
            assert again.get(ben.identity)["verified"] is True
            assert again.verify(ben.identity, on=False)["verified"] is False
        assert ben.acquaintances.get(anna.identity)["verified"] is False
        with pytest.raises(UsageError) as refused:
            anna.acquaintances.get(anna.identity)
        assert refused.value.code == "unknown_member"
