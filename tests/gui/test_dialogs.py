"""What all dialogs share."""

from collections.abc import Awaitable, Callable

from PySide6.QtWidgets import QWidget

from gui.dialogs.base import Dialog
from gui.theme.palette import Theme


async def test_a_dialog_that_grows_stays_on_the_screen(theme: Theme, until: Callable[..., Awaitable[None]]) -> None:
    dialog = Dialog("Invite people", "")
    dialog.show()
    await until(lambda: dialog.windowHandle().isExposed())
    bottom = dialog.screen().availableGeometry().bottom()
    dialog.move(dialog.x(), bottom - dialog.height() - 10)
    more = QWidget()
    more.setFixedHeight(200)
    dialog.body.addWidget(more)
    more.show()
    dialog.fit()
    assert dialog.height() > 200
    await until(lambda: dialog.frameGeometry().bottom() <= bottom)
    dialog.close()
