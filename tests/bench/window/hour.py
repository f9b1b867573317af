"""An hour before the window, in real time: somebody reads, writes, looks for things and opens everything there is."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from random import Random
from time import perf_counter, process_time

from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from tests.bench.window import SHARED
from tests.bench.window.probe import LONG, NOTCH_PX, Figures, Probe, memory_mb, tell, until

MINUTE_S = 60.0
TYPED_S = 0.08
NOTCH_S = 0.06
READING_S = (1.0, 4.0)
WORDS = ("garden", "water", "light", "measure", "kitchen", "copper", "winter")
SIZES = ((1120, 780), (420, 780), (1120, 700))


class Person:
    """Does one thing after the other, each as a person does it and with the pauses a person makes."""

    def __init__(self, probe: Probe) -> None:
        self.probe = probe
        self.window = probe.desktop.window
        self.chance = Random(5)
        self.done: Counter[str] = Counter()
        self._habits: tuple[tuple[Callable[[], Awaitable[None]], int], ...] = (
            (self.reads, 30),
            (self.changes, 20),
            (self.writes, 20),
            (self.answers, 8),
            (self.asks, 2),
            (self.searches, 4),
            (self.switches, 4),
            (self.settles, 3),
            (self.meets, 3),
            (self.invites, 2),
            (self.looks_up, 3),
            (self.turns_light, 2),
            (self.resizes, 2),
            (self.goes_away, 2),
        )

    async def goes_on(self) -> None:
        """Do something, and look at it for a while."""
        habits, weights = zip(*self._habits, strict=True)
        habit = self.chance.choices(habits, weights)[0]
        await habit()
        self.done[habit.__name__] += 1
        await asyncio.sleep(self.chance.uniform(*READING_S))

    async def reads(self) -> None:
        """Scroll up and down again."""
        for way in (1, -1):
            for _ in range(self.chance.randrange(4, 24)):
                self.probe.wheel(way * NOTCH_PX)
                await asyncio.sleep(NOTCH_S)
            await asyncio.sleep(1.0)

    async def changes(self) -> None:
        """Open another conversation."""
        titles = [LONG, SHARED, SHARED, self.chance.choice(self.probe.titles())]
        await self.probe.open(self.chance.choice(titles))

    async def writes(self, text: str = "") -> None:
        """Type a message."""
        edit = self.probe.page.input.edit
        for letter in text or f"I think of the {self.chance.choice(WORDS)}, and of **much** else :)":
            QTest.keyClicks(edit, letter)
            await asyncio.sleep(TYPED_S)
        QTest.keyClick(edit, Qt.Key.Key_Return)

    async def answers(self) -> None:
        """Reply to a message that is in view, react to it, edit the last of mine."""
        rows = [each.row for each in self.probe.view.live_rows() if each.row is not None and each.row.message_id]
        if not rows:
            return
        row = self.chance.choice(rows)
        page = self.probe.page
        match self.chance.randrange(4):
            case 0:
                page.reply_to(row.key)
                await self.writes()
            case 1:
                self.probe.view.reacted.emit(row.key, "👍")
            case 2:
                page.messages.act("react", row.key)
                await asyncio.sleep(2.0)
                self.ends()
            case 3:
                QTest.keyClick(page.input.edit, Qt.Key.Key_Up)
                await asyncio.sleep(1.0)
                await self.writes(" and more")
                QTest.keyClick(page.input.edit, Qt.Key.Key_Escape)

    async def asks(self) -> None:
        """Ask the AI, and watch its answer grow."""
        await self.probe.open("Conversation 3")
        await self.writes("@Leaf what grows here?")
        await asyncio.sleep(12.0)

    async def searches(self) -> None:
        """Search as one types, go through what is found, and back."""
        sidebar = self.window.sidebar
        assert sidebar is not None
        sidebar.start_search()
        for letter in self.chance.choice(WORDS):
            QTest.keyClicks(sidebar.search, letter)
            await asyncio.sleep(TYPED_S)
        await asyncio.sleep(2.0)
        QTest.keyClick(sidebar.search, Qt.Key.Key_Return)
        await asyncio.sleep(2.0)
        sidebar.end_search()

    async def switches(self) -> None:
        """Go elsewhere by Ctrl+K."""
        steering = self.window.steering
        assert steering is not None
        steering.switch()
        QTest.keyClicks(steering.switcher.typed, str(self.chance.randrange(1, 49)))
        await asyncio.sleep(1.0)
        QTest.keyClick(steering.switcher.typed, Qt.Key.Key_Return)
        steering.switcher.end()

    async def settles(self) -> None:
        """Look at the settings of the conversation."""
        self.window.settings()
        await asyncio.sleep(4.0)
        self.window.close_settings()

    async def meets(self) -> None:
        """Look at somebody's card."""
        steering = self.window.steering
        assert steering is not None
        steering.show_person(self.chance.choice(self.probe.one.members).identity)
        await asyncio.sleep(3.0)
        self.ends()

    async def invites(self) -> None:
        """Begin an invite or a conversation, and think better of it."""
        self.chance.choice((self.window.invite, self.window.new, self.window.join))()
        await asyncio.sleep(3.0)
        self.ends()

    async def looks_up(self) -> None:
        """Open a page of the program, or a dialog."""
        self.probe.desktop.actions.act(self.chance.choice(("network", "settings", "profile", "shortcuts", "log")))
        await asyncio.sleep(5.0)
        self.ends()
        self.window.leave_sheet()

    async def turns_light(self) -> None:
        """Change between light and dark."""
        theme = self.window.theme
        theme.use("light" if theme.tokens.dark else "dark")

    async def resizes(self) -> None:
        """Give the window another size."""
        self.window.resize(*self.chance.choice(SIZES))

    async def goes_away(self) -> None:
        """Put the window away, and take it up again."""
        self.window.hide()
        await asyncio.sleep(5.0)
        self.window.show()

    def ends(self) -> None:
        """Close whatever stands in front of the window."""
        for dialog in self.window.findChildren(QDialog):
            dialog.reject()
        popup = QApplication.activePopupWidget()
        while popup is not None:
            popup.close()
            popup = QApplication.activePopupWidget()


