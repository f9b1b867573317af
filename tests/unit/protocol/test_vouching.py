"""Which signatures stand for others, and the proofs that take their place."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from crypto.codec import decode, encode_flat
from crypto.ids import DeviceKey, OpId
from crypto.signatures import is_signed
from protocol.errors import RemoteError
from protocol.ops import CONTENT, CONTROL, Op, sign_op
from protocol.vouching import RUN, Link, Runs, is_proven, links, parse_proven, prove
from tests.builders import Talk, fixed

DEVICE, OTHER = DeviceKey(fixed("device")), DeviceKey(fixed("other"))


def name(label: str) -> OpId:
    return OpId(fixed(label))


def chain(label: str, count: int, *, device: DeviceKey = DEVICE, prev: OpId | None = None) -> list[Link]:
    made: list[Link] = []
    for number in range(count):
        before = made[-1].id if made else prev
        made.append(Link(name(f"{label} {number}"), CONTENT, device, before))
    return made


def test_the_last_of_a_chain_stands_for_the_others_and_every_so_many_are_asked_for() -> None:
    runs = Runs(chain("a", 100))
    assert sorted(runs.asked) == [99 - 3 * RUN, 99 - 2 * RUN, 99 - RUN, 99]
    checked = runs.settled(set(), ())
    assert checked.false == set()
    assert checked.vouched.keys() == set(range(100)) - set(runs.asked)
    assert checked.vouched[5] == name("a 6")


def test_each_device_stands_for_itself() -> None:
    both = [link for pair in zip(chain("a", 5), chain("b", 5, device=OTHER), strict=True) for link in pair]
    assert sorted(Runs(both).asked) == [8, 9]
    stolen = [*chain("a", 3), Link(name("c"), CONTENT, OTHER, name("a 2"))]
    assert sorted(Runs(stolen).asked) == [2, 3], "another device's predecessor"
    assert Runs([]).asked == []


def test_the_order_of_a_frame_does_not_matter() -> None:
    assert Runs(chain("a", 9)[::-1]).asked == [0]


def test_nothing_stands_for_another_where_a_chain_forks() -> None:
    stem = chain("a", 3)
    fork = [*stem, *chain("b", 2, prev=stem[-1].id), *chain("c", 2, prev=stem[-1].id)]
    assert sorted(Runs(fork).asked) == [2, 4, 6]
    assert sorted(Runs(stem, forked={DEVICE}).asked) == [0, 1, 2]
    assert sorted(Runs(stem, forked={OTHER}).asked) == [2]


def test_control_operations_and_proven_ones_stand_for_nothing() -> None:
    assert sorted(Runs([link._replace(plane=CONTROL) for link in chain("a", 4)]).asked) == [0, 1, 2, 3]
    stem = chain("a", 4)
    stem[2] = stem[2]._replace(is_proven=True)
    assert sorted(Runs(stem).asked) == [1, 3], "the third has a proof, so the second is looked at"


def test_beneath_a_false_signature_each_is_looked_at() -> None:
    runs = Runs(chain("a", RUN + 10))
    last, inner = RUN + 9, 9
    assert sorted(runs.beneath([last])) == list(range(inner + 1, last))
    assert sorted(runs.beneath([inner])) == list(range(inner))
    checked = runs.settled({last, 20}, runs.beneath([last]))
    assert checked.false == {last, 20}
    assert checked.vouched.keys() == set(range(inner))


# --- proofs ----------------------------------------------------------------------------------------------------------


class Chain:
    """Operations of one device, of which some are signed falsely."""

    def __init__(self, count: int, *false: int) -> None:
        talk = Talk("ana", "ben")
        self.conversation = talk.ana.id
        self.ops = [talk.ana.say(str(number)) for number in range(count)]
        self.genesis = next(iter(talk.ana.ops.values()))
        for at in false:
            self.ops[at] = replace(self.ops[at], signature=bytes(64))

    def successors(self, before: OpId) -> list[tuple[OpId, bytes, bytes]]:
        return [(op.id, op.header_bytes, op.signature) for op in self.ops if op.header.prev == before]

    def proof(self, at: int) -> bytes:
        return prove(links(self.ops)[at], self.successors)

    def parse(self, at: int, proof: bytes) -> Op:
        op = self.ops[at]
        return parse_proven([op.header_bytes, proof, op.body], conversation=self.conversation)


def refusal(chain: Chain, at: int, proof: bytes) -> str:
    with pytest.raises(RemoteError) as caught:
        chain.parse(at, proof)
    return caught.value.code


def test_a_proof_holds_the_headers_up_to_the_first_that_is_signed() -> None:
    made = Chain(6, 1, 2)
    proof = made.proof(1)
    signature, *headers = decode(proof)
    assert headers == [op.header_bytes for op in made.ops[2:4]]
    assert is_signed(made.ops[3].header.device, made.ops[3].id, signature)
    op = made.parse(1, proof)
    assert (op.id, op.body, op.signature) == (made.ops[1].id, made.ops[1].body, proof)
    assert is_proven(op)
    assert not is_proven(made.ops[0])
    assert made.parse(0, made.ops[0].signature) == made.ops[0]


def test_a_proof_goes_as_far_as_a_run_and_no_further() -> None:
    longest = Chain(RUN + 2, *range(RUN - 1))
    proof = longest.proof(0)
    assert len(decode(proof)) == RUN
    assert is_proven(longest.parse(0, proof))
    assert Chain(RUN + 2, *range(RUN)).proof(0) == b""
    assert Chain(3, 0, 1, 2).proof(0) == b""
    signature = decode(longest.proof(0))[0]
    further = [op.header_bytes for op in Chain(RUN + 2).ops[1 : RUN + 1]]
    assert refusal(longest, 0, encode_flat([signature, *further])) == "bad_op"


def test_of_a_fork_the_branch_that_is_signed_proves() -> None:
    made = Chain(3, 0, 1, 2)
    talk = Talk("ana", "ben")
    talk.ana.say("0")
    branch = talk.ana.say("another one")
    assert branch.header.prev == made.ops[0].id
    made.ops.append(branch)
    assert decode(made.proof(0))[1:] == [branch.header_bytes]
    assert is_proven(made.parse(0, made.proof(0)))


def changed(proof: bytes, at: int, value: object) -> bytes:
    parts = decode(proof)
    parts[at] = value
    return encode_flat(parts)


def test_a_changed_proof_is_refused() -> None:
    made = Chain(6, 1, 2)
    other = Talk("cat").cat.say("mine")
    proof = made.proof(1)
    signature, second, third = decode(proof)
    for false, code in [
        (changed(proof, 0, bytes(64)), "bad_signature"),
        (changed(proof, 0, b""), "bad_signature"),
        (encode_flat([signature, second]), "bad_signature"),
        (encode_flat([signature, third]), "bad_signature"),
        (encode_flat([signature, third, second]), "bad_signature"),
        (encode_flat([signature, other.header_bytes, third]), "bad_signature"),
        (encode_flat([signature]) + bytes(9), "bad_op"),
        (encode_flat([signature, 1, third]), "bad_op"),
        (encode_flat([signature, second, 1]), "bad_op"),
        (encode_flat([signature, second[:-1], third]), "bad_op"),
        (encode_flat([1, second, third]), "bad_op"),
        (proof + b"\0", "bad_op"),
        (bytes(65), "bad_op"),
        (b"\x91" * 70, "bad_op"),
        (bytes(40_000), "bad_op"),
    ]:
        assert refusal(made, 1, false) == code, false
    assert refusal(made, 3, proof) == "bad_signature", "it proves another one"
    assert refusal(made, 1, bytes(63)) == "bad_op", "shorter than a signature"


def test_nobody_else_vouches_for_a_device() -> None:
    """Whoever holds another device's operation could sign one of their own that names it as its predecessor."""
    made = Chain(3, 1)
    talk = Talk("ana", "ben")
    header = replace(made.ops[2].header, device=talk.ben.person.device_id)
    foreign = sign_op(header, made.ops[2].body, conversation=made.conversation, key=talk.ben.person.device.signing)
    proof = encode_flat([foreign.signature, foreign.header_bytes])
    assert refusal(made, 1, proof) == "bad_signature"
    back = sign_op(
        replace(made.ops[2].header, prev=foreign.id),
        made.ops[2].body,
        conversation=made.conversation,
        key=talk.ana.person.device.signing,
    )
    assert refusal(made, 1, encode_flat([back.signature, foreign.header_bytes, back.header_bytes])) == "bad_signature"


def test_a_control_operation_has_no_proof() -> None:
    made = Chain(2)
    genesis = made.genesis
    proof = encode_flat([made.ops[0].signature, made.ops[0].header_bytes])
    with pytest.raises(RemoteError) as caught:
        parse_proven([genesis.header_bytes, proof, genesis.body], conversation=made.conversation)
    assert caught.value.code == "bad_signature"


def test_a_proof_of_another_conversation_is_refused() -> None:
    made = Chain(3, 0)
    op = made.ops[0]
    with pytest.raises(RemoteError):
        parse_proven([op.header_bytes, made.proof(0), op.body], conversation=type(made.conversation)(fixed("other")))


def placed(ops: Sequence[Op]) -> list[int]:
    return Runs(links(ops)).asked


def test_links_of_real_operations() -> None:
    made = Chain(5)
    assert placed(made.ops) == [4]
    proven = replace(made.ops[4], signature=bytes(200))
    assert sorted(placed([*made.ops[:4], proven])) == [3, 4]
