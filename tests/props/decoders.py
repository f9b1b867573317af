"""Everything that reads what others wrote, with sound bytes for each: what tests of decoders and fuzzing start from."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from crypto.certificates import parse_certificate
from crypto.codec import decode
from crypto.errors import CodecError, KeystoreError, PassphraseError, SealError, SignatureError
from crypto.ids import OpId
from crypto.keystore import Secrets, is_locked, read_keystore, write_keystore
from crypto.sealed import open_closed, open_sealed
from protocol import gossip, join
from protocol.bodies.ai import AiLease, AiPause, AiReply, AiRetry, AiSettings, Provenance, dump_settings, load_settings
from protocol.bodies.ask import Ask, dump_ask
from protocol.bodies.content import (
    Archive,
    ContentBody,
    Delete,
    Description,
    Edit,
    Message,
    PhaseAdvance,
    PhaseProgress,
    PhaseSet,
    Pin,
    React,
    Title,
    dump_content,
    load_content,
)
from protocol.bodies.control import (
    ControlBody,
    DeviceAdd,
    DeviceRevoke,
    InviteRevoke,
    Leave,
    Policy,
    Revoke,
    dump_control,
    load_control,
)
from protocol.bodies.signals import AiClaim, AiDelta, AiStop, Heartbeat, State, Typing
from protocol.ephemeral import Ear, Mouth
from protocol.errors import RemoteError
from protocol.ops import parse_header, parse_op, verify_op
from protocol.registers import PROFILE, parse_register, verify_register, write_register
from protocol.sync import frames
from protocol.sync.compact import OpsDecoder, OpsEncoder
from protocol.sync.frames import dump
from protocol.sync.index import END, START, bound
from protocol.sync.ranges import ANSWER, FINGERPRINT, LIST, NONE, SKIP, Range, dump_ranges, load_ranges
from protocol.vouching import links, prove
from tests.builders import START_MS, Talk, fixed, person
from tests.props.mutation import encoded
from tests.wire import answering, asking

MESSAGE, WHO = OpId(fixed("message")), person("ana").id
PROVENANCE = Provenance("provider", "model", 12, "simple", (MESSAGE,), ("top_p",), "stop", 3, 4)
SAID: list[ContentBody] = [
    Message("a", MESSAGE, (WHO,), not_for_ai=True, ask=dump_ask(Ask('{"a":1}', since=MESSAGE))),
    Edit(MESSAGE, "b", (WHO,)),
    Delete(MESSAGE),
    React(MESSAGE, "c", on=False),
    Title("d"),
    Description("e"),
    Pin(MESSAGE, on=False),
    PhaseAdvance(3),
    PhaseProgress(3, 500),
    PhaseSet(2, 1),
    AiLease(fixed("ai"), WHO, 1, 6_000),
    AiReply(
        fixed("ai"),
        fixed("key"),
        1,
        bytes(8),
        MESSAGE,
        "f",
        Provenance("provider", "model", 12, "simple", (MESSAGE,), ("top_p",), "stop", 3, 4),
        fixed("lease"),
        rule="failure",
        constrained=True,
        fields=(("steps", ("a", "b")),),
    ),
    AiRetry(MESSAGE, fixed("ai")),
    Archive(on=False),
    AiPause(on=False),
]
"""One of each kind of content, with every field told."""


RULED: list[ControlBody] = [
    Revoke(MESSAGE, ((WHO, 2),), ((person("ana").device_id, (MESSAGE,)),)),
    Leave(MESSAGE, 1),
    DeviceAdd(MESSAGE, person("ana").certificate.encoded),
    DeviceRevoke(MESSAGE, person("ana").device_id, (MESSAGE,)),
    InviteRevoke(MESSAGE, MESSAGE),
    Policy(MESSAGE, ((1, 5, 2), (0, 8, 3)), 1),
]
"""One of each kind of control operation that the conversation below has none of."""


@dataclass(frozen=True)
class Decoder:
    """Something that reads what others wrote."""

    read: Callable[[bytes], Any]
    errors: tuple[type[Exception], ...]
    good: tuple[bytes, ...]


@cache
def talk() -> Talk:
    made = Talk("ana", "ben")
    made.ana.admit(person("eve"), made.ana.invite())
    made.ana.grant(person("fay"))
    made.ana.wrap(person("eve"))
    made.ana.set_ai([person("ana")])
    made.ben.say("hello")
    made.ben.say("and again")
    return made


@cache
def decoders() -> dict[str, Decoder]:
    held = talk()
    ops, keyring = list(held.ana.ops.values()), held.ana.replica.keyring
    register = write_register(
        keyring,
        person("ana").device,
        name=PROFILE,
        value=b"Ana",
        sequence=0,
        epoch=held.epoch,
        nonce=bytes(24),
    )
    mouth = Mouth(held.ben.replica.keyring, person("ben").device, boot=bytes(8))
    signals = tuple(
        mouth.say(signal, epoch=held.epoch, now_ms=START_MS, nonce=bytes(24))
        for signal in (
            Typing(True),
            Heartbeat(State.AWAY, 7_000),
            AiDelta(fixed("ai"), bytes(8), held.epoch, 1, "text"),
            AiClaim(fixed("ai"), (held.epoch,)),
            AiStop(fixed("ai"), held.epoch),
        )
    )
    secrets = Secrets.make("Ana", fixed("secrets", 160))
    certificate = person("ana").certificate.encoded
    ask = join.Ask(held.id, fixed("invite"), certificate, bytes(16))
    summary = frames.Summary.of(held.ana.replica.content)
    stored = [(op.id, op.header_bytes, op.signature, op.body) for op in ops]
    compact = OpsEncoder().encode(stored[:4])[0]
    later = OpsEncoder()
    later.encode(stored[:4])
    false, after = held.ana.say("falsely signed"), held.ana.say("truly")
    proof = prove(links([false])[0], lambda _name: [(after.id, after.header_bytes, after.signature)])
    proven = OpsEncoder().encode([(false.id, false.header_bytes, proof, false.body)])[0]
    ranges = (
        Range(bound(0, b"ab"), LIST, fixed("elements", 32)),
        Range(bound(2), SKIP),
        Range(bound(3), FINGERPRINT, fixed("sum", 16)),
        Range(END, NONE),
    )

    def hear(data: bytes) -> None:
        origin = person("ben").certificate.peer_id
        Ear(held.ana.replica.authority, keyring).hear(data, origin=origin, now_ms=START_MS, now_s=0.0)

    def take_op(data: bytes) -> None:
        verify_op(parse_op(decode(data), conversation=held.id))

    def serve(data: bytes) -> None:
        for frame in answering(held.ana).handle(frames.load(data), now_ms=START_MS):
            dump(frame)

    def ask_for(data: bytes) -> None:
        puller = asking(held.ana)
        puller.begin(now_ms=START_MS)
        puller.handle(frames.load(data))

    def take_stream(data: bytes) -> None:
        decoder = OpsDecoder(held.id)
        decoder.decode(compact)
        decoder.decode(data)

    def read_register(data: bytes) -> None:
        verify_register(parse_register(data), conversation=held.id)

    return {
        "certificate": Decoder(parse_certificate, (CodecError, SignatureError), (certificate,)),
        "keystore": Decoder(
            lambda data: read_keystore(data, passphrase=None),
            (KeystoreError, PassphraseError),
            (write_keystore(secrets, passphrase=None, randomness=bytes(40)),),
        ),
        "is locked": Decoder(
            is_locked, (KeystoreError,), (write_keystore(secrets, passphrase=None, randomness=bytes(40)),)
        ),
        "closed": Decoder(
            lambda data: open_closed(bytes(32), data, associated=b""), (SealError,), (bytes(40), bytes(64))
        ),
        "sealed": Decoder(
            lambda data: open_sealed(person("ana").device.box_secret, data), (SealError,), (bytes(48), bytes(80))
        ),
        "header": Decoder(parse_header, (RemoteError,), tuple(op.header_bytes for op in ops)),
        "operation": Decoder(take_op, (RemoteError, CodecError), tuple(encoded(op.wire()) for op in ops)),
        "control body": Decoder(
            lambda data: dump_control(load_control(data)),
            (RemoteError,),
            (*(op.body for op in ops if op.header.plane == 0), *map(dump_control, RULED)),
        ),
        "content body": Decoder(load_content, (RemoteError,), tuple(dump_content(body) for body in SAID)),
        "settings": Decoder(load_settings, (RemoteError,), (dump_settings(AiSettings("a", "b", "c")),)),
        "join": Decoder(
            lambda data: join.dump(join.load(data)),
            (RemoteError,),
            tuple(
                join.dump(frame)
                for frame in (ask, join.Challenge(bytes(16)), join.Refused("a", "b"), join.Admitted(held.epoch))
            ),
        ),
        "gossip": Decoder(
            lambda data: gossip.load(data, conversation=held.id),
            (RemoteError,),
            (*gossip.pack_ops(ops[:2]), encoded([2, [held.epoch]]), gossip.pack_registers([register])[0]),
        ),
        "ephemeral": Decoder(hear, (RemoteError,), signals),
        "register": Decoder(read_register, (RemoteError,), (register.encoded,)),
        "ranges": Decoder(
            lambda data: dump_ranges(load_ranges(data)),
            (RemoteError,),
            (dump_ranges(ranges), dump_ranges((Range(END, ANSWER, held.epoch),))),
        ),
        "compact operations": Decoder(take_stream, (RemoteError,), (later.encode(stored[4:])[0], proven)),
        "sync frames": Decoder(
            lambda data: dump(frames.load(data)),
            (RemoteError,),
            (
                dump(frames.Ack(1, 5)),
                dump(frames.Follow(5)),
                dump(frames.Failed(0, "busy")),
                dump(frames.Recon(1, 1, bytes(16), ranges)),
                dump(frames.Ops(1, compact, False, 9)),
            ),
        ),
        "sync server": Decoder(
            serve,
            (RemoteError,),
            (
                dump(frames.Hello(frames.tag_of(held.id), 0, summary, summary)),
                dump(frames.Recon(1, 1, b"", ranges)),
                dump(frames.Recon(1, 0, bytes(16), ranges)),
                dump(frames.Pull(1, 1, START, END, 0, 1 << 20)),
                dump(frames.Pull(1, 0, bound(1), bound(9, b"x"), 2, 1 << 20)),
                dump(frames.Get(1, 1, summary.heads)),
                dump(frames.Follow(1 << 20)),
                dump(frames.AskRegisters(((fixed("device"), bytes(8), 1),))),
            ),
        ),
        "sync asker": Decoder(
            ask_for,
            (RemoteError,),
            (
                dump(frames.Hello(frames.tag_of(held.id), 0, summary, summary)),
                dump(frames.Recon(1, 0, b"", ranges)),
                dump(frames.Ops(1, compact, True, 3)),
                dump(frames.TellRegisters((register.encoded,))),
                dump(frames.Failed(0, "busy")),
            ),
        ),
    }
