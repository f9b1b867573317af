import datetime
from random import Random

from gui.state import objects
from gui.state.conversation import Conversation
from gui.state.conversations import Conversations
from gui.state.timeline import Timeline
from tests.gui.fake_node import ME, message, summary

NOW = datetime.datetime(2026, 11, 21, 10, 0, tzinfo=datetime.UTC)


def texts(timeline: Timeline) -> list[str]:
    return [timeline.row(at).text for at in range(len(timeline))]


def load(timeline: Timeline, *numbers: int, more: bool = False) -> None:
    timeline.load([objects.message(message(n, f"m{n}")) for n in numbers], more=more)


def mine(number: int, text: str, **more: object) -> objects.Message:
    return objects.message(
        message(number, text, mine=True, author=ME, ts="2026-11-21T10:00:01.000Z", state="stored", **more)
    )


def test_a_page_on_top_keeps_every_row_findable() -> None:
    timeline = Timeline()
    load(timeline, 11, 12, 13, more=True)
    timeline.prepend([objects.message(message(n, f"m{n}")) for n in (8, 9, 10)], more=True)
    timeline.prepend([objects.message(message(n, f"m{n}")) for n in (7, 8)], more=False)
    assert texts(timeline) == [f"m{n}" for n in range(7, 14)]
    assert [timeline.index_of(f"{n:064x}") for n in range(7, 14)] == list(range(7))
    assert not timeline.more
    assert timeline.oldest_id() == f"{7:064x}"


def test_the_reply_before_the_event_settles_one_row() -> None:
    timeline = Timeline()
    load(timeline, 1)
    timeline.sending("c1", "hello", NOW, name="Me", reply_to=None)
    assert timeline.row(1).state == "sending"
    timeline.stored("c1", f"{2:064x}", "stored")
    timeline.put(mine(2, "hello"), client_id="c1")
    assert texts(timeline) == ["m1", "hello"]
    assert timeline.row(1).state == "stored"
    assert timeline.row(1).key == "c1"
    assert timeline.index_of(f"{2:064x}") == 1


def test_the_event_before_the_reply_settles_one_row() -> None:
    timeline = Timeline()
    timeline.sending("c1", "hello", NOW, name="Me", reply_to=None)
    timeline.put(mine(2, "hello"), client_id="c1")
    timeline.stored("c1", f"{2:064x}", "stored")
    assert texts(timeline) == ["hello"]


def test_the_event_without_client_id_is_merged_by_the_reply() -> None:
    timeline = Timeline()
    timeline.sending("c1", "hello", NOW, name="Me", reply_to=None)
    timeline.put(mine(2, "hello"))
    timeline.stored("c1", f"{2:064x}", "stored")
    assert texts(timeline) == ["hello"]


def test_two_messages_settle_in_the_order_of_the_node() -> None:
    timeline = Timeline()
    timeline.sending("c1", "one", NOW, name="Me", reply_to=None)
    timeline.sending("c2", "two", NOW, name="Me", reply_to=None)
    timeline.put(mine(2, "two"), client_id="c2")
    timeline.put(mine(1, "one"), client_id="c1")
    assert sorted(texts(timeline)) == ["one", "two"]
    assert len(timeline) == 2
    assert all(timeline.row(at).message_id for at in range(2))


def test_a_failed_message_keeps_its_text_and_can_be_sent_again() -> None:
    timeline = Timeline()
    timeline.sending("c1", "hello", NOW, name="Me", reply_to="r")
    timeline.failed("c1", "You are writing too fast.")
    row = timeline.row(0)
    assert (row.state, row.problem, row.text) == ("failed", "You are writing too fast.", "hello")
    again = timeline.retry("c1")
    assert again is not None
    assert (again.state, again.text, again.reply_to) == ("sending", "hello", "r")


def test_after_a_reconnect_a_message_the_node_has_is_not_shown_twice() -> None:
    timeline = Timeline()
    load(timeline, 1)
    timeline.sending("c1", "arrived", NOW, name="Me", reply_to=None)
    timeline.sending("c2", "lost", NOW, name="Me", reply_to=None)
    timeline.failed("c1", "The connection was lost.")
    timeline.load([objects.message(message(1, "m1")), mine(2, "arrived")], more=False)
    assert texts(timeline) == ["m1", "arrived", "lost"]


def test_a_reload_that_overlaps_keeps_older_pages() -> None:
    timeline = Timeline()
    load(timeline, 11, 12, more=True)
    timeline.prepend([objects.message(message(n, f"m{n}")) for n in (9, 10)], more=True)
    load(timeline, 12, 13, more=True)
    assert texts(timeline) == ["m9", "m10", "m11", "m12", "m13"]
    load(timeline, 40, 41, more=True)
    assert texts(timeline) == ["m40", "m41"]


def test_a_late_message_goes_where_its_time_belongs() -> None:
    timeline = Timeline()
    load(timeline, 1, 2)
    timeline.put(objects.message(message(3, "late", ts="2026-11-21T08:00:00.000Z")))
    assert texts(timeline) == ["late", "m1", "m2"]


def conversation() -> Conversation:
    one = Conversation(objects.summary(summary(1, "T")), me=ME, clock=lambda: 0.0, now=lambda: NOW)
    one.joined({"messages": [message(1, "q")], "more": False})
    return one


def delta(text: str, state: str, **more: object) -> dict[str, object]:
    made = {"ai": "a" * 64, "name": "Assistant", "stream": "s", "reply_to": f"{1:064x}", "text": text, "state": state}
    return {**made, **more}


