"""Every text can be read: contrast by WCAG 2.2, computed from the tokens that are used together."""

import re
from pathlib import Path

import pytest
from pygments.styles import get_style_by_name
from PySide6.QtGui import QColor, QFont, QPalette

from gui.chatview import quote
from gui.chatview.look import Look
from gui.state.objects import Member
from gui.theme.palette import Theme, palette
from gui.theme.style import style_sheet
from gui.theme.tokens import DARK, LIGHT, PEOPLE, Tokens, absent_colour
from gui.widgets.avatar import People

THEMES = pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=lambda tokens: tokens.name)
TEXT = 4.5
MARK = 3.0
"""For what is not text: focus rings, states of controls."""

GUI = Path(__file__).parents[2] / "gui"
TRANSPARENT = {
    "chatview/ground.py",  # the glow of a message that was jumped to
    "widgets/face.py",  # the mark of an AI that sleeps
    "widgets/list_row.py",  # the cell of a conversation that was put away
    "widgets/phase_bar.py",  # a halo
    "widgets/scrim.py",  # the shade behind what is in front
    "widgets/toast.py",  # comes and goes
    "widgets/typing_line.py",  # dots
}

TEXTS = (
    # text, and all it stands on
    ("text", ("window", "surface", "raised", "hover", "chosen", "other", "ai", "code", "line")),
    ("muted", ("window", "surface", "raised", "hover", "other", "ai", "code")),
    ("link", ("window", "surface", "raised", "hover", "other", "ai")),
    ("accent", ("window", "surface")),
    ("on_accent", ("accent", "accent_strong")),
    ("on_mine", ("mine", "mine_code")),
    ("mine_muted", ("mine",)),
    ("ai_accent", ("window", "surface", "ai", "hover")),
    ("danger", ("window", "surface", "danger_back", "raised")),
    ("warn_text", ("warn_back",)),
    ("on_toast", ("toast",)),
)
MARKS = (
    # what shows the focus or a state, and all it stands on
    ("accent", ("window", "surface", "raised")),
    ("ring", ("accent",)),
    ("ai_accent", ("surface", "window")),
    ("good", ("surface",)),
)


