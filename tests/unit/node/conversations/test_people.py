"""Removing, roles, leaving and handing over, between real profiles joined by a wire in memory."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
import trio

from crypto.ids import ConversationId, IdentityKey
from node.conversations import farewells
from node.conversations.conversation import Conversation
from node.conversations.farewells import Farewells, confirmation, unconfirmed
from node.conversations.people import People
from node.profile import create_profile
from protocol.bodies.content import Message
from protocol.bodies.control import ControlKind, Leave, Level, Revoke
from protocol.errors import RemoteError, UsageError
from protocol.registers import PROFILE
from tests.unit.node.conversations.people import (
    Person,
    Switchboard,
    invite,
    person,
    stored_state,
    tell_everything,
)

Json = dict[str, Any]


class Circle:
    """Some people in one conversation that the first of them began; nothing travels by itself."""

    def __init__(self, board: Switchboard, people: dict[str, Person], name: ConversationId) -> None:
        self.board = board
        self.people = people
        self.id = name
        self.heard: dict[str, list[tuple[str, Json]]] = {who: [] for who in people}
        for who, one in people.items():
            one.events.subscribe(lambda _id, event, payload, who=who: self.heard[who].append((event, payload)))

    def at(self, name: str) -> Conversation:
        return self.people[name].library.conversations[self.id]

    def ask(self, name: str) -> People:
        return People(self.at(name))

    def key(self, name: str) -> IdentityKey:
        return self.people[name].profile.secrets.identity.public

    def say(self, name: str, text: str) -> str:
        return self.at(name).write(Message(text)).id.hex()

    def meet(self, *names: str) -> None:
        """Let these (or all) give each other everything."""
        met = names or tuple(self.people)
        for _ in range(2):
            for source in met:
                for target in met:
                    if source != target:
                        tell_everything(self.people[source], self.people[target], self.at(source))

    def texts(self, name: str) -> list[str]:
        page, _ = self.at(name).view.page(before=None, limit=200)
        return [message["text"] for message in page if message["kind"] == "human"]

    def notices(self, name: str) -> list[str]:
        page, _ = self.at(name).view.page(before=None, limit=200)
        return [message["text"] for message in page if message["kind"] == "notice"]

    def roles(self, name: str) -> dict[str, str]:
        return {member["name"]: member["role"] for member in self.ask(name).members()}

    def states(self, *names: str) -> set[bytes]:
        """Return the states of these (or all), in memory and on disk."""
        return {
            state
            for name in names or tuple(self.people)
            for state in (self.people[name].state(self.at(name)), stored_state(self.people[name], self.at(name)))
        }


@asynccontextmanager
async def circle(tmp_path: Path, *names: str, **roles: str) -> AsyncIterator[Circle]:
    """Make a conversation of these people, with these roles, all of them up to date."""
    async with AsyncExitStack() as stack:
        people = {name: stack.enter_context(person(tmp_path / name)) for name in names}
        async with trio.open_nursery() as nursery:
            board = Switchboard(nursery, *people.values())
            held = people[names[0]].library.create(title="Garden", description="")
            made = Circle(board, people, held.id)
            for name in names[1:]:
                made.meet(*list(people)[: names.index(name)])
                (await board.join(people[name], invite(people[names[0]], held))).introduce()
            made.meet()
            for name, role in roles.items():
                made.ask(names[0]).set_role(name, role)
            made.meet()
            assert len(made.states()) == 1
            yield made


def refused(act: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(UsageError) as told:
        act()
    return told.value.code, told.value.reason


@pytest.mark.trio
async def test_what_a_removed_person_wrote_unseen_is_shown_to_nobody_and_what_was_seen_stays(tmp_path: Path) -> None:
    async with circle(tmp_path, "anna", "ben", "carla") as made:
        made.say("ben", "seen by all")
        made.meet()
        made.say("ben", "seen by carla alone")
        made.meet("ben", "carla")
        plan = made.ask("anna").removal("ben", with_invited=False)
        assert (plan["who"]["name"], plan["kept"], plan["invited"], plan["invites"]) == ("Ben", 1, [], 0)
        assert made.roles("anna")["Ben"] == "member"  # a plan is no deed
        made.ask("anna").remove("ben", with_invited=False)
        made.say("ben", "written after, unaware")
        made.say("anna", "we go on")
        made.heard["carla"].clear()
        made.meet()
        assert made.texts("anna") == made.texts("carla") == ["seen by all", "we go on"]
        assert made.texts("ben") == ["seen by all"]  # and of what is said from then on Ben takes nothing in
        assert made.roles("anna") == made.roles("carla") == {"Anna": "owner", "Carla": "member"}
        assert len(made.states("anna", "carla")) == 1
        assert [event for event, _ in made.heard["carla"]].count("gone") == 1
        assert made.notices("carla")[-1] == "Anna removed Ben"
        former = made.ask("carla").former()
        assert [(one["name"], one["how"], one["by_name"], one["kept"]) for one in former] == [
            ("Ben", "removed", "Anna", 1)
        ]
        assert former[0]["hidden"] >= 1


@pytest.mark.trio
async def test_the_removed_person_is_told_keeps_history_and_can_no_longer_write(tmp_path: Path) -> None:
    async with circle(tmp_path, "anna", "ben") as made:
        made.say("anna", "hello")
        made.meet()
        made.ask("anna").remove("Ben", with_invited=False)
        made.say("ben", "unaware")
        made.meet()
        copy = made.at("ben")
        assert copy.status == copy.view.summary()["status"] == "removed"
        assert ("members", {"members": copy.view.members()}) in made.heard["ben"]
        assert "gone" in {event for event, _ in made.heard["ben"]}
        assert made.texts("ben") == ["hello"]
        code, why = refused(lambda: made.say("ben", "let me in"))
        assert code == "removed"
        assert "by Anna" in why
        assert refused(made.ask("ben").leave)[0] == "removed"
        assert refused(lambda: made.ask("ben").remove("Anna", with_invited=False))[0] == "not_allowed"
        copy.slots.publish(PROFILE, b"Benjamin")  # nothing happens
        assert copy.view.person(made.key("ben")) == "Ben"
        made.people["ben"].close()
        with person(tmp_path / "ben") as later:  # a restart does not forget it
            again = later.library.conversations[made.id]
            assert again.status == "removed"
            assert refused(lambda: again.write(Message("and now?")))[0] == "removed"


@pytest.mark.trio
async def test_one_who_is_invited_or_granted_back_writes_again(tmp_path: Path) -> None:
    async with circle(tmp_path, "anna", "ben", "carla") as made:
        made.say("ben", "before")
        made.meet()
        old = invite(made.people["anna"], made.at("anna"), uses=0)
        made.ask("anna").remove("ben", with_invited=False)
        made.say("ben", "unaware")
        made.meet()
        with pytest.raises(UsageError) as told:  # a link from before does not undo a removal
            await made.board.join(made.people["ben"], old)
        assert told.value.code == "expired_invite"
        assert made.at("ben").status == "removed"
        assert await made.board.join(made.people["ben"], invite(made.people["anna"], made.at("anna"))) is made.at("ben")
        assert made.at("ben").status == "active"
        made.say("ben", "back by a new link")
        made.meet()
        assert made.texts("carla") == ["before", "back by a new link"]
        assert len(made.states()) == 1


@pytest.mark.trio
async def test_one_who_was_removed_is_taken_back_without_a_link(tmp_path: Path) -> None:
    async with circle(tmp_path, "anna", "ben", "carla", ben="admin") as made:
        made.say("ben", "before")
        made.meet()
        made.ask("anna").remove("ben", with_invited=False)
        invite(made.people["ben"], made.at("ben"))  # of this nobody will ever hear
        made.say("ben", "unaware")
        made.meet()
        assert made.at("ben").status == "removed"
        assert made.ask("anna").set_role("ben", "member")["role"] == "member"  # without a link
        made.meet()
        assert made.at("ben").status == "active"
        made.say("ben", "back by a grant")
        made.meet()
        assert made.texts("anna") == made.texts("carla") == ["before", "back by a grant"]
        assert made.ask("anna").former() == []
        assert made.roles("carla")["Ben"] == "member"
        assert len(made.states()) == 1
        made.ask("anna").set_role("ben", "admin")
        made.meet()
        invite(made.people["ben"], made.at("ben"))  # control operations go on from where they broke off, too
        made.meet()
        assert len(made.states()) == 1


@pytest.mark.trio
async def test_a_second_removal_does_not_bring_back_what_the_first_one_hid(tmp_path: Path) -> None:
    async with circle(tmp_path, "anna", "ben", "carla") as made:
        made.say("ben", "kept")
        made.meet()
        made.ask("anna").remove("ben", with_invited=False)
        made.say("ben", "hidden")
        made.at("anna").receive(_ops(made.at("ben")))
        made.meet()
        assert made.texts("anna") == ["kept"]
        assert made.ask("anna").former()[0]["hidden"] == 1
        made.ask("anna").set_role("ben", "member")
        made.meet()
        made.ask("anna").remove("ben", with_invited=False)
        made.meet()
        assert made.texts("anna") == made.texts("carla") == ["kept"]


@pytest.mark.trio
async def test_those_whom_somebody_invited_go_with_them_where_wished_and_allowed(tmp_path: Path) -> None:
    async with circle(tmp_path, "anna", "ben", "carla", ben="admin") as made, AsyncExitStack() as stack:
        for name in ("dora", "emil"):
            made.people[name] = stack.enter_context(person(tmp_path / name))
            made.heard[name] = []
        board = Switchboard(made.board.nursery, *made.people.values())
        for name in ("dora", "emil"):
            (await board.join(made.people[name], invite(made.people["ben"], made.at("ben")))).introduce()
            made.meet("ben", name)
        made.meet()
        invite(made.people["ben"], made.at("ben"), uses=5)
        made.meet()
        by = {member["name"]: member["by_name"] for member in made.ask("anna").members()}
        assert by == {"Anna": None, "Ben": "Anna", "Carla": "Anna", "Dora": "Ben", "Emil": "Ben"}
        plan = made.ask("anna").removal("ben", with_invited=False)
        assert [(one["name"], one["removed"]) for one in plan["invited"]] == [("Dora", False), ("Emil", False)]
        assert plan["invites"] == 1
        made.say("emil", "I was here")
        made.meet()
        assert made.ask("anna").removal("ben", with_invited=True)["kept"] == 1
        made.ask("anna").set_role("dora", "owner")
        made.meet()
        plan = made.ask("dora").removal("ben", with_invited=True)
        # whoever was raised by somebody else is not theirs any more
        assert [(one["name"], one["removed"]) for one in plan["invited"]] == [("Emil", True)]
        made.ask("anna").remove("ben", with_invited=True)
        made.meet()
        assert made.roles("carla") == {"Anna": "owner", "Dora": "owner", "Carla": "member"}
        assert made.notices("carla")[-1] in ("Anna removed Ben and Emil", "Anna removed Emil and Ben")
        assert all(one["by_name"] != "Ben" or one["used"] for one in made.ask("anna").invites())
        assert made.at("emil").status == "removed"
        assert len(made.states("anna", "carla", "dora")) == 1


@pytest.mark.trio
async def test_who_may_not_is_told_why_before_anything_is_written(tmp_path: Path) -> None:
    async with circle(tmp_path, "anna", "ben", "carla", "dora", ben="admin", carla="admin") as made:
        before = made.states()
        for name, act, code, words in (
            ("ben", lambda ask: ask.remove("carla", with_invited=False), "not_allowed", "only an owner"),
            ("ben", lambda ask: ask.remove("anna", with_invited=False), "not_allowed", "only an owner"),
            ("ben", lambda ask: ask.remove("ben", with_invited=False), "not_allowed", "leave instead"),
            ("dora", lambda ask: ask.remove("carla", with_invited=False), "not_allowed", "only an owner or an admin"),
            ("ben", lambda ask: ask.set_role("dora", "admin"), "not_allowed", "only an owner"),
            ("ben", lambda ask: ask.set_role("ben", "owner"), "not_allowed", "your own"),
            ("ben", lambda ask: ask.set_role("ben", "admin"), "bad_request", "already"),
            ("ben", lambda ask: ask.hand_over("dora"), "not_allowed", "only an owner"),
            ("anna", lambda ask: ask.leave(), "not_allowed", "only owner"),
            ("anna", lambda ask: ask.set_role("anna", "member"), "not_allowed", "only owner"),
            ("anna", lambda ask: ask.hand_over("anna"), "bad_request", "somebody else"),
            ("anna", lambda ask: ask.remove("zoe", with_invited=False), "unknown_member", "nobody"),
            ("anna", lambda ask: ask.revoke_invite("ffffff"), "unknown_invite", "no invite"),
            ("dora", lambda ask: ask.revoke_invite(ask.invites()[0]["id"]), "not_allowed", "owner or an admin"),
        ):
            told = refused(lambda name=name, act=act: act(made.ask(name)))  # type: ignore[misc]
            assert told[0] == code, (name, told)
            assert words in told[1], (name, told)
            assert told[1][0].islower() or told[1].startswith("Ben")
            assert not told[1].endswith(".")
        assert made.states() == before


@pytest.mark.trio
async def test_two_admins_who_remove_each_other_have_no_effect(tmp_path: Path) -> None:
    async with circle(tmp_path, "anna", "ben", "carla", ben="admin", carla="admin") as made:
        for by, whom in (("ben", "carla"), ("carla", "ben")):
            member = made.at(by).replica.authority.member(made.key(by))
            assert member is not None
            made.at(by).rule(Revoke(member.proof, ((made.key(whom), 0),)))  # as no honest program does
        made.say("ben", "still here")
        made.say("carla", "so am I")
        made.meet()
        assert made.roles("anna") == {"Anna": "owner", "Ben": "admin", "Carla": "admin"}
        assert sorted(made.texts("anna")) == ["so am I", "still here"]
        assert set(made.notices("anna")[-2:]) == {
            "Ben tried to remove Carla, which has no effect",
            "Carla tried to remove Ben, which has no effect",
        }
        assert len(made.states()) == 1


@pytest.mark.trio
async def test_who_left_is_gone_for_all_and_an_admin_makes_it_binding(tmp_path: Path) -> None:
    async with circle(tmp_path, "anna", "ben", "carla") as made:
        made.say("ben", "goodbye")
        assert made.ask("ben").leave() == {"status": "left"}
        assert refused(lambda: made.say("ben", "one more thing"))[0] == "left"
        assert refused(made.ask("ben").leave)[0] == "left"
        made.meet()
        assert made.roles("anna") == {"Anna": "owner", "Carla": "member"}
        [leave] = unconfirmed(made.at("anna").replica.authority, made.key("anna"))
        assert list(unconfirmed(made.at("carla").replica.authority, made.key("carla"))) == []
        made.at("anna").rule(confirmation(made.at("anna"), leave))
        assert list(unconfirmed(made.at("anna").replica.authority, made.key("anna"))) == []
        made.meet()
        assert made.notices("carla")[-2:] == ["Ben left", "Anna confirmed that Ben left"]
        assert made.texts("carla") == ["goodbye"]
        assert [one["how"] for one in made.ask("carla").former()] == ["left"]
        assert made.at("ben").status == "left"
        assert len(made.states("anna", "carla")) == 1
        old = invite(made.people["anna"], made.at("anna"))
        await made.board.join(made.people["ben"], old)  # who left comes back by any link that is good
        assert made.at("ben").status == "active"
        made.say("ben", "here I am")
        made.meet()
        assert made.texts("anna")[-1] == "here I am"
        assert list(unconfirmed(made.at("anna").replica.authority, made.key("anna"))) == []
        made.ask("anna").remove("ben", with_invited=False)
        assert made.notices("anna")[-1] == "Anna removed Ben"  # the leave of then is another story
        assert made.ask("anna").former()[0]["how"] == "removed"


@pytest.mark.trio
async def test_a_confirmed_leave_binds_what_the_one_who_left_dates_back(tmp_path: Path) -> None:
    async with circle(tmp_path, "anna", "ben") as made:
        made.say("ben", "before")
        made.meet()
        member = made.at("ben").replica.authority.member(made.key("ben"))
        assert member is not None
        made.people["ben"].close()
        with person(tmp_path / "ben") as cheat:  # two lives from one profile: one leaves, one goes on unaware
            left, wrote = cheat.library.conversations[made.id], made.at("anna")
            unaware = left.write(Message("as if I had not left"))
            leave = left.rule(Leave(member.proof))
            wrote.receive([leave])
            [rule] = unconfirmed(wrote.replica.authority, made.key("anna"))
            wrote.rule(confirmation(wrote, rule))
            wrote.receive([unaware])
        assert made.texts("anna") == ["before"]


@pytest.mark.trio
async def test_a_conversation_handed_over_belongs_to_the_other(tmp_path: Path) -> None:
    async with circle(tmp_path, "anna", "ben", "carla", ben="admin") as made:
        assert made.ask("anna").hand_over("Ben")["role"] == "owner"
        made.meet()
        assert made.roles("carla") == {"Anna": "member", "Ben": "owner", "Carla": "member"}
        code, why = refused(lambda: made.ask("anna").remove("ben", with_invited=False))
        assert (code, "only an owner" in why) == ("not_allowed", True)
        assert made.notices("carla")[-2:] == ["Anna made Ben an owner", "Anna is only a member now"]
        made.ask("ben").set_role("carla", "admin")
        code, why = refused(lambda: made.ask("ben").remove("anna", with_invited=False))
        assert (code, "owned this conversation before you" in why) == ("not_allowed", True)
        made.say("anna", "thank you")
        made.meet()
        assert made.roles("anna") == {"Anna": "member", "Ben": "owner", "Carla": "admin"}
        assert refused(made.ask("ben").leave)[1].startswith("you are the only owner")
        assert made.ask("anna").leave() == {"status": "left"}
        made.meet()
        assert made.roles("carla") == {"Ben": "owner", "Carla": "admin"}
        assert len(made.states("ben", "carla")) == 1


@pytest.mark.trio
async def test_roles_rise_and_fall(tmp_path: Path) -> None:
    async with circle(tmp_path, "anna", "ben", "carla", ben="owner") as made:
        assert made.ask("ben").set_role("carla", "admin")["role"] == "admin"
        made.meet()
        assert made.ask("anna").set_role("carla", "member")["role"] == "member"
        assert "older" not in refused(lambda: made.ask("ben").set_role("anna", "member"))[1]
        assert made.ask("ben").set_role("ben", "admin")["role"] == "admin"  # stepping down needs nobody's leave
        made.meet()
        assert made.roles("carla") == {"Anna": "owner", "Ben": "admin", "Carla": "member"}
        [rule] = unconfirmed(made.at("anna").replica.authority, made.key("anna"))
        made.at("anna").rule(confirmation(made.at("anna"), rule))
        made.meet()
        assert made.notices("carla")[-1] == "Anna confirmed that Ben is only an admin now"
        assert list(unconfirmed(made.at("anna").replica.authority, made.key("anna"))) == []
        assert made.roles("carla")["Ben"] == "admin"
        assert len(made.states()) == 1


@pytest.mark.trio
async def test_an_invite_taken_back_lets_nobody_in(tmp_path: Path) -> None:
    async with circle(tmp_path, "anna", "ben", ben="admin") as made:
        with person(tmp_path / "carla") as carla:
            board = Switchboard(made.board.nursery, *made.people.values(), carla)
            link = invite(made.people["ben"], made.at("ben"), uses=3)
            made.meet()
            open_ = [one for one in made.ask("anna").invites() if one["uses"] == 3]
            assert [(one["by_name"], one["used"], one["expired"]) for one in open_] == [("Ben", 0, False)]
            taken = made.ask("anna").revoke_invite(open_[0]["id"][:12])
            assert taken == {"id": open_[0]["id"]}
            made.meet()
            assert all(one["id"] != taken["id"] for one in made.ask("ben").invites())
            with pytest.raises(UsageError) as told:
                await board.join(carla, link)
            assert told.value.code == "bad_invite"
            mine = made.ask("ben")
            invite(made.people["ben"], made.at("ben"), uses=4)
            made.meet()
            made.ask("anna").set_role("ben", "member")
            made.meet()
            [own] = [one for one in mine.invites() if one["uses"] == 4]
            assert mine.revoke_invite(own["id"])["id"] == own["id"]  # one's own, whatever one is by now


@pytest.mark.trio
async def test_people_are_found_by_name_or_id_and_never_by_a_guess(tmp_path: Path) -> None:
    names = ("ann", "anna", "bea")
    for name in names:
        create_profile(tmp_path / name, {"bea": "Bea Tree"}.get(name, name.capitalize()), None)
    async with circle(tmp_path, *names) as made:
        ask = made.ask("ann")

        def found(who: str) -> str:
            return str(ask.removal(who, with_invited=False)["who"]["name"])

        assert found("anna") == found("ANNA") == found("  anna ") == "Anna"
        assert found("bea") == found("Bea T") == "Bea Tree"
        assert found(made.key("anna").hex()) == found(made.key("anna").hex()[:20].upper()) == "Anna"
        assert "yourself" in refused(lambda: found("ann"))[1]  # a whole name counts before a longer one
        assert refused(lambda: found("an"))[0] == "ambiguous"
        assert refused(lambda: found(""))[0] == "unknown_member"
        assert refused(lambda: found("a\u0000"))[0] == "unknown_member"
        # somebody who takes another's id for a name is not taken for them
        made.at("bea").slots.publish(PROFILE, made.key("anna").hex()[:10].encode())
        made.meet()
        assert refused(lambda: found(made.key("anna").hex()[:10]))[0] == "ambiguous"
        assert refused(lambda: found(made.key("anna").hex()[:4]))[0] == "ambiguous"
        assert found(made.key("anna").hex()[:12]) == "Anna"


@pytest.mark.trio
async def test_a_newcomer_learns_the_names_of_those_who_are_gone(tmp_path: Path) -> None:
    async with circle(tmp_path, "anna", "ben") as made:
        made.say("ben", "remember me")
        made.meet()
        made.ask("anna").remove("ben", with_invited=False)
        with person(tmp_path / "carla") as carla:
            board = Switchboard(made.board.nursery, *made.people.values(), carla)
            copy = await board.join(carla, invite(made.people["anna"], made.at("anna")))
            assert copy.view.person(made.key("ben")) == "Ben"
            [said] = [each for each in copy.view.page(before=None, limit=9)[0] if each["kind"] == "human"]
            assert (said["author_name"], said["text"]) == ("Ben", "remember me")
            forged = made.at("ben")
            forged.status = "active"
            for register in forged.registers.newer_than(()):
                assert copy.slots.receive(register) is False  # a name once known is not changed from outside
        with pytest.raises(RemoteError) as told, person(tmp_path / "zoe") as zoe:
            held = zoe.library.create(title="Elsewhere", description="")
            held.introduce()
            for register in held.registers.newer_than(()):
                made.at("anna").slots.receive(register)
        assert told.value.code == "foreign"


class Turns:
    """The farewells of several admins, each told when its copy changes, with operations given on at once."""

    def __init__(self, made: Circle, *admins: str) -> None:
        self.made = made
        self.admins = admins
        self.busy: set[str] = set()
        self.all = {
            name: Farewells(is_busy=lambda _conversation, name=name: name in self.busy, random=Random(name))
            for name in admins
        }

    def spread(self) -> None:
        self.made.meet()
        for name in self.admins:
            self.all[name].look(self.made.at(name))

    def revokes(self) -> int:
        rules = self.made.at(self.admins[0]).replica.authority.rules.values()
        return sum(isinstance(rule.body, Revoke) for rule in rules)


@pytest.mark.trio
async def test_of_several_admins_one_confirms_a_leave_and_another_where_that_one_does_not(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with circle(tmp_path, "anna", "ben", "carla", "dora", ben="admin", carla="admin") as made:
        turns = Turns(made, "anna", "ben", "carla")
        admins = frozenset(made.key(name) for name in turns.admins)
        async with trio.open_nursery() as nursery:
            for name in turns.admins:
                made.at(name).view.connected = admins
                made.at(name).hooks.on_control = lambda: nursery.start_soon(trio.lowlevel.checkpoint)
                await nursery.start(turns.all[name].run)
            made.ask("dora").leave()
            turns.spread()
            for _ in range(40):
                await trio.sleep(0.5)
                turns.spread()
            assert turns.revokes() == 1
            assert made.roles("anna") == {"Anna": "owner", "Ben": "admin", "Carla": "admin"}

            # the one whose turn it is hears nothing any more: the next one does it
            await made.board.join(made.people["dora"], invite(made.people["anna"], made.at("anna")))
            made.meet()
            made.say("dora", "back")
            made.ask("dora").leave()
            made.meet()
            turns.busy = set(turns.admins)
            turns.spread()
            await trio.sleep(3 * farewells.TURN_S + 10)
            made.meet()
            assert turns.revokes() == 1  # a sync under way is waited for
            turns.busy = {"anna", "ben"}
            await trio.sleep(2)
            made.meet()
            assert turns.revokes() == 2
            turns.busy = set()
            await trio.sleep(60)
            made.meet()
            assert turns.revokes() == 2
            assert made.texts("anna") == ["back"]
            nursery.cancel_scope.cancel()
        assert len(made.states("anna", "ben", "carla")) == 1


@pytest.mark.trio
async def test_the_longest_removal_takes_several_operations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("node.conversations.people.SUBJECTS", 2)
    async with circle(tmp_path, "anna", "ben", "carla", "dora", "emil", ben="admin") as made:
        assert made.ask("anna").removal("ben", with_invited=True)["invited"] == []  # all came by Anna's links
        made.ask("anna").set_role("ben", "owner")
        made.meet()
        for name in ("carla", "dora", "emil"):
            made.ask("anna").remove(name, with_invited=False)
            made.meet("anna", "ben")
            made.ask("ben").set_role(name, "member")
        made.meet("anna", "ben")
        plan = made.ask("anna").remove("ben", with_invited=True)
        assert {one["name"] for one in plan["invited"]} == {"Carla", "Dora", "Emil"}
        made.meet()
        assert made.roles("anna") == {"Anna": "owner"}
        assert {made.at(name).status for name in ("ben", "carla", "dora", "emil")} == {"removed"}


def _ops(conversation: Conversation) -> list[Any]:
    """Return everything a copy holds of what was said, also what counts no more."""
    identity = conversation.profile.secrets.identity.public
    return conversation.records.ops([each.entry.id for each in conversation.records.written_by(identity)])


@pytest.mark.trio
async def test_who_hands_over_steps_down_in_the_same_transaction_or_not_at_all(tmp_path: Path) -> None:
    """A disk that fills up between the two would leave two owners behind."""
    async with circle(tmp_path, "anna", "ben") as here:
        held, anna, ben = here.at("anna"), here.people["anna"], here.key("ben").hex()
        before = anna.state(held)
        anna.database.execute(
            f"CREATE TEMP TRIGGER full BEFORE INSERT ON operations WHEN NEW.kind = {int(ControlKind.LEAVE)} "
            "BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
        with pytest.raises(UsageError, match="nothing was changed"):
            here.ask("anna").hand_over(ben)
        assert anna.state(held) == before == stored_state(anna, held)
        anna.database.execute("DROP TRIGGER full")
        here.ask("anna").hand_over(ben)
        levels = {identity.hex(): member.level for identity, member in held.replica.authority.members().items()}
        assert levels == {ben: Level.OWNER, here.key("anna").hex(): Level.MEMBER}


@pytest.mark.trio
async def test_who_is_removed_goes_with_their_invites_or_not_at_all(tmp_path: Path) -> None:
    async with circle(tmp_path, "anna", "ben", ben="admin") as here:
        held, anna = here.at("anna"), here.people["anna"]
        invite(here.people["ben"], here.at("ben"), uses=3)
        here.meet()
        before = anna.state(held)
        anna.database.execute(
            f"CREATE TEMP TRIGGER full BEFORE INSERT ON operations WHEN NEW.kind = {int(ControlKind.INVITE_REVOKE)} "
            "BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
        with pytest.raises(UsageError, match="nothing was changed"):
            here.ask("anna").remove("ben", with_invited=False)
        assert anna.state(held) == before == stored_state(anna, held)
        anna.database.execute("DROP TRIGGER full")
        assert here.ask("anna").remove("ben", with_invited=False)["invites"] == 1
        assert [one for one in here.ask("anna").invites() if one["uses"] == 3] == []


@pytest.mark.trio
async def test_one_whose_node_ended_while_they_left_has_left(tmp_path: Path) -> None:
    async with circle(tmp_path, "anna", "ben") as here:
        held, ben = here.at("ben"), here.people["ben"]
        member = held.replica.authority.member(here.key("ben"))
        assert member is not None
        told: list[str] = []
        ben.events.subscribe(lambda _, event, payload: told.append(payload["status"]) if "status" in payload else None)
        held.rule(Leave(member.proof))
        with person(ben.home) as again:
            assert again.library.conversations[held.id].view.summary()["status"] == "left"
        assert "removed" not in told
