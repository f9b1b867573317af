from collections.abc import Callable

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QAccessible, QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget
from pytestqt.qtbot import QtBot

from gui.chatview.picker import Picker
from gui.state.drafts import Draft, Quoted
from gui.state.mentions import Mentionable
from gui.state.objects import PHASES, Ai, Member
from gui.state.typing import Typing
from gui.theme import icons
from gui.theme.palette import Theme
from gui.theme.tokens import DARK, LIGHT, PEOPLE, Tokens, person_colour
from gui.widgets.avatar import People
from gui.widgets.circle import initials
from gui.widgets.message_input import LEAST_PX, MOST_PX, MessageInput
from gui.widgets.phase_bar import PhaseBar
from gui.widgets.phase_words import explained
from gui.widgets.toast import Toast
from gui.widgets.typing_line import TypingLine
from gui.widgets.words import words


@pytest.fixture
def box(theme: Theme, qtbot: QtBot) -> MessageInput:
    made = MessageInput(theme)
    qtbot.addWidget(made)
    made.resize(500, 80)
    made.show()
    return made


def sent(box: MessageInput) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    box.submitted.connect(lambda text, reply_to, _: found.append((text, reply_to)))
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
    box.load(Draft("a draft"))
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
    box.reply(Quoted("m1", "Ana", "<b>x</b>"))
    assert (box.about.label.text(), box.about.words.text()) == ("Reply to Ana", "<b>x</b>")
    QTest.keyClicks(box.edit, "yes")
    QTest.keyClick(box.edit, Qt.Key.Key_Return)
    assert box.about.isHidden()
    box.reply(Quoted("m2", "Bo"))
    QTest.keyClicks(box.edit, "no")
    QTest.keyClick(box.edit, Qt.Key.Key_Escape)
    assert box.about.isHidden()
    QTest.keyClick(box.edit, Qt.Key.Key_Return)
    assert found == [("yes", "m1"), ("no", "")]


def test_an_edit_puts_the_draft_aside_and_escape_brings_it_back(box: MessageInput) -> None:
    found = sent(box)
    corrected: list[tuple[str, str]] = []
    box.corrected.connect(lambda message, text: corrected.append((message, text)))
    QTest.keyClicks(box.edit, "my draft")
    box.correct(Quoted("m1", "Ana", "old"), "old")
    assert (box.text(), box.about.label.text(), box.button.accessibleName()) == ("old", "Editing", "Save")
    QTest.keyClick(box.edit, Qt.Key.Key_Escape)
    assert (box.text(), box.about.isHidden()) == ("my draft", True)
    box.correct(Quoted("m1", "Ana", "old"), "old")
    QTest.keyClicks(box.edit, "er")
    QTest.keyClick(box.edit, Qt.Key.Key_Return)
    QTest.keyClick(box.edit, Qt.Key.Key_Return)  # it is being saved already
    QTest.keyClick(box.edit, Qt.Key.Key_Escape)
    assert (corrected, found, box.text()) == ([("m1", "older")], [], "older")
    box.refuse("That message was deleted.")
    assert (box.hint.text(), box.text()) == ("That message was deleted.", "older")
    QTest.keyClick(box.edit, Qt.Key.Key_Return)
    box.corrected_now()
    assert (box.text(), box.draft()) == ("my draft", Draft("my draft"))


def test_an_edit_that_empties_a_message_says_what_to_do(box: MessageInput) -> None:
    box.correct(Quoted("m1"), "x")
    box.edit.selectAll()
    QTest.keyClick(box.edit, Qt.Key.Key_Delete)
    QTest.keyClick(box.edit, Qt.Key.Key_Return)
    assert "Esc" in box.hint.text()


def test_the_count_is_shown_near_the_limit(box: MessageInput) -> None:
    box.edit.setPlainText("x" * 3600)
    assert box.count.isHidden()
    box.edit.setPlainText("x" * 3601)
    assert box.count.text() == "3,601 of 4,000 characters"
    box.edit.setPlainText("x" * 4001)
    assert (box.count.isHidden(), box.hint.isHidden()) == (True, False)


def test_what_is_far_too_long_is_not_pasted_and_says_so(box: MessageInput) -> None:
    data = QMimeData()
    data.setText("x" * 40_001)
    QTest.keyClicks(box.edit, "kept")
    box.edit.insertFromMimeData(data)
    assert box.text() == "kept"
    assert "40,001" in box.hint.text()


def test_undo_takes_back_what_was_typed_and_mentioned(box: MessageInput) -> None:
    box.know([Mentionable("1", "Ana Novak")], for_ai=True)
    QTest.keyClicks(box.edit, "@a")
    QTest.keyClick(box.edit, Qt.Key.Key_Return)
    assert box.text() == "@Ana Novak "
    box.edit.undo()
    assert box.text() == "@a"


