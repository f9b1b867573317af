"""What others write must never fetch, run or show anything but text."""

import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from gui.chatview import markdown, renderer
from gui.chatview.links import safe_link
from gui.chatview.look import Look
from gui.chatview.markdown import MAX_PIECES, SOFT_BREAK, Code, Rich, code_html, render, segments
from gui.chatview.renderer import MAX_QUOTES
from gui.chatview.rich_segment import RichSegment
from gui.chatview.stream import PART_CHARACTERS, Parts
from gui.state.plain import plain
from gui.theme.palette import Theme


def html(text: str) -> str:
    return "".join(piece.html for piece in segments(text) if isinstance(piece, Rich))


@pytest.mark.parametrize(
    "hostile",
    [
        "<img src=file:///etc/passwd>",
        "<img src='https://evil.example/x.png'>",
        "![x](file:///etc/hostname)",
        "![x](https://evil.example/x.png)",
        "![x][r]\n\n[r]: https://evil.example/x.png",
        "![x](data:image/png;base64,AAAA)",
        "<b onclick=alert(1)>x</b><script>alert(1)</script>",
        "<style>@import url(https://evil.example/x.css)</style>",
        "`<img src=file:///x>`",
        "| a |\n|---|\n| <img src=x> |",
        "- ```\n  <img src=file:///x>\n  ```",
        "&lt;img src=file:///x&gt;",
        "<table background=file:///x><tr><td>",
    ],
)
def test_no_raw_html_and_no_picture_comes_through(hostile: str) -> None:
    made = html(hostile)
    for tag in ("<img", "<script", "<style", "<b ", "<iframe", "<table b"):
        assert tag not in made.replace("&lt;", "_"), made


@pytest.mark.parametrize(
    ("text", "linked"),
    [
        ("[x](javascript:alert(1))", False),
        ("[x](JaVaScRiPt:alert(1))", False),
        ("[x](file:///etc/passwd)", False),
        ("[x](\\\\server\\share)", False),
        ("[x](vbscript:x)", False),
        ("[x](data:text/html,x)", False),
        ("[x](relative/path)", False),
        ("[x](//evil.example/x)", False),
        ("<javascript:alert(1)>", False),
        ("[x](https://example.org)", True),
        ("https://example.org/a_b", True),
        ("[x](mailto:a@example.org)", True),
        ("[x](peer2peer://join#abc)", True),
    ],
)
def test_only_harmless_targets_are_links(text: str, linked: bool) -> None:
    assert ("<a href" in html(text)) is linked


def test_a_broken_target_is_no_link() -> None:
    assert not safe_link("http://[::1")


def test_every_resource_is_an_empty_picture(qapp: QApplication, tmp_path: Path) -> None:
    picture = QImage(40, 40, QImage.Format.Format_RGB32)
    picture.fill(QColor("red"))
    assert picture.save(str(tmp_path / "red.png"))
    parent = QWidget()
    text = RichSegment(parent)
    loaded = text.loadResource(2, QUrl.fromLocalFile(str(tmp_path / "red.png")))
    assert isinstance(loaded, QImage)
    assert loaded.size().width() == 1
    assert not text.openLinks()
    parent.deleteLater()


def test_code_is_a_segment_of_its_own() -> None:
    pieces = segments("before\n\n```python\nx = '<b>'\n```\nafter")
    assert [type(piece) for piece in pieces] == [Rich, Code, Rich]
    assert pieces[1] == Code("x = '<b>'", "python")


@pytest.mark.parametrize("language", ["python", "", "no-such-language", "<b>"])
def test_code_is_escaped_in_every_language(language: str) -> None:
    assert "<img" not in code_html("a = '<img src=x>'", language, "default")


def test_lines_of_people_break_and_lines_of_ais_flow() -> None:
    assert "<br" in html("one\ntwo")
    flowing = segments("one\ntwo", breaks=False)[0]
    assert isinstance(flowing, Rich)
    assert "<br" not in flowing.html


def test_the_list_shows_one_plain_line() -> None:
    assert plain("**bold**\n```\ncode\n```") == "bold code"


def test_finished_parts_never_change_while_a_text_grows() -> None:
    text = "".join(f"Paragraph {n} of some length, so that it adds up.\n\n" for n in range(200))
    parts = Parts()
    before: list[str] = []
    for end in range(0, len(text), 37):
        finished, tail = parts.take(text[:end])
        assert finished[: len(before)] == before
        assert "".join(finished) + tail == text[:end]
        before = finished
    assert len(before) >= 4
    assert all(len(part) < PART_CHARACTERS * 2 for part in before)


def test_a_fence_is_never_cut() -> None:
    code = "```python\n" + "x = 1\n\n" * 600 + "```\n\nafter\n"
    finished, tail = Parts().take(code)
    assert all(part.count("```") % 2 == 0 for part in (*finished, tail))


def test_another_text_starts_anew() -> None:
    parts = Parts()
    parts.take("first paragraph\n\n" * 300)
    finished, tail = parts.take("something else")
    assert (finished, tail) == ([], "something else")


