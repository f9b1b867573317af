"""The desktop's languages: the texts in the code are English, the `.ts` files here say them in others.

`make translations` collects the texts of the code into the `.ts` files and makes of each a `.qm`, which is loaded here.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from gui import wording
from gui.state import times

log = logging.getLogger("gui.i18n")

FOLDER: Final = Path(__file__).parent
NAMES: Final = {"en": "English", "de": "Deutsch"}
"""Each language by its own name."""

_installed: list[QTranslator] = []


def chosen(language: str) -> str:
    """Return the code of the language to speak: the one named, else the system's where there is one, else English."""
    if language in NAMES:
        return language
    for wanted in QLocale.system().uiLanguages():
        code = wanted.split("-")[0].lower()
        if code in NAMES:
            return code
    return "en"


def install(app: QApplication, language: str) -> str:
    """Speak a language (`system`, or a code) in all windows made from now on; return its code."""
    code = chosen(language)
    for translator in _installed:
        app.removeTranslator(translator)
    _installed.clear()
    named = language in NAMES
    QLocale.setDefault(QLocale(code) if named else QLocale.system())
    for name, folder in (("qtbase_" + code, QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)), (code, "")):
        translator = QTranslator()
        path = str(FOLDER / f"peer2peer_{name}.qm") if not folder else f"{folder}/{name}.qm"
        if translator.load(path):
            app.installTranslator(translator)
            _installed.append(translator)
        elif not folder:
            log.warning("translations not found language=%s; make translations makes them", code)
    times.speak(_times())
    wording.speak(lambda text: QCoreApplication.translate("Node", text), _number)
    app.setLayoutDirection(QLocale(code).textDirection())
    return code


def _number(value: float) -> str:
    """Return a number as the language writes it, with one digit after the point where it is not whole."""
    locale = QLocale()
    return locale.toString(value) if isinstance(value, int) else locale.toString(value, "f", 1)


def _times() -> times.Words:
    """Return how the language that is spoken writes days."""
    say = QCoreApplication.translate
    return times.Words(
        months=tuple(say("Times", "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec").split()),
        days=tuple(say("Times", "Monday Tuesday Wednesday Thursday Friday Saturday Sunday").split()),
        short_days=tuple(say("Times", "Mon Tue Wed Thu Fri Sat Sun").split()),
        today=say("Times", "Today"),
        yesterday=say("Times", "Yesterday"),
        this_year=say("Times", "{month} {day}"),
        other_year=say("Times", "{month} {day}, {year}"),
        with_time=say("Times", "{date}, {time}"),
    )
