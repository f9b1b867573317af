"""From right to left the window is mirrored: the list at the right, what goes back pointing right."""

from collections.abc import Awaitable, Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from gui.theme.palette import Theme
from gui.widgets.switch import Switch
from tests.gui.fake_node import FakeNode
from tests.gui.windows import running, two_conversations

Until = Callable[..., Awaitable[None]]


@pytest.fixture
def mirrored(qapp: QApplication) -> Iterator[None]:
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    yield
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


async def test_the_list_stands_at_the_right_and_its_edge_is_dragged_there(
    node: FakeNode, theme: Theme, until: Until, mirrored: None
) -> None:
    two_conversations(node)
    async with running(node, theme) as (window, session):
        await until(lambda: session.conversations.ordered())
        sidebar = window.sidebar
        assert sidebar is not None
        assert sidebar.geometry().right() == window.rect().right()
        window.side.drag(window.width() - 400)
        assert sidebar.width() == 400
        assert sidebar.geometry().right() == window.rect().right()
        assert window.pages.mapTo(window, QPoint(0, 0)).x() == 0
        window.resize(600, 700)
        assert not sidebar.isVisible()
        window.unfold()
        assert sidebar.geometry().right() == window.rect().right()


def test_a_switch_stands_at_the_right_of_its_words(theme: Theme, mirrored: None) -> None:
    switch = Switch("Words", theme)
    switch.setChecked(True)
    switch.resize(switch.sizeHint())
    switch.ensurePolished()
    image = switch.grab().toImage()
    middle = image.height() // 2
    accent = theme.tokens.ai_accent
    assert image.pixelColor(image.width() - 4, middle).name() == accent
    assert image.pixelColor(4, middle).name() != accent
    switch.deleteLater()
