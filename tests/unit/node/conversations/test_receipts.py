"""Own messages go from stored to delivered to read: what is told, when, and what others see of it."""

import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import trio

from crypto.codec import encode
from crypto.ids import OpId
from node.conversations import messages
from node.conversations.acknowledging import PAUSE_S, SETTLE_S, Acknowledging
from node.conversations.conversation import Conversation
from protocol.bodies.content import Message
from protocol.errors import UsageError
from protocol.receipts import load_heads
from protocol.registers import HELD, READ, Register
from tests.unit.node.conversations.people import Person, SetClock, tell_everything
from tests.unit.node.conversations.test_messages import Two, two

Json = dict[str, Any]


def state(conversation: Conversation, name: OpId) -> tuple[str, int, int, int]:
    """Return `(state, delivered, read, of)` of an own message."""
    message = conversation.view.message(name)
    assert message is not None
    assert message["delivered"]["of"] == message["read"]["of"]
    return message["state"], message["delivered"]["n"], message["read"]["n"], message["read"]["of"]


def owed(both: Two) -> None:
    """Let Ben tell what he owes, and everybody hear it."""
    both.joined.acknowledger.tell(0, at_once=True)
    both.meet()


@pytest.mark.trio
async def test_stored_then_delivered_then_read(tmp_path: Path) -> None:
    async with two(tmp_path) as both:
        owed(both)
        name = messages.say(both.held, "hello").id
        assert state(both.held, name) == ("stored", 0, 0, 1)
        both.meet()
        assert state(both.held, name) == ("stored", 0, 0, 1), "nobody was told yet"
        owed(both)
        assert state(both.held, name) == ("delivered", 1, 0, 1)
        later = messages.say(both.held, "another").id
        both.meet()
        both.joined.mark_read(name)
        owed(both)
        assert state(both.held, name) == ("read", 1, 1, 1)
        assert state(both.held, later) == ("delivered", 1, 0, 1)
        mine = both.joined.view.message(name)
        assert mine is not None
        assert (mine["state"], mine["delivered"], mine["read"]) == ("stored", None, None), "others' have no state"


