"""Search over real conversations in real databases: what is found, how soon, and when the index is forgotten."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trio
import trio.testing
from trio.testing import MockClock

from node import garbage
from node.conversations import indexing, messages
from node.conversations import search as searching
from node.conversations.conversation import Conversation
from node.conversations.cursor import Cursor, parse_cursor
from node.conversations.search import Search
from node.profile import DATABASE
from node.store.backlog import Backlog
from node.store.fulltext import NEWEST, RELEVANCE
from node.supervision import supervise
from protocol.bodies.content import Edit, Message
from protocol.errors import UsageError
from tests.unit.node.conversations.people import Person, SetClock, person
from tests.unit.node.conversations.test_people import circle

Json = dict[str, Any]
pytestmark = pytest.mark.trio

WITHIN_S = 10.0
HOUR_MS = 3_600_000


class Finder:
    """A person who searches."""

    def __init__(self, one: Person, search: Search) -> None:
        self.one = one
        self.search = search

    async def ask(self, query: str, **options: Any) -> Json:
        chosen = {"conversation": None, "order": NEWEST, "limit": 20, "after": None, **options}
        return await self.search.find(query, **chosen)

    async def texts(self, query: str, **options: Any) -> list[str]:
        """Return the snippets of a page once the index is complete."""
        with trio.fail_after(WITHIN_S):
            while True:
                reply = await self.ask(query, **options)
                if reply["complete"]:
                    return [result["snippet"] for result in reply["results"]]


@asynccontextmanager
async def finder(one: Person, **options: Any) -> AsyncIterator[Finder]:
    search = Search(one.library, one.home / DATABASE, **options)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(supervise, "search", search.run)
        yield Finder(one, search)
        nursery.cancel_scope.cancel()


def say(conversation: Conversation, text: str, *, later_ms: int = 1000) -> Any:
    assert isinstance(conversation.clock, SetClock)
    conversation.clock.at_ms += later_ms
    return messages.say(conversation, text).id


async def test_all_conversations_newest_first_with_all_that_is_needed_to_jump(tmp_path: Path) -> None:
    with person(tmp_path / "anna") as anna:
        garden = anna.library.create(title="Garden", description="")
        castle = anna.library.create(title="Castle", description="")
        say(garden, "The oak by the gate")
        said = say(castle, "A door of oak.\nHeavy.")
        say(garden, "Elms")
        say(garden, "Oak again", later_ms=5 * HOUR_MS)
        messages.archive(castle, on=True)
        async with finder(anna) as find:
            assert await find.texts("oak") == ["Oak again", "A door of oak. Heavy.", "The oak by the gate"]
            assert await find.texts("OAK", conversation=garden) == ["Oak again", "The oak by the gate"]
            (result,) = (await find.ask("door oak"))["results"]
            assert result == {
                "conversation": castle.name,
                "title": "Castle",
                "status": "archived",
                "id": said.hex(),
                "author": anna.profile.secrets.identity.public.hex(),
                "author_name": "Anna",
                "kind": "human",
                "ts": result["ts"],
                "edited": False,
                "mine": True,
                "snippet": "A door of oak. Heavy.",
                "highlights": [[2, 6], [10, 13]],
            }
            page = castle.view.history(around=said, limit=1)
            assert [message["id"] for message in page["messages"]] == [result["id"]]
            assert await find.texts("Castle") == [], "titles and notices are no messages"


async def test_page_by_page_in_both_orders(tmp_path: Path) -> None:
    with person(tmp_path / "anna") as anna:
        garden = anna.library.create(title="Garden", description="")
        for number in range(7):
            say(garden, f"oak {'oak ' * (number % 3)}{number}", later_ms=number * HOUR_MS // 2)
        async with finder(anna) as find:
            every = await find.texts("oak")
            assert [text[-1] for text in every] == [*"6543210"]
            for order in (NEWEST, RELEVANCE):
                found: list[str] = []
                cursor = None
                while True:
                    reply = await find.ask("oak", order=order, limit=3, after=cursor)
                    found += [result["snippet"] for result in reply["results"]]
                    if reply["cursor"] is None:
                        break
                    cursor = parse_cursor(reply["cursor"], order)
                if order == NEWEST:
                    assert found == every
                else:
                    assert sorted(found) == sorted(every)
                    counts = [text.count("oak") for text in found]
                    assert counts == sorted(counts, reverse=True)


async def test_edits_deletions_and_reactions_are_followed_at_once(tmp_path: Path) -> None:
    async with circle(tmp_path, "anna", "ben") as made:
        held, copy = made.at("anna"), made.at("ben")
        first = messages.say(copy, "an oak").id
        second = messages.say(copy, "an oak too").id
        messages.edit(copy, second, "an elm")
        third = messages.say(copy, "a secret oak").id
        messages.delete(copy, third)
        made.meet()
        async with finder(made.people["anna"]) as find:
            assert (await find.texts("oak"), await find.texts("elm")) == (["an oak"], ["an elm"])
            messages.edit(copy, first, "a beech")
            held.write(Edit(second, "forced"))  # counts for nobody
            made.meet()
            for query, expected in (("oak", []), ("beech", ["a beech"]), ("forced", []), ("elm", ["an elm"])):
                assert [result["snippet"] for result in (await find.ask(query))["results"]] == expected
            assert (await find.ask("beech"))["results"][0]["edited"] is True
            messages.react(held, first, "🌳", on=True)
            messages.delete(copy, second)
            made.meet()
            assert (await find.ask("elm"))["results"] == []
            assert [result["snippet"] for result in (await find.ask("beech"))["results"]] == ["a beech"]
            rows = find.search.indexing._index._connection.execute("SELECT count(*) FROM words")  # type: ignore[union-attr]
            assert rows.fetchone() == (3,), "a reaction is no new text"


async def test_what_was_just_written_is_on_the_first_page(tmp_path: Path) -> None:
    with person(tmp_path / "anna") as anna:
        garden = anna.library.create(title="Garden", description="")
        for number in range(30):
            messages.say(garden, f"oak {number}")
        async with finder(anna) as find:
            await find.texts("oak")
            for number in range(30, 40):
                said = say(garden, f"oak {number}").hex()
                assert (await find.ask("oak", limit=5))["results"][0]["id"] == said


async def test_what_syncs_late_is_found_in_its_place(tmp_path: Path) -> None:
    async with circle(tmp_path, "anna", "ben") as made:
        for number in range(5):
            say(made.at("anna"), f"oak {number}", later_ms=2 * HOUR_MS)
        for number in range(5, 8):
            say(made.at("ben"), f"oak {number}", later_ms=3 * HOUR_MS)  # by a clock of his own
        async with finder(made.people["anna"]) as find:
            assert await find.texts("oak") == [f"oak {number}" for number in (4, 3, 2, 1, 0)]
            made.meet()
            page, _ = made.at("anna").view.page(before=None, limit=50)
            expected = [message["text"] for message in page if message["kind"] == "human"][::-1]
            assert [result["snippet"] for result in (await find.ask("oak"))["results"]] == expected
            assert len(expected) == 8


async def test_what_a_removal_hides_is_not_found_and_who_was_removed_still_finds_the_rest(tmp_path: Path) -> None:
    async with circle(tmp_path, "anna", "ben", "carla") as made:
        made.say("ben", "oak, seen by all")
        made.meet()
        made.say("ben", "oak, seen by carla")
        made.meet("ben", "carla")
        async with finder(made.people["carla"]) as carla, finder(made.people["ben"]) as ben:
            assert len(await carla.texts("oak")) == 2
            assert len(await ben.texts("oak")) == 2
            made.ask("anna").remove("ben", with_invited=False)
            made.meet()
            assert await carla.texts("oak") == ["oak, seen by all"]
            (result,) = (await ben.ask("oak"))["results"]
            assert (result["snippet"], result["status"]) == ("oak, seen by all", "removed")


async def test_a_conversation_made_while_the_index_lives(tmp_path: Path) -> None:
    with person(tmp_path / "anna") as anna:
        async with finder(anna) as find:
            assert await find.texts("oak") == []
            garden = anna.library.create(title="Garden", description="")
            messages.say(garden, "oak")
            assert await find.texts("oak") == ["oak"]
            messages.say(garden, "oak once more")
            assert len((await find.ask("oak"))["results"]) == 2


async def test_a_long_history_is_answered_in_part_then_told_then_complete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "FIRST_S", 0.0)
    monkeypatch.setattr(indexing, "SMALLEST", 3)
    monkeypatch.setattr(indexing, "LARGEST", 7)
    with person(tmp_path / "anna") as anna:
        garden = anna.library.create(title="Garden", description="")
        for number in range(60):
            garden.write(Message(f"oak {number}"))
        told, heard = trio.open_memory_channel[Json](100)
        anna.events.subscribe(lambda _id, event, payload: told.send_nowait(payload) if event == "search" else None)
        async with finder(anna) as find:
            reply = await find.ask("oak", limit=100)
            assert (reply["complete"], reply["results"]) == (False, [])
            with trio.fail_after(WITHIN_S):
                progress = await heard.receive()
                seen = [progress]
                while not progress["complete"]:
                    progress = await heard.receive()
                    seen.append(progress)
            assert [each["done"] for each in seen] == sorted({each["done"] for each in seen})
            assert progress == {"complete": True, "done": 60, "of": 60}
            reply = await find.ask("oak", limit=100)
            assert (reply["complete"], len(reply["results"])) == (True, 60)
            await find.ask("oak")
            assert heard.statistics().current_buffer_used == 0, "who knows that it is complete is not told"


async def test_the_newest_are_there_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "SMALLEST", 5)
    monkeypatch.setattr(indexing, "LARGEST", 5)
    with person(tmp_path / "anna") as anna:
        old = anna.library.create(title="Old", description="")
        for _ in range(20):
            say(old, "oak, old")
        new = anna.library.create(title="New", description="")
        for _ in range(10):
            say(new, "oak, new")
        put: list[int] = []
        async with finder(anna) as find:
            real = find.search.indexing._put

            async def note(entries: list[Any]) -> None:
                put.extend(entry.conversation for entry in entries)
                await real(entries)

            monkeypatch.setattr(find.search.indexing, "_put", note)
            await find.texts("oak")
        assert put == [new.listed.key] * 10 + [old.listed.key] * 20


async def test_unused_it_is_forgotten_and_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mock_clock: MockClock
) -> None:
    forgotten = trio.Event()
    monkeypatch.setattr(garbage, "give_back", lambda: trio.from_thread.run_sync(forgotten.set))
    with person(tmp_path / "anna") as anna:
        garden = anna.library.create(title="Garden", description="")
        messages.say(garden, "oak")
        async with finder(anna) as find:
            assert await find.texts("oak") == ["oak"]
            index = find.search.indexing._index
            for _ in range(3):
                mock_clock.jump(indexing.IDLE_S - 1)
                await trio.testing.wait_all_tasks_blocked()
                assert await find.texts("oak") == ["oak"]
                assert find.search.indexing._index is index, "used as it is, it stays"
            mock_clock.jump(indexing.IDLE_S + 1)
            await forgotten.wait()
            assert find.search.indexing._index is None
            messages.say(garden, "oak, unheard")
            assert not find.search.indexing._changed, "nothing is followed any more"
            assert await find.texts("oak") == ["oak, unheard", "oak"]
            assert find.search.indexing._index is not index


async def test_a_failure_ends_no_search_for_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with person(tmp_path / "anna") as anna:
        messages.say(anna.library.create(title="Garden", description=""), "oak")
        real, failures = Backlog.extents, [OSError("the disk is gone")]

        def fail_once(backlog: Backlog) -> Any:
            if failures:
                raise failures.pop()
            return real(backlog)

        monkeypatch.setattr(Backlog, "extents", fail_once)
        async with finder(anna) as find:
            reply = await find.ask("oak")
            assert (reply["results"], reply["complete"]) == ([], False)
            assert await find.texts("oak") == ["oak"]


async def test_no_word_lands_on_the_disk(tmp_path: Path) -> None:
    with person(tmp_path / "anna") as anna:
        garden = anna.library.create(title="Garden", description="")
        for number in range(300):
            garden.write(Message(f"palimpsest {number}"))
        async with finder(anna) as find:
            assert len(await find.texts("palimpsest")) == 20
            held = [path for path in anna.home.rglob("*") if path.is_file()]
            assert [path.name for path in held if b"alimpsest" in path.read_bytes()] == []
            assert find.search.indexing._index._connection.execute("PRAGMA database_list").fetchall() == [
                (0, "main", "")
            ]  # type: ignore[union-attr]


@pytest.mark.parametrize("query", ["", "  ", "!?", '"', "x" * 10_000, '") OR (text : "', "\0", "👩\u200d🚀"])
async def test_odd_queries_find_nothing_and_fail_nothing(tmp_path: Path, query: str) -> None:
    with person(tmp_path / "anna") as anna:
        messages.say(anna.library.create(title="Garden", description=""), "oak")
        async with finder(anna) as find:
            reply = await find.ask(query)
            assert (reply["results"], reply["cursor"]) == ([], None)
            assert await find.texts("oak") == ["oak"]


@pytest.mark.parametrize(
    ("text", "order"),
    [("", NEWEST), ("1-2-3", NEWEST), ("best-3", NEWEST), (f"1-2-{'a' * 64}", RELEVANCE), ("best-99999", RELEVANCE)],
)
async def test_a_cursor_that_is_none_is_refused(text: str, order: str) -> None:
    with pytest.raises(UsageError) as told:
        parse_cursor(text, order)
    assert told.value.code == "bad_request"


async def test_cursors_come_back_as_they_were() -> None:
    for cursor, order in ((Cursor(((1 << 48) - 1, 7, b"\x0a" * 32)), NEWEST), (Cursor(skip=12), RELEVANCE)):
        assert parse_cursor(str(cursor), order) == cursor
