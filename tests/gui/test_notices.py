"""Of which messages somebody is told: by rule, not of what is seen, not of what came before."""

from pathlib import Path
from typing import Any

import pytest

from gui.state import objects
from gui.state.conversations import Conversations
from gui.state.notices import Notice, Notices
from gui.state.settings import Settings
from tests.gui.fake_node import summary

ONE = f"{1:064x}"


class Watched:
    """A list of conversations and what was told of it."""

    def __init__(self, home: Path) -> None:
        self.settings = Settings(home)
        self.conversations = Conversations()
        self.seen = ""
        self.told: list[Notice] = []
        self.counts: list[int] = []
        notices = Notices(self.conversations, self.settings, in_view=lambda name: name == self.seen)
        notices.arrived.connect(self.told.append)
        notices.unread.connect(self.counts.append)

    def put(self, unread: int, text: str = "Hello", **more: Any) -> None:
        last = {"author_name": "Bo", "text": text, "ts": "2026-11-21T09:30:00.123Z", "kind": more.pop("kind", "human")}
        made = summary(1, "Garden", unread=unread, last={**last, "id": f"{unread:064x}"}, **more)
        self.conversations.put(objects.summary(made))


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    made = Watched(tmp_path)
    made.conversations.replace([objects.summary(summary(1, "Garden", unread=3))])
    return made


def test_s20_what_was_unread_at_the_start_is_counted_and_not_told(watched: Watched) -> None:
    assert (watched.told, watched.counts) == ([], [3])


def test_s20_mentions_and_direct_messages_are_told_unless_set_otherwise(watched: Watched) -> None:
    watched.put(4)
    assert watched.told == []
    watched.put(5, "@Ana look", mentions=1)
    assert [(one.author, one.text, one.mentions) for one in watched.told] == [("Bo", "@Ana look", True)]
    watched.put(6, "and here", mentions=1)
    assert len(watched.told) == 1, "the mention was told already"
    watched.put(7, "psst", mentions=1, direct="b2" * 32)
    assert watched.told[-1].direct


def test_s20_only_what_is_told_of_is_counted(watched: Watched) -> None:
    watched.put(6, "@Ana look", mentions=1)  # three came together, and one of them is for me
    assert [one.count for one in watched.told] == [1]
    watched.settings.set_rule(ONE, "all")
    watched.put(9, "@Ana look", mentions=2)
    assert watched.told[-1].count == 3


def test_s20_a_conversation_can_have_its_own_rule(watched: Watched) -> None:
    watched.settings.set_rule(ONE, "all")
    watched.put(6)
    assert [one.count for one in watched.told] == [3]
    watched.settings.set_rule(ONE, "none")
    watched.put(8, mentions=2)
    assert len(watched.told) == 1
    assert watched.counts[-1] == 0, "the silenced one does not count in the tray"


def test_s20_nothing_is_told_of_what_is_seen_read_or_a_mere_notice(watched: Watched) -> None:
    watched.settings.set("notifications", "all")
    watched.seen = ONE
    watched.put(4)
    watched.seen = ""
    watched.put(4, "edited")
    watched.put(0)
    watched.put(1, "Bo joined", kind="notice")
    assert watched.told == []
    watched.put(2)
    assert len(watched.told) == 1


def test_s20_what_was_said_before_i_joined_is_no_news(watched: Watched) -> None:
    watched.settings.set("notifications", "all")
    made = summary(2, "Boat", unread=40, status="joining", last={"text": "x", "kind": "human"})
    watched.conversations.put(objects.summary(made))
    watched.conversations.put(objects.summary({**made, "status": "active", "unread": 60}))
    assert watched.told == []
