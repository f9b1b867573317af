"""How text is cut into words, and what counts as the same word."""

import pytest

from node.store.words import PAIR, TAIL, is_inside, spelled, words


@pytest.mark.parametrize(
    ("written", "spellings"),
    [
        ("Don't_panic-now, 3.5%", ["don", "t", "panic", "now", "3", "5"]),
        ("Straße Łódź Ærø ŒUVRE Ĳ", ["strasse", "lodz", "aero", "oeuvre", "ij"]),
        ("\uff46\uff55\uff4c\uff4c ﬁne \U0001d401old", ["full", "fine", "bold"]),
        ("İstanbul \u0131s\u0131", ["istanbul", "isi"]),
        ("Ёлка йод", ["елка", "иод"]),
        ("ΟΔΥΣΣΕΎΣ", ["οδυσσευσ"]),
        ("مُحَمَّد", ["محمد"]),
        ("नमस्ते", ["नमस्ते"]),
        ("co\u00adop e\u200dx", ["coop", "ex"]),
        ("👍🏽 👩\u200d🚀 ❤\ufe0f", ["👍", "👩", "🚀", "❤"]),
        ("\u200d\u0301 … ! \0", []),
        ("", []),
    ],
)
def test_words(written: str, spellings: list[str]) -> None:
    assert [word.spelling for word in words(written)] == spellings


def test_hangul_is_found_while_its_syllable_is_being_typed() -> None:
    (typed,), (whole,) = words("하"), words("한국어")
    assert whole.spelling.startswith(typed.spelling)


def test_where_words_are_not_parted_each_pair_is_one() -> None:
    cut = words("x日本語 ทาง")
    assert [(word.spelling, word.start, word.middle, word.end) for word in cut] == [
        ("x", 0, 1, 1),
        ("日本", 1, 2, 3),
        ("本語", 2, 3, 4),
        ("語", 3, 4, 4),
        ("ทา", 5, 6, 7),
        ("าง", 6, 7, 8),
        ("ง", 7, 8, 8),
    ]
    assert [word.kind for word in cut[1:4]] == [PAIR, PAIR, TAIL]
    assert [word.kind for word in words("日")] == [PAIR]


def test_half_width_kana_are_compared_as_the_others() -> None:
    assert [word.spelling for word in words("ｶﾞｽ")] == [word.spelling for word in words("ガス")]


def test_vowel_signs_and_tones_count() -> None:
    assert words("กิน")[0].spelling != words("กน")[0].spelling
    assert words("किताब") != words("कताब")


def test_ascii_is_left_to_the_tokenizer_and_the_rest_spelled_out() -> None:
    assert spelled("Plain, text!") == "Plain, text!"
    assert spelled("über alles,\u2028ok (fine)") == "uber alles ok (fine)"


def test_no_cut_parts_a_character_from_its_marks() -> None:
    text = "e\u0301👩\u200d🚀x"
    assert [at for at in range(len(text) + 1) if is_inside(text, at)] == [1, 3, 4]


def test_a_flood_of_joiners_is_nothing() -> None:
    assert words("\u200d" * 4000) == []
    assert [word.spelling for word in words("a" + "\u200d" * 4000 + "b")] == ["ab"]
