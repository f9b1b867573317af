"""Every decoder, on any bytes: a value, or its own error and nothing else."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.certificates import parse_certificate
from crypto.codec import decode
from crypto.errors import CodecError, KeystoreError, PassphraseError, SealError, SignatureError
from crypto.keystore import Secrets, is_locked, read_keystore, write_keystore
from crypto.sealed import open_closed, open_sealed
from protocol import gossip, join
from protocol.bodies.content import AiSettings, Message, Title, dump_content, dump_settings, load_content, load_settings
from protocol.bodies.control import dump_control, load_control
from protocol.ephemeral import AiDelta, Ear, Mouth, Typing
from protocol.errors import RemoteError, UsageError
from protocol.invite import parse_link
from protocol.ops import parse_header, parse_op, verify_op
from protocol.registers import PROFILE, parse_register, verify_register, write_register
from protocol.sync import frames
from protocol.sync.pull import Puller
from protocol.sync.serve import Server
from tests.builders import START_MS, Talk, fixed, person
from tests.props.mutation import encoded, mutated, shapes

quick = settings(max_examples=60, deadline=None)


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
        for signal in (Typing(True), AiDelta(fixed("ai"), bytes(8), held.epoch, 1, "text"))
    )
    secrets = Secrets.make("Ana", fixed("secrets", 160))
    certificate = person("ana").certificate.encoded
    ask = join.Ask(held.id, fixed("invite"), certificate, bytes(16))
    summary = frames.Summary.of(held.ana.replica.content)
    wires = tuple(op.wire() for op in ops[:3])

    def hear(data: bytes) -> None:
        Ear(held.ana.replica.authority, keyring).hear(data, now_ms=START_MS)

    def take_op(data: bytes) -> None:
        verify_op(parse_op(decode(data), conversation=held.id))

    def serve(data: bytes) -> None:
        server = Server(held.ana.replica, held.ana.registers, held.ana.fetch)
        for frame in server.handle(frames.load(data), now_ms=START_MS):
            frames.dump(frame)

    def ask_for(data: bytes) -> None:
        puller = Puller(held.ana.replica, held.ana.registers)
        puller.begin(now_ms=START_MS)
        puller.handle(frames.load(data))

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
            tuple(op.body for op in ops if op.header.plane == 0),
        ),
        "content body": Decoder(
            load_content, (RemoteError,), tuple(dump_content(body) for body in (Message("a"), Title("b")))
        ),
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
            (*gossip.pack_ops(ops[:2]), encoded([2, [held.epoch]]), gossip.pack_registers([register])),
        ),
        "ephemeral": Decoder(hear, (RemoteError,), signals),
        "register": Decoder(read_register, (RemoteError,), (register.encoded,)),
        "sync server": Decoder(
            serve,
            (RemoteError,),
            (
                frames.dump(frames.Hello(frames.tag_of(held.id), 0, summary, summary)),
                frames.dump(frames.Pull(1, 1, summary.heads, 1 << 20)),
                frames.dump(frames.Get(1, 1, summary.heads)),
                frames.dump(frames.AskRegisters(((fixed("device"), bytes(8), 1),))),
            ),
        ),
        "sync asker": Decoder(
            ask_for,
            (RemoteError,),
            (
                frames.dump(frames.Hello(frames.tag_of(held.id), 0, summary, summary)),
                frames.dump(frames.Ops(1, wires, True, 3)),
                frames.dump(frames.TellRegisters((register.encoded,))),
                frames.dump(frames.Failed(0, "busy")),
            ),
        ),
    }


NAMES = [
    "certificate",
    "keystore",
    "is locked",
    "closed",
    "sealed",
    "header",
    "operation",
    "control body",
    "content body",
    "settings",
    "join",
    "gossip",
    "ephemeral",
    "register",
    "sync server",
    "sync asker",
]


def test_all_are_listed() -> None:
    assert list(decoders()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_sound_bytes(name: str) -> None:
    decoder = decoders()[name]
    for data in decoder.good:
        with contextlib.suppress(RemoteError if name == "sync asker" else SealError):
            decoder.read(data)


@pytest.mark.parametrize("name", NAMES)
def test_any_bytes(name: str) -> None:
    decoder = decoders()[name]

    @quick
    @given(st.one_of(mutated(decoder.good), mutated(decoder.good), shapes.map(encoded), st.binary(max_size=120)))
    def check(data: bytes) -> None:
        with contextlib.suppress(*decoder.errors):
            decoder.read(data)

    check()


LINK = talk().ana.invite("a link").link()


@quick
@given(
    st.one_of(
        st.text(max_size=60),
        st.text(max_size=60).map(lambda text: "peer2peer://join#" + text),
        mutated([LINK.encode()]).map(lambda data: data.decode("latin-1")),
    )
)
def test_any_link(text: str) -> None:
    with contextlib.suppress(UsageError):
        parse_link(text)


@quick
@given(mutated([encoded(op.wire()) for op in talk().ana.ops.values()]))
def test_a_changed_operation_never_enters_as_another(data: bytes) -> None:
    """Whatever passes all checks is byte for byte an operation that was signed."""
    try:
        op = parse_op(decode(data), conversation=talk().id)
        verify_op(op)
    except (RemoteError, CodecError):
        return
    assert talk().ana.ops[op.id] == op
