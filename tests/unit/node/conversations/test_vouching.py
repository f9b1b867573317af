"""False signatures that later ones stand for: whatever one node took for authentic, every other node takes too."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
import trio

from crypto.ids import OpId
from crypto.signatures import SIGNATURE_BYTES
from node.conversations.conversation import Conversation
from node.store import chains
from protocol import limits
from protocol.bodies.content import Message
from protocol.bodies.control import Level, Revoke
from protocol.compose import own_member, write_content
from protocol.errors import RemoteError
from protocol.ops import CONTENT, Header, Op, sign_op, stored_header
from protocol.sync.frames import Ops, dump, load
from protocol.sync.pull import Puller
from protocol.sync.serve import Server
from protocol.vouching import RUN
from tests.unit.node.conversations.people import Person, Switchboard, invite, person

NAMES = ("anna", "ben", "cat", "dan")


class Circle:
    """Four members of one conversation, each with a database."""

    def __init__(self, people: dict[str, Person], conversation: OpId) -> None:
        self.people = people
        self._id = conversation

    def __getitem__(self, name: str) -> Conversation:
        return next(each for each in self.people[name].library.conversations.values() if each.id == self._id)

    def falsify(self, name: str, *ops: Op) -> None:
        """Replace signatures in somebody's database."""
        for op in ops:
            self.people[name].database.execute("UPDATE operations SET signature = zeroblob(64) WHERE id = ?", [op.id])

    def signature(self, name: str, op: Op) -> bytes:
        return self[name].records.ops([op.id])[0].signature


@pytest.fixture
async def circle(tmp_path: Path) -> Iterator[Circle]:
    with ExitStack() as stack:
        people = {name: stack.enter_context(person(tmp_path / name)) for name in NAMES}
        anna = people["anna"]
        conversation = anna.library.create(title="Garden", description="")
        async with trio.open_nursery() as nursery:
            switchboard = Switchboard(nursery, *people.values())
            link = invite(anna, conversation, uses=3)
            for name in NAMES[1:]:
                await switchboard.join(people[name], link)
        made = Circle(people, conversation.id)
        for name in NAMES[1:]:
            await sync(made[name], made["anna"])
        yield made


async def sync(asker: Conversation, source: Conversation, *, frame_bytes: int = 0) -> int:
    """Bring a copy up to another; return how many frames of operations that took."""
    with pytest.MonkeyPatch.context() as patch:
        if frame_bytes:
            patch.setattr(limits, "SYNC_OPS_FRAME_BYTES", frame_bytes)
        server = Server(source.replica, source.registers, source.records.fetch)
        puller = Puller(asker.replica, asker.registers, new_salt=lambda: bytes(16))
        asked, frames = [dump(frame) for frame in puller.begin(now_ms=0)], 0
        while not puller.is_done:
            answers = [dump(answer) for frame in asked for answer in server.handle(load(frame), now_ms=0)]
            asked = []
            for answer in answers:
                frame = load(answer)
                frames += isinstance(frame, Ops)
                step = puller.handle(frame)
                await asker.receive_many(step.ops)
                follow = puller.taken() if step.is_last else step.then if step.has_ops else []
                asked += [dump(frame) for frame in (*step.send, *follow)]
        return frames


def log(conversation: Conversation) -> list[OpId]:
    return conversation.replica.content.log()


@pytest.mark.trio
async def test_a_false_signature_inside_a_run_reaches_everybody(circle: Circle) -> None:
    ben = circle["ben"]
    said = [ben.write(Message(str(number))) for number in range(12)]
    circle.falsify("ben", *said[2:9])
    await sync(circle["anna"], ben)
    assert log(circle["anna"]) == log(ben)
    frames = await sync(circle["cat"], circle["anna"], frame_bytes=1_500)
    assert frames >= 4, "so that runs end everywhere"
    assert log(circle["cat"]) == log(ben)
    proven = [op for op in said if len(circle.signature("cat", op)) > SIGNATURE_BYTES]
    assert proven
    assert set(proven) <= {*said[2:9]}
    assert circle.signature("anna", proven[0]) == circle.signature("cat", proven[0]), "made once and kept"
    await sync(circle["dan"], circle["cat"], frame_bytes=900)
    assert log(circle["dan"]) == log(ben)
    states = {circle.people[name].state(circle[name]) for name in NAMES}
    assert len(states) == 1


