from collections.abc import Callable

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from gui.dialogs.base import words
from gui.state.objects import PHASES, Ai, Member
from gui.state.typing import Typing
from gui.theme import icons
from gui.theme.palette import Theme
from gui.theme.tokens import DARK, LIGHT, PEOPLE, Tokens, person_colour
from gui.widgets.avatar import People, initials
from gui.widgets.message_input import LEAST_PX, MOST_PX, MessageInput
from gui.widgets.mitosis import EXPLAINED, PhaseBar
from gui.widgets.toast import Toast
from gui.widgets.typing_line import TypingLine


@pytest.fixture
def box(theme: Theme, qtbot: QtBot) -> MessageInput:
    made = MessageInput(theme)
    qtbot.addWidget(made)
    made.resize(500, 80)
    made.show()
    return made


def sent(box: MessageInput) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    box.submitted.connect(lambda text, reply_to: found.append((text, reply_to)))
    return found


def test_enter_sends_and_shift_enter_makes_a_line(box: MessageInput, qtbot: QtBot) -> None:
    found = sent(box)
    QTest.keyClicks(box.edit, "one")
    QTest.keyClick(box.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClicks(box.edit, "two")
    assert found == []
    QTest.keyClick(box.edit, Qt.Key.Key_Return)
    assert found == [("one\ntwo", "")]
    assert box.text() == ""


def test_the_keypad_sends_too_and_so_does_the_button(box: MessageInput, qtbot: QtBot) -> None:
    found = sent(box)
    QTest.keyClicks(box.edit, "a")
    QTest.keyClick(box.edit, Qt.Key.Key_Enter)
    QTest.keyClicks(box.edit, "b")
    QTest.mouseClick(box.button, Qt.MouseButton.LeftButton)
    assert found == [("a", ""), ("b", "")]


def test_blank_text_is_not_sent(box: MessageInput, qtbot: QtBot) -> None:
    found = sent(box)
    QTest.keyClicks(box.edit, "   ")
    QTest.keyClick(box.edit, Qt.Key.Key_Return)
    assert found == []
    assert not box.button.isEnabled()


def test_too_long_text_stays_and_says_so(box: MessageInput, qtbot: QtBot) -> None:
    found = sent(box)
    box.edit.setPlainText("x" * 4001)
    QTest.keyClick(box.edit, Qt.Key.Key_Return)
    assert found == []
    assert box.text() == "x" * 4001
    assert box.hint.isVisible()
    assert "4,001" in box.hint.text()
    box.edit.setPlainText("x" * 4000)
    assert not box.hint.isVisible()
    QTest.keyClick(box.edit, Qt.Key.Key_Return)
    assert len(found) == 1


def test_it_grows_and_stops_growing(box: MessageInput) -> None:
    heights = []
    for lines in (1, 4, 40):
        box.edit.setPlainText("\n".join("line" for _ in range(lines)))
        heights.append(box.edit.height() + 14)
    assert heights[0] == LEAST_PX
    assert heights[0] < heights[1] < heights[2] == MOST_PX


def test_only_keys_count_as_typing(box: MessageInput, qtbot: QtBot) -> None:
    typed: list[int] = []
    box.edited.connect(lambda: typed.append(1))
    box.load("a draft")
    assert not typed
    QTest.keyClicks(box.edit, "!")
    assert len(typed) == 1


def test_pasted_html_is_text(box: MessageInput) -> None:
    data = QMimeData()
    data.setHtml("<b>bold</b>")
    data.setText("bold")
    box.edit.insertFromMimeData(data)
    assert box.text() == "bold"


def test_a_reply_is_sent_with_what_it_answers_and_escape_ends_it(box: MessageInput, qtbot: QtBot) -> None:
    found = sent(box)
    box.answer("m1", "Reply to Ana: <b>x</b>")
    QTest.keyClicks(box.edit, "yes")
    QTest.keyClick(box.edit, Qt.Key.Key_Return)
    box.answer("m2", "Reply to Bo")
    QTest.keyClicks(box.edit, "no")
    QTest.keyClick(box.edit, Qt.Key.Key_Escape)
    QTest.keyClick(box.edit, Qt.Key.Key_Return)
    assert found == [("yes", "m1"), ("no", "")]


def test_the_typing_line_names_and_animates(theme: Theme, qtbot: QtBot) -> None:
    seconds = [0.0]
    typing = Typing(lambda: seconds[0], me="me")
    line = TypingLine(theme)
    qtbot.addWidget(line)
    line.resize(400, 22)
    line.show()
    line.watch(typing)
    typing.started("ana", "Ana")
    typing.started("me", "Me")
    assert (line.people_text(), line.ai_text(), line.animated) == ("Ana is typing...", "", False)
    typing.started("ai", "Assistant", ai=True)
    assert (line.ai_text(), line.animated) == ("Assistant (AI)", True)
    assert line.accessibleName() == "Assistant (AI) Ana is typing..."
    line.grab()
    typing.ended("ai")
    assert not line.animated
    seconds[0] = 3.1
    line._expire()
    assert line.people_text() == ""
    typing.started("ai", "Assistant", ai=True)
    line.hide()
    assert not line.animated


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ana Novak", "AN"),
        ("Bo", "Bo"),
        ("chen", "Ch"),
        ("陈伟", "陈"),
        ("Chen 陈", "Ch"),
        ("Jan Karel Novotny", "JN"),
        ("", "?"),
        ("  ", "?"),
        ("(Q)", "(q"),
    ],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_one_person_has_one_colour(theme: Theme, qtbot: QtBot) -> None:
    assert person_colour("a" * 64) == person_colour("a" * 64)
    assert len({person_colour(f"{n:064x}") for n in range(200)}) == len(PEOPLE)
    people = People(theme)
    qtbot.addWidget(people)
    members = [Member(f"{n}", f"Person {n}", presence="online" if n % 2 else "offline") for n in range(9)]
    people.show_people(members, [Ai("x", "Assistant")])
    assert "Assistant (AI)" in people.accessibleName()
    people.set_most(3)
    assert people.sizeHint().width() < 110
    people.grab()


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=lambda tokens: str(tokens.name))
def test_words_can_be_read_in_both_themes(tokens: Tokens) -> None:
    pairs = [
        (tokens.text, tokens.surface),
        (tokens.text, tokens.window),
        (tokens.text, tokens.other),
        (tokens.text, tokens.ai),
        (tokens.text, tokens.chosen),
        (tokens.muted, tokens.surface),
        (tokens.muted, tokens.window),
        (tokens.muted, tokens.other),
        (tokens.muted, tokens.ai),
        (tokens.on_mine, tokens.mine),
        (tokens.ai_accent, tokens.surface),
        (tokens.ai_accent, tokens.ai),
        (tokens.link, tokens.other),
        (tokens.on_accent, tokens.accent),
        (tokens.on_toast, tokens.toast),
        (tokens.danger, tokens.danger_back),
        (tokens.danger, tokens.surface),
        (tokens.warn_text, tokens.warn_back),
    ]
    assert [pair for pair in pairs if contrast(*pair) < 4.5] == []
    assert contrast(tokens.mine_muted, tokens.mine) >= 3.5


