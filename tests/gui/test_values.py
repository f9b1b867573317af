from gui.state.message import message
from gui.state.objects import summary
from gui.state.values import calm, on_one_line, text

FAMILY = "👩\u200d👩\u200d👧\u200d👦"


def test_names_turn_no_direction_and_break_no_line() -> None:
    assert on_one_line("a\u202egnp.exe\u2066\u200f\nb") == "agnp.exe b"
    assert summary({"id": "1", "title": "x\u202ey"}).title == "xy"
    assert text({"author_name": "A\u202dna"}, "author_name") == "Ana"


def test_a_notice_repeats_foreign_words_and_a_message_is_its_authors() -> None:
    assert message({"kind": "notice", "text": "“x\u202ey”"}).text == "“xy”"
    assert message({"kind": "human", "text": "x\u202ey\u0301\u0301\u0301\u0301\u0301\nz"}).text.endswith(
        "\u0301" * 5 + "\nz"
    )


LANGUAGES = (
    "Zażółć gęślą jaźń",
    "سلام",
    "می\u200cخواهم",  # noqa: RUF001
    "नमस्ते",
    "שָׁלוֹם",
    "tiếng Việt",
    FAMILY,
    "🏳️\u200d🌈",
)


def test_what_languages_and_emoji_need_stays() -> None:
    for words in LANGUAGES:
        assert calm(words) == on_one_line(words) == words


def test_marks_without_end_are_cut() -> None:
    assert calm("a" + "\u0301" * 4_000 + "b") == "a" + "\u0301" * 4 + "b"
    assert calm("a" + "\u200d" * 4_000 + "b") == "a\u200db"
