"""Words that are cut fit the room they were cut for, whatever letters they have."""

import pytest
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QApplication

from gui.widgets.cut import cut
from gui.widgets.page_header import _without_a_dot

WORDS = (
    "נועם לוי: החיישן החדש הגיע, אפשר להתקין אותו מחר",
    "ليلى حداد: ما رأيكم في الكلمة بدل غيرها",
    "Chiara Rossi: Music wants rooms",
)


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("point_size", [8.0, 8.6, 9.5])
def test_what_was_cut_has_room(qapp: QApplication, words: str, point_size: float) -> None:
    font = QFont(qapp.font())
    font.setPointSizeF(point_size)
    metrics = QFontMetrics(font)
    for room in range(60, 260):
        shown = cut(words, metrics, room)
        assert metrics.horizontalAdvance(shown) <= room + 1
        assert shown == words or shown.endswith("…")


@pytest.mark.parametrize(
    ("shown", "left"),
    [("a  ·  b  ·…", "a  ·  b"), ("a  ·  b  ·  …", "a  ·  b"), ("a  ·  b…", "a  ·  b…"), ("a  ·  b", "a  ·  b")],
)
def test_no_dot_stands_before_words_of_which_nothing_is_left(shown: str, left: str) -> None:
    assert _without_a_dot(shown) == left
