"""The golden vectors: what is written today, byte for byte, and that it is read as it was meant.

A failure here says that this program no longer speaks with those in use. If a format was changed on purpose, run
`python -m tests.vectors.make` and look at every difference.
"""

import json
from collections.abc import Callable
from random import Random
from typing import Any, get_args

import pytest

from crypto.certificates import parse_certificate
from crypto.epochs import Position, commitment, decrypt_body, open_history, unwrap
from crypto.errors import SignatureError
from crypto.ids import ConversationId, DeviceKey, OpId
from crypto.keystore import Secrets, is_locked, read_keystore
from crypto.sealed import open_closed
from crypto.signatures import JOIN_CONTEXT, OP_CONTEXT, verify
from protocol import gossip, join
from protocol.bodies.content import SCHEMAS, Message, dump_content, kind_of, load_content
from protocol.bodies.control import SCHEMAS as SCHEMAS_OF_CONTROL
from protocol.bodies.control import Admit, ControlKind, dump_control, load_control
from protocol.bodies.signals import AiDelta, Heartbeat, Signal, State, Typing
from protocol.ephemeral import Ear
from protocol.invite import Invite, parse_link
from protocol.ops import parse_op, verify_op
from protocol.registers import PROFILE, Registers, parse_register, verify_register
from protocol.sentence import Sentence, unpacked
from protocol.sync import frames
from protocol.sync.compact import OpsDecoder
from protocol.sync.index import KeyIndex
from protocol.sync.ranges import load_ranges
from protocol.sync.recon import Reconciler
from protocol.sync.respond import respond
from protocol.sync.views import view_of
from protocol.vouching import is_proven
from tests.builders import Member, Talk, person
from tests.vectors import appendix
from tests.vectors.make import FILES, HERE
from tests.vectors.scenario import verdict


