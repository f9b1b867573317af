"""Every view of the window as a screen reader and the keyboard meet it, on a real node."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QListView,
    QMenu,
    QPlainTextEdit,
    QScrollBar,
    QTextBrowser,
    QWidget,
)

from gui.desktop import Desktop
from gui.theme.palette import Theme
from tests.gui.real.people import window_of
from tests.gui.real.test_first_run import first_start
from tests.gui.views import VIEWS, Lookout, Stage, dialogs_of, lookout
from tests.gui.waiting import turn

pytestmark = pytest.mark.timeout(60)
Until = Callable[..., Awaitable[None]]
CONTROLS = (QAbstractButton, QLineEdit, QPlainTextEdit, QComboBox, QAbstractSpinBox, QAbstractSlider, QListView)
ROLES = {
    QAbstractButton: {"Button", "CheckBox", "RadioButton", "ButtonMenu", "ButtonDropDown", "Link"},
    QLineEdit: {"EditableText"},
    QPlainTextEdit: {"EditableText"},
    QComboBox: {"ComboBox"},
    QAbstractSlider: {"Slider"},
    QListView: {"List"},
}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lookout]:
    QAccessible.setActive(True)
    with lookout(tmp_path_factory.mktemp("lookout")) as found:
        yield found


def controls(root: QWidget) -> list[QWidget]:
    """Return what a person can use in a view: visible, not part of another control, and no bare scroll bar."""
    found = []
    for widget in root.findChildren(QWidget):
        if not isinstance(widget, CONTROLS) or isinstance(widget, QScrollBar) or not widget.isVisible():
            continue
        parent = widget.parentWidget()
        if widget.window() is root.window() and not isinstance(
            parent, QComboBox | QAbstractSpinBox | QLineEdit | QMenu
        ):
            found.append(widget)
    return found


def name_of(widget: QWidget) -> str:
    interface = QAccessible.queryAccessibleInterface(widget)
    assert interface is not None, widget
    return str(interface.text(QAccessible.Text.Name)).strip()


def role_of(widget: QWidget) -> str:
    interface = QAccessible.queryAccessibleInterface(widget)
    assert interface is not None
    return str(interface.role().name)


def tab_stops(root: QWidget) -> set[QWidget]:
    """Return where Tab stops, going round once from what has the focus."""
    stops: set[QWidget] = set()
    widget = root.window().nextInFocusChain()
    for _ in range(5000):
        if widget in stops and widget is root.window():
            break
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isEnabled() and widget.isVisible():
            stops.add(widget)
        widget = widget.nextInFocusChain()
        if widget is root.window():
            break
    return stops


@asynccontextmanager
async def shown(here: Lookout, theme: Theme, name: str) -> AsyncIterator[tuple[Desktop, QWidget]]:
    """Bring the window to a view; give the desktop, and what the keyboard works on: a dialog, or the window."""
    async with window_of(here.node, theme) as desktop:
        desktop.window.resize(1100, 760)
        desktop.session.close()
        await VIEWS[name](Stage(desktop, here.model))
        await turn()
        dialogs = dialogs_of(desktop.window)
        yield desktop, dialogs[-1] if dialogs else desktop.window


@pytest.mark.parametrize("name", VIEWS)
async def test_every_control_has_a_name_a_role_and_a_tab_stop_and_escape_leaves(
    here: Lookout, theme: Theme, until: Until, name: str
) -> None:
    """Of a view that was opened once, for opening it is most of the work."""
    async with shown(here, theme, name) as (_, root):
        _has_names_and_roles(root)
        _is_reached_by_tab(root)
        if isinstance(root, QDialog):
            assert root.windowTitle()
            QTest.keyClick(root, Qt.Key.Key_Escape)
            await until(lambda: not root.isVisible())


def _has_names_and_roles(root: QWidget) -> None:
    found = controls(root)
    assert found
    nameless = [(type(each).__name__, each.objectName(), each.parent()) for each in found if not name_of(each)]
    assert not nameless
    for widget in found:
        for kind, roles in ROLES.items():
            if isinstance(widget, kind):
                assert role_of(widget) in roles, (widget, name_of(widget), role_of(widget))


def _is_reached_by_tab(root: QWidget) -> None:
    stops = tab_stops(root)
    missed = [
        (type(each).__name__, name_of(each))
        for each in controls(root)
        if each.isEnabled() and each not in stops and not _reached_otherwise(each)
    ]
    assert not missed


def _reached_otherwise(widget: QWidget) -> bool:
    """Whether a control lies within what has keys of its own.

    These are a message, whose menu and Tab offer all it can do, and lists of choices that the arrows walk through while
    one types.
    """
    if widget.focusPolicy() == Qt.FocusPolicy.NoFocus and isinstance(widget, QListView):
        return widget.accessibleName() in ("Choices", "People and AIs to mention")
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QAbstractScrollArea) and parent.accessibleName() == "Messages":
            return True
        parent = parent.parentWidget()
    return False


async def test_messages_are_read_from_top_to_bottom(here: Lookout, theme: Theme) -> None:
    async with shown(here, theme, "chat") as (desktop, _):
        page = desktop.window.page
        assert page is not None
        rows = page.view.live_rows()
        viewport = page.view.viewport()
        order = [child for child in viewport.children() if child in rows and child.isVisible()]  # type: ignore[attr-defined]
        assert order == rows
        assert [row.y() for row in rows] == sorted(row.y() for row in rows)
        interface = QAccessible.queryAccessibleInterface(viewport)
        assert interface is not None
        spoken = [interface.child(at).object() for at in range(interface.childCount())]
        assert [each for each in spoken if each in rows] == rows
        for row in rows:
            assert name_of(row)


async def test_texts_of_messages_can_be_read(here: Lookout, theme: Theme) -> None:
    async with shown(here, theme, "chat") as (desktop, _):
        page = desktop.window.page
        assert page is not None
        texts = [each for each in page.view.findChildren(QTextBrowser) if each.isVisible()]
        assert texts
        for each in texts:
            interface = QAccessible.queryAccessibleInterface(each)
            assert interface is not None
            assert interface.textInterface() is not None
            assert interface.textInterface().text(0, interface.textInterface().characterCount())


@pytest.mark.timeout(120)
async def test_the_whole_flow_by_keys_alone(
    tmp_path: Path, theme: Theme, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the first start on, with a real node, without the mouse.

    A name, no passphrase, a first conversation, a message, an answer to it, a second conversation, the settings, back.
    """
    async with first_start(tmp_path / "zoe", theme, monkeypatch) as (desktop, first):
        window = desktop.window
        window.activateWindow()
        await until(lambda: QApplication.focusWidget() is first.name)
        _type("Zoe")
        _press(Qt.Key.Key_Return)
        await until(first.passphrase.first.isVisible)
        await _tab_to(until, lambda widget: widget is first.next)
        _press(Qt.Key.Key_Space)
        await until(first.title.isVisible)
        await until(lambda: QApplication.focusWidget() is first.title)
        _type("A garden on the roof")
        await _tab_to(until, lambda widget: widget is first.ai)
        _press(Qt.Key.Key_Space)
        assert not first.ai.isChecked()
        await _tab_to(until, lambda widget: widget is first.next)
        _press(Qt.Key.Key_Space)
        await _shows(desktop, until, "A garden on the roof", 60.0)
        assert window.page is not None
        QTest.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: dialogs_of(window))
        await until(lambda: isinstance(QApplication.focusWidget(), QLineEdit))
        _type("By keys alone")
        _press(Qt.Key.Key_Return)
        await until(lambda: not dialogs_of(window), 20.0)
        await _shows(desktop, until, "By keys alone", 20.0)
        _type("first words")
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
        await until(lambda: any(row.text == "first words" and row.message_id for row in _rows(desktop)), 20.0)
        # Shift+Tab from the input leads to the newest message; R answers the one that has the focus
        await _tab_to(until, lambda widget: widget.accessibleName().endswith("first words"), back=True)
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_R)
        await until(lambda: QApplication.focusWidget() is window.page.input.edit)
        _type("and an answer")
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
        await until(lambda: any(row.text == "and an answer" and row.reply_to for row in _rows(desktop)), 20.0)
        page = window.page
        await _tab_to(until, lambda widget: widget.accessibleName().startswith("Settings of"), back=True)
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
        await until(lambda: window.pages.currentWidget() is window.settings_page)
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
        await until(lambda: window.pages.currentWidget() is page)


