import datetime
import time
from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QTextCursor, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from gui.chatview.bubble import RowWidget
from gui.chatview.code_segment import CodeSegment
from gui.chatview.rich_segment import RichSegment
from gui.chatview.row_list import AT_ONCE
from gui.chatview.view import ChatView
from gui.chatview.warming import ROWS, Rehearsal
from gui.state.message import Count
from gui.state.objects import Message
from gui.state.timeline import Row, Timeline
from gui.theme.palette import Theme
from tests.gui.fake_node import ME

NOW = datetime.datetime(2026, 11, 21, 12, 0, tzinfo=datetime.UTC)
START = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
WORDS = ["cells", "divide", "and", "ideas", "grow", "where", "people", "meet,", "a", "little", "at", "a", "time"]
AI = "e5" * 32


def make(number: int, text: str | None = None, **more: object) -> Message:
    kind = str(more.pop("kind", "ai" if number % 4 == 0 else "human"))
    who = {"ai": AI, "human": f"{number % 3:064x}"}.get(kind, "")
    if text is None:
        text = " ".join(WORDS[(number + n) % len(WORDS)] for n in range(8 + number * 7 % 60))
        if number % 16 == 0:
            text += "\n\n```python\nfor cell in cells:\n    cell.divide()\n```\n\n- one\n- two"
    made: dict[str, object] = {
        "id": f"{number:064x}",
        "author": who,
        "author_name": "Assistant" if kind == "ai" else f"Person {number % 3}",
        "kind": kind,
        "text": text,
        "ts": START + datetime.timedelta(minutes=number * 3),
        "mine": number % 5 == 0,
    }
    return Message(**{**made, **more})  # type: ignore[arg-type]


@pytest.fixture
def view(theme: Theme, qtbot: QtBot) -> ChatView:
    made = ChatView(theme, lambda: NOW)
    qtbot.addWidget(made)
    made.resize(720, 800)
    made.show()
    return made


def filled(view: ChatView, first: int, last: int, *, more: bool = False) -> Timeline:
    timeline = Timeline()
    timeline.load([make(n) for n in range(first, last)], more=more)
    view.show_timeline(timeline)
    return timeline


def rows_touch(view: ChatView) -> bool:
    rows = view.live_rows()
    return all(one.geometry().bottom() + 1 == other.geometry().top() for one, other in pairwise(rows))


def middle(view: ChatView) -> RowWidget:
    return next(row for row in view.live_rows() if row.y() > 250)


def key_of(widget: RowWidget) -> str:
    assert widget.row is not None
    return widget.row.key


def test_a_hundred_thousand_messages_open_fast_and_scroll_flat(view: ChatView) -> None:
    timeline = Timeline()
    timeline.load([make(n) for n in range(100_000)], more=False)
    before = time.process_time()
    view.show_timeline(timeline)
    view.grab()
    assert time.process_time() - before < 1.0
    assert view.at_bottom
    assert view.verticalScrollBar().maximum() > 5_000_000
    for _ in range(40):
        view.scroll_by(60)
    pool = view.pool_size()
    before = time.process_time()
    for _ in range(200):
        view.scroll_by(60)
    assert (time.process_time() - before) / 200 < 0.03
    assert view.pool_size() <= pool + 4
    assert rows_touch(view)
    for value in (0, 1_000_000, 4_000_000):
        view.verticalScrollBar().setValue(value)
        assert rows_touch(view)
        assert view.pool_size() < 60


def test_a_page_on_top_moves_nothing(view: ChatView) -> None:
    timeline = filled(view, 1000, 1100, more=True)
    view.scroll_by(2500)
    widget = middle(view)
    key, top = key_of(widget), widget.y()
    timeline.prepend([make(n) for n in range(900, 1000)], more=True)
    assert view.top_of(key) == top
    assert rows_touch(view)


