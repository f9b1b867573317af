"""Changed frames and operations, in great number, against every decoder and both sides of a running sync.

Whatever comes, there is one kind of error, no memory goes with it, and what honest people wrote is still there.
`make soak` runs two hundred thousand of them, `make test` a few thousand.
"""

import contextlib
import gc
import tracemalloc
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from crypto.codec import decode, encode
from crypto.errors import CodecError
from crypto.ids import OpId
from protocol import limits
from protocol.errors import RemoteError
from protocol.ops import CONTENT, Op, body_hash, parse_header, parse_op, sign_op, verify_op
from protocol.sync import frames
from protocol.sync.frames import Ack, Frame, dump, load
from protocol.sync.ranges import MOST_IDS, MOST_RANGES
from tests.builders import START_MS, Member, Person, Talk, person, sealed_op
from tests.props.decoders import Decoder, decoders
from tests.props.fuzzing import Mutator
from tests.props.test_decoders import NAMES
from tests.wire import Count, answering, asking, long_answers, take

QUICK = {"decoder": 180, "session": 80, "question": 1_000, "signed": 160}
"""Changes of each decoder's samples, syncs with changes in them, questions, and operations signed anew."""
MEMORY_BYTES = 96 << 20
"""What a single frame of up to 256 KiB may need for a moment: msgpack makes room for arrays before it has read them."""


# --- decoders --------------------------------------------------------------------------------------------------------


def feed(decoder: Decoder, random: Random, count: int) -> int:
    """Feed changed samples; return how many were refused."""
    mutator, refused = Mutator(random, decoder.good), 0
    for _ in range(count):
        data = mutator.next()
        try:
            decoder.read(data)
        except decoder.errors:
            refused += 1
    return refused


@pytest.mark.parametrize("name", NAMES)
def test_changed_bytes_meet_a_refusal_or_a_value(name: str) -> None:
    count = QUICK["decoder"]
    refused = feed(decoders()[name], Random(name), count)
    assert refused > count // 4 or name in ("is locked", "sync frames"), "changes that nobody minds test nothing"


BOMBS = [
    b"\x91" * 250_000,
    b"\xdd\xff\xff\xff\xff" + b"\x90" * 200_000,
    b"\xdd\x00\x03\xd0\x00" + b"\xc0" * 250_000,
    b"\xdc\xff\xff" * 400 + bytes(100_000),
    b"\xdf\x00\x00\x01\x00" + b"\x01\x81\x01" * 80_000,
    b"\x94\x04\x01\xc6\x00\x03\xd0\x00" + b"\x91" * 250_000,
    b"\x93\x01\x93" + b"\x91" * 200_000,
    b"\xc6\xff\xff\xff\xff",
    b"\xc9\x7f\xff\xff\xff\x01",
    encode([2, 1, 1, [bytes(32)] * 7_000]),
    encode([8, 1, [b""] * 200_000]),
    encode([1, 1, 1, b"", bytes((1, 0)) * 100_000]),
    encode([1, 1, 1, b"", b"\x44\x01" + b"\xff\xff\xff\xff\xff\xff\x7f" * 9_000]),
    encode([4, 1, b"\xdd\x00\x00\x08\x01\x01" + b"\x92\xc0\xc0" * 2_048 + b"\x91" * 90_000, True, 1 << 40]),
]
"""What is small on the wire and would be large in memory."""


def test_no_frame_takes_much_memory() -> None:
    """Decoded alone and by all, nested or counted to the brim: nothing but its error, and little memory at any time."""
    gc.freeze()  # what is here already need not be looked through again for each frame
    tracemalloc.start()
    try:
        for name in ("gossip", "compact operations", "sync server"):
            decoder = decoders()[name]
            for data in BOMBS:
                gc.collect()
                tracemalloc.reset_peak()
                before, _ = tracemalloc.get_traced_memory()
                with contextlib.suppress(*decoder.errors):
                    decoder.read(data)
                _, peak = tracemalloc.get_traced_memory()
                assert peak - before < MEMORY_BYTES, (name, data[:12], peak - before)
    finally:
        tracemalloc.stop()
        gc.unfreeze()


# --- a running sync --------------------------------------------------------------------------------------------------