def test_mentions_are_chosen_by_keys_and_mouse_and_go_with_escape(box: MessageInput) -> None:
    found = sent(box)
    people = [Mentionable("1", "Ana Nováková"), Mentionable("2", "Bo"), Mentionable("9", "Leaf", ai=True)]
    box.know(people, for_ai=True)
    QAccessible.setActive(True)
    QTest.keyClicks(box.edit, "@")
    popup = box.edit.popup
    assert [popup.item(at).data(Qt.ItemDataRole.AccessibleTextRole) for at in range(popup.count())] == [
        "Ana Nováková",
        "Bo",
        "Leaf, AI",
    ]
    QTest.keyClick(box.edit, Qt.Key.Key_Up)
    assert popup.current() == "Leaf"
    QTest.keyClick(box.edit, Qt.Key.Key_Down)
    QTest.keyClick(box.edit, Qt.Key.Key_Down)
    QTest.keyClick(box.edit, Qt.Key.Key_Tab)
    assert (box.text(), box.edit.offers) == ("@Bo ", False)
    QTest.keyClicks(box.edit, "@NOVAK")
    assert popup.current() == "Ana Nováková"
    QTest.mouseClick(popup.viewport(), Qt.MouseButton.LeftButton, pos=popup.visualItemRect(popup.item(0)).center())
    assert box.text() == "@Bo @Ana Nováková "
    QTest.keyClicks(box.edit, "@l")
    QTest.keyClick(box.edit, Qt.Key.Key_Escape)
    assert (box.edit.offers, box.text()) == (False, "@Bo @Ana Nováková @l")
    QTest.keyClick(box.edit, Qt.Key.Key_Return)
    assert found == [("@Bo @Ana Nováková @l", "")]
    box.load(Draft("@b"))
    assert not box.edit.offers


def test_mentions_are_coloured_where_they_stand_after_an_emoji_too(box: MessageInput, theme: Theme) -> None:
    box.know([Mentionable("1", "Bo"), Mentionable("9", "Leaf", ai=True)], for_ai=True)
    box.load(Draft("🎉 @Bo and @leaf, not @Bob"))
    formats = box.edit.document().firstBlock().layout().formats()
    assert [(each.start, each.length, each.format.foreground().color().name()) for each in formats] == [
        (3, 3, theme.tokens.link),
        (11, 5, theme.tokens.ai_accent),
    ]


def test_not_for_ai_shows_where_there_is_an_ai_and_is_remembered(box: MessageInput) -> None:
    told: list[bool] = []
    box.submitted.connect(lambda _, __, for_ai: told.append(for_ai))
    people = [Mentionable("1", "Bo")]
    box.know(people, for_ai=True)
    assert box.aside.isHidden()
    box.know([*people, Mentionable("9", "Leaf", ai=True)], for_ai=True)
    assert (box.aside.isHidden(), box.aside.isChecked(), box.aside.text()) == (False, False, "")
    QTest.mouseClick(box.aside, Qt.MouseButton.LeftButton)
    assert (box.aside.text(), box.draft().for_ai) == ("Not for AI", False)
    assert "not for AI" in box.edit.placeholderText()
    for _ in range(2):
        QTest.keyClicks(box.edit, "x")
        QTest.keyClick(box.edit, Qt.Key.Key_Return)
    assert told == [False, False]
    box.load(Draft())
    box.know([Mentionable("9", "Leaf", ai=True)], for_ai=False)
    assert box.aside.isChecked()


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
    bar.resize(600, bar.sizeHint().height())
    bar.show()
    bar.show_phase("metaphase", 0.46)
    assert bar.accessibleName() == "Phase 3 of 5, Metaphase, 46 percent"
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
    assert len({explained(phase) for phase in PHASES}) == 5


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


@pytest.mark.parametrize("place", [QPoint(300, -150), QPoint(-90, 5), QPoint(9000, 9000)])
def test_the_reactions_open_within_the_screen(theme: Theme, qtbot: QtBot, place: QPoint) -> None:
    under = QWidget()
    qtbot.addWidget(under)
    picker = Picker(under)
    picker.open_at(place)
    assert picker.screen().availableGeometry().contains(picker.geometry())
    picker.close()


def test_the_knob_of_a_slider_is_whole(theme: Theme, qtbot: QtBot) -> None:
    above = QWidget()
    line = QHBoxLayout(above)
    line.setContentsMargins(0, 0, 0, 0)
    slider = QSlider(Qt.Orientation.Horizontal)
    line.addWidget(slider)
    qtbot.addWidget(above)
    slider.setRange(0, 10)
    slider.setValue(5)
    above.resize(200, slider.sizeHint().height())
    above.show()
    picture = above.grab().toImage()
    ink = QColor(theme.tokens.ai_accent).name()
    rows = [y for y in range(picture.height()) if ink in {picture.pixelColor(x, y).name() for x in range(92, 108)}]
    assert 0 < rows[0] < rows[-1] < picture.height() - 1, "it is cut off"