def census() -> dict[str, int]:
    """Return how many there are of what can leak."""
    gc.collect()
    everything = gc.get_objects()
    return {
        "python": len(everything),
        "tasks": len(asyncio.all_tasks()),
        "widgets": len(QApplication.allWidgets()),
        "windows": len(QApplication.topLevelWidgets()),
        "wrapped": sum(isinstance(each, QObject) for each in everything),
    }


def kinds() -> Counter[str]:
    """Return how many widgets there are of each class."""
    return Counter(type(each).__name__ for each in QApplication.allWidgets())


async def hour(probe: Probe, minutes: int) -> Figures:
    """Return memory, CPU and counts, minute by minute."""
    person = Person(probe)
    await probe.open(LONG)
    tell({"ready": True})
    began_s, cpu_s = perf_counter(), process_time()
    rss_mb, counts, before = [memory_mb()], [census()], kinds()
    while len(rss_mb) <= minutes:
        await until_done(person)
        if perf_counter() - began_s >= len(rss_mb) * MINUTE_S:
            person.ends()
            counts.append(census())
            rss_mb.append(memory_mb())
            share = (process_time() - cpu_s) / (perf_counter() - began_s)
            more = dict((kinds() - before).most_common(6))
            sys.stderr.write(f"minute {len(rss_mb) - 1}: {rss_mb[-1]:.1f} MB, {share:.1%} CPU, {counts[-1]}, {more}\n")
            sys.stderr.flush()
    share = (process_time() - cpu_s) / (perf_counter() - began_s)
    return {"rss_mb": rss_mb, "counts": counts, "done": dict(person.done), "cpu_percent": share * 100}


async def until_done(person: Person) -> None:
    """Let the person do one more thing; what can't be done now is told, and the hour goes on."""
    try:
        await person.goes_on()
    except (AssertionError, ValueError, KeyError) as error:
        person.done["failed"] += 1
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        person.ends()
        await until(lambda: person.probe.rows() > 0)