class Pair:
    """Two copies that differ, and what a sync between them says; made anew when a fuzzed one has been at them."""

    def __init__(self) -> None:
        self.talk = Talk("ana", "ben", "cat")
        for number in range(40):
            self.talk.ana.say(f"ana {number}")
            self.talk.ben.say(f"ben {number}")
        self.talk.cat.receive(list(self.talk.ben.ops.values()))
        self.talk.ana.grant(person("eve"))
        long_answers(self.talk.ana, 5)
        self.ana = list(self.talk.ana.ops.values())
        self.ben = list(self.talk.ben.ops.values())
        self.server = self._copy("ana", self.ana)
        self.questions: list[bytes] = []
        self.answers: list[bytes] = []
        self.run(Random(0), chance=0.0)
        self.questions.append(dump(Ack(1, 1 << 16)))  # said only where more lacks than the first credit
        assert len(self.questions) > 5
        assert len(self.answers) > 6

    def _copy(self, name: str, ops: list[Op]) -> Member:
        member = Member(self.talk.members[name].person, self.talk.id)
        member.receive_checked(ops)
        return member

    def run(self, random: Random, *, chance: float) -> tuple[Member, int]:
        """Run a sync in which each frame may be changed; return what the asker holds, and how many were.

        Ends as a sync of a node does: with the first RemoteError of either side, or once it is done.
        """
        asker = self._copy("ben", self.ben)
        puller, serving, changed = asking(asker), answering(self.server), 0
        questions, answers = Mutator(random, self.questions or [b"\0"]), Mutator(random, self.answers or [b"\0"])
        waiting = [dump(frame) for frame in puller.begin(now_ms=START_MS)]
        for _ in range(400):
            if not waiting or puller.is_done:
                break
            data = waiting.pop(0)
            self._record(self.questions, data, chance)
            if random.random() < chance:
                data, changed = questions.next() if random.randrange(2) else questions.change_bytes(data), changed + 1
            try:
                answered = [dump(frame) for frame in serving.handle(load(data), now_ms=START_MS)]
                for answer in answered:
                    self._record(self.answers, answer, chance)
                    if random.random() < chance:
                        changed += 1
                        answer = answers.next() if random.randrange(2) else answers.change_bytes(answer)
                    waiting += [dump(frame) for frame in take(asker, puller, load(answer), Count())]
            except RemoteError:
                break
        return asker, changed

    def _record(self, frames_seen: list[bytes], data: bytes, chance: float) -> None:
        if not chance:
            frames_seen.append(data)


@pytest.fixture(scope="module")
def pair() -> Pair:
    return Pair()


def fuzz_sessions(pair: Pair, random: Random, count: int) -> int:
    """Run syncs with changes in them; return how many frames were changed. Checks what the asker is left with."""
    changed = 0
    honest = {op.id: op for op in (*pair.ana, *pair.ben)}
    for _ in range(count):
        asker, more = pair.run(random, chance=random.choice((0.05, 0.2, 0.6)))
        changed += more
        assert all(honest.get(name) == op for name, op in asker.ops.items()), "something entered that nobody wrote"
        assert len(asker.replica.pending) <= limits.PENDING_PER_CONVERSATION
        asker.receive_checked(pair.ana)
        assert set(asker.ops) == set(honest), "something honest is kept out"
    return changed


def test_syncs_with_changed_frames_end_in_an_error_or_well(pair: Pair) -> None:
    count = QUICK["session"]
    assert fuzz_sessions(pair, Random("sessions"), count) > count // 2


def test_questions_changed_in_any_way_cost_the_answering_side_little(pair: Pair) -> None:
    """One server, many thousand bad questions on streams of their own: no more memory than the answers take."""
    server = pair.server
    mutator = Mutator(Random("questions"), pair.questions)
    for _ in range(50):
        answer(server, mutator.next())
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(QUICK["question"]):
            answer(server, mutator.next())
        gc.collect()
        after, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 1 << 20
    assert peak - before < MEMORY_BYTES


def answer(server: Member, data: bytes) -> list[Frame]:
    with contextlib.suppress(RemoteError):
        answers = answering(server).handle(load(data), now_ms=START_MS)
        assert all(len(dump(each)) <= limits.SYNC_FRAME_BYTES for each in answers)
        for each in answers:
            if isinstance(each, frames.Recon):
                assert len(each.ranges) <= MOST_RANGES
                assert sum(len(part.payload) for part in each.ranges if part.mode == 4) <= 32 * MOST_IDS
        return answers
    return []


# --- operations by somebody who belongs ------------------------------------------------------------------------------


