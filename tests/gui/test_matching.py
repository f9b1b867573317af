"""What matches what is typed, and what of it is marked."""

import pytest

from gui.search.choices import ACTION, CONVERSATION, PERSON, choices
from gui.search.marked import trimmed, units
from gui.state.found import Person, found
from gui.state.matching import match
from gui.state.objects import Summary


@pytest.mark.parametrize(
    ("typed", "name", "ranges"),
    [
        ("gar", "Garden", ((0, 3),)),
        ("GARD", "Rooftop garden", ((8, 12),)),
        ("uber", "Das Über-Haus", ((4, 8),)),
        ("lodz", "Łódź", ((0, 4),)),
        ("strasse", "Straße 5", ((0, 6),)),
        ("garden roof", "Rooftop garden", ((0, 4), (8, 14))),
        ("好", "你好", ((1, 2),)),
        ("👋🏽", "hi 👋🏽", ((3, 5),)),
        ("top", "Rooftop", ((4, 7),)),
        ("مرحب", "مرحبا بكم", ((0, 4),)),
    ],
)
def test_s18_case_and_accents_do_not_count(typed: str, name: str, ranges: tuple[tuple[int, int], ...]) -> None:
    how = match(typed, name)
    assert how is not None
    assert how.ranges == ranges


@pytest.mark.parametrize(("typed", "name"), [("", "x"), ("  ", "x"), ("rdn", "garden"), ("roof shed", "Rooftop")])
def test_s18_what_does_not_match(typed: str, name: str) -> None:
    assert match(typed, name) is None


def test_letters_in_their_order_are_enough_where_wanted() -> None:
    assert match("rdn", "garden", scattered=True) is not None
    assert match("ndr", "garden", scattered=True) is None


def test_a_beginning_is_better_than_a_word_and_a_word_than_a_part() -> None:
    names = ["My start", "Restart", "Start here", "S t a r t"]
    ranked = sorted(names, key=lambda name: match("start", name, scattered=True).rank)  # type: ignore[union-attr]
    assert ranked == ["Start here", "My start", "Restart", "S t a r t"]


def test_s18_ranges_are_code_points_and_qt_counts_utf_16() -> None:
    text = "👍🏽 the water"
    at = text.index("water")
    assert units(text, ((at, at + 5),)) == [(at + 2, 5)]
    assert text.encode("utf-16-le")[2 * (at + 2) : 2 * (at + 7)].decode("utf-16-le") == "water"
    assert units("plain", ((1, 3),)) == [(1, 2)]


def test_s18_a_long_snippet_begins_near_what_was_found() -> None:
    text = "many words that say nothing at all before the water comes"
    at = text.index("water")
    shown, ranges = trimmed(text, ((at, at + 5),), 34)
    assert shown.startswith("…")
    [(start, end)] = ranges
    assert (shown[start:end], start < 34) == ("water", True)
    assert trimmed("the water", ((4, 9),), 34) == ("the water", ((4, 9),))


def test_what_the_node_found_is_read_with_care() -> None:
    page = found({"results": [{"id": "a", "snippet": "abc", "highlights": [[0, 2], [2, 9], [-1, 2], "x", [1]]}, 7]})
    assert [hit.highlights for hit in page.hits] == [((0, 2),)]
    assert (page.cursor, page.complete) == ("", True)


def test_the_switcher_offers_recent_conversations_first_then_what_matches_best() -> None:
    talks = [Summary("1", "Weather"), Summary("2", "Bo", direct="b"), Summary("3", "Old weather", status="archived")]
    people = [Person("b", "Bo"), Person("w", "Wanda Weatherwax")]
    actions = [("new", "New conversation")]
    assert [one.key for one in choices("", talks, people, actions)] == ["1", "2", "new"]
    found = choices("wea", talks, people, actions)
    wanted = [(CONVERSATION, "1"), (PERSON, "w"), (CONVERSATION, "3"), (ACTION, "new")]
    assert [(one.kind, one.key) for one in found] == wanted
    assert [one.key for one in choices("bo", talks, people, actions)] == ["2"]  # not once more as a person
    assert choices("new", talks, people, actions)[0].key == "new"