@pytest.mark.trio
async def test_each_by_itself_with_the_longest_run_of_false_signatures(circle: Circle) -> None:
    ben = circle["ben"]
    said = [ben.write(Message(str(number))) for number in range(RUN + 3)]
    circle.falsify("ben", *said[3 : RUN + 2])
    await sync(circle["anna"], ben)
    ben.write(Message("later, so that other signatures are asked for"))
    await sync(circle["anna"], ben)
    await sync(circle["dan"], circle["anna"])
    assert log(circle["dan"]) == log(ben)
    await sync(circle["cat"], circle["anna"], frame_bytes=1)
    assert log(circle["cat"]) == log(ben)
    assert sum(len(circle.signature("cat", op)) > SIGNATURE_BYTES for op in said) == RUN - 1


@pytest.mark.trio
async def test_the_last_is_refused_until_it_comes_with_a_true_signature(circle: Circle) -> None:
    anna, ben = circle["anna"], circle["ben"]
    said = [ben.write(Message(str(number))) for number in range(5)]
    true = circle.signature("ben", said[-1])
    circle.falsify("ben", *said[3:])
    await sync(anna, ben)
    assert said[2].id in anna.replica
    assert said[3].id not in anna.replica
    circle.people["ben"].database.execute("UPDATE operations SET signature = ? WHERE id = ?", [true, said[-1].id])
    await sync(anna, ben)
    assert log(anna) == log(ben)


def continued(conversation: Conversation, op: Op, **changes: object) -> Op:
    """Return an operation that follows `op` in its device's chain, truly signed."""
    made = write_content(conversation.replica, Message("next"), now_ms=1, nonce=bytes(24))
    place = {"seq": op.header.seq + 1, "prev": op.id, "parents": (op.id,), "depth": op.header.depth + 1}
    header = replace(made.header, **{**place, **changes})
    key = conversation.profile.secrets.device.signing
    return sign_op(header, made.body, conversation=conversation.id, key=key)


@pytest.mark.trio
@pytest.mark.parametrize("change", ["place", "wait"])
async def test_who_finds_no_place_vouches_for_nothing(circle: Circle, change: str) -> None:
    anna, ben = circle["anna"], circle["ben"]
    true = write_content(ben.replica, Message("first"), now_ms=1, nonce=bytes(24))
    changes = {"depth": true.header.depth + 7} if change == "place" else {"auth": (OpId(bytes(32)),)}
    after = continued(ben, true, **changes)
    before = circle.people["anna"].state(anna)
    false = replace(true, signature=bytes(64))
    with pytest.raises(RemoteError) as caught:
        await anna.receive_many([false, after])
    assert caught.value.code == "bad_signature"
    assert circle.people["anna"].state(anna) == before
    await anna.receive_many([true, after])
    assert true.id in anna.replica
    assert after.id not in anna.replica
    assert circle.signature("anna", true) == true.signature


@pytest.mark.trio
async def test_another_device_vouches_for_nothing(circle: Circle) -> None:
    anna, ben, cat = circle["anna"], circle["ben"], circle["cat"]
    true = write_content(ben.replica, Message("first"), now_ms=1, nonce=bytes(24))
    after = continued(cat, true)
    await anna.receive_many([replace(true, signature=bytes(64)), after])
    assert true.id not in anna.replica


