"""Which rows stand in the list: families, folders, counts (S3)."""

import datetime
from typing import Any

import pytest

from gui.state.conversations import Conversations
from gui.state.listing import ARCHIVED, Row, above, listed
from gui.state.objects import Last, Summary

DAY = datetime.datetime(2026, 11, 22, tzinfo=datetime.UTC)


def one(name: str, hour: int, **more: Any) -> Summary:
    last = Last("Ana", "hi", DAY + datetime.timedelta(hours=hour), more.pop("kind", "human"))
    return Summary(name, name.upper(), last=last, **more)


def shape(rows: list[Row]) -> list[tuple[str, int]]:
    return [(row.key, row.depth) for row in rows]


def test_s3_the_newest_activity_comes_first() -> None:
    assert shape(listed([one("a", 1), one("b", 3), one("c", 2)])) == [("b", 0), ("c", 0), ("a", 0)]


def test_s3_children_stand_under_their_parent_and_a_family_counts_by_its_newest() -> None:
    known = [
        one("old", 1, children=("x", "y")),
        one("x", 9),
        one("y", 2, parent="old"),
        one("z", 3, parent="y", unread=4, mentions=1),
        one("other", 5),
    ]
    assert shape(listed(known)) == [("old", 0), ("x", 1), ("y", 1), ("z", 2), ("other", 0)]
    rows = listed(known, folded={"old"})
    assert shape(rows) == [("old", 0), ("other", 0)]
    assert (rows[0].folded, rows[0].unread, rows[0].mentions) == (True, 4, 1)  # of what is folded away
    assert [row.folds for row in listed(known)] == [True, False, True, False, False]


def test_what_may_hide_a_conversation_is_what_stands_above_it() -> None:
    known = [one("a", 1, children=("b",)), one("b", 2), one("c", 3, parent="b"), one("d", 4, parent="d")]
    assert [list(above(known, key)) for key in ("c", "a", "d", "nowhere")] == [["b", "a"], [], [], []]


def test_s3_archived_left_and_removed_ones_are_a_folder_at_the_end() -> None:
    known = [one("a", 1), one("b", 5, status="archived", unread=2), one("c", 6, status="left", unread=9)]
    rows = listed([*known, one("d", 7, status="removed")])
    assert shape(rows) == [("a", 0), (ARCHIVED, 0)]
    assert (rows[1].count, rows[1].folded, rows[1].unread) == (3, True, 2)
    rows = listed([*known, one("d", 7, status="removed")], folded=())
    assert shape(rows) == [("a", 0), (ARCHIVED, 0), ("d", 0), ("c", 0), ("b", 0)]
    assert shape(listed([one("a", 1)])) == [("a", 0)]  # no folder without need


def test_a_child_whose_parent_is_elsewhere_stands_alone_and_a_ring_is_cut() -> None:
    assert shape(listed([one("p", 1, status="archived"), one("c", 2, parent="p")])) == [("c", 0), (ARCHIVED, 0)]
    rows = listed([one("a", 1, parent="b"), one("b", 2, parent="a"), one("s", 3, parent="s")])
    assert sorted(row.key for row in rows) == ["a", "b", "s"]


@pytest.mark.parametrize("kind", ["notice", "human"])
def test_s7_a_second_conversation_of_two_is_shown_only_where_something_was_said_in_it(kind: str) -> None:
    known = [one("a", 1, direct="ben", kind="notice"), one("b", 2, direct="ben", kind=kind)]
    assert [row.key for row in listed(known)] == (["a"] if kind == "notice" else ["b", "a"])


def test_s14_who_types_is_known_until_it_is_told_that_they_do_not() -> None:
    store = Conversations()
    heard: list[str] = []
    store.typing.connect(heard.append)
    store.typed("a", "ben", "Ben", is_typing=True)
    store.typed("a", "ben", "Ben", is_typing=True)
    store.typed("a", "cat", "Cat", is_typing=True)
    assert store.typists("a") == ["Ben", "Cat"]
    store.typed("a", "ben", "Ben", is_typing=False)
    store.typed("b", "ben", "Ben", is_typing=False)
    assert (store.typists("a"), heard) == (["Cat"], ["a", "a", "a"])
    store.replace([])
    assert store.typists("a") == []