async def _shows(desktop: Desktop, until: Until, title: str, within_s: float) -> None:
    """Return once a conversation is open with the keyboard in its field."""

    def shown() -> bool:
        one = desktop.session.open_one
        return one is not None and one.summary.title == title and one.loaded

    await until(shown, within_s)
    desktop.window.activateWindow()  # as a window manager does when a dialog goes; there is none here
    page = desktop.window.page
    assert page is not None
    await until(lambda: QApplication.focusWidget() is page.input.edit)


def _press(key: Qt.Key) -> None:
    QTest.keyClick(QApplication.focusWidget(), key)


def _rows(desktop: Desktop) -> list:  # type: ignore[type-arg]
    one = desktop.session.open_one
    return [] if one is None else [one.timeline.row(at) for at in range(len(one.timeline))]


def _type(text: str) -> None:
    QTest.keyClicks(QApplication.focusWidget(), text)


async def _tab_to(until: Until, wanted: Callable[[QWidget], bool], *, back: bool = False) -> None:
    """Press Tab until something has the focus."""
    key = Qt.Key.Key_Backtab if back else Qt.Key.Key_Tab
    seen = []
    for _ in range(60):
        widget = QApplication.focusWidget()
        if widget is not None and wanted(widget):
            return
        seen.append(widget.accessibleName() if widget is not None else "")
        QTest.keyClick(widget, key)
        await turn()
    raise AssertionError(seen)
