"""What a person may do by the rules is what they are told, and what is accepted of them."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from crypto.ids import OpId
from node.conversations import messages
from node.conversations.conversation import Conversation
from node.conversations.people import People
from node.conversations.rights import FIXED, GOVERNED
from node.phases import Phases
from protocol.bodies.content import ContentKind
from protocol.bodies.control import ControlKind, Level, Policy
from protocol.compose import own_member
from protocol.errors import UsageError
from protocol.ops import CONTENT, CONTROL
from tests.unit.node.conversations.people import Person
from tests.unit.node.conversations.test_messages import Two, two


def told_of(conversation: Conversation) -> set[str]:
    return set(conversation.view.summary()["may"])


def about(conversation: Conversation, name: str) -> set[str]:
    return next(set(each["may"]) for each in conversation.view.members() if each["name"] == name)


async def accepted(person: Person, conversation: Conversation, *, his: OpId, hers: OpId) -> set[str]:
    """Return which of the rights that a policy governs this person can use."""
    phases, found = Phases(conversation), set()

    async def do(act: Callable[[], object]) -> None:
        act()

    def invite() -> object:
        return person.library.invite(conversation, uses=1, expires_s=600, addresses=("/ip4/127.0.0.1/tcp/1",))

    acts: dict[str, Callable[[], Awaitable[object]]] = {
        "message": lambda: do(lambda: messages.say(conversation, "hello")),
        "edit": lambda: do(lambda: messages.edit(conversation, his, "other words")),
        "react": lambda: do(lambda: messages.react(conversation, hers, "+", on=True)),
        "pin": lambda: do(lambda: messages.pin(conversation, hers, on=True)),
        "title": lambda: do(lambda: messages.describe(conversation, title="Another")),
        "description": lambda: do(lambda: messages.describe(conversation, description="Another")),
        "archive": lambda: do(lambda: messages.archive(conversation, on=True)),
        "invite": lambda: do(invite),
        "delete": lambda: do(lambda: messages.delete(conversation, hers)),
        "progress": lambda: phases.progress(0.5),
        "advance": lambda: phases.advance(from_phase="prophase"),
    }
    for right, act in acts.items():
        try:
            await act()
        except UsageError as refused:
            if refused.code != "not_allowed":
                raise
        else:
            found.add(right)
    return found


def set_policy(both: Two, *rows: tuple[int, int, int]) -> None:
    owner = own_member(both.held.replica, level=Level.OWNER, to="say what members may do")
    both.held.rule(Policy(owner.proof, rows, 0))
    both.meet()


@pytest.mark.trio
@pytest.mark.parametrize(
    "rows",
    [
        (),
        ((CONTENT, ContentKind.PIN, 1), (CONTENT, ContentKind.ARCHIVE, 1), (CONTROL, ControlKind.INVITE_CREATE, 1)),
        ((CONTENT, ContentKind.TITLE, 2), (CONTENT, ContentKind.REACT, 3), (CONTENT, ContentKind.PHASE_ADVANCE, 2)),
        ((CONTENT, ContentKind.MESSAGE, 2), (CONTENT, ContentKind.EDIT, 2), (CONTENT, ContentKind.DELETE, 1)),
        (
            (CONTENT, ContentKind.PHASE_PROGRESS, 3),
            (CONTENT, ContentKind.DESCRIPTION, 3),
            (CONTENT, ContentKind.PIN, 3),
        ),
    ],
)
async def test_what_a_member_is_told_is_what_is_accepted_whatever_the_policy(
    tmp_path: Path, rows: tuple[tuple[int, int, int], ...]
) -> None:
    async with two(tmp_path) as both:
        hers, his = messages.say(both.held, "hers").id, messages.say(both.joined, "his").id
        both.meet()
        if rows:
            set_policy(both, *rows)
        tested = set(GOVERNED) - {"ai", "pause"}
        told = told_of(both.joined)
        assert told_of(both.held) == {*GOVERNED, *FIXED}
        assert await accepted(both.ben, both.joined, his=his, hers=hers) == told & tested
        assert "leave" in told
        assert {"revoke", "stop"} & told == set()


@pytest.mark.trio
async def test_what_is_told_follows_the_role_and_ends_with_the_membership(tmp_path: Path) -> None:
    async with two(tmp_path) as both:
        assert about(both.held, "Ben") == {"admin", "owner", "remove", "hand_over"}
        assert about(both.held, "Anna") == set()
        assert about(both.joined, "Anna") == set()
        People(both.held).set_role("Ben", "admin")
        both.meet()
        assert told_of(both.joined) == {*GOVERNED, *FIXED}
        assert about(both.joined, "Anna") == set(), "an admin does nothing about an owner"
        assert about(both.held, "Ben") == {"member", "owner", "remove", "hand_over"}
        People(both.held).set_role("Ben", "owner")
        both.meet()
        assert about(both.joined, "Anna") == {"hand_over"}, "she owned it before him"
        People(both.joined).leave()
        assert told_of(both.joined) == set()
        assert about(both.held, "Anna") == set()


@pytest.mark.trio
async def test_only_invites_that_one_may_take_back_are_told_to_be_so(tmp_path: Path) -> None:
    async with two(tmp_path) as both:
        set_policy(both, (CONTROL, ControlKind.INVITE_CREATE, 1))
        addresses = ("/ip4/127.0.0.1/tcp/1",)
        both.ben.library.invite(both.joined, uses=1, expires_s=600, addresses=addresses)
        both.meet()
        for conversation in (both.held, both.joined):
            for invite in People(conversation).invites():
                mine = invite["by_name"] == conversation.profile.secrets.name
                assert invite["revocable"] is (mine or conversation is both.held)
        hers = next(one for one in People(both.joined).invites() if one["by_name"] == "Anna")
        with pytest.raises(UsageError):
            People(both.joined).revoke_invite(hers["id"])
