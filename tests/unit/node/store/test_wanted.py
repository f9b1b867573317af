"""What a query asks for, and where a text has it."""

import pytest

from node.store.wanted import CHARACTERS, TERMS, parse_wanted


@pytest.mark.parametrize(
    ("typed", "expression"),
    [
        ("Bridge", '"bridge" *'),
        ("old bridge ", '"old" "bridge" *'),
        ('"old bridge"', '"old bridge"'),
        ('"old bri', '"old bri" *'),
        ('say "old bridge" no', '"say" "old bridge" "no" *'),
        ("“old bridge” «ja» „so“ 「本」", '"old bridge" "ja" "so" "本" *'),
        ("don't", '"don t" *'),
        ("日本語 x", '"日本 本語" * "x" *'),
        ("AND OR NEAR(a, 3) -b *", '"and" "or" "near a" "3" "b"'),
        ("a a a", '"a" "a" *'),
        ('""', ""),
        ("… !", ""),
    ],
)
def test_what_is_typed_becomes_words_and_phrases(typed: str, expression: str) -> None:
    assert parse_wanted(typed).expression == expression


def test_a_query_of_any_length_is_bounded() -> None:
    assert len(parse_wanted("x" * 10_000).expression) == CHARACTERS + 4
    many = parse_wanted(" ".join(str(number) for number in range(1000)))
    assert len(many.terms) == TERMS
    assert len(parse_wanted('"' * 10_000).terms) == 0


@pytest.mark.parametrize(
    ("typed", "text", "lit"),
    [
        ("old brid", "An OLD bridge, the oldest", ["OLD", "bridge"]),
        ('"old bridge"', "old, bridge; old bridges", ["old, bridge"]),
        ("lodz", "in Łódź.", ["Łódź"]),
        ("本", "日本語 本", ["本", "本"]),
        ("日本語", "東日本語版", ["日本語"]),
        ("語", "日本語", ["語"]),
        ("👩", "the 👩\u200d🚀 flies", ["👩\u200d"]),
        ("a", "a b-A", ["a", "A"]),
    ],
)
def test_ranges_lie_on_what_was_found(typed: str, text: str, lit: list[str]) -> None:
    assert [text[start:end] for start, end in parse_wanted(typed).ranges(text) or []] == lit


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("old bridge", "old"),
        ('"bridge old"', "old bridge"),
        ('"bri"', "bridge"),
        ("old bri x", "old bri"),
        ("日東", "日本東"),
    ],
)
def test_a_text_that_lacks_any_of_it_is_none(typed: str, text: str) -> None:
    assert parse_wanted(typed).ranges(text) is None


def test_overlapping_ranges_are_one() -> None:
    assert parse_wanted("日本 本語").ranges("日本語") == [(0, 3)]
