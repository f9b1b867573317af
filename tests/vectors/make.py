"""Writes the golden vectors beside this file: `python -m tests.vectors.make` from the repository's root.

Run it by hand, and only when a format has changed on purpose: a difference in these files is a difference between two
versions of the program on one network. Everything comes from fixed seeds and nonces. Sealed boxes, which libsodium
makes with a random key, are made here with a fixed one.
"""

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from nacl.bindings import (
    crypto_core_ed25519_add,
    crypto_scalarmult_ed25519_base_noclamp,
)

from crypto import keystore
from crypto.certificates import issue
from crypto.codec import encode
from crypto.epochs import Position, commitment, derive, encrypt_body, link_history, op_key
from crypto.errors import SignatureError
from crypto.ids import ConversationId, OpId
from crypto.keystore import Secrets, write_keystore
from crypto.sealed import close
from crypto.signatures import JOIN_CONTEXT, OP_CONTEXT, SigningKey, verify
from protocol import gossip
from protocol.bodies.content import Message, PhaseAdvance, Title, dump_content, kind_of
from protocol.bodies.control import ControlKind, Grant, Level, dump_control
from protocol.bodies.signals import AiDelta, Heartbeat, State, Typing
from protocol.ephemeral import Mouth
from protocol.invite import Invite
from protocol.join import Admitted, Ask, Challenge, Proof, Refused, Transcript
from protocol.join import dump as dump_join
from protocol.registers import PROFILE, write_register
from protocol.sentence import Sentence, packed
from protocol.sync import frames
from protocol.sync.compact import OpsEncoder
from protocol.sync.index import END, KeyIndex, bound
from protocol.sync.ranges import FINGERPRINT, LIST, NONE, SKIP, Range, dump_ranges, load_ranges
from protocol.sync.recon import Reconciler
from protocol.sync.respond import respond
from protocol.sync.views import view_of
from protocol.vouching import links, prove
from tests.builders import START_MS, Talk, admit_body, fixed, fixed_wrap, person
from tests.props.decoders import RULED, SAID
from tests.vectors import appendix
from tests.vectors.scenario import scenario

HERE = Path(__file__).parent
Vectors = dict[str, Any]
ORDER = (1 << 252) + 27742317777372353535851937790883648493
SMALL_ORDER = {
    "identity": "0100000000000000000000000000000000000000000000000000000000000000",
    "order 2": "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "order 4, all zero": "0000000000000000000000000000000000000000000000000000000000000000",
    "order 4, sign set": "0000000000000000000000000000000000000000000000000000000000000080",
    "order 8, a": "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "order 8, b": "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "order 8, c": "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "order 8, d": "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "identity, not canonical": "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "identity, sign set": "0100000000000000000000000000000000000000000000000000000000000080",
    "order 2, sign set": "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "order 4, not canonical": "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
}
"""Encodings of the points whose order divides 8."""


def talk() -> Talk:
    """Return the conversation that the vectors are taken from."""
    made = Talk("ana", "ben")
    made.ana.say("hello")
    made.ben.say("hi")
    made.meet()
    ai = made.ana.set_ai([person("ben")]).id
    question = made.ana.say("what is a cell?")
    made.ben.write(PhaseAdvance(0))
    made.meet()
    made.ben.reply(ai, question.id, text="a small room")
    made.ana.write(PhaseAdvance(0))
    made.ana.write(Title("cells"))
    made.meet()
    made.ana.admit(person("eve"), made.ana.invite())
    made.ana.wrap(person("eve"))
    made.meet()
    return made


def keys() -> Vectors:
    ana = person("ana")
    return {
        "identity_seed": ana.identity.seed.hex(),
        "identity": ana.id.hex(),
        "device_seed": ana.device.signing_seed.hex(),
        "device": ana.device_id.hex(),
        "box_seed": ana.device.box_seed.hex(),
        "box": ana.device.box_public.hex(),
        "peer_id": ana.certificate.peer_id.decode(),
        "created_ms": START_MS,
        "certificate": issue(
            ana.identity, device=ana.device, peer_id=ana.certificate.peer_id, created_ms=START_MS
        ).encoded.hex(),
    }