def test_a_page_on_top_moves_nothing_while_the_oldest_message_is_read(view: ChatView) -> None:
    timeline = filled(view, 1000, 1100, more=True)
    view.verticalScrollBar().setValue(0)  # the oldest one bears a day and a name, and loses both
    ends = {key_of(row): row.geometry().bottom() for row in view.live_rows()}
    timeline.prepend([make(n) for n in range(900, 1000)], more=True)
    assert {key: row.geometry().bottom() for row in view.live_rows() if (key := key_of(row)) in ends} == ends
    assert rows_touch(view)


def test_what_was_seen_before_is_not_told_again(view: ChatView, qtbot: QtBot) -> None:
    told: list[str] = []
    view.displayed.connect(told.append)
    filled(view, 0, 300)
    view.activateWindow()
    qtbot.waitUntil(lambda: bool(told))
    view.scroll_by(3000)
    view.scroll_by(-1000)
    assert told == [make(299).id]


def test_older_messages_are_asked_for_near_the_top_only(view: ChatView, qtbot: QtBot) -> None:
    timeline = filled(view, 0, 300, more=True)
    asked: list[int] = []
    view.older_wanted.connect(lambda: asked.append(1))
    view.scroll_by(300)
    assert not asked
    view.verticalScrollBar().setValue(0)
    assert asked
    timeline.more = False
    asked.clear()
    view.scroll_by(-10)
    assert not asked


def test_new_messages_are_followed_at_the_bottom(view: ChatView) -> None:
    timeline = filled(view, 0, 50)
    timeline.put(make(60))
    assert view.at_bottom
    assert view.live_rows()[-1].geometry().bottom() < view.viewport().height()
    assert view.unseen == 0


def test_new_messages_do_not_move_a_reader_who_scrolled_up(view: ChatView, qtbot: QtBot) -> None:
    timeline = filled(view, 0, 50)
    view.scroll_by(900)
    widget = middle(view)
    key, top = key_of(widget), widget.y()
    timeline.put(make(60))
    timeline.put(make(61))
    assert view.top_of(key) == top
    assert (view.at_bottom, view.unseen) == (False, 2)
    assert view._new.isVisible()
    qtbot.waitUntil(lambda: view._new.text() == "2 new")
    QTest.mouseClick(view._new, Qt.MouseButton.LeftButton)
    assert (view.at_bottom, view.unseen) == (True, 0)
    assert not view._new.isVisible()


def test_my_own_message_is_always_shown(view: ChatView) -> None:
    timeline = filled(view, 0, 50)
    view.scroll_by(900)
    timeline.sending("c1", "mine", NOW, name="Me", reply_to=None)
    assert view.at_bottom


def test_a_row_that_grows_or_goes_above_the_reader_moves_nothing(view: ChatView) -> None:
    timeline = filled(view, 0, 60)
    view.scroll_by(1500)
    widget = middle(view)
    key, top = key_of(widget), widget.y()
    at = timeline.index_of(key)
    assert at is not None
    timeline.remove(f"{at - 12:064x}")
    timeline.put(make(3, "much longer " * 200))
    assert view.top_of(key) == top


def test_another_width_keeps_the_place(view: ChatView) -> None:
    filled(view, 0, 200)
    view.scroll_by(4000)
    first = next(row for row in view.live_rows() if row.y() + row.height() > 0)
    key = key_of(first)
    view.resize(500, 800)
    assert view.top_of(key) == first.y()
    assert rows_touch(view)


