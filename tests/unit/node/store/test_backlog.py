"""Timelines read beside the event loop."""

from contextlib import closing
from pathlib import Path

import pytest

from crypto.ids import OpId
from node.conversations import messages
from node.profile import DATABASE
from node.store.backlog import Backlog
from protocol.bodies.content import ContentKind, Message
from tests.unit.node.conversations.people import person

KINDS = (int(ContentKind.MESSAGE),)


def test_pages_go_from_the_newest_to_the_oldest_and_see_what_is_written_meanwhile(tmp_path: Path) -> None:
    with person(tmp_path / "anna") as anna:
        garden, other = (anna.library.create(title=title, description="") for title in ("Garden", "Empty"))
        names = [garden.write(Message(f"message {number}")).id for number in range(7)]
        with closing(Backlog(anna.home / DATABASE)) as backlog:
            extents = backlog.extents()
            assert extents[garden.listed.key].places == 7
            assert other.listed.key not in extents
            found, before = [], None
            while page := backlog.page(garden.listed.key, KINDS, before=before, limit=3):
                found += [line.place[2] for line in page]
                before = page[-1].place
                messages.say(garden, "meanwhile")
            assert found == names[::-1]
            (line,) = backlog.page(garden.listed.key, KINDS, before=None, limit=1)
            assert line.op is not None
            body = garden.replica.read(line.op)
            assert isinstance(body, Message)
            assert body.text == "meanwhile"
            assert backlog.extents()[garden.listed.key].places == 10
            named = backlog.named(garden.listed.key, KINDS, [names[3], names[5], OpId(bytes(32))])
            assert {line.place[2] for line in named} == {names[3], names[5]}


def test_what_is_no_message_or_damaged_comes_without_its_operation(tmp_path: Path) -> None:
    with person(tmp_path / "anna") as anna:
        garden = anna.library.create(title="Garden", description="")
        garden.write(Message("whole"))
        garden.write(Message("damaged"))
        anna.database.execute(
            "UPDATE operations SET header = x'c1' WHERE number = (SELECT max(number) FROM operations)"
        )
        with closing(Backlog(anna.home / DATABASE)) as backlog:
            assert [line.op is None for line in backlog.page(garden.listed.key, KINDS, before=None, limit=9)] == [
                True,
                False,
            ]
            assert {line.op for line in backlog.page(garden.listed.key, (99,), before=None, limit=9)} == {None}
            with pytest.raises(Exception, match="readonly"):
                backlog._connection.execute("DELETE FROM operations")