def luminance(colour: QColor) -> float:
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.getRgbF()[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: QColor | str, other: QColor | str) -> float:
    light, dark = sorted((luminance(QColor(one)), luminance(QColor(other))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@THEMES
@pytest.mark.parametrize(("text", "backs"), TEXTS)
def test_text_stands_out_from_all_it_stands_on(tokens: Tokens, text: str, backs: tuple[str, ...]) -> None:
    found = {back: round(contrast(getattr(tokens, text), getattr(tokens, back)), 2) for back in backs}
    assert min(found.values()) >= TEXT, found


@THEMES
@pytest.mark.parametrize(("mark", "backs"), MARKS)
def test_focus_and_states_stand_out(tokens: Tokens, mark: str, backs: tuple[str, ...]) -> None:
    found = {back: round(contrast(getattr(tokens, mark), getattr(tokens, back)), 2) for back in backs}
    assert min(found.values()) >= MARK, found


@pytest.mark.parametrize("colour", PEOPLE)
def test_white_initials_stand_out_from_everybodys_circle(colour: str) -> None:
    assert contrast("#ffffff", colour) >= TEXT


@THEMES
def test_initials_of_those_who_are_not_here_stand_out_and_are_not_lit(tokens: Tokens) -> None:
    pale = {absent_colour(identity, tokens) for identity in map(str, range(200))}
    assert len(pale) == len(PEOPLE)
    assert min(contrast(tokens.on_absent, colour) for colour in pale) >= TEXT
    assert max(contrast(tokens.surface, colour) for colour in pale) < MARK, "those who are here stand out more"


def test_nothing_written_is_painted_half_transparent() -> None:
    """What is written has a colour of its own; only pictures, shades and movements let through what lies below."""
    found = {
        path.relative_to(GUI).as_posix()
        for path in GUI.rglob("*.py")
        if re.search(r"setOpacity\(|setAlphaF?\(", path.read_text(encoding="utf-8"))
    }
    assert found == TRANSPARENT


@THEMES
def test_a_picture_of_somebody_away_has_no_other_colours(tokens: Tokens, theme: Theme) -> None:
    """What a row of people really paints, pixel by pixel: the pale circle, in full."""
    theme.use(tokens.name)
    people = People(theme)
    people.show_people([Member("a" * 64, "Ana", "member", "offline")], [])
    people.resize(people.sizeHint())
    picture = people.grab().toImage()
    circle = people.circle(0)
    assert picture.pixelColor(int(circle.center().x()), int(circle.top()) + 4) == QColor(
        absent_colour("a" * 64, tokens)
    )


@THEMES
def test_names_stand_out_in_bubbles(tokens: Tokens, qapp: object) -> None:
    look = Look(tokens, QFont(), "monospace")
    authors = [f"{number:064x}" for number in range(200)]
    found = {look.name_colour("other", author).name() for author in authors}
    assert len(found) == len(PEOPLE)
    assert min(contrast(colour, tokens.other) for colour in found) >= TEXT
    assert contrast(look.name_colour("ai", ""), tokens.ai) >= TEXT


@THEMES
def test_what_a_bubble_says_stands_out_in_it(tokens: Tokens, qapp: object) -> None:
    look = Look(tokens, QFont(), "monospace")
    for kind in ("mine", "other", "ai"):
        for ink in (look.ink(kind), look.faded(kind), look.link(kind)):
            assert contrast(ink, look.fill(kind)) >= TEXT, (kind, ink.name())
        ink, back = re.findall(
            r"(?:^|\s)(?:p, li[^}]*? color|code, p\.pre [^}]*?background-color): (#\w+)", look.sheets[kind]
        )
        assert contrast(ink, back) >= TEXT, (kind, "code")


@THEMES
def test_a_quote_stands_out_on_its_shade_of_the_bubble(tokens: Tokens, qapp: object) -> None:
    look = Look(tokens, QFont(), "monospace")
    for kind in ("mine", "other", "ai"):
        for ink in (look.ink(kind), look.faded(kind)):
            assert contrast(ink, quote.back(look, kind)) >= TEXT, (kind, ink.name())


@THEMES
def test_code_stands_out_in_all_its_colours(tokens: Tokens) -> None:
    for kind, style in get_style_by_name(tokens.pygments):
        back = f"#{style['bgcolor']}" if style["bgcolor"] else tokens.code
        if style["color"] and "Whitespace" not in str(kind) and "Error" not in str(kind):
            assert contrast(f"#{style['color']}", back) >= TEXT, (kind, style["color"])


@THEMES
def test_what_is_to_be_written_stands_out_before_it_is(tokens: Tokens) -> None:
    made = palette(tokens)
    hint = made.color(QPalette.ColorGroup.Active, QPalette.ColorRole.PlaceholderText)
    assert contrast(hint, tokens.surface) >= TEXT
    for text, back in (
        (QPalette.ColorRole.WindowText, QPalette.ColorRole.Window),
        (QPalette.ColorRole.Text, QPalette.ColorRole.Base),
        (QPalette.ColorRole.ButtonText, QPalette.ColorRole.Button),
        (QPalette.ColorRole.HighlightedText, QPalette.ColorRole.Highlight),
        (QPalette.ColorRole.ToolTipText, QPalette.ColorRole.ToolTipBase),
    ):
        assert contrast(made.color(text), made.color(back)) >= TEXT, text


@THEMES
def test_every_pair_of_the_style_sheet_stands_out(tokens: Tokens) -> None:
    """What one rule says of text and its background, controls that are off left out."""
    for selector, rule in re.findall(r"([^{}]+)\{([^}]*)\}", style_sheet(tokens)):
        back = re.search(r"(?<![-\w])background: (#\w+)", rule)
        text = re.search(r"(?<![-\w])color: (#\w+)", rule)
        if back and text and ":disabled" not in selector:
            assert contrast(text[1], back[1]) >= TEXT, selector