@pytest.mark.trio
async def test_a_voucher_in_quarantine_still_proves(circle: Circle) -> None:
    anna, ben, cat = circle["anna"], circle["ben"], circle["cat"]
    said = [ben.write(Message(str(number))) for number in range(4)]
    circle.falsify("ben", said[1], said[2])
    await sync(anna, ben)
    device, identity = said[0].header.device, circle.people["ben"].profile.secrets.identity.public
    proof = own_member(anna.replica, level=Level.ADMIN, to="remove").proof
    anna.rule(Revoke(proof, ((identity, 0),), ((device, (said[1].id,)),)))
    assert said[2].id in anna.replica.content.quarantine
    await sync(cat, anna)
    assert said[1].id in cat.replica
    assert said[2].id not in cat.replica
    assert log(cat) == log(anna)
    assert len(circle.signature("cat", said[1])) > SIGNATURE_BYTES
    await sync(circle["dan"], cat)
    assert log(circle["dan"]) == log(anna)


@pytest.mark.trio
async def test_from_a_device_that_forked_each_signature_is_looked_at(circle: Circle) -> None:
    anna, ben = circle["anna"], circle["ben"]
    one = write_content(ben.replica, Message("one"), now_ms=1, nonce=bytes(24))
    two = write_content(ben.replica, Message("two"), now_ms=2, nonce=bytes(24))
    await anna.receive_many([one, two])
    assert ben.profile.secrets.device.public in anna.replica.content.forked
    after = continued(ben, one)
    later = continued(ben, after)
    await anna.receive_many([replace(after, signature=bytes(64)), later])
    assert after.id not in anna.replica
    assert [op.header.plane for op in (after, later)] == [CONTENT, CONTENT]


@pytest.mark.trio
async def test_a_full_disk_keeps_no_proof_and_ends_no_sync(circle: Circle) -> None:
    anna, ben = circle["anna"], circle["ben"]
    said = [ben.write(Message(str(number))) for number in range(4)]
    circle.falsify("ben", said[1])
    await sync(anna, ben)
    disk = circle.people["anna"].database
    disk.execute("CREATE TEMP TRIGGER full BEFORE UPDATE ON operations BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    await sync(circle["cat"], anna, frame_bytes=1)
    assert log(circle["cat"]) == log(ben)
    assert len(circle.signature("anna", said[1])) == SIGNATURE_BYTES
    disk.execute("DROP TRIGGER full")
    await sync(circle["dan"], anna, frame_bytes=1)
    assert log(circle["dan"]) == log(ben)
    assert len(circle.signature("anna", said[1])) > SIGNATURE_BYTES


@pytest.mark.trio
async def test_a_proof_is_found_in_what_came_after_the_first_was_asked_for(circle: Circle) -> None:
    anna, ben = circle["anna"], circle["ben"]
    for number in range(2):
        said = [ben.write(Message(f"{number} {at}")) for at in range(4)]
        circle.falsify("ben", said[1])
        await sync(anna, ben)
        await sync(circle["cat"], anna, frame_bytes=1)
        assert len(circle.signature("cat", said[1])) > SIGNATURE_BYTES
    assert log(circle["cat"]) == log(ben)


@pytest.mark.trio
async def test_a_proof_is_looked_for_nearby_however_much_its_author_wrote(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, ben = circle["anna"], circle["ben"]
    monkeypatch.setattr(chains, "BLOCK", 10)
    monkeypatch.setattr(chains, "REACH", 20)
    looked = 0

    def counted(data: bytes) -> Header:
        nonlocal looked
        looked += 1
        return stored_header(data)

    said = [ben.write(Message(str(number))) for number in range(80)]
    circle.falsify("ben", said[2], said[45])
    await sync(anna, ben)
    monkeypatch.setattr(chains, "stored_header", counted)
    for at in (2, 45):
        (found,) = anna.records.successors(said[at].id)
        assert found[0] == said[at + 1].id
        assert list(anna.records.successors(said[at].id)) == [found]
    assert looked < 2 * 40
    later = ben.write(Message("later"))
    await sync(anna, ben)
    (found,) = anna.records.successors(said[-1].id)
    assert found[0] == later.id
    looked = 0
    await sync(circle["cat"], anna, frame_bytes=1)
    assert log(circle["cat"]) == log(ben)
    assert looked < 2 * 40