def operations() -> Vectors:
    """Every operation of the conversation, and what it comes to."""
    made = talk()
    return {
        "conversation": made.id.hex(),
        "epoch": made.epoch.hex(),
        "epoch_key": made.epoch_key.hex(),
        "operations": [
            {
                "id": op.id.hex(),
                "plane": op.header.plane,
                "seq": op.header.seq,
                "depth": op.header.depth,
                "header": op.header_bytes.hex(),
                "signature": op.signature.hex(),
                "body": op.body.hex(),
            }
            for op in sorted(made.ana.ops.values(), key=lambda op: (op.header.plane, op.key))
        ],
        "timeline": [name.hex() for name in made.ana.timeline()],
        "texts": made.ana.texts(),
        "control_heads_hash": made.ana.replica.control.heads_hash().hex(),
        "content_heads_hash": made.ana.replica.content.heads_hash().hex(),
        "state_hash": made.ana.state_hash().hex(),
    }


def epochs() -> Vectors:
    ana, key, earlier = person("ana"), fixed("vector epoch"), fixed("vector earlier epoch")
    position = Position(ConversationId(fixed("vector conversation")), ana.device_id, 1, 7, fixed("vector prev"))
    nonce = fixed("vector nonce", 24)
    content = derive(key, b"content")
    return {
        "epoch_key": key.hex(),
        "commit": commitment(key).hex(),
        "content_key": content.hex(),
        "control_key": derive(key, b"control").hex(),
        "ephemeral_key": derive(key, b"ephemeral").hex(),
        "history_key": derive(key, b"history").hex(),
        "registers_key": derive(key, b"registers").hex(),
        "box_secret": ana.device.box_secret.hex(),
        "wrap": fixed_wrap(key, ana.device.box_public).hex(),
        "earlier_key": earlier.hex(),
        "history": link_history(key, earlier, nonce=nonce).hex(),
        "conversation": position.conversation.hex(),
        "device": position.device.hex(),
        "plane": position.plane,
        "seq": position.seq,
        "prev": position.prev.hex(),
        "associated": position.associated().hex(),
        "nonce": nonce.hex(),
        "plaintext": dump_content(Message("hello")).hex(),
        "op_key": op_key(content, position).hex(),
        "body": encrypt_body(content, dump_content(Message("hello")), position=position, nonce=nonce).hex(),
        "closed": close(key, b"text", nonce=nonce, associated=b"here").hex(),
    }


def keystores() -> Vectors:
    secrets, randomness = Secrets.make("Ana", fixed("vector secrets", 160)), fixed("vector salt and nonce", 40)
    operations_before, memory_before = keystore.OPERATIONS, keystore.MEMORY_BYTES
    keystore.OPERATIONS, keystore.MEMORY_BYTES = 1, 8192
    try:
        locked = write_keystore(secrets, passphrase="correct horse", randomness=randomness)
    finally:
        keystore.OPERATIONS, keystore.MEMORY_BYTES = operations_before, memory_before
    return {
        "name": "Ana",
        "secrets": fixed("vector secrets", 160).hex(),
        "passphrase": "correct horse",
        "locked": locked.hex(),
        "open": write_keystore(secrets, passphrase=None, randomness=randomness).hex(),
    }


