"""A piece of rich text that is filled again and again leaves nothing behind."""

import gc
from collections.abc import Iterator

import pytest
from PySide6.QtGui import QColor, QTextFrame
from PySide6.QtWidgets import QApplication, QWidget

from gui.chatview.markdown import Rich
from gui.chatview.rich_segment import RichSegment

INK = QColor("#000000")


@pytest.fixture
def segment(qapp: QApplication) -> Iterator[RichSegment]:
    parent = QWidget()
    yield RichSegment(parent)
    parent.deleteLater()


def filled(segment: RichSegment, html: str) -> float | None:
    segment.show_segment(Rich(html), "", INK, INK)
    segment.fit(segment.wanted_width(400))
    return segment.last_line_end()


def test_no_wrapper_of_a_text_frame_stays_with_each_text(segment: RichSegment) -> None:
    for number in range(20):
        assert filled(segment, f"<p>{number}</p>") is not None
    gc.collect()
    assert not [each for each in gc.get_objects() if isinstance(each, QTextFrame)]


def test_nothing_may_stand_beside_the_last_line_of_a_table_or_quote(segment: RichSegment) -> None:
    assert filled(segment, '<p>a</p><table class="grid"><tr><td>b</td></tr></table>') is None
    assert filled(segment, "<p>a</p>") is not None
