"""The window stands where it was left, and always on a screen."""

from pathlib import Path

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QWidget

from gui.place import Place, fitted
from gui.state.settings import Settings

ONE = QRect(0, 0, 1920, 1040)
LEFT = QRect(-1280, 0, 1280, 1000)


@pytest.mark.parametrize(
    ("wanted", "screens", "expected"),
    [
        (QRect(100, 100, 800, 600), [ONE], QRect(100, 100, 800, 600)),
        (QRect(-900, 50, 800, 600), [ONE, LEFT], QRect(-900, 50, 800, 600)),
        (QRect(-900, 50, 800, 600), [ONE], QRect(0, 50, 800, 600)),
        (QRect(5000, 5000, 800, 600), [ONE], QRect(1120, 440, 800, 600)),
        (QRect(0, -300, 800, 600), [ONE], QRect(0, 0, 800, 600)),
        (QRect(0, 0, 4000, 3000), [ONE], ONE),
        (QRect(1, 2, 3, 4), [], QRect(1, 2, 3, 4)),
    ],
)
def test_a_place_is_on_a_screen(wanted: QRect, screens: list[QRect], expected: QRect) -> None:
    assert fitted(wanted, screens) == expected


def test_where_the_window_went_is_there_next_time(qapp: object, tmp_path: Path) -> None:
    window = QWidget()
    place = Place(window, Settings(tmp_path))
    window.setGeometry(20, 30, 640, 480)
    window.show()
    place.remember()
    again = QWidget()
    Place(again, Settings(tmp_path))
    assert again.geometry() == QRect(20, 30, 640, 480)
    for each in (window, again):
        each.deleteLater()
