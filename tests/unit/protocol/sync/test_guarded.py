"""What a peer is served that is no member any more: who belongs, and nothing of what is said."""

from collections import deque

import pytest

from protocol import limits
from protocol.authority import cut_for, revocation
from protocol.bodies.content import Message
from protocol.errors import RemoteError
from protocol.ops import CONTENT, CONTROL, Op
from protocol.sync.frames import (
    Ack,
    AskRegisters,
    Failed,
    Follow,
    Frame,
    Get,
    Hello,
    Ops,
    Pull,
    Recon,
    Summary,
    dump,
    load,
)
from protocol.sync.guarded import GuardedServer
from protocol.sync.index import END, START
from protocol.sync.pull import Puller, Stage
from tests.builders import Member, Talk
from tests.wire import Count, asking, hello, take


class Door:
    """A server whose peer may be shown the door."""

    def __init__(self, member: Member, *, is_member: bool) -> None:
        self.member = member
        self.is_member = is_member
        self.server = GuardedServer(member.replica, member.registers, member.fetch, may_read=lambda: self.is_member)

    def ask(self, frame: Frame) -> list[Frame]:
        return [load(dump(each)) for each in self.server.handle(load(dump(frame)), now_ms=self.member.now_ms)]


def run(asker: Member, door: Door) -> Puller:
    """Run a sync to its end; RemoteError where the server turns it down."""
    puller = asking(asker)
    frames = puller.begin(now_ms=asker.now_ms)
    while not puller.is_done:
        answers = [answer for frame in frames for answer in door.ask(frame)]
        assert answers, "both sides wait"
        frames = [each for answer in answers for each in take(asker, puller, answer, Count())]
    return puller


@pytest.fixture
def talk() -> Talk:
    """Ana removed Ben and went on; Ben, who knows of nothing, wrote meanwhile."""
    talk = Talk("ana", "ben", "cat")
    talk.ben.say("seen")
    talk.meet()
    who = talk.ben.person.id
    authority = talk.ana.replica.authority
    tips = {device: [name] for device, (_, name) in talk.ana.replica.content.tips.items()}
    body = revocation(authority, talk.ana.person.id, {who: -1}, tips)
    assert body.cut == cut_for(authority, [who], tips)
    talk.ana.rule(body)
    talk.ana.say("after")
    talk.ben.say("unaware")
    return talk


def test_who_was_removed_learns_of_it_and_of_nothing_else(talk: Talk) -> None:
    assert talk.ben.texts() == ["seen", "unaware"]
    with pytest.raises(RemoteError) as told:
        run(talk.ben, Door(talk.ana, is_member=False))
    assert told.value.code == "not_member"
    assert talk.ben.replica.control.heads_hash() == talk.ana.replica.control.heads_hash()
    assert talk.ben.texts() == ["seen"]
    assert talk.ben.replica.authority.member(talk.ben.person.id) is None
    with pytest.raises(RemoteError):  # asking once more changes nothing
        run(talk.ben, Door(talk.ana, is_member=False))
    assert talk.ben.texts() == ["seen"]


def test_a_former_member_sees_nothing_of_the_content_whatever_it_asks(talk: Talk) -> None:
    door = Door(talk.ana, is_member=False)
    [answer] = door.ask(hello(talk.ben))
    assert isinstance(answer, Hello)
    assert answer.control == Summary.of(talk.ana.replica.control)
    assert (answer.content.count, answer.content.heads) == (0, ())
    names = tuple(talk.ana.replica.content.log())
    for asked in (
        Recon(1, CONTENT, b"", ((END, 1, bytes(16)),)),
        Recon(1, CONTENT, bytes(16), ((END, 1, bytes(16)),)),
        Get(2, CONTENT, names),
        Pull(3, CONTENT, START, END, 0, limits.SYNC_CREDIT_BYTES),
        Pull(3, CONTENT, START, END, 50, limits.SYNC_CREDIT_BYTES),
        AskRegisters(()),
        Follow(limits.SYNC_CREDIT_BYTES),
    ):
        answers = door.server.handle(asked, now_ms=0)  # type: ignore[arg-type]
        assert answers == [Failed(getattr(asked, "rid", 0), "not_member")], asked
    assert not door.server.is_followed
    assert door.server.push(deque([talk.ana.say("live")])) is None
    [served] = door.ask(Pull(4, CONTROL, START, END, 0, limits.SYNC_CREDIT_BYTES))
    assert isinstance(served, Ops)
    assert served.total == len(talk.ana.replica.control)
    assert door.ask(Ack(4, 1)) == []


def test_who_is_removed_while_being_served_gets_no_further_answer(talk: Talk) -> None:
    door = Door(talk.ana, is_member=True)
    door.ask(hello(talk.cat))
    [first] = door.ask(Pull(1, CONTENT, START, END, 0, limits.SYNC_CREDIT_BYTES))
    assert isinstance(first, Ops)
    door.ask(Follow(limits.SYNC_CREDIT_BYTES))
    waiting: deque[Op] = deque([talk.ana.write(Message("live"))])
    assert door.server.push(waiting) is not None
    door.is_member = False
    waiting.append(talk.ana.say("too late"))
    for act in (
        lambda: door.server.push(waiting),
        lambda: door.ask(Ack(0, 1)),
        lambda: door.ask(Get(2, CONTENT, (waiting[0].id,))),
        lambda: door.ask(Pull(2, CONTROL, START, END, 0, limits.SYNC_CREDIT_BYTES)),
    ):
        with pytest.raises(RemoteError) as told:
            act()
        assert told.value.code == "not_member"
    assert len(waiting) == 1


def test_a_member_is_served_as_ever(talk: Talk) -> None:
    puller = run(talk.cat, Door(talk.ana, is_member=True))
    assert puller.stage is Stage.DONE
    assert talk.cat.state_hash() == talk.ana.state_hash()
    assert talk.cat.texts() == ["seen", "after"]