class Insider:
    """A member's device that signs whatever dice make of honest operations."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.talk = Talk("ana", "ben", "cat", levels=[3, 2, 1])
        talk = self.talk
        ai = talk.ana.set_ai([person("ben")]).id
        invite = talk.ana.invite()
        talk.ana.admit(person("eve"), invite)
        talk.ana.wrap(person("eve"))
        talk.meet("ana", "ben", "cat")
        question = talk.ana.say("a question")
        talk.meet("ana", "ben", "cat")
        talk.ben.reply(ai, question.id)
        talk.meet("ana", "ben", "cat")
        talk.ana.remove(person("eve"))
        talk.meet("ana", "ben", "cat")
        self.ops = talk.ops()
        self.samples = Mutator(random, [b"\0"])
        self.bodies = [op.body for op in self.ops if op.header.plane != CONTENT]
        reading = talk.ana.replica.keyring
        self.plains = [reading.decrypt(op.header, op.body) for op in self.ops if op.header.plane == CONTENT]
        self.target = self.fresh()
        self.signed = 0

    def fresh(self) -> Member:
        member = Member(self.talk.cat.person, self.talk.id)
        member.receive_checked(self.ops)
        return member

    def next(self) -> Op | None:
        """Return an operation with a changed header, body, or both, signed by a member; None where none can be."""
        random = self.random
        op = random.choice([each for each in self.ops if not each.is_genesis])
        by: Person = random.choice([self.talk.ana.person, self.talk.ben.person, self.talk.cat.person, person("eve")])
        header = replace(op.header, device=by.device_id)
        if random.randrange(3) == 0:
            changed = self._changed_header(op)
            if changed is None:
                return None
            header = replace(changed, device=by.device_id)
        elif random.randrange(2):
            header = self._on_top(op, by)
        if header.plane == CONTENT:
            plain = Mutator(random, self.plains).next()
            try:
                return sealed_op(self.talk.ana, plain, header, by=by, device=header.device)
            except (KeyError, OverflowError, CodecError):
                return None
        body = Mutator(random, self.bodies).next()
        header = replace(header, body_bytes=len(body), body_hash=body_hash(body))
        try:
            return sign_op(header, body, conversation=self.talk.id, key=by.device.signing)
        except CodecError:
            return None

    def _on_top(self, op: Op, by: Person) -> Any:
        """Return a header at a sound place: next of a device, on the heads of the target."""
        plane = self.target.replica.plane(op.header.plane)
        tip = plane.tips.get(by.device_id)
        parents = tuple(sorted(name for _, name in plane.head_keys()[-limits.MAX_PARENTS :]))
        return replace(
            op.header,
            device=by.device_id,
            seq=tip[0] + 1 if tip else 0,
            prev=tip[1] if tip else None,
            parents=parents,
            depth=1 + max(plane.entry(parent).depth for parent in parents),
        )

    def _changed_header(self, op: Op) -> Any:
        fields = self.samples.change(decode(op.header_bytes))
        try:
            return parse_header(encode(fields))
        except (RemoteError, CodecError):
            return None

    def receive(self, count: int) -> int:
        """Let somebody receive changed operations; return how many came so far that were soundly signed."""
        for _ in range(count):
            op = self.next()
            if op is None:
                continue
            try:
                read = parse_op(op.wire(), conversation=self.talk.id)
            except RemoteError:
                continue
            verify_op(read)
            outcome = self.target.receive_checked([read])
            assert all(isinstance(error, RemoteError) for _, error in outcome.rejected)
            self.signed += 1
            if self.signed % 100 == 0:
                self.check()
                self.target = self.fresh()
        return self.signed

    def check(self) -> None:
        """What honest people wrote is in its place, and the copy loads again to the state that it has."""
        target = self.target
        assert {op.id for op in self.ops} <= set(target.ops)
        for plane in (target.replica.control, target.replica.content):
            for name in plane.log():
                assert all(cited in plane and cited not in plane.quarantine for cited in plane.entry(name).cited)
        assert target.restarted().state_hash() == target.state_hash()
        again = Member(target.person, target.id)
        for _ in range(2):
            again.receive_checked(list(reversed(target.ops.values())))
        assert set(again.ops) == set(target.ops)
        assert again.state_hash() == target.state_hash(), "what dice made comes to something else in another order"


def test_changed_operations_of_a_member_are_refused_or_count_for_what_they_say() -> None:
    insider = Insider(Random("insider"))
    assert insider.receive(QUICK["signed"]) > QUICK["signed"] // 4
    insider.check()
    honest = insider.talk.ana.say("still here")
    insider.target.receive([honest])
    assert honest.id in insider.target.shown


# --- long campaigns --------------------------------------------------------------------------------------------------


@pytest.mark.soak
@pytest.mark.timeout(3_600)
def test_two_hundred_thousand_changes(pair: Pair) -> None:
    made = 0
    for name in NAMES:
        count = 400 if name in ("keystore", "is locked") else 9_000
        feed(decoders()[name], Random(f"soak {name}"), count)
        made += count
    for seed in range(40):
        made += fuzz_sessions(pair, Random(seed), 100)
        made += Insider(Random(seed)).receive(2_000)
    assert made >= 200_000


def test_ids_are_what_is_in_the_corpus(pair: Pair) -> None:
    """The samples hold every frame there is, so that a change of any of them is tried."""
    kinds = {type(load(data)).__name__ for data in (*pair.questions, *pair.answers)}
    assert kinds >= {"Hello", "Recon", "Get", "Pull", "Ops", "Ack", "AskRegisters", "TellRegisters"}
    assert OpId(bytes(32)) not in {op.id for op in pair.ana}