def test_initials_can_be_read_on_every_circle() -> None:
    assert [colour for colour in PEOPLE if contrast("#ffffff", colour) < 4.5] == []


def test_the_phase_bar_explains_by_mouse_and_by_keys(theme: Theme, qtbot: QtBot) -> None:
    bar = PhaseBar(theme)
    qtbot.addWidget(bar)
    bar.resize(600, bar.HEIGHT)
    bar.show()
    bar.show_phase("metaphase", 0.46)
    assert bar.accessibleName() == "Phase 3 of 5, metaphase, 46 percent"
    asked: list[str] = []
    bar.asked.connect(asked.append)
    for at in range(5):
        QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.dot_centre(at).toPoint())
    assert asked == list(PHASES)
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=QPoint(140, 40))
    QTest.keyClick(bar, Qt.Key.Key_Right)
    QTest.keyClick(bar, Qt.Key.Key_Return)
    assert asked[5:] == ["anaphase"]
    QTest.mouseMove(bar, bar.dot_centre(1).toPoint())
    bar.grab()


def test_every_phase_is_explained() -> None:
    assert set(EXPLAINED) == set(PHASES)


def test_a_toast_goes_by_itself(theme: Theme, qtbot: QtBot) -> None:
    parent = QLabel()
    qtbot.addWidget(parent)
    parent.resize(600, 400)
    parent.show()
    toast = Toast(theme, parent)
    toast.say("<b>Copied</b>")
    assert toast.isVisible()
    assert toast.textFormat() == Qt.TextFormat.PlainText
    assert parent.rect().contains(toast.geometry())
    toast._over.stop()
    toast._over.timeout.emit()
    qtbot.waitUntil(lambda: not toast.isVisible())


def test_every_icon_draws_something(theme: Theme) -> None:
    for name in icons.PATHS:
        image = icons.pixmap(name, "#ff0000", 24).toImage()
        assert any(image.pixelColor(x, y).alpha() for x in range(24) for y in range(24)), name


@pytest.mark.parametrize("make", [lambda: words("<b>x</b>")])
def test_foreign_words_are_never_markup(make: Callable[[], QLabel], theme: Theme) -> None:
    assert make().textFormat() == Qt.TextFormat.PlainText
