"""What others write must never fetch, run or show anything but text."""

from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QWidget

from gui.chatview.markdown import Code, Rich, code_html, plain, safe_link, segments
from gui.chatview.segments import RichSegment
from gui.chatview.stream import PART_CHARACTERS, Parts


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