def test_ai_text_grows_and_becomes_the_message() -> None:
    one = conversation()
    one.handle("ai_delta", delta("", "thinking"))
    assert len(one.timeline) == 1
    assert one.typing.ais() == ["Assistant"]
    one.handle("ai_delta", delta("Hel", "growing"))
    one.handle("ai_delta", delta("Hello", "growing"))
    assert texts(one.timeline) == ["q", "Hello"]
    key = one.timeline.row(1).key
    one.handle("ai_delta", delta("Hello.", "done"))
    assert one.typing.ais() == []
    one.handle(
        "message", message(2, "Hello.", kind="ai", author="a" * 64, author_name="Assistant", reply_to=f"{1:064x}")
    )
    assert texts(one.timeline) == ["q", "Hello."]
    assert (one.timeline.row(1).kind, one.timeline.row(1).key) == ("ai", key)


def test_a_failed_answer_keeps_what_was_said() -> None:
    one = conversation()
    one.handle("ai_delta", delta("Half an ans", "growing"))
    one.handle("ai_delta", delta("", "failed", reason="The provider refused the key.", code="provider"))
    row = one.timeline.row(1)
    assert (row.text, row.state, row.problem) == ("Half an ans", "failed", "The provider refused the key.")
    assert one.typing.ais() == []


def test_an_answer_that_lost_is_taken_away() -> None:
    one = conversation()
    one.handle("message", message(2, "second", kind="ai", author="a" * 64))
    one.handle("gone", {"id": f"{2:064x}"})
    assert texts(one.timeline) == ["q"]


def test_typing_ends_when_the_message_arrives() -> None:
    one = conversation()
    one.handle("typing", {"user_id": "b2" * 32, "name": "Ana", "typing": True, "ai": False})
    assert one.typing.people() == ["Ana"]
    one.handle("message", message(3, "here"))
    assert one.typing.people() == []


def test_many_messages_at_once_are_taken_like_single_ones() -> None:
    one = conversation()
    one.handle("messages", {"messages": [message(2, "two"), message(1, "q!", edited=True), message(3, "three"), 7]})
    assert texts(one.timeline) == ["q!", "two", "three"]


def test_how_far_my_messages_have_come_is_shown_in_place() -> None:
    one = conversation()
    changed: list[int] = []
    one.timeline.changed.connect(changed.append)
    known = one.timeline.row(0).message_id
    one.handle("states", {"messages": [{"id": known, "state": "read"}, {"id": "f" * 64, "state": "read"}, 7]})
    assert one.timeline.row(0).state == "read"
    assert changed == [0]
    one.handle("states", {"messages": [{"id": known, "state": "read"}]})
    assert changed == [0]


def test_a_message_that_changed_is_changed_in_place() -> None:
    one = conversation()
    changed: list[int] = []
    one.timeline.changed.connect(changed.append)
    one.handle("message", message(1, "q!", edited=True))
    assert texts(one.timeline) == ["q!"]
    assert changed == [0]


def test_the_newest_activity_stands_first() -> None:
    store = Conversations()
    old = summary(1, "old", last={"id": "1", "author_name": "A", "text": "x", "ts": "2026-11-01T00:00:00Z"})
    new = summary(2, "new", last={"id": "2", "author_name": "A", "text": "x", "ts": "2026-11-02T00:00:00Z"})
    gone = summary(3, "gone", status="left")
    store.replace(objects.summary(item) for item in (old, new, gone))
    assert [item.title for item in store.ordered()] == ["new", "old"]
    old["last"]["ts"] = "2026-11-03T00:00:00Z"
    store.put(objects.summary(old))
    assert [item.title for item in store.ordered()] == ["old", "new"]


def test_values_of_a_wrong_type_count_as_missing() -> None:
    odd = objects.summary(
        {"id": 5, "title": None, "phase": "interphase", "progress": "much", "unread": True, "last": 3}
    )
    assert (odd.id, odd.title, odd.phase, odd.progress, odd.unread, odd.last) == ("", "", "prophase", 0.0, 0, None)
    assert objects.message({"ts": "yesterday", "reactions": [1, {}]}).ts == objects.EPOCH
    assert objects.members("nobody") == ()


def test_whatever_comes_and_goes_every_row_is_found_where_it_stands() -> None:
    for seed in range(60):
        random, timeline, sent = Random(seed), Timeline(), 0
        load(timeline, *range(100, 120), more=True)
        top = 100
        for _ in range(40):
            numbers = [random.randrange(60, 180) for _ in range(random.randrange(1, 5))]
            some = [objects.message(message(number, f"m{number}")) for number in sorted(set(numbers))]
            match random.randrange(6):
                case 0:
                    timeline.put(some[0])
                case 1:
                    timeline.put_all(some)
                case 2 if top > 4:
                    page = [objects.message(message(n, f"m{n}")) for n in range(top - 4, top)]
                    timeline.prepend(page, more=True)
                    top -= 4
                case 3:
                    timeline.remove(random.choice(some).id)
                case 4:
                    sent += 1
                    timeline.sending(f"c{sent}", "mine", NOW, name="Me", reply_to=None)
                case 5 if sent:
                    timeline.stored(
                        f"c{random.randrange(1, sent + 1)}", f"{1000 + random.randrange(20):064x}", "stored"
                    )
            keys = [timeline.row(at).key for at in range(len(timeline))]
            assert len(set(keys)) == len(keys)
            assert [timeline.index_of(key) for key in keys] == list(range(len(keys)))
            for at, key in enumerate(keys):
                assert timeline.index_of(timeline.row(at).message_id or key) == at