def test_what_would_take_long_to_lay_out_is_shown_more_plainly() -> None:
    deep = html("> " * 300 + "deep")
    assert deep.count("<table") == MAX_QUOTES
    assert deep.count("</table>") == MAX_QUOTES
    table = "|" + "a|" * 60 + "\n|" + "-|" * 60 + "\n" + ("|" + "b|" * 60 + "\n") * 8
    assert render(f"before\n\n{table}\nafter") == (
        Rich("<p>before</p>"),
        Code(table.rstrip("\n"), ""),
        Rich("<p>after</p>"),
    )
    blocks = render("```x\na\n```\n" * 300)
    assert len(blocks) == MAX_PIECES + 1
    assert blocks[-1].text.count("```x") == 300 - MAX_PIECES  # type: ignore[union-attr]


def test_long_words_may_break_and_links_and_code_stay_as_they_are() -> None:
    assert SOFT_BREAK in html("W" * 400)
    link = "https://example.org/" + "a" * 400
    assert f'href="{link}"' in html(link)
    assert render("```\n" + "x" * 900 + "\n```") == (Code("x" * 900, ""),)
    assert SOFT_BREAK not in html("word " * 400)


ATOMS = [
    *(
        "word",
        "a",
        "x.y",
        "e.g.",
        "1.",
        "2)",
        "1.)",
        "-",
        "+",
        "=",
        "#",
        "!",
        "?",
        "...",
        "…",
        ":",
        ";",
        "'",
        '"',
        "--",
    ),
    *("http", "https:", "//", "/", "example.com", "ftp:", "www.", "localhost", "mailto:x", "tel:", "пример.рф", "3.14"),
    *(
        "(",
        ")",
        "{",
        "}",
        "$",
        "%",
        "^",
        "漢字",
        "עברית",
        "😀",
        "é",
        "e\u0301",
        "(c)",
        "===",
        "。",
        "~~",
        "*",
        "_",
        "`",
    ),
    *("[x]", "`", "<", "&", "|", "\\", "@"),
]
BLANKS = ("", "", " ", " ", "  ", "\n", "\t", "\u3000", "\u00a0", "\u200b", "\u2028", "\ufffc", "\ufdd0")


def test_what_is_taken_for_mere_words_is_that_to_the_parser_too(monkeypatch: pytest.MonkeyPatch) -> None:
    random, plain_ones = Random(5), 0
    for _ in range(4_000):
        text = "".join(random.choice(ATOMS) + random.choice(BLANKS) for _ in range(random.randrange(1, 7)))
        monkeypatch.undo()
        breaks = random.random() < 0.5
        found = render(text, breaks=breaks)
        first = found[0] if found else None
        if isinstance(first, Rich) and first.words:
            plain_ones += 1
            monkeypatch.setattr(markdown, "is_plain", lambda _: False)
            [parsed] = render(text, breaks=breaks)
            assert parsed == Rich(first.html), text
    assert plain_ones > 200


def test_mere_words_look_like_the_parsed_ones(theme: Theme, qtbot: QtBot) -> None:
    look = Look(theme.tokens, QApplication.font(), theme.mono)
    parent = QWidget()
    qtbot.addWidget(parent)
    pictures, sizes = [], []
    for text in ("A few words, that is all.", "שלום עולם", "many words " * 40, "two\nlines, and\nthree"):
        [words] = render(text)
        assert isinstance(words, Rich)
        assert words.words
        for piece in (words, Rich(words.html)):
            shown = RichSegment(parent)
            shown.setFont(look.font)
            shown.document().setDefaultFont(look.font)
            shown.show_segment(piece, look.sheets["other"], look.ink("other"), look.link("other"))
            width = shown.wanted_width(400)
            sizes.append((width, shown.fit(width), shown.last_line_end()))
            shown.resize(width, shown.fit(width))
            pictures.append(shown.grab().toImage())
    assert sizes[::2] == sizes[1::2]
    assert pictures[::2] == pictures[1::2]


AT_ONCE = """
import sys, threading
from gui.chatview import renderer
from gui.chatview.markdown import code_html

sys.setswitchinterval(1e-6)
done = []
threads = [threading.Thread(target=lambda: done.append(code_html("x = 1", "python", "default"))) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert len(done) == 8, done
"""


def test_code_is_coloured_while_another_thread_loads_what_colours_it() -> None:
    line = [sys.executable, "-c", AT_ONCE]
    done = subprocess.run(line, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_code_over_which_a_language_stumbles_is_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*_: object) -> str:
        raise RecursionError

    monkeypatch.setattr("pygments.highlight", stumble)
    assert code_html("stumbled < over", "python", "default") == "<pre>stumbled &lt; over</pre>"


def test_what_the_parser_stumbles_over_is_shown_as_it_was_written(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(_text: str, _environment: object) -> None:
        raise RecursionError("on purpose")

    monkeypatch.setattr(renderer.PEOPLE, "parse", stumble)
    assert render("**bold** <b>") == (Code("**bold** <b>", ""),)
    assert render("just words") == (Rich("<p>just words</p>", "just words"),)
    assert "could not be read as Markdown" in caplog.text
    assert "bold" not in caplog.messages[0]
