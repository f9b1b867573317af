"""Every text can be said in another language, the files of the languages are up to date and whole."""

import ast
import datetime
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QLocale
from PySide6.QtWidgets import QApplication

from gui import i18n
from gui.state import times
from tests.gui.languages import tool

ROOT = Path(__file__).parents[2]
GUI = ROOT / "gui"
NOT_YET: frozenset[str] = frozenset()
"""Modules whose texts are still English alone."""
CALLS = """
setText setToolTip setPlaceholderText setAccessibleName setAccessibleDescription setWindowTitle setTitle setStatusTip
addAction addItem addMenu add_button add_field add_part set_title row words QLabel QPushButton QCheckBox QAction
QRadioButton QGroupBox QToolButton Switch showMessage
"""
SHOWN = frozenset(CALLS.split())
"""Calls whose texts a person reads or hears."""
NAMES = re.compile(r"Peer2Peer|peer2peer://join#…|[\W\d_]*|(<\W*\w+>\W*)+")
"""What is the same in every language."""


def texts_of(module: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and text of each literal that is shown as it stands."""
    for call in ast.walk(module):
        if not isinstance(call, ast.Call):
            continue
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name not in SHOWN:
            continue
        for argument in call.args:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield argument.lineno, argument.value
            elif isinstance(argument, ast.JoinedStr):
                yield argument.lineno, "".join(part.value for part in argument.values if isinstance(part, ast.Constant))


@pytest.mark.parametrize("path", sorted(GUI.rglob("*.py")), ids=lambda path: str(path.relative_to(GUI)))
def test_no_text_is_english_alone(path: Path) -> None:
    if str(path.relative_to(GUI)) in NOT_YET:
        pytest.skip("its texts are still English alone")
    found = [(line, text) for line, text in texts_of(ast.parse(path.read_text("utf-8"))) if not NAMES.fullmatch(text)]
    assert not found, f"say these through self.tr or QCoreApplication.translate: {found}"


def test_the_check_sees_what_it_is_for() -> None:
    module = ast.parse('label.setText("Hello")\nQLabel(f"{n} messages")\nwords(self.tr("Fine"))\nbox.addItem("")')
    assert [text for _, text in texts_of(module) if not NAMES.fullmatch(text)] == ["Hello", " messages"]


# --- the files -------------------------------------------------------------------------------------------------------


def messages(path: Path) -> dict[tuple[str, str], ET.Element]:
    return {
        (context.findtext("name") or "", message.findtext("source") or ""): message
        for context in ET.parse(path).getroot().iter("context")
        for message in context.iter("message")
    }


def forms(message: ET.Element) -> list[str]:
    translation = message.find("translation")
    assert translation is not None
    plural = [form.text or "" for form in translation.iter("numerusform")]
    return plural or [translation.text or ""]


def is_done(message: ET.Element) -> bool:
    translation = message.find("translation")
    return translation is not None and translation.get("type") is None and all(forms(message))


def test_the_files_have_every_text_of_the_code(tmp_path: Path) -> None:
    for language in ("en", "de"):
        name = f"peer2peer_{language}.ts"
        (tmp_path / name).write_bytes((i18n.FOLDER / name).read_bytes())
    tool().update(tmp_path)
    for language in ("en", "de"):
        name = f"peer2peer_{language}.ts"
        missing = messages(tmp_path / name).keys() - messages(i18n.FOLDER / name).keys()
        assert not missing, f"run make translations: {sorted(missing)[:5]}"


def test_the_names_of_months_and_days_are_all_there() -> None:
    for (context, source), message in messages(i18n.FOLDER / "peer2peer_de.ts").items():
        if context == "Times" and is_done(message) and len(source.split()) >= 7:
            assert [len(form.split()) for form in forms(message)] == [len(source.split())], source


def test_the_tool_knows_every_way_to_say_a_text() -> None:
    module = """
from PySide6.QtCore import QCoreApplication
say = QCoreApplication.translate
def _tr(text):
    return QCoreApplication.translate("Helped", text)
class Page:
    def show(self, n):
        self.say(self.tr("one" " and two"))
        self.tr("%n day(s)", "", n + 1)
        print(f"{_tr('three')}: {say('Said', 'four')}", QCoreApplication.translate("Whole", "%n", "", len(n)))
"""
    assert set(tool().texts(ast.parse(module), "page.py")) == {
        ("Page", "one and two", False),
        ("Page", "%n day(s)", True),
        ("Helped", "three", False),
        ("Said", "four", False),
        ("Whole", "%n", True),
    }


@pytest.mark.parametrize(
    "line",
    [
        'other.tr("One")',
        "self.tr(words)",
        'self.tr("a" if b else "c")',
        "said, name = QCoreApplication.translate, 1",
    ],
)
def test_the_tool_refuses_what_it_could_not_translate(line: str) -> None:
    with pytest.raises(SystemExit, match=r"page\.py:1: say this as self\.tr"):
        list(tool().texts(ast.parse(line), "page.py"))


def test_what_is_translated_keeps_its_places() -> None:
    for (context, source), message in messages(i18n.FOLDER / "peer2peer_de.ts").items():
        places = sorted(re.findall(r"\{\w*\}|%n", source))
        for form in forms(message):
            assert sorted(re.findall(r"\{\w*\}|%n", form)) == places, (context, source)
            for ends in (str.lstrip, str.rstrip):
                assert len(form) - len(ends(form)) == len(source) - len(ends(source)), (context, source)
            assert form.count("…") == source.count("…"), (context, source)
            assert form.count("&") == source.count("&"), (context, source)


@pytest.mark.parametrize("language", ["en", "de"])
def test_plurals_are_whole(language: str) -> None:
    counted = 0
    for (context, source), message in messages(i18n.FOLDER / f"peer2peer_{language}.ts").items():
        assert (message.get("numerus") == "yes") == ("%n" in source), (context, source)
        if "%n" in source:
            counted += 1
            assert is_done(message), (context, source)
            assert len(forms(message)) == 2, (context, source)
            assert not any("(s)" in form for form in forms(message)), (context, source)
    assert counted > 10


def test_german_is_whole() -> None:
    missing = [key for key, message in messages(i18n.FOLDER / "peer2peer_de.ts").items() if not is_done(message)]
    assert not missing, f"{len(missing)} texts have no German: {missing[:5]}"


def test_german_says_du_and_quotes_as_germans_do() -> None:
    for key, message in messages(i18n.FOLDER / "peer2peer_de.ts").items():
        for form in forms(message):
            assert not re.search(r"\b(Ihr|Ihre|Ihrem|Ihren|Ihrer|Ihnen)\b", form), key
            assert form.count("„") == form.count("“"), key
            assert not re.search('[”"]', form), key


# --- speaking --------------------------------------------------------------------------------------------------------


def test_english_counts_right(made: None, qapp: QApplication) -> None:
    assert i18n.install(qapp, "en") == "en"
    said = QCoreApplication.translate
    assert said("NetworkPage", "%n peer(s) connected", None, 1) == "1 peer connected"
    assert said("NetworkPage", "%n peer(s) connected", None, 3) == "3 peers connected"


SPEAK = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication
from gui import i18n
i18n.FOLDER = Path(sys.argv[1])
app = QApplication(["", "-platform", "offscreen"])
language = i18n.install(app, "system")
print(language, *(QCoreApplication.translate("PageHeader", "%n member(s)", "", count) for count in (1, 4)), sep="|")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the variables do not name the system's language")
@pytest.mark.parametrize(
    ("system", "said"),
    [
        ("en_US.UTF-8", "en|1 member|4 members"),
        ("C.UTF-8", "en|1 member|4 members"),
        ("cs_CZ.UTF-8", "en|1 member|4 members"),
        ("de_AT.UTF-8", "de|1 Mitglied|4 Mitglieder"),
    ],
)
def test_the_language_of_the_system_is_spoken(tmp_path: Path, system: str, said: str) -> None:
    tool().release(tmp_path)
    variables = {**os.environ, "LC_ALL": system, "LANG": system, "LANGUAGE": "", "PYTHONIOENCODING": "utf-8"}
    line = [sys.executable, "-c", SPEAK, str(tmp_path)]
    done = subprocess.run(line, cwd=ROOT, env=variables, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == said


def test_german_is_spoken_where_it_is_wanted(made: None, qapp: QApplication) -> None:
    assert i18n.install(qapp, "de") == "de"
    assert QCoreApplication.translate("UserButton", "Settings") == "Einstellungen"
    assert QLocale().language() == QLocale.Language.German
    now = datetime.datetime(2026, 11, 22, 18, 0, tzinfo=datetime.UTC)
    assert times.stamp(now.replace(day=3), now) == "3. Nov., 18:00"
    assert times.stamp(now.replace(year=2025, month=3), now) == "22. März 2025, 18:00"
    assert times.in_list(now.replace(day=20), now) == "Fr"
    assert i18n.install(qapp, "en") == "en"
    assert QCoreApplication.translate("UserButton", "Settings") == "Settings"
    assert times.stamp(now.replace(year=2025, month=3), now) == "Mar 22, 2025, 18:00"
    assert times.in_list(now.replace(day=20), now) == "Fri"


def test_an_unknown_language_of_the_system_means_english(monkeypatch: pytest.MonkeyPatch) -> None:
    class System:
        def uiLanguages(self) -> list[str]:
            return ["cs-CZ", "de-AT"]

    monkeypatch.setattr(i18n.QLocale, "system", lambda: System())
    assert i18n.chosen("system") == "de"
    monkeypatch.setattr(System, "uiLanguages", lambda self: ["cs-CZ"])
    assert i18n.chosen("system") == "en"
    assert i18n.chosen("xx") == "en"