def load(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((HERE / f"{name}.json").read_text())
    return found


@pytest.mark.parametrize("name", FILES)
def test_nothing_has_changed(name: str) -> None:
    build: Callable[[], dict[str, Any]] = FILES[name]
    assert json.loads(json.dumps(build())) == load(name)


def test_certificate() -> None:
    held = load("keys")
    certificate = parse_certificate(bytes.fromhex(held["certificate"]))
    assert certificate.identity.hex() == held["identity"]
    assert certificate.device.hex() == held["device"]
    assert certificate.box.hex() == held["box"]
    assert certificate.peer_id.decode() == held["peer_id"]
    assert certificate.created_ms == held["created_ms"]


def test_operations() -> None:
    held = load("operations")
    conversation = ConversationId(bytes.fromhex(held["conversation"]))
    member = Member(person("ana"), conversation)
    ops = []
    for row in held["operations"]:
        wire = [bytes.fromhex(row[name]) for name in ("header", "signature", "body")]
        op = parse_op(wire, conversation=conversation)
        verify_op(op)
        assert (op.id.hex(), op.header.plane, op.header.seq, op.header.depth) == (
            row["id"],
            row["plane"],
            row["seq"],
            row["depth"],
        )
        ops.append(op)
    assert not member.receive(ops).missing
    assert member.key(member.epoch).hex() == held["epoch_key"]
    assert [name.hex() for name in member.timeline()] == held["timeline"]
    assert member.texts() == held["texts"] == ["hi", "hello", "what is a cell?", "a small room"]
    assert member.replica.control.heads_hash().hex() == held["control_heads_hash"]
    assert member.replica.content.heads_hash().hex() == held["content_heads_hash"]
    assert member.state_hash().hex() == held["state_hash"]


def test_epochs() -> None:
    held = load("epochs")
    value = {name: bytes.fromhex(text) for name, text in held.items() if isinstance(text, str)}
    assert unwrap(value["wrap"], box_secret=value["box_secret"], commit=value["commit"]) == value["epoch_key"]
    assert commitment(value["epoch_key"]) == value["commit"]
    assert open_history(value["epoch_key"], value["history"]) == value["earlier_key"]
    position = Position(
        ConversationId(value["conversation"]), DeviceKey(value["device"]), held["plane"], held["seq"], value["prev"]
    )
    plain = decrypt_body(value["content_key"], value["body"], position=position)
    assert plain == value["plaintext"]
    assert load_content(plain) == Message("hello")
    assert open_closed(value["epoch_key"], value["closed"], associated=b"here") == b"text"


def test_keystore() -> None:
    held = load("keystore")
    secrets = Secrets.make(held["name"], bytes.fromhex(held["secrets"]))
    locked, opened = bytes.fromhex(held["locked"]), bytes.fromhex(held["open"])
    assert is_locked(locked)
    assert not is_locked(opened)
    assert read_keystore(locked, passphrase=held["passphrase"]) == secrets
    assert read_keystore(opened, passphrase=None) == secrets


def test_invites() -> None:
    held = load("invites")
    value = {name: bytes.fromhex(held[name]) for name in ("transcript", "invite_signature", "device_signature")}
    conversation = ConversationId(bytes.fromhex(held["conversation"]))
    invite = parse_link(held["link"])
    assert invite == Invite(conversation, bytes.fromhex(held["seed"]), tuple(held["addresses"]))
    assert invite.signing.public.hex() == held["invite_key"]
    assert invite.open_preview(bytes.fromhex(held["preview"])) == held["preview_text"]
    for public, signature in (("invite_key", "invite_signature"), ("device", "device_signature")):
        verify(bytes.fromhex(held[public]), value["transcript"], signature=value[signature], context=JOIN_CONTEXT)
    admit = load_control(bytes.fromhex(held["admit"]))
    assert isinstance(admit, Admit)
    assert admit.invite_signature == value["invite_signature"]
    kinds = [type(join.load(bytes.fromhex(data))).__name__ for data in held["frames"].values()]
    assert kinds == ["Ask", "Challenge", "Proof", "Admitted", "Refused"]


def test_signals() -> None:
    held = load("signals")
    talk = Talk("ana", "ben")
    assert talk.id.hex() == held["conversation"]
    keyring = talk.ben.replica.keyring
    register = parse_register(bytes.fromhex(held["register"]))
    verify_register(register, conversation=talk.id)
    registers = Registers(keyring)
    registers.merge(register)
    assert registers.value(person("ana").device_id, PROFILE) == b"Ana"
    ear = Ear(talk.ben.replica.authority, keyring)
    origin = person("ana").certificate.peer_id

    def heard(name: str) -> Signal:
        return ear.hear(bytes.fromhex(held[name]), origin=origin, now_ms=held["now_ms"], now_s=0.0).signal

    assert heard("typing") == Typing(True)
    delta = heard("delta")
    assert isinstance(delta, AiDelta)
    assert delta.text == "so far"
    assert heard("heartbeat") == Heartbeat(State.AWAY, 7_250)
    failed = heard("failed")
    assert isinstance(failed, AiDelta)
    why = unpacked(failed.text, failed.said)
    assert isinstance(why, Sentence)
    assert (why.form, why.values) == (
        "{name} took longer than {seconds} s and was stopped.",
        {"name": "Leaf", "seconds": 180},
    )
    (data,) = held["gossip_ops"]
    frame = gossip.load(bytes.fromhex(data), conversation=talk.id)
    assert isinstance(frame, gossip.Ops)
    assert [op.id for op in frame.ops] == list(talk.ana.ops)
    assert gossip.load(bytes.fromhex(held["gossip_announce"]), conversation=talk.id) == gossip.Announce((talk.epoch,))
    told = gossip.load(bytes.fromhex(held["gossip_registers"]), conversation=talk.id)
    assert told == gossip.Registers((register,))


def test_bodies() -> None:
    held = load("bodies")
    for name, data in held["control"].items():
        body = load_control(bytes.fromhex(data))
        assert dump_control(body).hex() == data
        assert ControlKind(bytes.fromhex(data)[1]).name.lower() == name
    for name, data in held["content"].items():
        content = load_content(bytes.fromhex(data))
        assert content is not None
        assert dump_content(content).hex() == data
        assert kind_of(content).name.lower() == name
    assert len(held["control"]) == len(SCHEMAS_OF_CONTROL)
    assert len(held["content"]) == len(SCHEMAS)


def test_sync() -> None:
    held = load("sync")
    read = {name: frames.load(bytes.fromhex(data)) for name, data in held["frames"].items()}
    assert {name: frames.dump(frame).hex() for name, frame in read.items()} == held["frames"]
    assert {type(frame) for frame in read.values()} == set(get_args(frames.Frame)), "one of each"
    decoder = OpsDecoder(ConversationId(bytes.fromhex(held["conversation"])))
    ops = []
    for name in ("ops_first", "ops_second"):
        frame = read[name]
        assert isinstance(frame, frames.Ops)
        ops += decoder.decode(frame.blob)
    for op in ops:
        verify_op(op)
    assert [op.id.hex() for op in ops] == held["operations"]
    frame = read["ops_proven"]
    assert isinstance(frame, frames.Ops)
    (proven,) = OpsDecoder(ConversationId(bytes.fromhex(held["conversation"]))).decode(frame.blob)
    assert is_proven(proven)
    assert proven.id in {op.id for op in ops}


@pytest.mark.parametrize("name", ["reconciliation", "reconciliation_salted"])
def test_reconciliation(name: str) -> None:
    """Either side, given what the other said, says what it said then; and the end is the difference of the sets."""
    held = load("sync")
    run, keys = held[name], []
    for line in held["keys"]:
        depth, _, key = line.partition(" ")
        keys.append((int(depth), OpId(bytes.fromhex(key))))
    asking, answering = (
        KeyIndex(key for number, key in enumerate(keys) if number not in run[lacks])
        for lacks in ("asking_lacks", "answering_lacks")
    )
    assert answering.fingerprint().hex() == run["fingerprint"]
    salt = bytes.fromhex(run["salt"])
    reconciler, view = Reconciler(asking, salt=salt), view_of(answering, salt)
    said = [load_ranges(bytes.fromhex(data)) for data in run["ranges"]]
    expected = [said[0]]
    assert reconciler.open() == expected
    waiting = list(said[1:])
    for at in range(0, len(said), 2):
        assert respond(view, said[at]) == said[at + 1]
        more = reconciler.answer(said[at + 1])
        assert all(frame in waiting for frame in more)
    assert reconciler.is_done
    assert [each.hex() for each in reconciler.need] == run["need"]
    found = set(reconciler.need)
    for lower, upper in reconciler.need_ranges:
        found |= {each for _, each in answering.range(lower, upper)}
    lacked = {keys[number][1] for number in set(run["asking_lacks"]) - set(run["answering_lacks"])}
    assert found == lacked


@pytest.mark.parametrize("seed", range(8))
def test_authority(seed: int) -> None:
    """In whatever order the operations come, they end with these verdicts."""
    held = load("authority")
    conversation = ConversationId(bytes.fromhex(held["conversation"]))
    rows = list(held["operations"])
    Random(seed).shuffle(rows)
    member = Member(person("ana"), conversation)
    ops = {}
    for row in rows:
        wire = [bytes.fromhex(row[name]) for name in ("header", "signature", "body")]
        op = ops[row["name"]] = parse_op(wire, conversation=conversation)
        assert op.id.hex() == row["id"]
        member.receive([op])
    assert len(member.ops) == len(ops)
    for row in rows:
        op = ops[row["name"]]
        assert verdict(member, op) == row["verdict"], row["name"]
        assert (op.id in member.replica.plane(row["plane"]).quarantine) == row["quarantined"], row["name"]
    members = member.replica.authority.members()
    named = {bytes.fromhex(identity): name for name, identity in held["people"].items()}
    assert {named[identity]: int(each.level) for identity, each in members.items()} == held["members"]
    assert member.texts() == held["texts"]
    assert member.replica.control.heads_hash().hex() == held["control_heads_hash"]
    assert member.replica.content.heads_hash().hex() == held["content_heads_hash"]
    assert member.state_hash().hex() == held["state_hash"]


def test_the_appendix_of_the_protocol_is_made_from_these_vectors() -> None:
    text = appendix.DOCUMENT.read_text()
    assert text.endswith(appendix.render()), "run `python -m tests.vectors.appendix`"
    assert text.count(appendix.HEADING) == 1


@pytest.mark.parametrize("case", load("ed25519")["cases"], ids=lambda case: case["name"])
def test_ed25519_verdicts(case: dict[str, Any]) -> None:
    public, message, signature = (bytes.fromhex(case[name]) for name in ("public", "message", "signature"))
    try:
        verify(public, message, signature=signature, context=OP_CONTEXT)
    except SignatureError:
        assert not case["valid"]
    else:
        assert case["valid"]


def test_ed25519_refuses_what_libraries_disagree_on() -> None:
    valid = [case["name"] for case in load("ed25519")["cases"] if case["valid"]]
    assert valid == ["sound", "key of mixed order, the plain equation holds"]
