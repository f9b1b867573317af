"""The part of a message that is shown with a result."""

from node.conversations.snippet import CHARACTERS, snippet


def lit(text: str, *ranges: tuple[int, int]) -> list[str]:
    part = snippet(text, ranges)
    return [part.text[start:end] for start, end in part.highlights]


def test_a_short_text_is_shown_whole_on_one_line() -> None:
    part = snippet("One\ntwo\r\nthree", [(4, 7)])
    assert part.text == "One two  three"
    assert lit("One\ntwo\r\nthree", (4, 7)) == ["two"]


def test_a_long_text_is_cut_between_words_around_what_was_found() -> None:
    text = "lorem ipsum " * 50 + "needle " + "dolor sit " * 50
    at = text.index("needle")
    part = snippet(text, [(at, at + 6)])
    assert part.text.startswith("…")
    assert part.text.endswith("…")
    assert lit(text, (at, at + 6)) == ["needle"]
    inner = part.text.strip("…").split()
    assert set(inner) <= {"lorem", "ipsum", "needle", "dolor", "sit"}, "a word was cut"
    assert len(part.text) <= CHARACTERS + 2


def test_the_part_with_most_of_what_was_found() -> None:
    text = "oak " + "x " * 200 + "oak elm " + "x " * 200
    there = text.index("oak elm")
    assert lit(text, (0, 3), (there, there + 3), (there + 4, there + 7)) == ["oak", "elm"]


def test_without_gaps_it_is_cut_all_the_same_and_no_character_in_two() -> None:
    text = "👩\u200d🚀" * 200
    part = snippet(text, [(300, 303)])
    assert part.text.startswith("…👩")
    assert part.text.endswith("🚀…")
    assert lit("z" * 1000, (0, 1000)) == ["z" * CHARACTERS]


def test_ranges_at_both_ends() -> None:
    text = "a " + "x " * 300 + "b"
    assert lit(text, (0, 1)) == ["a"]
    part = snippet(text, [(len(text) - 1, len(text))])
    assert not part.text.endswith("…")
    assert part.text[slice(*part.highlights[0])] == "b"