@pytest.mark.trio
async def test_what_cannot_be_stored_as_read_is_not_told_as_read(tmp_path: Path) -> None:
    async with two(tmp_path) as both:
        name = messages.say(both.held, "hello").id
        both.meet()
        both.ben.database.execute(
            "CREATE TEMP TRIGGER full BEFORE UPDATE ON conversations BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
        with pytest.raises(UsageError, match="nothing was changed"):
            both.joined.mark_read(name)
        owed(both)
        assert state(both.held, name) == ("delivered", 1, 0, 1)
        assert both.joined.view.summary()["unread"] == 1
        both.ben.database.execute("DROP TRIGGER full")
        both.joined.mark_read(name)
        owed(both)
        assert state(both.held, name) == ("read", 1, 1, 1)
        assert both.joined.view.summary()["unread"] == 0


@pytest.mark.trio
async def test_reading_on_never_goes_back_and_covers_what_stands_above(tmp_path: Path) -> None:
    async with two(tmp_path) as both:
        clock = both.anna.clock
        assert isinstance(clock, SetClock)
        first = messages.say(both.held, "first").id
        both.joined.write(Message("at the same time, by another clock"))
        clock.at_ms += 5_000
        second = messages.say(both.held, "second").id
        both.meet()
        both.joined.mark_read(second)
        both.joined.mark_read(first)
        owed(both)
        assert [state(both.held, name)[0] for name in (first, second)] == ["read", "read"]
        clock.at_ms -= 60_000
        late = messages.say(both.held, "arrives later, stands after what it answers").id
        both.meet()
        both.joined.mark_read(first)
        owed(both)
        assert [state(both.held, name)[0] for name in (first, second, late)] == ["read", "read", "delivered"]


@pytest.mark.trio
async def test_states_are_told_once_they_change_a_burst_as_one(tmp_path: Path, autojump_clock: object) -> None:
    async with two(tmp_path) as both, trio.open_nursery() as nursery:
        nursery.start_soon(both.anna.events.run)
        told: list[Json] = []
        both.anna.events.subscribe(lambda _, event, payload: told.append(payload) if event == "states" else None)
        owed(both)
        await trio.sleep(1)
        assert told == [], "what covers no message of mine is no news"
        names = [messages.say(both.held, f"{number}").id for number in range(300)]
        both.meet()
        owed(both)
        await trio.sleep(1)
        assert len(told) == 1
        assert [each["id"] for each in told[0]["messages"]] == [name.hex() for name in names[-200:]]
        assert {each["state"] for each in told[0]["messages"]} == {"delivered"}
        told.clear()
        both.joined.mark_read(names[-1])
        owed(both)
        one = messages.say(both.held, "one more").id
        both.meet()
        owed(both)
        await trio.sleep(1)
        states = {each["id"]: each["state"] for payload in told for each in payload["messages"]}
        assert states[names[-1].hex()] == "read"
        assert states[one.hex()] == "delivered"
        told.clear()
        owed(both)
        await trio.sleep(1)
        assert told == []
        nursery.cancel_scope.cancel()


@pytest.mark.trio
async def test_a_receipt_that_comes_before_what_it_names_counts_once_that_is_here(tmp_path: Path) -> None:
    """As in every sync after an absence: registers come before content."""
    async with two(tmp_path) as both:
        owed(both)
        name = messages.say(both.held, "hello").id
        both.meet()
        owed(both)
        both.joined.write(Message("an answer that Anna lacks"))
        later = messages.say(both.held, "meanwhile").id
        tell_everything(both.anna, both.ben, both.held)
        both.joined.write(Message("on top"))
        both.joined.acknowledger.stored(both.joined.receive([]))
        both.joined.slots.publish(HELD, encode([*sorted(both.joined.replica.content.heads)]))
        for register in both.joined.registers.newer_than(both.held.registers.digest()):
            both.held.slots.receive(register)
        assert state(both.held, name)[0] == "delivered", "what was held is still held"
        assert state(both.held, later)[0] == "stored"
        both.meet()
        assert state(both.held, later)[0] == "delivered"


@pytest.mark.trio
async def test_states_survive_a_restart(tmp_path: Path) -> None:
    async with two(tmp_path) as both:
        name = messages.say(both.held, "hello").id
        both.meet()
        both.joined.mark_read(name)
        owed(both)
        again = Person(both.anna.home)
        try:
            assert state(again.library.conversations[both.held.id], name) == ("read", 1, 1, 1)
        finally:
            again.close()


@pytest.mark.trio
async def test_a_hostile_receipt_claims_no_more_than_it_names(tmp_path: Path) -> None:
    async with two(tmp_path) as both:
        name = messages.say(both.held, "hello").id
        both.meet()
        for value in (b"", b"\xc1", encode([b"x"]), encode([bytes(32)]), encode("all"), encode([])):
            both.joined.slots.publish(HELD, value)
            both.joined.slots.publish(READ, value)
            both.meet()
            assert state(both.held, name) == ("stored", 0, 0, 1)
        both.joined.slots.publish(READ, encode([name]))
        both.meet()
        assert state(both.held, name) == ("read", 1, 1, 1), "who has read it has it"


# --- when it is told -------------------------------------------------------------------------------------------------


@pytest.mark.trio
async def test_told_at_once_and_then_every_few_seconds_only_what_is_new(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with two(tmp_path) as both, trio.open_nursery() as nursery:
        service = Acknowledging(lambda: [both.joined.acknowledger])
        both.joined.acknowledger.on_owing = service.wake
        told: list[tuple[float, bytes | None]] = []

        def note(register: Register) -> None:
            told.append((trio.current_time(), both.joined.registers.name_of(register)))

        both.joined.hooks.on_register = note
        nursery.start_soon(service.run)
        await trio.sleep(2 * PAUSE_S)
        told.clear()
        began_s = trio.current_time()
        for number in range(100):  # ten seconds of talk, all of it read at once
            name = messages.say(both.held, f"{number}").id
            tell_everything(both.anna, both.ben, both.held)
            both.joined.mark_read(name)
            await trio.sleep(0.1)
        await trio.sleep(2 * PAUSE_S)
        for slot in (HELD, READ):
            times = [at - began_s for at, each in told if each == slot]
            assert times[0] <= SETTLE_S + 0.01
            assert all(two - one >= PAUSE_S for one, two in pairwise(times))
            assert len(times) in (3, 4)
        both.meet()
        assert state(both.held, name) == ("read", 1, 1, 1)
        told.clear()
        both.joined.write(Message("mine"))
        await trio.sleep(2 * PAUSE_S)
        assert told == [], "one's own messages are nothing to tell"
        nursery.cancel_scope.cancel()


@pytest.mark.trio
async def test_alone_nothing_is_told_and_what_is_owed_is_kept_for_the_first_other(tmp_path: Path) -> None:
    async with two(tmp_path) as both:
        alone = both.anna.library.create(title="Alone", description="")
        alone.write(Message("to nobody"))
        assert alone.acknowledger.due_s() == math.inf
        assert alone.registers.value(alone.replica.device.public, HELD) is None
        assert both.held.acknowledger.due_s() == -math.inf


@pytest.mark.trio
async def test_what_is_owed_at_the_end_is_stored(tmp_path: Path, autojump_clock: object) -> None:
    async with two(tmp_path) as both:
        service = Acknowledging(lambda: [both.joined.acknowledger])
        both.joined.acknowledger.on_owing = service.wake
        async with trio.open_nursery() as nursery:
            nursery.start_soon(service.run)
            await trio.sleep(1)
            name = messages.say(both.held, "last words").id
            tell_everything(both.anna, both.ben, both.held)
            both.joined.mark_read(name)
            nursery.cancel_scope.cancel()
        own = both.joined.replica.device.public
        assert load_heads(both.joined.registers.value(own, READ)) == (name,)
        assert load_heads(both.joined.registers.value(own, HELD)) == (name,)


@pytest.mark.trio
async def test_receipts_are_no_news_of_members(tmp_path: Path) -> None:
    async with two(tmp_path) as both:
        messages.say(both.held, "hello")
        both.meet()
        told: list[str] = []
        met: list[int] = []
        both.anna.events.subscribe(lambda _, event, payload: told.append(event))
        both.held.hooks.on_contacts = lambda: met.append(1)
        owed(both)
        assert "members" not in told
        assert met == []


@pytest.mark.trio
async def test_who_has_an_own_message_and_who_has_read_it(tmp_path: Path) -> None:
    async with two(tmp_path) as both:
        owed(both)
        name = messages.say(both.held, "hello").id

        def told() -> dict[str, list[str]]:
            return {
                key: [each["name"] for each in people] for key, people in messages.receipts(both.held, name).items()
            }

        assert told() == {"delivered": [], "read": [], "waiting": ["Ben"]}
        both.meet()
        owed(both)
        assert told() == {"delivered": ["Ben"], "read": [], "waiting": []}
        both.joined.mark_read(name)
        owed(both)
        assert told() == {"delivered": ["Ben"], "read": ["Ben"], "waiting": []}
        with pytest.raises(UsageError) as refusal:
            messages.receipts(both.joined, name)
        assert refusal.value.code == "not_allowed", "others' messages are none of one's business"
        with pytest.raises(UsageError) as refusal:
            messages.receipts(both.held, OpId(bytes(32)))
        assert refusal.value.code == "unknown_message"
