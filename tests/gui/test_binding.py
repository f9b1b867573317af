"""PySide6 6.12.0 drops a reference to None on every call that returns nothing; such a version must not come in."""

import sys

import pytest
from PySide6.QtWidgets import QApplication, QLabel


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal from 3.12 on")
def test_calls_that_return_nothing_keep_the_count_of_none(qapp: QApplication) -> None:
    label = QLabel()
    before = sys.getrefcount(None)
    for _ in range(2000):
        label.setText("y")
    assert sys.getrefcount(None) > before - 200
    label.deleteLater()