def test_the_bar_scrolls_and_follows(view: ChatView) -> None:
    filled(view, 0, 200)
    bar = view.verticalScrollBar()
    assert bar.value() == bar.maximum()
    bar.setValue(bar.maximum() // 2)
    assert not view.at_bottom
    bar.setValue(bar.maximum())
    assert view.at_bottom


def wheel(view: ChatView, target: QWidget, steps: int) -> bool:
    point = QPointF(360, 400)
    event = QWheelEvent(
        point,
        view.mapToGlobal(point),
        QPoint(0, 0),
        QPoint(0, 120 * steps),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    event.setAccepted(False)
    QApplication.sendEvent(target, event)
    return event.isAccepted()


def test_the_wheel_over_a_text_scrolls_the_list(view: ChatView) -> None:
    filled(view, 0, 200)
    text = next(child for child in middle(view).findChildren(RichSegment) if child.isVisible())
    widget = middle(view)
    top = widget.y()
    key = key_of(widget)
    assert not wheel(view, text.viewport(), 1)  # left to the list
    assert wheel(view, view.viewport(), 1)
    assert view.top_of(key) == top + 120


def test_few_messages_stand_at_the_bottom_and_none_is_no_trouble(view: ChatView) -> None:
    timeline = filled(view, 1, 3)
    assert view.at_bottom
    assert 700 < view.live_rows()[-1].geometry().bottom() < 800
    timeline.load([], more=False)
    assert view.live_rows() == []
    view.scroll_by(100)
    timeline.put(make(5))
    assert len(view.live_rows()) == 1


def only(view: ChatView, *messages: Message) -> RowWidget:
    timeline = Timeline()
    timeline.load(list(messages), more=False)
    view.show_timeline(timeline)
    return view.live_rows()[-1]


def test_mine_stands_right_and_others_left(view: ChatView) -> None:
    mine = only(view, make(1, "short", mine=True))
    assert mine.bubble_rect().right() > view.viewport().width() - 40
    assert mine.bubble_rect().width() < 200
    other = only(view, make(1, "short"))
    assert other.bubble_rect().left() < 100


def test_where_one_reads_from_right_to_left_the_sides_are_the_other_way_round(view: ChatView) -> None:
    view.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    mine = only(view, make(1, "short", mine=True, edited=True))
    assert mine.bubble_rect().left() < 40
    other = only(view, make(1, "short words", reply_to=make(5).id))
    assert other.bubble_rect().right() > view.viewport().width() - 100
    assert other.bubble_rect().contains(other.footer.geometry())
    for row in view.live_rows():
        assert row.grab().width() == row.width()


def test_an_ai_is_named_as_one(view: ChatView) -> None:
    row = only(view, make(4, "hello", kind="ai", mine=True))
    assert row.accessibleName().startswith("Assistant (AI), ")
    assert row.bubble_rect().left() < 100


def test_bubbles_stay_inside_the_window_whatever_is_in_them(view: ChatView) -> None:
    long = "x" * 900
    for width in (380, 720, 1400):
        view.resize(width, 800)
        for text in (long, f"```\n{long}\n```", f"| a | b |\n|---|---|\n| {long} | 2 |", f"# {long}", "שלום " * 60):
            row = only(view, make(1, text))
            assert row.bubble_rect().right() <= view.viewport().width()
            for child in (*row.findChildren(RichSegment), *row.findChildren(CodeSegment)):
                if child.isVisible():
                    assert row.bubble_rect().contains(child.geometry())


def test_text_can_be_marked_and_code_copied(view: ChatView, qtbot: QtBot) -> None:
    row = only(view, make(1, "mark *me*\n\n```python\nprint(1)\n```"))
    text = row.findChild(RichSegment)
    assert text is not None
    text.moveCursor(QTextCursor.MoveOperation.Start)
    text.selectAll()
    assert text.textCursor().selectedText() == "mark me"
    code = row.findChild(CodeSegment)
    assert code is not None
    with qtbot.waitSignal(view.copied):
        code._copy.click()
    assert QApplication.clipboard().text() == "print(1)"


def test_a_failed_message_offers_retry(view: ChatView, qtbot: QtBot) -> None:
    timeline = Timeline()
    view.show_timeline(timeline)
    timeline.sending("c1", "kept", NOW, name="Me", reply_to=None)
    timeline.failed("c1", "You are writing too fast.")
    row = view.live_rows()[0]
    retry = next(button for button in row.findChildren(QPushButton) if button.text() == "Retry")
    with qtbot.waitSignal(view.acted) as caught:
        retry.click()
    assert caught.args == ["retry", "c1"]
    timeline.retry("c1")
    assert not retry.isVisible()


def test_a_streaming_text_is_painted_at_most_thirty_times_a_second(view: ChatView, qtbot: QtBot) -> None:
    timeline = filled(view, 1, 5)
    places: list[int] = []
    place = view._place

    def counted(count: int) -> None:
        places.append(1)
        place(count)

    view._place = counted  # type: ignore[method-assign]
    text = ""
    for word in WORDS * 10:
        text += word + " "
        timeline.stream("s", Row("s", "stream", AI, "Assistant", text, NOW, state="growing"))
    assert len(places) <= 3
    qtbot.waitUntil(lambda: not view.pace.is_waiting)
    shown = view.live_rows()[-1].findChildren(RichSegment)
    assert shown[0].toPlainText() == text.strip()


def test_growing_code_is_shown_at_once_and_coloured_before_long(view: ChatView, qtbot: QtBot) -> None:
    timeline = filled(view, 1, 3)
    code = "for cell in cells:\n    cell.divide()  # both\n" * 30
    for end in range(40, len(code), 40):
        timeline.stream("s", Row("s", "stream", AI, "Leaf", f"```python\n{code[:end]}", START, state="growing"))
        view.place()
        [block] = [each for each in view.findChildren(CodeSegment) if each.isVisible()]
        assert block._text.toPlainText().rstrip() == code[:end].rstrip()
        assert len(code[:end]) - block._coloured <= max(300, block._coloured) + 1
    timeline.put(make(9, f"```python\n{code}```", author=AI, author_name="Leaf", kind="ai"))
    view.place()
    assert block._text.toPlainText() == code.rstrip("\n")
    assert block._coloured == len(code.rstrip("\n"))


def test_long_streams_render_their_tail_only(view: ChatView) -> None:
    timeline = filled(view, 1, 2)
    paragraph = "A paragraph of an answer that is being written, word after word.\n\n"
    spent = 0.0
    for count in range(1, 400, 10):
        row = Row("s", "stream", AI, "Assistant", paragraph * count, NOW, state="growing")
        timeline.stream("s", row)
        before = time.process_time()
        view.place()
        spent = max(spent, time.process_time() - before)
    assert spent < 0.15


def test_day_separators_and_groups(view: ChatView) -> None:
    first = make(1, "a", author="x", ts=START)
    second = make(2, "b", author="x", ts=START + datetime.timedelta(minutes=1))
    third = make(3, "c", author="x", ts=START + datetime.timedelta(days=1))
    only(view, first, second, third)
    decors = [row._decor for row in view.live_rows()]
    assert [bool(decor.day) for decor in decors] == [True, False, True]
    assert [decor.first for decor in decors] == [True, False, True]
    assert [decor.last for decor in decors] == [False, True, True]


def test_a_reply_shows_what_it_answers_and_jumps_there(view: ChatView, qtbot: QtBot) -> None:
    answered = make(1, "the **question**", author_name="Ana")
    row = only(view, answered, *[make(n) for n in range(2, 40)], make(50, "yes", reply_to=answered.id))
    assert row._decor.quote == ("Ana", "the question")
    with qtbot.waitSignal(view.acted) as caught:
        QTest.mouseClick(row, Qt.MouseButton.LeftButton, pos=row.quote_rect().center())
    assert caught.args == ["jump", key_of(row)]
    assert view.scroll_to(answered.id, flash=True)
    assert view.top_of(answered.id) is not None
    assert not view.at_bottom


def test_widgets_stand_in_reading_order(view: ChatView) -> None:
    filled(view, 0, 100)
    for dy in (700, -300, 1500):
        view.scroll_by(dy)
    shown = [child for child in view.viewport().children() if isinstance(child, RowWidget) and child.isVisible()]
    assert [child.y() for child in shown] == sorted(child.y() for child in shown)


def test_the_dark_theme_repaints_everything(view: ChatView, theme: Theme) -> None:
    filled(view, 0, 30)
    theme.use("dark")
    assert view.grab().toImage().pixelColor(2, 2).lightness() < 90
    assert view.at_bottom
    assert rows_touch(view)


def test_larger_text_is_larger_in_code_and_headings_too(view: ChatView, theme: Theme) -> None:
    only(view, make(1, "# Head\n\nwith `code`\n\n```python\nprint(1)\n```"))

    def sizes() -> list[float]:
        row = view.live_rows()[-1]
        code, text = row.findChild(CodeSegment), row.findChild(RichSegment)
        assert code is not None
        assert text is not None
        found = []
        for part in (code._text, text):
            block = part.document().begin()
            while block.isValid():
                found += [held.format.fontPointSize() for held in block.textFormats()]
                block = block.next()
        return [size for size in found if size]

    before = sizes()
    theme.resize_text(150)
    view.grab()
    after = sizes()
    assert len(before) == len(after) > 2
    for small, large in zip(before, after, strict=True):
        assert 1.4 < large / small < 1.6


def test_mine_while_sending_and_after_is_one_row(view: ChatView) -> None:
    timeline = filled(view, 1, 5)
    timeline.sending("c1", "hello", NOW, name="Me", reply_to=None)
    widget = view.live_rows()[-1]
    timeline.put(make(9, "hello", mine=True, author=ME), client_id="c1")
    assert view.live_rows()[-1] is widget
    assert widget.row is not None
    assert widget.row.message_id == f"{9:064x}"


def test_rows_keep_their_width_when_there_is_more_to_scroll(view: ChatView, qtbot: QtBot) -> None:
    timeline = filled(view, 1, 3)
    bar = view.verticalScrollBar()
    assert bar.maximum() == 0
    assert not bar.isEnabled()
    picture = view.grab().toImage()
    assert len({picture.pixelColor(view.width() - 6, y).name() for y in range(view.height())}) == 1, (
        "there is no handle"
    )
    wide = view.viewport().width()
    for number in range(3, 40):
        timeline.put(make(number))
        qtbot.waitUntil(lambda number=number: view.widget_of(make(number).id) is not None)
        QApplication.processEvents()
        assert {row.width() for row in view.live_rows()} == {view.viewport().width()}
        assert rows_touch(view)
    assert view.viewport().width() == wide
    assert bar.isEnabled()
    picture = view.grab().toImage()
    assert len({picture.pixelColor(view.width() - 6, y).name() for y in range(view.height())}) > 1
    timeline.load([make(1)], more=False)
    assert not bar.isEnabled()
    QApplication.processEvents()
    assert view.live_rows()[0].width() == view.viewport().width() == wide


def test_rows_that_came_one_by_one_look_as_if_all_had_been_there(view: ChatView, theme: Theme, qtbot: QtBot) -> None:
    messages = [make(n, ts=START + datetime.timedelta(minutes=n // 4), author="a" * 64) for n in range(1, 15)]
    view.resize(720, 1600)
    late = Timeline()
    view.show_timeline(late)
    for message in messages[6:]:
        late.put(replace(message, text=f"{message.text} and on"))
        late.update(message)
        if message.mine:  # its tick changes, and that alone
            late.reached(message.id, "read", Count(1, 1), Count(1, 1))
    late.prepend(messages[:6], more=False)
    other = ChatView(theme, lambda: NOW)
    qtbot.addWidget(other)
    other.resize(720, 1600)
    other.show()
    early = Timeline()
    seen = {"state": "read", "delivered": Count(1, 1), "read": Count(1, 1)}
    for message in messages[:6]:
        late.reached(message.id, "read", Count(1, 1), Count(1, 1))
    early.load([replace(each, **seen) if each.mine or each in messages[:6] else each for each in messages], more=False)
    other.show_timeline(early)
    QApplication.processEvents()  # the bar goes where all has room
    assert [row.geometry() for row in view.live_rows()] == [row.geometry() for row in other.live_rows()]
    assert [row.accessibleName() for row in view.live_rows()] == [row.accessibleName() for row in other.live_rows()]
    assert view.viewport().grab().toImage() == other.viewport().grab().toImage()


def test_a_whole_page_that_comes_at_once_is_measured_by_and_by(view: ChatView, qtbot: QtBot) -> None:
    timeline = filled(view, 0, 50)
    QApplication.processEvents()  # the view becomes active, which places too
    pool, shown = view.rows.pool, [row.row.key for row in view.live_rows() if row.row is not None]
    page, taken, by_and_by = len(shown), list[int](), view.pace.turn
    assert page > 2 * AT_ONCE

    def counted() -> None:
        before = set(pool.live)
        by_and_by()
        taken.append(len(set(pool.live) - before))

    view.pace._timer.timeout.disconnect()
    view.pace._timer.timeout.connect(counted)
    view.pace._asked_s = float("-inf")
    with timeline.changing():
        timeline.put_all([make(number) for number in range(60, 160)])
    assert len(pool.live) <= page + AT_ONCE
    assert [row.row.key for row in view.live_rows() if row.row is not None] == shown, "half a page was shown"
    assert view.widget_of(make(159).id) is None, "what is only measured is not in view"
    qtbot.waitUntil(lambda: view.widget_of(make(159).id) is not None)
    assert len(taken) > 1
    assert max(taken) <= AT_ONCE
    assert view.at_bottom
    assert rows_touch(view)
    assert len(pool.live) <= page + 2


def test_what_never_ends_is_shown_by_and_by_too(view: ChatView, qtbot: QtBot) -> None:
    timeline = filled(view, 0, 50)
    QApplication.processEvents()
    taken, shown, by_and_by = list[int](), list[str](), view.pace.turn
    numbers = iter(range(60, 700))

    def counted() -> None:
        before = set(view.rows.pool.live)
        by_and_by()
        taken.append(len(set(view.rows.pool.live) - before))
        last = view.live_rows()[-1].row
        if last is not None and last.key not in shown:
            shown.append(last.key)
        with timeline.changing():
            timeline.put_all([make(number) for _, number in zip(range(9), numbers, strict=False)])

    view.pace._timer.timeout.disconnect()
    view.pace._timer.timeout.connect(counted)
    with timeline.changing():
        timeline.put_all([make(next(numbers)) for _ in range(40)])
    qtbot.waitUntil(lambda: next(numbers, None) is None, timeout=10_000)
    assert max(taken) <= AT_ONCE, "keys have their turn"
    assert len(shown) >= 5, "and what comes is shown meanwhile"
    qtbot.waitUntil(lambda: view.widget_of(timeline.row(len(timeline) - 1).key) is not None)
    assert view.at_bottom
    assert rows_touch(view)


def test_what_pours_in_is_placed_together(view: ChatView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    timeline = filled(view, 0, 50)
    placed, place = list[int](), view.pace._place
    monkeypatch.setattr(view.pace, "_place", lambda count: (placed.append(count), place(count)))
    timeline.put(make(60))
    assert placed == [51]  # one that comes alone is shown at once
    for number in range(61, 161):
        timeline.put(make(number))
    assert view.at_bottom
    qtbot.waitUntil(lambda: view.widget_of(make(160).id) is not None)
    assert placed == [51, 151]
    assert view.at_bottom
    assert rows_touch(view)


def test_rows_made_before_the_list_is_shown_stay_hidden(theme: Theme, qtbot: QtBot) -> None:
    view = ChatView(theme, lambda: NOW)
    qtbot.addWidget(view)
    view.resize(720, 800)
    for _ in range(3):
        view.prepare()
    view.show()
    assert len(view.findChildren(RowWidget)) == 3
    assert not [row for row in view.findChildren(RowWidget) if row.isVisible()]
    filled(view, 0, 2)
    assert len([row for row in view.findChildren(RowWidget) if row.isVisible()]) == 2


def test_rows_made_beforehand_are_used_and_then_no_more_are_made(view: ChatView, theme: Theme, qtbot: QtBot) -> None:
    rehearsal = Rehearsal(view)
    ended = list[bool]()
    rehearsal.destroyed.connect(lambda: ended.append(True))
    qtbot.waitUntil(lambda: ended == [True])  # an idle window makes nothing any more
    assert (view.pool_size(), view.live_rows()) == (ROWS, [])
    assert not [child for child in view.findChildren(RowWidget) if child.isVisible()]
    filled(view, 0, 50)
    assert view.pool_size() == ROWS
    other = ChatView(theme, lambda: NOW)
    qtbot.addWidget(other)
    other.resize(720, 800)
    other.show()
    filled(other, 0, 50)
    assert view.viewport().grab().toImage() == other.viewport().grab().toImage()