def invites() -> Vectors:
    """An invite link, and the signatures by which its holder comes in."""
    made = Talk("ana", "ben")
    invite = made.ana.invite("vector")
    eve = person("eve")
    admit = admit_body(made.ana, eve, invite)
    peer_id, joiner_nonce, admitter_nonce = admit.transcript
    signed = Transcript(
        made.id, invite.signing.public, eve.id, eve.device_id, peer_id, joiner_nonce, admitter_nonce
    ).encode()
    preview = Invite(made.id, invite.seed, ()).close_preview("cells", nonce=bytes(24))
    return {
        "conversation": made.id.hex(),
        "seed": invite.seed.hex(),
        "addresses": list(invite.addresses),
        "link": invite.link(),
        "invite_key": invite.signing.public.hex(),
        "preview": preview.hex(),
        "preview_text": "cells",
        "transcript": signed.hex(),
        "invite_signature": invite.signing.sign(signed, context=JOIN_CONTEXT).hex(),
        "device": eve.device_id.hex(),
        "device_signature": eve.device.signing.sign(signed, context=JOIN_CONTEXT).hex(),
        "admit": dump_control(admit).hex(),
        "frames": {
            "ask": dump_join(Ask(made.id, invite.signing.public, eve.certificate.encoded, joiner_nonce)).hex(),
            "challenge": dump_join(Challenge(admitter_nonce)).hex(),
            "proof": dump_join(Proof(admit.invite_signature, admit.device_signature)).hex(),
            "admitted": dump_join(Admitted(OpId(fixed("admit")))).hex(),
            "refused": dump_join(Refused("bad_invite", "no")).hex(),
        },
    }


def signals() -> Vectors:
    """What is not in the log: a register and four ephemeral frames; and the frames of gossip."""
    made = Talk("ana", "ben")
    register = write_register(
        made.ana.replica.keyring,
        made.ana.person.device,
        name=PROFILE,
        value=b"Ana",
        sequence=4,
        epoch=made.epoch,
        nonce=fixed("vector register", 24),
    )
    mouth = Mouth(made.ana.replica.keyring, made.ana.person.device, boot=fixed("vector boot", 8))
    delta = AiDelta(fixed("vector ai"), fixed("stream", 8), OpId(fixed("question")), 1, "so far")
    why = Sentence("{name} took longer than {seconds} s and was stopped.", name="Leaf", seconds=180)
    failed = replace(delta, state=3, text=str(why), code="timeout", said=packed(why))
    heartbeat = Heartbeat(State.AWAY, 7_250)
    nonce = fixed("vector frame", 24)
    return {
        "conversation": made.id.hex(),
        "now_ms": START_MS,
        "register": register.encoded.hex(),
        "register_slot": register.slot.hex(),
        "typing": mouth.say(Typing(True), epoch=made.epoch, now_ms=START_MS, nonce=nonce).hex(),
        "delta": mouth.say(delta, epoch=made.epoch, now_ms=START_MS, nonce=nonce).hex(),
        "heartbeat": mouth.say(heartbeat, epoch=made.epoch, now_ms=START_MS, nonce=nonce).hex(),
        "failed": mouth.say(failed, epoch=made.epoch, now_ms=START_MS, nonce=nonce).hex(),
        "gossip_ops": [data.hex() for data in gossip.pack_ops(made.ana.ops.values())],
        "gossip_announce": encode([2, [made.epoch]]).hex(),
        "gossip_registers": gossip.pack_registers([register])[0].hex(),
        "ops_topic": gossip.ops_topic(made.id),
        "ephemeral_topic": gossip.ephemeral_topic(made.id),
    }


def bodies() -> Vectors:
    """One body of every kind there is, before it is closed."""
    made = talk()
    control = {
        ControlKind(load_kind(op.body)).name.lower(): op.body for op in made.ana.ops.values() if not op.header.auth
    }
    control |= {ControlKind(load_kind(dump_control(body))).name.lower(): dump_control(body) for body in RULED}
    grant = Grant(made.genesis.id, person("eve").id, Level.ADMIN, (person("eve").certificate.encoded,))
    control["grant"] = dump_control(grant)
    return {
        "control": {name: body.hex() for name, body in sorted(control.items())},
        "content": {kind_of(body).name.lower(): dump_content(body).hex() for body in SAID},
    }


def load_kind(body: bytes) -> int:
    return body[1]


