"""A conversation between memory and disk: what fails on one does not stay on the other."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
import trio

from crypto.signatures import SIGNATURE_BYTES
from node.conversations.conversation import Conversation
from node.conversations.events import Json
from node.conversations.library import CREATING
from node.conversations.people import People
from protocol import limits
from protocol.bodies.content import Delete, Edit, Message
from protocol.bodies.control import EpochWrap, Revoke
from protocol.errors import UsageError
from protocol.ops import Op
from protocol.replica import NO_ROOM
from tests.unit.node.conversations.people import (
    Person,
    Switchboard,
    invite,
    person,
    stored_state,
    tell_everything,
)

Fails = Callable[[Person, str], AbstractContextManager[None]]


class _Full:
    """Makes the database refuse rows, as a full disk does."""

    def __init__(self, one: Person, table: str) -> None:
        self._connection = one.database.conn
        self._table = table

    def __enter__(self) -> None:
        self._connection.execute(
            f"CREATE TEMP TRIGGER full BEFORE INSERT ON {self._table} BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )

    def __exit__(self, *_error: object) -> None:
        self._connection.execute("DROP TRIGGER full")


def test_a_message_that_cannot_be_stored_is_refused_and_leaves_memory_and_disk_equal(tmp_path: Path) -> None:
    with person(tmp_path / "anna") as anna:
        conversation = anna.library.create(title="Garden", description="")
        conversation.write(Message("kept"))
        gossiped: list[Op] = []
        conversation.hooks.on_written = gossiped.extend
        before = anna.state(conversation)
        with _Full(anna, "operations"), pytest.raises(UsageError) as told:
            conversation.write(Message("lost"))
        assert told.value.code == "internal"
        assert "disk" in told.value.reason
        assert gossiped == []  # what is not stored is not told
        assert anna.state(conversation) == before == stored_state(anna, conversation)
        assert conversation.view.status == "active"
        conversation.write(Message("room again"))
        assert len(gossiped) == 1
        assert anna.state(conversation) == stored_state(anna, conversation)
        assert [message["text"] for message in conversation.view.page(before=None, limit=9)[0]] == [
            "kept",
            "room again",
        ]


def test_of_what_is_written_together_nothing_stays_where_the_rules_forbid_it(tmp_path: Path) -> None:
    with person(tmp_path / "anna") as anna:
        conversation = anna.library.create(title="Garden", description="")
        replica, before = conversation.replica, anna.state(conversation)
        proof, epoch = (
            replica.authority.members()[anna.profile.secrets.identity.public].proof,
            next(iter(replica.keyring.keys)),
        )
        oneself = Revoke(proof, ((anna.profile.secrets.identity.public, 0),), ())
        with pytest.raises(UsageError) as told:
            conversation.rule_all([oneself, EpochWrap(proof, epoch, ())])
        assert told.value.code == "not_allowed"
        assert anna.state(conversation) == before == stored_state(anna, conversation)
        assert len(conversation.replica.pending) == 0, "it would be looked for at others, who cannot have it"


@pytest.mark.trio
async def test_a_register_that_cannot_be_stored_is_not_remembered_either(tmp_path: Path) -> None:
    with person(tmp_path / "anna") as anna:
        conversation = anna.library.create(title="Garden", description="")
        device = anna.profile.secrets.device.public
        with _Full(anna, "registers"):
            conversation.slots.publish(b"addresses", b"one")
        assert conversation.registers.value(device, b"addresses") is None
        conversation.slots.publish(b"addresses", b"one")
        assert conversation.registers.value(device, b"addresses") == b"one"


@pytest.mark.parametrize("table", ["conversations", "operations", "epoch_keys"])
def test_a_conversation_that_cannot_be_stored_is_refused_and_not_shown(tmp_path: Path, table: str) -> None:
    with person(tmp_path / "anna") as anna:
        with _Full(anna, table), pytest.raises(UsageError) as told:
            anna.library.create(title="Garden", description="")
        assert "disk" in told.value.reason
        assert anna.library.conversations == {}
    with person(tmp_path / "anna") as anna:
        assert anna.library.conversations == {}


def test_a_conversation_whose_creation_broke_off_is_gone_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    with person(tmp_path / "anna") as anna:
        kept = anna.library.create(title="Kept", description="")
        with monkeypatch.context() as patch:
            patch.setattr(Conversation, "write", die)  # the genesis and the key are on disk, the title is not
            with pytest.raises(Killed):
                anna.library.create(title="Broken off", description="")
        assert [listed.status for listed in anna.library.catalogue.conversations()].count(CREATING) == 1
    with person(tmp_path / "anna") as anna:
        assert list(anna.library.conversations) == [kept.id]
        assert [listed.id for listed in anna.library.catalogue.conversations()] == [kept.id]
        rows = anna.database.execute("SELECT count(DISTINCT conversation) FROM operations").fetchone()
        assert rows == (1,)


@pytest.mark.trio
async def test_a_false_signature_neither_enters_nor_keeps_the_true_operation_out(tmp_path: Path) -> None:
    with person(tmp_path / "anna") as anna, person(tmp_path / "ben") as ben:
        async with trio.open_nursery() as nursery:
            board = Switchboard(nursery, anna, ben)
            held = anna.library.create(title="Garden", description="")
            copy = await board.join(ben, invite(anna, held))
            op = held.write(Message("true"))
            false = Op(op.id, op.header, op.header_bytes, bytes(SIGNATURE_BYTES), op.body)
            before = ben.state(copy)
            for _ in range(2):
                assert copy.receive([false]).rows == {}
            assert ben.state(copy) == before
            assert [row.op.id for row in copy.receive([op]).rows.values()] == [op.id]
            assert copy.receive([op, op, false]).is_empty
            assert ben.state(copy) == anna.state(held) == stored_state(ben, copy)


@pytest.mark.trio
async def test_unread_counts_what_others_wrote_after_the_last_message_read(tmp_path: Path) -> None:
    with person(tmp_path / "anna") as anna, person(tmp_path / "ben") as ben:
        async with trio.open_nursery() as nursery:
            board = Switchboard(nursery, anna, ben)
            held = anna.library.create(title="Garden", description="")
            copy = await board.join(ben, invite(anna, held))
            assert copy.view.summary()["unread"] == 0  # notices are no messages
            names = []
            for number in range(5):
                anna.clock.at_ms += 1000  # type: ignore[attr-defined]
                names.append(held.write(Message(f"number {number}")).id)
            tell_everything(anna, ben, held)
            assert held.view.summary()["unread"] == 0
            assert copy.view.summary()["unread"] == 5
            copy.mark_read(names[2])
            assert copy.view.summary()["unread"] == 2
            copy.mark_read(names[0])  # reading on does not go back
            assert copy.view.summary()["unread"] == 2
            ben.clock.at_ms = anna.clock.now_ms() + 1000  # type: ignore[attr-defined]
            copy.write(Message("my own"))
            assert copy.view.summary()["unread"] == 2
            copy.mark_read(names[4])
            assert copy.view.summary()["unread"] == 0
        ben.close()
        with person(tmp_path / "ben") as later:
            assert later.library.conversations[copy.id].view.summary()["unread"] == 0


@pytest.mark.trio
async def test_mentions_count_those_unread_messages_that_mention_me(tmp_path: Path) -> None:
    with person(tmp_path / "anna") as anna, person(tmp_path / "ben") as ben:
        async with trio.open_nursery() as nursery:
            board = Switchboard(nursery, anna, ben)
            held = anna.library.create(title="Garden", description="")
            copy = await board.join(ben, invite(anna, held))
            anna_id, ben_id = (each.profile.secrets.identity.public for each in (anna, ben))
            said = []
            for mentions in ((ben_id,), (anna_id,), (), (ben_id, anna_id)):
                anna.clock.at_ms += 1000  # type: ignore[attr-defined]
                said.append(held.write(Message("look", mentions=mentions)).id)
            tell_everything(anna, ben, held)
            assert (copy.view.summary()["unread"], copy.view.summary()["mentions"]) == (4, 2)
            assert held.view.summary()["mentions"] == 0
            assert (copy.view.summary()["last"]["mine"], held.view.summary()["last"]["mine"]) == (False, True)
            held.write(Edit(said[2], "look, Ben", (ben_id,)))
            tell_everything(anna, ben, held)
            assert copy.view.summary()["mentions"] == 3
            held.write(Delete(said[3]))
            tell_everything(anna, ben, held)
            assert copy.view.summary()["mentions"] == 2
            copy.mark_read(said[0])
            assert copy.view.summary()["mentions"] == 1
            copy.mark_read(said[3])
            assert copy.view.summary()["mentions"] == 0


@pytest.mark.trio
async def test_mentions_in_many_unread_messages_are_counted_a_few_at_a_time(tmp_path: Path) -> None:
    with person(tmp_path / "anna") as anna, person(tmp_path / "ben") as ben, trio.fail_after(20):
        async with trio.open_nursery() as nursery:
            board = Switchboard(nursery, anna, ben)
            held = anna.library.create(title="Garden", description="")
            copy = await board.join(ben, invite(anna, held))
            ben_id = ben.profile.secrets.identity.public
            for number in range(70):
                anna.clock.at_ms += 1000  # type: ignore[attr-defined]
                held.write(Message("look", mentions=(ben_id,) if number % 10 == 0 else ()))
            tell_everything(anna, ben, held)
            assert copy.telling.summary()["mentions"] < 7
            told, done = list[int](), trio.Event()

            def hear(_: str | None, event: str, payload: Json) -> None:
                if event == "conversation" and payload["id"] == copy.name:
                    told.append(payload["mentions"])
                    if payload["mentions"] == 7:
                        done.set()

            ben.events.subscribe(hear)
            nursery.start_soon(ben.events.run)
            copy.telling.summary()
            await done.wait()
            assert told == [7]  # told once, when all are counted
            nursery.cancel_scope.cancel()


@pytest.mark.trio
async def test_messages_are_told_again_once_the_name_of_their_author_is_known(tmp_path: Path) -> None:
    with person(tmp_path / "anna") as anna, person(tmp_path / "ben") as ben:
        async with trio.open_nursery() as nursery:
            board = Switchboard(nursery, anna, ben)
            held = anna.library.create(title="Garden", description="")
            told: list[str] = []
            anna.events.subscribe(
                lambda _id, event, payload: told.append(payload["text"]) if event == "message" else None
            )
            copy = await board.join(ben, invite(anna, held))
            assert told == [f"{ben.profile.secrets.identity.public.hex()[:8]} joined"]
            copy.introduce()
            tell_everything(ben, anna, held)
            assert told[1:] == ["Ben joined"]


def test_a_conversation_is_found_by_any_unique_beginning_of_its_id(tmp_path: Path) -> None:
    with person(tmp_path / "anna") as anna:
        made = [anna.library.create(title=f"Number {number}", description="") for number in range(20)]
        for conversation in made:
            assert anna.library.find(conversation.name) is conversation
        with pytest.raises(UsageError) as told:
            anna.library.find("zz")
        assert told.value.code == "unknown_conversation"
        first = {conversation.name[0] for conversation in made}
        crowded = next(digit for digit in first if sum(each.name[0] == digit for each in made) > 1)
        with pytest.raises(UsageError) as told:
            anna.library.find(crowded)
        assert told.value.code == "ambiguous"


@pytest.mark.trio
async def test_what_once_had_no_room_finds_it_when_it_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "QUARANTINED", 0)
    with person(tmp_path / "anna") as anna, person(tmp_path / "ben") as ben, person(tmp_path / "carla") as carla:
        async with trio.open_nursery() as nursery:
            board = Switchboard(nursery, anna, ben, carla)
            held = anna.library.create(title="Garden", description="")
            bens, carlas = [await board.join(each, invite(anna, held)) for each in (ben, carla)]
            tell_everything(anna, ben, held)
            People(held).remove(ben.profile.secrets.identity.public.hex(), with_invited=False)
            said = bens.write(Message("they do not know yet that I was removed"))
            assert [error.code for _, error in held.receive([said]).rejected] == [NO_ROOM]
            tell_everything(ben, carla, held)
            carlas.write(Message("nor do I"))
            for _ in range(3):
                tell_everything(carla, anna, held)
            tell_everything(anna, carla, held)
            assert anna.state(held) == carla.state(carlas) == stored_state(anna, held)
            assert said.id in held.replica.content
