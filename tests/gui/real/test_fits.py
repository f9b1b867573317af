"""Every view at the usual and at a large size of texts, wide and narrow: nothing is cut, nothing overlaps."""

from collections.abc import Iterator
from contextlib import suppress

import pytest
from PySide6.QtWidgets import QWidget

from gui.theme.palette import Theme
from tests.gui.cut import faults
from tests.gui.real.people import window_of
from tests.gui.views import VIEWS, Lookout, Stage, dialogs_of, lookout
from tests.gui.waiting import turn, wait_until

pytestmark = pytest.mark.timeout(60)
WIDTHS = (1000, 400)
HIGH = 780


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lookout]:
    with lookout(tmp_path_factory.mktemp("lookout")) as found:
        yield found


@pytest.fixture
def sized(theme: Theme) -> Iterator[Theme]:
    yield theme
    theme.resize_text(100)


@pytest.mark.parametrize("percent", [pytest.param(100, marks=pytest.mark.soak), 150])
@pytest.mark.parametrize("name", VIEWS)
async def test_nothing_is_cut(here: Lookout, sized: Theme, name: str, percent: int) -> None:
    async with window_of(here.node, sized) as desktop:
        sized.resize_text(percent)
        window = desktop.window
        window.resize(WIDTHS[-1], HIGH)
        desktop.session.close()
        await VIEWS[name](Stage(desktop, here.model))
        await turn()
        dialogs = dialogs_of(window)
        if dialogs:
            found = await settled(dialogs[-1])
            assert not found, "\n".join(found)
            return
        for width in WIDTHS:
            window.resize(width, HIGH)
            found = await settled(window)
            assert not found, "\n".join([f"{width} px", *found])


async def settled(root: QWidget) -> list[str]:
    """Return what is wrong once everything has its place."""
    with suppress(AssertionError):
        await wait_until(lambda: not faults(root))
    return faults(root)