def sync_frames() -> Vectors:
    """Each frame of a sync, a reconciliation from its first frame to its last, and operations in their short form."""
    made = Talk("ana", "ben")
    said = [made.ana.say("hello"), made.ana.say("and again")]
    register = write_register(
        made.ana.replica.keyring,
        made.ana.person.device,
        name=PROFILE,
        value=b"Ana",
        sequence=4,
        epoch=made.epoch,
        nonce=fixed("vector register", 24),
    )
    made.ana.registers.merge(register)
    control, content = (frames.Summary.of(plane) for plane in (made.ana.replica.control, made.ana.replica.content))
    ranges = (
        Range(bound(1, b"\x20"), FINGERPRINT, fixed("vector sum", 16)),
        Range(bound(1, b"\x80"), SKIP),
        Range(bound(300), LIST, fixed("vector elements", 32)),
        Range(END, NONE),
    )
    encoder = OpsEncoder()
    stored = [(op.id, op.header_bytes, op.signature, op.body) for op in made.ana.ops.values()]
    parts = [encoder.encode(part)[0] for part in (stored[:2], stored[2:])]
    false, after = said
    proof = prove(links([false])[0], lambda _name: [(after.id, after.header_bytes, after.signature)])
    proven = OpsEncoder().encode([(false.id, false.header_bytes, proof, false.body)])[0]
    every: dict[str, frames.Frame] = {
        "hello": frames.Hello(frames.tag_of(made.id), START_MS, control, content),
        "recon": frames.Recon(1, 1, b"", ranges),
        "recon_salted": frames.Recon(2, 0, fixed("vector salt", 16), (Range(END, NONE),)),
        "get": frames.Get(7, 1, (said[0].id,)),
        "pull": frames.Pull(1, 1, bound(2), END, 200, 1 << 20),
        "ops_first": frames.Ops(1, parts[0], False, len(stored)),
        "ops_second": frames.Ops(1, parts[1], True, len(stored)),
        "ops_proven": frames.Ops(2, proven, True, 1),
        "ack": frames.Ack(1, 300),
        "follow": frames.Follow(1 << 20),
        "failed": frames.Failed(0, "not_member"),
        "ask_registers": frames.AskRegisters(tuple(made.ana.registers.digest())),
        "tell_registers": frames.TellRegisters((register.encoded,)),
    }
    return {
        "conversation": made.id.hex(),
        "frames": {name: frames.dump(frame).hex() for name, frame in every.items()},
        "operations": [op.id.hex() for op in made.ana.ops.values()],
        "keys": [f"{depth} {name.hex()}" for depth, name in KEYS],
        "reconciliation": reconciliation(b""),
        "reconciliation_salted": reconciliation(fixed("vector salt", 16)),
    }


