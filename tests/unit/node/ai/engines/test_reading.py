"""Taking a query apart: what is asked, apart from courtesies, code and pasted material."""

import pytest

from node.ai.engines.lexicon import language_of
from node.ai.engines.reading import ASK_CHARACTERS, read


def test_courtesies_are_before_the_opening() -> None:
    assert read("Hi, could you please write a poem?").opening == "write a poem?"
    assert read("Ahoj, můžeš mi prosím napsat báseň?").opening == "napsat basen?"
    assert read("Please").opening == ""


def test_code_is_no_part_of_what_is_asked() -> None:
    reading = read("Is this fast?\n```py\nwhy = error\n```")
    assert reading.code
    assert reading.ask == "is this fast?"
    assert read("what is `x` here?").ask == "what is  code  here?"


def test_quoted_and_pasted_material_is_no_part_of_what_is_asked() -> None:
    reading = read('What do you think of "my app crashes all the time, why?"')
    assert reading.pasted
    assert "crash" not in reading.ask
    reading = read("Translate this: my app crashes")
    assert reading.pasted
    assert reading.ask == "translate this"
    assert not read("docker: it crashes again").pasted


def test_of_several_lines_the_first_and_a_last_question_are_asked() -> None:
    assert read("these are my numbers\n1 2 3\nWhat do they mean?").ask == "these are my numbers what do they mean?"


@pytest.mark.parametrize(
    "text",
    [
        'Traceback (most recent call last):\n  File "a.py", line 3, in f',
        "java.lang.X: boom\n\tat com.acme.Main.run(Main.java:3)",
        "thread 'main' panicked at src/main.rs",
        "goroutine 1 [running]:",
    ],
)
def test_stack_traces_are_seen(text: str) -> None:
    assert read(text).trace


def test_an_error_which_is_only_asked_about_is_none() -> None:
    assert read("I get a ValueError").error
    assert not read("What is a ValueError?").error


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("how are you", "en"),
        ("xyz", "en"),
        ("", "en"),
        ("kde je nadrazi", "cs"),
        ("Jak se máš?", "cs"),
        ("wo ist der Bahnhof", "de"),
        ("schreibe Gedichte", "de"),
    ],
)
def test_the_language_is_told_by_common_words_and_letters(text: str, language: str) -> None:
    assert language_of(text) == language


def test_only_so_much_is_read() -> None:
    assert len(read("word " * 10_000).ask) <= ASK_CHARACTERS
