"""Pages of a conversation: the newest, before, after and around a message, against slices of the whole."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from crypto.ids import OpId
from node.conversations import messages
from node.conversations.conversation import Conversation
from tests.unit.node.conversations.people import SetClock, person

COUNT = 12


@pytest.fixture
def garden(tmp_path: Path) -> Iterator[Conversation]:
    random = Random(3)
    with person(tmp_path / "anna", clock=SetClock()) as anna:
        made = anna.library.create(title="Garden", description="")
        for number in range(COUNT):
            assert isinstance(anna.clock, SetClock)
            anna.clock.at_ms += random.choice([0, 0, 1, 5_000_000])
            messages.say(made, f"message {number}")
        yield made


def whole(conversation: Conversation) -> list[OpId]:
    return [*conversation.records.shown.timeline()]


def ids(page: dict[str, object]) -> list[str]:
    return [message["id"] for message in page["messages"]]  # type: ignore[attr-defined]


def test_every_page_is_a_slice_of_the_timeline_and_says_what_lies_beyond(garden: Conversation) -> None:
    names = whole(garden)
    assert len(names) == COUNT
    for limit in (1, 2, 3, 5, COUNT, COUNT + 5):
        newest = garden.view.history(limit=limit)
        assert ids(newest) == [name.hex() for name in names[-limit:]]
        assert (newest["more"], newest["newer"]) == (limit < COUNT, False)
        oldest = garden.view.history(first=True, limit=limit)
        assert ids(oldest) == [name.hex() for name in names[:limit]]
        assert (oldest["more"], oldest["newer"]) == (False, limit < COUNT)
        for at, name in enumerate(names):
            before = garden.view.history(before=name, limit=limit)
            assert ids(before) == [each.hex() for each in names[max(0, at - limit) : at]]
            assert (before["more"], before["newer"]) == (at > limit, True)
            after = garden.view.history(after=name, limit=limit)
            assert ids(after) == [each.hex() for each in names[at + 1 : at + 1 + limit]]
            assert (after["more"], after["newer"]) == (True, at + 1 + limit < COUNT)


def test_a_page_around_a_message_is_full_wherever_it_stands(garden: Conversation) -> None:
    names = whole(garden)
    for limit in (1, 2, 3, 4, 5, COUNT, COUNT + 5):
        for at, name in enumerate(names):
            page = garden.view.history(around=name, limit=limit)
            found = ids(page)
            start = names.index(OpId(bytes.fromhex(found[0])))
            assert found == [each.hex() for each in names[start : start + len(found)]]
            assert len(found) == min(limit, COUNT)
            assert name.hex() in found
            assert page["more"] is (start > 0)
            assert page["newer"] is (start + len(found) < COUNT)
            if limit // 2 <= at <= COUNT - 1 - limit // 2:
                assert found.index(name.hex()) == limit // 2, "it stands in the middle"


def test_around_a_deleted_message_its_place_is_there(garden: Conversation) -> None:
    name = whole(garden)[4]
    messages.delete(garden, name)
    page = garden.view.history(around=name, limit=3)
    assert [message["deleted"] for message in page["messages"]] == [False, True, False]
