"""Rows on disk against a copy in memory: the same operations in the same portions come to the same, also restarted."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from crypto.ids import ConversationId, OpId
from node.store import records as records_module
from node.store.catalogue import Catalogue
from node.store.database import open_database
from node.store.records import Records
from protocol import dag
from protocol.ops import CONTENT, CONTROL, Op
from protocol.outcome import Outcome
from protocol.replica import Replica
from tests.builders import Member, Person, Talk, fixed, person
from tests.props.conversations import TURMOIL, Act, fall_out
from tests.props.test_convergence import scrambled


class Stored:
    """A copy whose content lies in a database."""

    def __init__(self, path: Path, who: Person, conversation: ConversationId) -> None:
        self.database = open_database(path)
        self._person, self._conversation = who, conversation
        catalogue = Catalogue(self.database)
        known = [listed.key for listed in catalogue.conversations()]
        self._key = known[0] if known else catalogue.add_conversation(conversation, created_ms=1, status="active").key
        self.load()

    def load(self) -> None:
        self.records = Records(self.database, self._key, self._conversation, fixed("storage"))
        self.replica = Replica(self._conversation, device=self._person.device, shelf=self.records)
        assert self.records.load(self.replica) == []

    def receive(self, ops: list[Op]) -> Outcome:
        outcome = self.replica.receive(ops)
        self.records.commit(outcome, self.replica)
        self.replica.stored()
        return outcome

    def state(self) -> bytes:
        return self.replica.state_hash(self.records.shown.timeline())


@contextmanager
def stored(path: Path, who: Person, conversation: ConversationId) -> Iterator[Stored]:
    made = Stored(path, who, conversation)
    try:
        yield made
    finally:
        made.database.close()


def turmoil(seed: int, length: int = 36) -> tuple[ConversationId, list[Op]]:
    random = Random(seed)
    script = [Act(random.randrange(3), random.choice(TURMOIL), random.randrange(8)) for _ in range(length)]
    talk = fall_out(script)
    return talk.id, talk.ops()


def compare(disk: Stored, memory: Member) -> None:
    assert list(disk.records.shown.timeline()) == memory.timeline()
    assert disk.state() == memory.state_hash()
    for plane in (CONTROL, CONTENT):
        here, there = disk.replica.plane(plane), memory.replica.plane(plane)
        assert (here.heads, here.tips, here.forked, here.count) == (there.heads, there.tips, there.forked, there.count)
        assert (here.invalid, here.quarantine) == (there.invalid, there.quarantine)


def compare_shelves(disk: Stored, memory: Member) -> None:
    """Every question that a replica asks of its shelf has the same answer."""
    names = [*memory.ops, OpId(fixed("unknown"))]
    shelf, records = memory.shelf, disk.records
    assert records.entries(names) == shelf.entries(names)
    assert sorted(records.keys()) == sorted(shelf.keys())
    assert records.shelved(names) == shelf.shelved(names)
    for name in ("ana", "ben", "cat", "eve"):
        author = person(name).id
        assert sorted(records.written_by(author)) == sorted(shelf.written_by(author))
    control = [name for name, op in memory.ops.items() if op.header.plane == CONTROL]
    content = [name for name, op in memory.ops.items() if op.header.plane == CONTENT]
    for besides in (set[OpId](), set(content), set(content[::2])):
        assert records.citing(control, besides=besides) == shelf.citing(control, besides=besides)
        assert records.citing(control[1:2], besides=besides) == shelf.citing(control[1:2], besides=besides)
    assert records.ops(names[::-1]) == shelf.ops(names[::-1]) == list(memory.ops.values())[::-1]
    folded = [sorted((op.id, author) for op, author in each.folded()) for each in (records, shelf)]
    assert folded[0] == folded[1]


@pytest.mark.parametrize("seed", range(6))
def test_a_stored_conversation_is_the_one_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """Hardly anything stays in memory, checkpoints are written often, and the node restarts now and then."""
    monkeypatch.setattr(dag, "RECENT", 2)
    monkeypatch.setattr(records_module, "CHECKPOINT_EVERY", (4, 9, 15)[seed % 3])
    monkeypatch.setattr(records_module, "_BULK", 3)
    monkeypatch.setattr(records_module, "_MARKS", "?,?,?")
    conversation, ops = turmoil(seed)
    random, who = Random(seed), person(("ana", "cat", "ben")[seed % 3])
    memory = Member(who, conversation)
    with stored(tmp_path / "database", who, conversation) as disk:
        for batch in [*scrambled(ops, random), ops]:
            outcome = disk.receive(batch)
            expected = memory.receive_checked(batch)
            assert set(outcome.rows) == set(expected.rows)
            assert (outcome.levels, outcome.quarantined) == (expected.levels, expected.quarantined)
            compare(disk, memory)
            if outcome.quarantined or random.randrange(4) == 0:
                disk.load()
                memory = memory.restarted()
                compare(disk, memory)
        assert len(memory.ops) == len(ops)
        compare_shelves(disk, memory)
        state = disk.state()
    with stored(tmp_path / "database", who, conversation) as again:
        assert again.state() == state
        compare(again, memory)
        compare_shelves(again, memory)
        assert again.receive(ops).is_empty


def test_a_verdict_that_changes_right_after_a_checkpoint_is_in_what_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records_module, "CHECKPOINT_EVERY", 3)
    talk = Talk("ana", "ben", "cat")
    said = [talk.ben.say(str(number)) for number in range(6)]
    talk.meet()
    removal = talk.ana.remove(person("ben"), said[2].id)
    with stored(tmp_path / "database", person("cat"), talk.id) as disk:
        disk.receive(list(talk.cat.ops.values()))
        disk.receive([removal])
        talk.cat.receive([removal])
        compare(disk, talk.cat)
        disk.load()
        compare(disk, talk.cat)
        assert disk.replica.content.quarantine == {op.id for op in said[3:]}


def test_a_conversation_that_is_not_there_has_no_rows(tmp_path: Path) -> None:
    conversation, ops = turmoil(1)
    with stored(tmp_path / "database", person("ana"), conversation) as disk:
        compare(disk, Member(person("ana"), conversation))
        assert disk.records.entries([op.id for op in ops]) == {}
        assert list(disk.records.written_by(person("ana").id)) == []
        assert list(disk.records.keys()) == []


def test_two_conversations_in_one_database_do_not_meet(tmp_path: Path) -> None:
    first, ops = turmoil(2)
    database = open_database(tmp_path / "database")
    try:
        catalogue = Catalogue(database)
        keys = [catalogue.add_conversation(name, created_ms=1, status="active").key for name in (first, fixed("other"))]
        held = Records(database, keys[0], first, fixed("storage"))
        other = Records(database, keys[1], ConversationId(fixed("other")), fixed("storage"))
        replica = Replica(first, device=person("ana").device, shelf=held)
        held.commit(replica.receive(ops), replica)
        names = [op.id for op in ops]
        assert held.fetch(names)
        assert other.fetch(names) == []
        assert other.shelved(names) == {}
        assert list(other.shown.timeline()) == []
        assert list(other.written_by(person("ana").id)) == []
        empty = Replica(ConversationId(fixed("other")), device=person("ana").device, shelf=other)
        other.load(empty)
        assert (len(empty.control), len(empty.content)) == (0, 0)
    finally:
        database.close()
