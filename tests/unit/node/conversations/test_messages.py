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
from protocol.bodies.content import ContentKind, Edit, PhaseAdvance, PhaseProgress, PhaseSet, React
from protocol.bodies.control import Level, Policy
from protocol.compose import own_member
from protocol.errors import UsageError
from protocol.ops import CONTENT
from tests.unit.node.conversations.people import Person, SetClock, Switchboard, invite, person, tell_everything

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
        both.anna.events.subscribe(lambda *event: told.append(event))
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
async def test_who_moved_the_phase_when_and_from_where(tmp_path: Path) -> None:
    async with two(tmp_path) as both:
        assert both.held.view.moved() == {"by": None, "by_name": None, "ts": None, "from": None}
        both.held.write(PhaseAdvance(0))
        both.meet()
        both.joined.write(PhaseProgress(1, 4000))
        both.joined.write(PhaseProgress(0, 9000))  # of a phase that is over
        both.meet()
        for view in (both.held.view, both.joined.view):
            moved = view.moved()
            assert (moved["by"], moved["by_name"]) == (both.ben.profile.secrets.identity.public.hex(), "Ben")
            assert moved["ts"].endswith("Z")
            assert moved["from"] == {"phase": "prometaphase", "progress": 0.0, "cycle": 0, "step": 1}
            assert view.phase()["progress"] == 0.4


@pytest.mark.trio
async def test_title_and_description_change_for_everybody_where_the_rules_allow(tmp_path: Path) -> None:
    async with two(tmp_path) as both:
        messages.describe(both.joined, title="Orchard", description="Trees.")
        both.meet()
        for conversation in (both.held, both.joined):
            summary = conversation.view.summary()
            assert (summary["title"], summary["description"]) == ("Orchard", "Trees.")
            told = [each["text"] for each in conversation.view.page(before=None, limit=9)[0]]
            assert told.count("Ben changed the title to “Orchard”") == 1
            assert told.count("Ben changed the description") == 1
        before = both.ops()
        messages.describe(both.held, title="Orchard", description="Trees.")
        assert both.ops() == before, "what is so already writes nothing"
        messages.describe(both.held, description="")
        owner = own_member(both.held.replica, level=Level.OWNER, to="say what members may do")
        both.held.rule(Policy(owner.proof, ((CONTENT, ContentKind.TITLE, 2),), 0))
        both.meet()
        assert both.joined.view.summary()["description"] == ""
        told = [each["text"] for each in both.joined.view.page(before=None, limit=9)[0]]
        assert told.count("Anna removed the description") == 1
        before = both.ops()
        with pytest.raises(UsageError) as refused:
            messages.describe(both.joined, description="Bushes.", title="Heath")
        assert refused.value.reason == "only an owner or an admin of this conversation can change the title"
        assert both.ops() == before, "nothing of both is written"


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
            lambda: messages.describe(both.joined, title="x"),
        ):
            with pytest.raises(UsageError) as told:
                act()
            assert told.value.code == "left"


@pytest.mark.trio
async def test_what_a_message_said_before_its_edits_is_told_in_order(tmp_path: Path) -> None:
    async with two(tmp_path) as both:
        name = messages.say(both.joined, "frist").id
        for text in ("first", "first!", "first"):
            messages.edit(both.joined, name, text)
        both.meet()
        both.held.write(Edit(name, "forced"))  # somebody else's counts for nobody
        both.meet()
        for conversation in (both.held, both.joined):
            assert [each["text"] for each in messages.edits(conversation, name)] == [
                "frist",
                "first",
                "first!",
                "first",
            ]
            assert all(set(each) == {"text", "ts"} for each in messages.edits(conversation, name))
        plain = messages.say(both.held, "never changed").id
        assert [each["text"] for each in messages.edits(both.held, plain)] == ["never changed"]
        messages.delete(both.joined, name)
        both.meet()
        for conversation in (both.held, both.joined):
            with pytest.raises(UsageError) as told:
                messages.edits(conversation, name)
            assert told.value.code == "deleted"


@pytest.mark.trio
async def test_of_very_many_edits_the_first_text_and_the_newest_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("node.conversations.timeline.MOST_EDITS", 2)
    async with two(tmp_path) as both:
        name = messages.say(both.held, "0").id
        for text in ("1", "2", "3"):
            messages.edit(both.held, name, text)
        assert [each["text"] for each in messages.edits(both.held, name)] == ["0", "2", "3"]


@pytest.mark.trio
async def test_the_first_unread_message_is_the_first_of_others_after_what_was_read(tmp_path: Path) -> None:
    async with two(tmp_path) as both:
        both.joined.mark_read(both.joined.records.shown.page(before=None, limit=1)[-1].op.id)
        assert both.joined.view.timeline.first_unread() is None
        tick(both)
        messages.say(both.joined, "my own is never unread")
        both.meet()
        one = messages.say(both.held, "one").id
        tick(both)
        two_ = messages.say(both.held, "two").id
        both.meet()
        assert both.joined.view.timeline.first_unread() == one.hex()
        both.joined.mark_read(one)
        assert both.joined.view.timeline.first_unread() == two_.hex()
        both.joined.mark_read(two_)
        assert both.joined.view.timeline.first_unread() is None


def tick(both: Two) -> None:
    for each in (both.anna, both.ben):
        assert isinstance(each.clock, SetClock)
        each.clock.at_ms += 1_000
