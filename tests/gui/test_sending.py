"""What is written, typed and seen, from the window to the node and back."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from gui.theme.palette import Theme
from tests.gui.fake_node import ME, FakeNode, Json, Refused, message
from tests.gui.windows import ONE, TWO, Clock, Until, opened, rows, running, two_conversations, write


async def test_a_message_is_shown_at_once_then_stored_then_delivered(
    node: FakeNode, theme: Theme, until: Until
) -> None:
    two_conversations(node)
    async with running(node, theme) as (window, session):
        one = await opened(session, window, until)
        node.silent.add("message")
        write(window, "hello")
        assert (rows(one)[-1].text, rows(one)[-1].state) == ("hello", "sending")
        await until(lambda: [event for _, event, _ in node.pushed].count("message"))
        client_id = next(payload["client_id"] for _, event, payload in node.pushed if event == "message")
        echo = message(99, "hello", mine=True, author=ME, author_name="Me", state="stored")
        await node.event(ONE, "message", {**echo, "client_id": client_id})
        await until(lambda: rows(one)[-1].state == "stored")
        await node.event(ONE, "message", {**echo, "state": "delivered"})
        await until(lambda: rows(one)[-1].state == "delivered")
        assert [row.text for row in rows(one)].count("hello") == 1


async def test_a_refused_message_keeps_its_text_and_goes_out_on_retry(
    node: FakeNode, theme: Theme, until: Until
) -> None:
    two_conversations(node)

    def refuse(_: Json) -> Json:
        raise Refused("rate_limited", "You are writing too fast.")

    node.answer["message"] = refuse
    async with running(node, theme) as (window, session):
        one = await opened(session, window, until)
        write(window, "important")
        await until(lambda: rows(one)[-1].state == "failed")
        assert (rows(one)[-1].text, rows(one)[-1].problem) == ("important", "You are writing too fast.")
        del node.answer["message"]
        assert window.page is not None
        window.page.messages.act("retry", rows(one)[-1].key)
        await until(lambda: rows(one)[-1].state == "stored")
        window.page.messages.act("discard", rows(one)[-1].key)
        assert rows(one)[-1].text == "important"


async def test_a_deleted_failed_message_goes_back_to_the_input(node: FakeNode, theme: Theme, until: Until) -> None:
    two_conversations(node)

    def refuse(_: Json) -> Json:
        raise Refused("left", "You left this conversation.")

    node.answer["message"] = refuse
    async with running(node, theme) as (window, session):
        one = await opened(session, window, until)
        write(window, "take me back")
        await until(lambda: rows(one)[-1].state == "failed")
        assert window.page is not None
        window.page.messages.act("discard", rows(one)[-1].key)
        assert window.page.input.text() == "take me back"
        assert rows(one)[-1].text == "message 30"


async def test_typing_goes_out_every_two_seconds(node: FakeNode, theme: Theme, until: Until) -> None:
    two_conversations(node)
    clock = Clock()
    async with running(node, theme, clock) as (window, session):
        await opened(session, window, until)

        def told() -> int:
            return sum(1 for _, event, payload in node.pushed if event == "typing" and payload["typing"])

        assert window.page is not None
        QTest.keyClicks(window.page.input.edit, "abc")
        await until(lambda: told() == 1)
        clock.s += 1.9
        QTest.keyClicks(window.page.input.edit, "d")
        clock.s += 0.2
        QTest.keyClicks(window.page.input.edit, "e")
        await until(lambda: told() == 2)


async def test_typing_of_others_and_ai_text_are_shown_live(node: FakeNode, theme: Theme, until: Until) -> None:
    two_conversations(node)
    async with running(node, theme) as (window, session):
        one = await opened(session, window, until)
        assert window.page is not None
        line = window.page.typing
        await node.event(ONE, "typing", {"user_id": "b2" * 32, "name": "Ana", "typing": True, "ai": False})
        await until(lambda: line.people_text() == "Ana is typing...")
        delta = {"ai": "e5" * 32, "name": "Assistant", "stream": "s", "reply_to": None}
        await node.event(ONE, "ai_delta", {**delta, "text": "", "state": "thinking"})
        await until(lambda: line.ai_text() == "Assistant (AI)")
        await node.event(ONE, "ai_delta", {**delta, "text": "Growing", "state": "growing"})
        await until(lambda: rows(one)[-1].text == "Growing")
        final = message(50, "Grown.", kind="ai", author="e5" * 32, author_name="Assistant")
        await node.event(ONE, "message", final)
        await until(lambda: rows(one)[-1].kind == "ai")
        assert [row.text for row in rows(one)].count("Grown.") == 1
        assert line.ai_text() == ""


async def test_each_conversation_keeps_its_draft(node: FakeNode, theme: Theme, until: Until) -> None:
    two_conversations(node)
    async with running(node, theme) as (window, session):
        await opened(session, window, until)
        assert window.page is not None
        QTest.keyClicks(window.page.input.edit, "for one")
        window.open(TWO)
        assert window.page.input.text() == ""
        QTest.keyClicks(window.page.input.edit, "for two")
        window.open(ONE)
        assert window.page.input.text() == "for one"
        window.open(TWO)
        assert window.page.input.text() == "for two"


async def test_what_is_displayed_is_told(node: FakeNode, theme: Theme, until: Until) -> None:
    two_conversations(node)
    async with running(node, theme) as (window, session):
        await opened(session, window, until)
        window.activateWindow()
        await until(lambda: window.isActiveWindow())
        assert window.page is not None
        window.page.view.place()
        await until(lambda: (f"conversation:{ONE}", "read", {"id": f"{30:064x}"}) in node.pushed)


async def test_what_was_seen_last_is_told_before_the_program_ends(node: FakeNode, theme: Theme, until: Until) -> None:
    two_conversations(node)
    async with running(node, theme) as (window, session):
        await opened(session, window, until)
        session.displayed("seen")
        session.displayed("seen more")  # for later: something was told a moment ago
        assert session.reading.is_waiting
        session.reading.tell_rest()
        assert not session.reading.is_waiting, "nothing is told later by itself"
        await until(lambda: (f"conversation:{ONE}", "read", {"id": "seen more"}) in node.pushed)


async def test_what_is_preferred_about_ais_holds_until_something_else_is_chosen(
    node: FakeNode, theme: Theme, until: Until
) -> None:
    two_conversations(node)
    node.ais = [{"id": "e5" * 32, "name": "Leaf"}]
    node.answer["preferences"] = lambda _: {"preferences": {"ai": False}}
    async with running(node, theme) as (window, session):
        await until(lambda: not session.for_ai)
        await opened(session, window, until)
        assert window.page is not None
        assert window.page.input.aside.isChecked()
        write(window, "between us")
        await until(lambda: any(event == "message" for _, event, _ in node.pushed))
        QTest.mouseClick(window.page.input.aside, Qt.MouseButton.LeftButton)
        write(window, "for all")
        await until(lambda: [event for _, event, _ in node.pushed].count("message") == 2)
        told = [payload["not_for_ai"] for _, event, payload in node.pushed if event == "message"]
        assert told == [True, False]


async def test_what_is_displayed_one_after_the_other_is_told_together(
    node: FakeNode, theme: Theme, until: Until
) -> None:
    two_conversations(node)

    def told() -> list[str]:
        return [payload["id"][-1] for topic, event, payload in node.pushed if event == "read"]

    async with running(node, theme) as (window, session):
        await opened(session, window, until)
        assert window.page is not None
        window.page.view.displayed.disconnect(session.displayed)
        await session.client.call("node", "conversations")
        node.pushed.clear()
        session.displayed(f"{1:064x}")
        await until(lambda: told() == ["1"])
        for number in range(2, 6):
            session.displayed(f"{number:064x}")
        await until(lambda: told() == ["1", "5"])
        for number in (6, 7):
            session.displayed(f"{number:064x}")
        window.open(TWO)
        await session.client.call("node", "conversations")
        await until(lambda: told() == ["1", "5", "7"])
