"""Runs the desktop with one scenario."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from gui import app
from tests.bench.window.probe import Figures, Probe, paint, tell, until

if TYPE_CHECKING:
    from gui.desktop import Desktop

SIZE = (1120, 780)
Scenario = Callable[[Probe, int], Awaitable[Figures]]


def scenario(name: str) -> Scenario:
    """Return what is to be played; its module is loaded only now, since a start is measured in such a process."""
    if name == "start":
        from tests.bench.window.starting import start

        return start
    from tests.bench.window import arriving, bursting, hour, opening, resting

    known: dict[str, Scenario] = {
        "open": opening.open_,
        "scroll": opening.scroll,
        "append": arriving.append,
        "place": arriving.place,
        "stream": arriving.stream,
        "pour": arriving.pour,
        "burst": bursting.burst,
        "use": resting.use,
        "idle": resting.idle,
        "hour": hour.hour,
    }
    return known[name]


def main(name: str, home: Path, number: int) -> int:
    """Return 0 after a scenario that came to its end."""
    app.quicken()
    play_it = scenario(name)
    from gui.desktop import Desktop  # in the order in which the program imports

    begin, problems = Desktop.start, list[BaseException]()

    async def play(desktop: Desktop) -> None:
        probe = Probe(desktop)
        try:
            if name != "start":
                desktop.window.resize(*SIZE)  # the screen may be smaller than what the window has of itself
                await until(
                    lambda: probe.rows() > 0 and desktop.window.isActiveWindow(), what="to a list and the focus"
                )
                paint()
            tell(await play_it(probe, number))
        except BaseException as error:
            problems.append(error)
            raise
        finally:
            desktop.quit()

    def started(desktop: Desktop) -> None:
        from gui.tasks import spawn

        begin(desktop)
        spawn(play(desktop), name=name)

    Desktop.start = started  # type: ignore[assignment, method-assign]
    return app.main(home) or len(problems)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
