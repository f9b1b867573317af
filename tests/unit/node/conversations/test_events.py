"""What whoever listens is told: a few messages one by one, many in lists that fit into a frame."""

import sqlite3
from typing import Any

import pytest
import trio
import trio.testing
from hypothesis import given
from hypothesis import strategies as st

from node.conversations.events import LISTED, LISTED_CHARACTERS, ONE_BY_ONE, Events

Told = list[tuple[str | None, str, dict[str, Any]]]


def listening() -> tuple[Events, Told]:
    events, told = Events(), Told()
    events.subscribe(lambda conversation, event, payload: told.append((conversation, event, payload)))
    return events, told


@given(st.lists(st.integers(0, 20_000), max_size=400))
def test_every_message_is_told_once_and_in_order_and_no_list_is_long(lengths: list[int]) -> None:
    events, told = listening()
    messages = [{"id": str(at), "text": "x" * length} for at, length in enumerate(lengths)]
    events.tell_messages("garden", messages)
    found = []
    for conversation, event, payload in told:
        assert conversation == "garden"
        if len(messages) <= ONE_BY_ONE:
            assert event == "message"
            found.append(payload)
        else:
            assert event == "messages"
            listed = payload["messages"]
            assert 0 < len(listed) <= LISTED
            assert len(listed) == 1 or sum(len(each["text"]) for each in listed) <= LISTED_CHARACTERS
            found += listed
    assert found == messages


def test_who_ended_listening_is_told_nothing() -> None:
    events, told = listening()
    end = events.subscribe(lambda *_: told.append((None, "second", {})))
    end()
    events.tell_messages("garden", [{"text": ""}])
    assert [event for _, event, _ in told] == ["message"]


@pytest.mark.trio
async def test_what_one_conversation_cannot_tell_the_others_can() -> None:
    events, told = listening()

    def fails() -> dict[str, Any]:
        raise sqlite3.OperationalError("disk I/O error")

    events.tell_soon("garden", "conversation", fails)
    events.tell_soon("heath", "conversation", dict)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(events.run)
        await trio.testing.wait_all_tasks_blocked()
        assert told == [("heath", "conversation", {})]
        nursery.cancel_scope.cancel()
