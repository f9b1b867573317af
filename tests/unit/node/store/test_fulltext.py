"""The index in memory: order, pages, edits, what is gone."""

from collections.abc import Iterator

import pytest

from crypto.ids import OpId
from node.store import fulltext
from node.store.fulltext import Entry, FullText
from node.store.wanted import parse_wanted
from tests.builders import fixed

DAY_MS = 86_400_000


@pytest.fixture
def index() -> Iterator[FullText]:
    made = FullText()
    yield made
    made.close()


def entry(number: int, text: str | None, *, at_ms: int = 0, depth: int = 0, conversation: int = 1) -> Entry:
    return Entry(conversation, OpId(fixed(f"message {number}")), at_ms, depth, text)


def numbers(index: FullText, query: str, **options: object) -> list[int]:
    names = {fixed(f"message {number}"): number for number in range(50)}
    found = index.find(parse_wanted(query), **{"limit": 50, **options})  # type: ignore[arg-type]
    return [names[match.id] for match in found]


def test_newest_first_whatever_the_order_they_came_in(index: FullText) -> None:
    places = {0: (5 * DAY_MS, 1), 1: (5 * DAY_MS, 2), 2: (5 * DAY_MS + 1, 0), 3: (0, 9), 4: (900 * DAY_MS, 0)}
    for number in (2, 0, 4, 3, 1):
        at_ms, depth = places[number]
        index.put([entry(number, "oak", at_ms=at_ms, depth=depth)])
    assert numbers(index, "oak") == [4, 2, 1, 0, 3]
    assert numbers(index, "oak", limit=3) == [4, 2, 1]
    after = (*places[1], fixed("message 1"))
    assert numbers(index, "oak", after=after, limit=1) == [0]
    assert numbers(index, "oak", after=after) == [0, 3]


def test_in_one_conversation_alone(index: FullText) -> None:
    index.put([entry(number, "oak", at_ms=number, conversation=number % 3) for number in range(9)])
    assert numbers(index, "oak", conversation=1) == [7, 4, 1]
    assert numbers(index, "1") == [], "the conversation's number is no word of a message"


def test_an_edited_message_is_found_by_its_new_text_alone(index: FullText) -> None:
    index.put([entry(1, "oak"), entry(2, "oak")])
    index.put([entry(1, "elm")])
    assert (numbers(index, "oak"), numbers(index, "elm")) == ([2], [1])
    index.put([entry(1, "oak")])
    assert (set(numbers(index, "oak")), numbers(index, "elm")) == ({1, 2}, [])


def test_what_is_gone_is_not_found_and_leaves_nothing_to_who_comes_after(index: FullText) -> None:
    index.put([entry(1, "oak")])
    index.put([entry(1, None)])
    assert numbers(index, "oak") == []
    index.put([entry(2, "elm")])  # on the same day: it must not get the place of what was there
    assert (numbers(index, "oak"), numbers(index, "elm")) == ([], [2])
    index.put([entry(3, None)])
    assert numbers(index, "oak") == []


def test_the_same_text_again_adds_nothing(index: FullText) -> None:
    for _ in range(50):
        index.put([entry(1, "oak")])
    assert numbers(index, "oak") == [1]
    assert index._connection.execute("SELECT count(*) FROM messages").fetchone() == (1,)


def test_one_batch_may_hold_any_order_of_times(index: FullText) -> None:
    index.put([entry(number, "oak", at_ms=(number * 7 % 40) * DAY_MS) for number in range(40)])
    assert numbers(index, "oak") == sorted(range(40), key=lambda number: -(number * 7 % 40))


def test_a_time_as_far_ahead_as_an_operation_may_claim(index: FullText) -> None:
    index.put([entry(1, "oak", at_ms=(1 << 48) - 1), entry(2, "oak")])
    assert numbers(index, "oak") == [1, 2]
    assert numbers(index, "oak", after=((1 << 48) - 1, 0, b"\xff" * 32)) == [1, 2]


def test_a_day_that_is_full_takes_no_more_and_the_next_is_free(
    index: FullText, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fulltext, "_WITHIN_DAY", 2)
    index.put([entry(number, "oak", at_ms=number) for number in range(3)])
    index.put([entry(number, "oak", at_ms=number) for number in range(3, 6)])
    index.put([entry(9, "oak", at_ms=DAY_MS)])
    assert numbers(index, "oak") == [9, 3, 2, 1, 0]


def test_the_most_relevant_first_among_the_newest(index: FullText, monkeypatch: pytest.MonkeyPatch) -> None:
    index.put([entry(1, "oak " + "and much else besides " * 9, at_ms=DAY_MS), entry(2, "oak oak oak")])
    index.put([entry(number, "elm", at_ms=number) for number in range(3, 20)])
    names = [match.id for match in index.weigh(parse_wanted("oak"), limit=5)]
    assert names == [fixed("message 2"), fixed("message 1")]
    assert [match.id for match in index.weigh(parse_wanted("oak"), limit=5, skip=1)] == names[1:]
    assert index.weigh(parse_wanted("oak"), limit=5, conversation=9) == []
    monkeypatch.setattr(fulltext, "WEIGHED", 1)
    assert [match.id for match in index.weigh(parse_wanted("oak"), limit=5)] == names[1:]


def test_a_failed_batch_leaves_nothing(index: FullText) -> None:
    with pytest.raises(OverflowError):
        index.put([entry(1, "oak"), entry(2, "elm", at_ms=1 << 70)])
    assert numbers(index, "oak") == []
    index.put([entry(1, "oak")])
    assert numbers(index, "oak") == [1]


@pytest.mark.parametrize("query", ["", "…", '""'])
def test_nothing_is_asked_and_nothing_found(index: FullText, query: str) -> None:
    index.put([entry(1, "oak")])
    assert numbers(index, query) == []
    assert index.weigh(parse_wanted(query), limit=5) == []