KEYS = [(number // 3, OpId(fixed(f"vector key {number}"))) for number in range(160)]
ASKING_LACKS = [*range(7, 150, 40), *range(150, 160)]
ANSWERING_LACKS = [*range(9, 160, 40)]


def reconciliation(salt: bytes) -> Vectors:
    """Return what the two sides say who each lack some of the keys, and what the asking side then asks for."""
    asking, answering = (
        KeyIndex(key for number, key in enumerate(KEYS) if number not in lacked)
        for lacked in (ASKING_LACKS, ANSWERING_LACKS)
    )
    reconciler, view, said = Reconciler(asking, salt=salt), view_of(answering, salt), list[str]()
    flight = reconciler.open()
    while flight:
        answers = [respond(view, load_ranges(dump_ranges(frame))) for frame in flight]
        for frame, answer in zip(flight, answers, strict=True):
            said += [dump_ranges(frame).hex(), dump_ranges(answer).hex()]
        flight = [more for answer in answers for more in reconciler.answer(answer)]
    return {
        "salt": salt.hex(),
        "asking_lacks": ASKING_LACKS,
        "answering_lacks": ANSWERING_LACKS,
        "fingerprint": answering.fingerprint().hex(),
        "ranges": said,
        "need": [name.hex() for name in reconciler.need],
        "need_ranges": [[lower.hex(), upper.hex()] for lower, upper in reconciler.need_ranges],
    }


def ed25519() -> Vectors:
    """Signatures on which libraries disagree, with libsodium's verdicts, which are this network's."""
    signing = SigningKey(fixed("vector signer"))
    message = b"a message"
    good = signing.sign(message, context=OP_CONTEXT)
    s = int.from_bytes(good[32:], "little")
    scalar = _clamped(signing.seed)
    cases: list[tuple[str, bytes, bytes, bytes]] = [
        ("sound", signing.public, message, good),
        ("S = S + L", signing.public, message, good[:32] + (s + ORDER).to_bytes(32, "little")),
        ("S = S + 2L", signing.public, message, good[:32] + (s + 2 * ORDER).to_bytes(32, "little")),
        ("S with its top bit set", signing.public, message, good[:63] + bytes((good[63] | 0x80,))),
        ("all zero signature", signing.public, message, bytes(64)),
        ("key that is no point", b"\x02" + bytes(31), message, good),
        ("signature of 63 bytes", signing.public, message, good[:63]),
        ("signature of 65 bytes", signing.public, message, good + b"\0"),
        ("key of 31 bytes", signing.public[:31], message, good),
        ("key of 33 bytes", signing.public + b"\0", message, good),
    ]
    for name, encoded in SMALL_ORDER.items():
        point = bytes.fromhex(encoded)
        # with such a key, R = S*B verifies for one message in eight at least, under the plain equation
        for number in range(64):
            text = b"m%d" % number
            if _challenge(_base(5), point, text) % 8 == 0:
                cases.append((f"key is {name}, R = S*B", point, text, _base(5) + (5).to_bytes(32, "little")))
                break
        h = _challenge(point, signing.public, message)
        cases.append((f"R is {name}", signing.public, message, point + (h * scalar % ORDER).to_bytes(32, "little")))
    cases.append(("R and key all zero", bytes(32), message, bytes(64)))
    torsion = bytes.fromhex(SMALL_ORDER["order 8, a"])
    mixed = crypto_core_ed25519_add(signing.public, torsion)
    for wanted, name in ((True, "the plain equation holds"), (False, "only the one with the cofactor holds")):
        number = 0
        while (_challenge(_base(9), mixed, b"t%d" % number) % 8 == 0) is not wanted:
            number += 1
        text = b"t%d" % number
        answer = (9 + _challenge(_base(9), mixed, text) * scalar) % ORDER
        cases.append((f"key of mixed order, {name}", mixed, text, _base(9) + answer.to_bytes(32, "little")))
    return {
        "context": OP_CONTEXT.hex(),
        "cases": [
            {
                "name": name,
                "public": public.hex(),
                "message": text.hex(),
                "signature": signature.hex(),
                "valid": _verdict(public, text, signature),
            }
            for name, public, text, signature in cases
        ],
    }


def _verdict(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        verify(public, message, signature=signature, context=OP_CONTEXT)
    except SignatureError:
        return False
    return True


def _challenge(r: bytes, public: bytes, message: bytes) -> int:
    digest = hashlib.sha512(r + public + OP_CONTEXT + message).digest()
    return int.from_bytes(digest, "little") % ORDER


def _clamped(seed: bytes) -> int:
    digest = bytearray(hashlib.sha512(seed).digest()[:32])
    digest[0] &= 248
    digest[31] = (digest[31] & 63) | 64
    return int.from_bytes(digest, "little")


def _base(scalar: int) -> bytes:
    point: bytes = crypto_scalarmult_ed25519_base_noclamp(scalar.to_bytes(32, "little"))
    return point


FILES = {
    "keys": keys,
    "operations": operations,
    "epochs": epochs,
    "keystore": keystores,
    "invites": invites,
    "signals": signals,
    "bodies": bodies,
    "authority": scenario,
    "sync": sync_frames,
    "ed25519": ed25519,
}


def main() -> None:
    """Write all files, and the appendix of docs/protocol.md that is made from them."""
    for name, build in FILES.items():
        (HERE / f"{name}.json").write_text(json.dumps(build(), indent=1) + "\n")
    appendix.write()


if __name__ == "__main__":
    main()
