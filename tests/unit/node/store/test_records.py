"""Reading a conversation's rows: pages, prefixes and the timeline equal a naive sort of what was written."""

from pathlib import Path
from random import Random

import pytest
import trio

from crypto.ids import OpId
from node.conversations.conversation import Conversation
from node.store.records import Records
from protocol.bodies.content import Message
from tests.unit.node.conversations.people import Switchboard, invite, person, tell_everything


def naive(conversation: Conversation) -> list[OpId]:
    """Return everything shown in display order, sorted in memory from the log's own entries."""
    replica = conversation.replica
    keyed = []
    for plane in (replica.control, replica.content):
        for name in plane.log():
            entry = plane.entry(name)
            if conversation.records.shown.get(name) is not None and name in shown_names(conversation.records):
                keyed.append((entry.vts_ms, entry.depth, name))
    return [name for *_, name in sorted(keyed)]


def shown_names(records: Records) -> set[OpId]:
    return set(records.shown.timeline())


@pytest.mark.trio
@pytest.mark.parametrize("seed", range(3))
async def test_paging_equals_a_naive_sort_on_both_sides_whatever_the_clocks_say(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    with person(tmp_path / "anna") as anna, person(tmp_path / "ben") as ben:
        async with trio.open_nursery() as nursery:
            board = Switchboard(nursery, anna, ben)
            held = anna.library.create(title="Garden", description="")
            copy = await board.join(ben, invite(anna, held))
            for number in range(120):
                one, conversation = random.choice([(anna, held), (ben, copy)])
                one.clock.at_ms += random.randrange(-3000, 5000)  # type: ignore[attr-defined]
                conversation.write(Message(f"number {number}"))
                if random.random() < 0.05:
                    tell_everything(anna, ben, held)
                if random.random() < 0.05:
                    tell_everything(ben, anna, held)
            tell_everything(anna, ben, held)
            tell_everything(ben, anna, held)
            assert anna.state(held) == ben.state(copy)
            expected = naive(held)
            assert len(expected) == 121  # the notice that Ben joined is one of them
            for conversation in (held, copy):
                assert list(conversation.records.shown.timeline()) == expected
                for limit in (1, 7, 50, 200):
                    paged: list[OpId] = []
                    more = True
                    while more:
                        page, more = conversation.view.page(before=paged[0] if paged else None, limit=limit)
                        paged[:0] = [OpId(bytes.fromhex(message["id"])) for message in page]
                    assert paged == expected
                for name in random.sample(expected, 10):
                    assert conversation.records.shown.find(name.hex()) == [name]
                    assert conversation.records.shown.find(name.hex()[:16]) == [name]
                assert conversation.records.shown.find("f" * 64) == []
                names = random.sample(expected, 50)
                wires = conversation.records.fetch([*names, OpId(bytes(32))])
                assert len(wires) == 50
