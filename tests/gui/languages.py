"""The files of the desktop's languages, made for a test."""

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QApplication

from gui import i18n
from gui.state import times

ROOT = Path(__file__).parents[2]


def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("translations", ROOT / "packaging" / "translations.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextmanager
def made_in(folder: Path, monkeypatch: pytest.MonkeyPatch, app: QApplication) -> Iterator[None]:
    """Make the files that are loaded in a folder; speak English again afterwards."""
    tool().release(folder)
    monkeypatch.setattr(i18n, "FOLDER", folder)
    try:
        yield
    finally:
        for translator in i18n._installed:
            app.removeTranslator(translator)
        i18n._installed.clear()
        times.speak(times.ENGLISH)
        QLocale.setDefault(QLocale.system())
        app.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
