import datetime
import time
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QTextCursor, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from gui.chatview.bubble import RowWidget
from gui.chatview.segments import CodeSegment, RichSegment
from gui.chatview.view import ChatView
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
    assert view._new.text() == "2 new"
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
    with qtbot.waitSignal(view.retry) as caught:
        retry.click()
    assert caught.args == ["c1"]
    timeline.retry("c1")
    assert not retry.isVisible()


def test_a_streaming_text_is_painted_at_most_thirty_times_a_second(view: ChatView, qtbot: QtBot) -> None:
    timeline = filled(view, 1, 5)
    places: list[int] = []
    place = view._place

    def counted() -> None:
        places.append(1)
        place()

    view._place = counted  # type: ignore[method-assign]
    text = ""
    for word in WORDS * 10:
        text += word + " "
        timeline.stream("s", Row("s", "stream", AI, "Assistant", text, NOW, state="growing"))
    assert len(places) <= 3
    qtbot.waitUntil(lambda: not view._lazy.isActive())
    shown = view.live_rows()[-1].findChildren(RichSegment)
    assert shown[0].toPlainText() == text.strip()


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
    QTest.mouseClick(row, Qt.MouseButton.LeftButton, pos=row._quote.center())
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


def test_mine_while_sending_and_after_is_one_row(view: ChatView) -> None:
    timeline = filled(view, 1, 5)
    timeline.sending("c1", "hello", NOW, name="Me", reply_to=None)
    widget = view.live_rows()[-1]
    timeline.put(make(9, "hello", mine=True, author=ME), client_id="c1")
    assert view.live_rows()[-1] is widget
    assert widget.row is not None
    assert widget.row.message_id == f"{9:064x}"


def test_rows_follow_the_width_when_the_bar_comes_and_goes(view: ChatView) -> None:
    timeline = filled(view, 1, 3)
    assert view.verticalScrollBar().maximum() == 0
    wide = view.viewport().width()
    for number in range(3, 40):
        timeline.put(make(number))
        QApplication.processEvents()
        assert {row.width() for row in view.live_rows()} == {view.viewport().width()}
        assert rows_touch(view)
    assert view.viewport().width() < wide
    timeline.load([make(1)], more=False)
    QApplication.processEvents()
    assert view.live_rows()[0].width() == view.viewport().width() == wide
