"""What a person does with messages: what everybody sees of it, and what is refused before anything is written."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trio

from crypto.ids import OpId
from node.conversations import messages
from node.conversations.conversation import Conversation
from node.conversations.timeline import NEWER_PROGRAM
from protocol.bodies.content import Edit, PhaseAdvance, PhaseSet, React
from protocol.bodies.control import Level, Policy
from protocol.compose import own_member
from protocol.errors import UsageError
from protocol.ops import CONTENT
from tests.unit.node.conversations.people import Person, Switchboard, invite, person, tell_everything

Json = dict[str, Any]


class Two:
    """Anna, an owner, and Ben, a member, each with a copy of one conversation."""

    def __init__(self, anna: Person, ben: Person, held: Conversation, joined: Conversation) -> None:
        self.anna, self.ben, self.held, self.joined = anna, ben, held, joined

    def meet(self) -> None:
        tell_everything(self.anna, self.ben, self.held)
        tell_everything(self.ben, self.anna, self.held)
        assert self.anna.state(self.held) == self.ben.state(self.joined)

    def both(self, name: OpId) -> tuple[Json, Json]:
        """Return a message as both see it, once they have met."""
        self.meet()
        found = [conversation.view.message(name) for conversation in (self.held, self.joined)]
        assert found[0] is not None
        assert found[1] is not None
        return found[0], found[1]

    def ops(self) -> int:
        return len(self.held.replica.content) + len(self.joined.replica.content)


@asynccontextmanager
async def two(tmp_path: Path) -> AsyncIterator[Two]:
    with person(tmp_path / "anna") as anna, person(tmp_path / "ben") as ben:
        async with trio.open_nursery() as nursery:
            board = Switchboard(nursery, anna, ben)
            held = anna.library.create(title="Garden", description="")
            joined = await board.join(ben, invite(anna, held))
            found = Two(anna, ben, held, joined)
            found.meet()
            yield found


@pytest.mark.trio
async def test_edited_by_its_author_and_by_nobody_else(tmp_path: Path) -> None:
    async with two(tmp_path) as both:
        name = messages.say(both.joined, "frist").id
        messages.edit(both.joined, name, "first, @Anna")
        for seen in both.both(name):
            assert (seen["text"], seen["edited"], seen["deleted"]) == ("first, @Anna", True, False)
            assert [each["name"] for each in seen["mentions"]] == ["Anna"]
        before = both.ops()
        messages.edit(both.joined, name, "first, @Anna")
        assert both.ops() == before, "the same text is no edit"
        with pytest.raises(UsageError) as told:
            messages.edit(both.held, name, "mine now")
        assert told.value.code == "not_allowed"
        both.held.write(Edit(name, "forced"))  # what a dishonest program writes counts for nobody
        assert [seen["text"] for seen in both.both(name)] == ["first, @Anna"] * 2


@pytest.mark.trio
async def test_deleted_by_its_author_or_an_owner_and_its_place_stays(tmp_path: Path) -> None:
    async with two(tmp_path) as both:
        mine, theirs = messages.say(both.joined, "Ben's").id, messages.say(both.held, "Anna's").id
        both.meet()
        messages.react(both.held, mine, "🌱", on=True)
        messages.pin(both.held, mine, on=True)
        with pytest.raises(UsageError) as told:
            messages.delete(both.joined, theirs)
        assert told.value.code == "not_allowed"
        assert "an owner or an admin" in told.value.reason
        messages.delete(both.joined, mine)
        messages.delete(both.held, theirs)
        for name in (mine, theirs):
            for seen in both.both(name):
                assert seen["deleted"]
                assert (seen["text"], seen["edited"], seen["reactions"], seen["pinned"]) == ("", False, [], False)
        assert both.held.view.summary()["pins"] == []
        again = messages.say(both.joined, "again").id
        both.meet()
        messages.delete(both.held, again)  # an owner may
        assert both.both(again)[1]["deleted"]
        before = both.ops()
        for act in (
            lambda: messages.delete(both.joined, mine),
            lambda: messages.edit(both.joined, mine, "back"),
            lambda: messages.react(both.joined, mine, "🌱", on=True),
            lambda: messages.pin(both.held, mine, on=True),
        ):
            with pytest.raises(UsageError) as told:
                act()
            assert told.value.code == "deleted"
        assert both.ops() == before
        assert mine in set(both.held.records.shown.timeline())


@pytest.mark.trio
async def test_reactions_count_people_once(tmp_path: Path) -> None:
    async with two(tmp_path) as both:
        name = messages.say(both.held, "herbs?").id
        both.meet()
        for conversation in (both.joined, both.held):
            messages.react(conversation, name, "👍", on=True)
            messages.react(conversation, name, " 👍 ", on=True)
        messages.react(both.joined, name, "👩‍👩‍👧‍👦", on=True)
        messages.react(both.joined, name, "\N{BLACK FLAG}\U000e0067\U000e0062\U000e007f", on=True)
        messages.react(both.joined, name, "👩‍👩‍👧‍👦", on=False)
        messages.react(both.joined, name, "🙈", on=False)
        mine, theirs = both.both(name)
        assert [(one["emoji"], one["count"], one["mine"]) for one in mine["reactions"]] == [
            ("👍", 2, True),
            ("\N{BLACK FLAG}\U000e0067\U000e0062\U000e007f", 1, False),
        ]
        assert {each["name"] for each in mine["reactions"][0]["people"]} == {"Anna", "Ben"}
        assert [one["mine"] for one in theirs["reactions"]] == [True, True]
        before = both.ops()
        for emoji in ("", "  ", "x" * 17, "a\nb", "\u202eabc", "\x1b[31m", "a\u2028b"):
            with pytest.raises(UsageError) as told:
                messages.react(both.held, name, emoji, on=True)
            assert told.value.code == "bad_request"
        assert both.ops() == before


@pytest.mark.trio
async def test_pins_and_archive_need_what_the_policy_says(tmp_path: Path) -> None:
    async with two(tmp_path) as both:
        names = [messages.say(both.held, f"{number}").id for number in range(3)]
        both.meet()
        for act in (
            lambda: messages.pin(both.joined, names[0], on=True),
            lambda: messages.archive(both.joined, on=True),
        ):
            with pytest.raises(UsageError) as told:
                act()
            assert told.value.code == "not_allowed"
        for at in (2, 0, 2):
            messages.pin(both.held, names[at], on=True)
        messages.archive(both.held, on=True)
        both.meet()
        for conversation in (both.held, both.joined):
            summary = conversation.view.summary()
            assert (summary["status"], summary["archived"]) == ("archived", True)
            assert summary["pins"] == [names[2].hex(), names[0].hex()]
            pinned = conversation.view.timeline.pins()
            assert [(message["text"], message["pinned"]) for message in pinned] == [("2", True), ("0", True)]
        owner = own_member(both.held.replica, level=Level.OWNER, to="say what members may do")
        both.held.rule(Policy(owner.proof, ((CONTENT, 7, 1), (CONTENT, 14, 1)), 0))
        both.meet()
        messages.pin(both.joined, names[2], on=False)
        messages.archive(both.joined, on=False)
        both.meet()
        summary = both.held.view.summary()
        assert (summary["status"], summary["archived"], summary["pins"]) == ("active", False, [names[0].hex()])


@pytest.mark.trio
async def test_notices_and_what_is_no_message_stay_as_they_are(tmp_path: Path) -> None:
    async with two(tmp_path) as both:
        joined = next(OpId(bytes.fromhex(each["id"])) for each in both.held.view.page(before=None, limit=9)[0])
        title = next(iter(both.held.replica.content.log()))
        told: list[tuple[Any, ...]] = []
        both.held._events.subscribe(lambda *event: told.append(event))
        for name, code in ((joined, "not_allowed"), (title, "unknown_message"), (OpId(bytes(32)), "unknown_message")):
            for act in (
                lambda name=name: messages.edit(both.held, name, "x"),
                lambda name=name: messages.delete(both.held, name),
                lambda name=name: messages.react(both.held, name, "x", on=True),
                lambda name=name: messages.pin(both.held, name, on=True),
            ):
                with pytest.raises(UsageError) as refused:
                    act()
                assert refused.value.code == code
            both.joined.write(React(name, "x"))  # a dishonest program's mark shows nowhere
        both.meet()
        assert [event for event in told if event[1] == "message" and event[2]["text"] == NEWER_PROGRAM] == []
        assert title not in [event[2].get("id") for event in told]


@pytest.mark.trio
async def test_every_change_of_a_message_is_told_again(tmp_path: Path) -> None:
    async with two(tmp_path) as both:
        name = messages.say(both.held, "one").id
        both.meet()
        told: list[Json] = []
        both.ben.events.subscribe(lambda _, event, payload: told.append(payload) if event == "message" else None)
        for act in (
            lambda: messages.edit(both.held, name, "two"),
            lambda: messages.react(both.held, name, "👍", on=True),
            lambda: messages.pin(both.held, name, on=True),
            lambda: messages.pin(both.held, name, on=False),
            lambda: messages.react(both.held, name, "👍", on=False),
            lambda: messages.delete(both.held, name),
        ):
            told.clear()
            act()
            both.meet()
            assert [message["id"] for message in told] == [name.hex()]
            assert told[0] == both.joined.view.message(name)


@pytest.mark.trio
async def test_mentions_are_stored_as_identities(tmp_path: Path) -> None:
    async with two(tmp_path) as both:
        name = messages.say(both.held, "@Ben and @nobody, see `@Anna`").id
        ben = both.ben.profile.secrets.identity.public
        assert both.both(name)[0]["mentions"] == [{"identity": ben.hex(), "name": "Ben"}]


@pytest.mark.trio
async def test_phase_notices_say_what_happened(tmp_path: Path) -> None:
    async with two(tmp_path) as both:
        moved, jumped = both.held.write(PhaseAdvance(0)).id, both.held.write(PhaseSet(8, 1)).id
        assert both.both(moved)[1]["text"] == "Anna moved the conversation on to prometaphase"
        assert both.both(jumped)[1]["text"] == "Anna set the phase to anaphase"


@pytest.mark.trio
async def test_who_left_changes_nothing(tmp_path: Path) -> None:
    async with two(tmp_path) as both:
        name = messages.say(both.joined, "mine").id
        both.joined.set_status("left")
        for act in (
            lambda: messages.say(both.joined, "x"),
            lambda: messages.edit(both.joined, name, "x"),
            lambda: messages.delete(both.joined, name),
            lambda: messages.react(both.joined, name, "x", on=True),
            lambda: messages.archive(both.joined, on=True),
        ):
            with pytest.raises(UsageError) as told:
                act()
            assert told.value.code == "left"
