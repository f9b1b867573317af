"""Frames of signals, which are never stored: how one is said, and which of those heard count (PROTOCOL section 8).

Frame: `[ [1, kind, device, boot8, count, ts, epoch, closed] as bin, signature ]`. A frame counts once, and only where
its device's own node published it: per device and start of its program the count must rise, and a frame that is more
than a minute off changes nothing (S23).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from crypto.codec import decode, encode
from crypto.errors import CodecError, SealError, SignatureError
from crypto.ids import ID_BYTES, DeviceKey, IdentityKey, OpId
from crypto.keys import Device
from crypto.sealed import close, open_closed
from crypto.signatures import EPHEMERAL_CONTEXT, verify
from protocol import limits
from protocol.allowance import Allowance
from protocol.authority import Authority
from protocol.bodies.signals import KINDS, SCHEMAS, WEIGHTY, Signal
from protocol.errors import RemoteError
from protocol.keyring import Keyring

VERSION: Final = 1
BOOT_BYTES: Final = 8
SAYS_S: Final = 2.0
HEARS_S: Final = 4.0
"""Seconds' worth of signals that a device may say, and is heard saying, at once: on the way they draw together."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A signal that counts."""

    author: IdentityKey
    device: DeviceKey
    signal: Signal
    ts_ms: int
    """When it was said, by its author's clock."""
    boot: bytes
    """The run of the program that said it, 8 bytes."""


def _no_offset(_peer_id: bytes) -> int:
    return 0


class Ear:
    """Decides which ephemeral frames of one conversation count; remembers one entry for each device of a member."""

    def __init__(
        self, authority: Authority, keyring: Keyring, *, offset_ms: Callable[[bytes], int] = _no_offset
    ) -> None:
        """`offset_ms(peer_id)` returns what to add to the time here to have that node's."""
        self._authority = authority
        self._keyring = keyring
        self._offset_ms = offset_ms
        self._last: dict[DeviceKey, tuple[bytes, int, int]] = {}
        """Per device: start of its program, its last count and time."""
        self._allowances: dict[DeviceKey, Allowance] = {}

    def follow(self, authority: Authority, keyring: Keyring) -> None:
        """Go by another copy of the same conversation, without forgetting what was heard."""
        self._authority = authority
        self._keyring = keyring

    def hear(self, data: bytes, *, origin: bytes, now_ms: int, now_s: float) -> Heard:
        """Return the signal in `data`.

        Args:
            data: a frame.
            origin: the peer id, as text, of the node that published it, which its network's signature proved.
            now_ms: the time here.
            now_s: seconds of a clock that never goes back.

        Raises:
            RemoteError: malformed, forged, replayed, stale, foreign, too much, or closed under a key not held.
        """
        device, boot, count, ts_ms, kind, epoch, closed, payload, signature = _parse(data)
        certificate = self._authority.certificate(device)
        if certificate is None:
            raise RemoteError("foreign", "a signal comes from no member's device")
        if certificate.peer_id != origin:
            raise RemoteError("misplaced", "a signal was published by another node than its device's")
        if abs(now_ms + self._offset_ms(origin) - ts_ms) > limits.EPHEMERAL_AGE_MS:
            raise RemoteError("stale", "a signal is too old")
        last = self._last.get(device)
        if last is not None:
            same_boot = boot == last[0]
            if (same_boot and count <= last[1]) or (not same_boot and ts_ms <= last[2]):
                raise RemoteError("replayed", "a signal was heard before")
        allowance = self._allowances.setdefault(device, Allowance(burst_s=HEARS_S))
        if allowance.wait_s(now_s, is_light=kind not in WEIGHTY) > 0:
            raise RemoteError("too_much", "a device says more than it may")
        allowance.spend(len(data))
        try:
            verify(
                device,
                self._keyring.conversation + payload,
                signature=signature,
                context=EPHEMERAL_CONTEXT,
            )
        except SignatureError as error:
            raise RemoteError("bad_signature", "a signal's signature is false") from error
        self._last[device] = (boot, count, ts_ms)
        return Heard(certificate.identity, device, self._open(device, kind, epoch, closed), ts_ms, boot)

    def _open(self, device: DeviceKey, kind: int, epoch: OpId, closed: bytes) -> Signal:
        if epoch not in self._keyring:
            raise RemoteError("locked", "a signal is closed under a key that is not held here")
        try:
            plain = open_closed(self._keyring.keys[epoch].ephemeral, closed, associated=device)
        except SealError as error:
            raise RemoteError("cannot_open", "a signal cannot be opened") from error
        if kind not in SCHEMAS:
            raise RemoteError("unknown_kind", "a signal is of an unknown kind")
        try:
            signal: Signal = SCHEMAS[kind].load(decode(plain))
        except CodecError as error:
            raise RemoteError("bad_body", "a signal is malformed") from error
        return signal


class Mouth:
    """Writes this device's ephemeral frames for one conversation."""

    def __init__(self, keyring: Keyring, device: Device, *, boot: bytes) -> None:
        """`boot`: 8 random bytes, new at each start of the program."""
        self._keyring = keyring
        self._device = device
        self._boot = boot
        self._count = 0

    def follow(self, keyring: Keyring) -> None:
        """Go by another copy of the same conversation's keys."""
        self._keyring = keyring

    def say(self, signal: Signal, *, epoch: OpId, now_ms: int, nonce: bytes) -> bytes:
        """Return the frame that carries `signal`."""
        self._count += 1
        kind = KINDS[type(signal)]
        plain = encode(SCHEMAS[kind].dump(signal))
        closed = close(self._keyring.keys[epoch].ephemeral, plain, nonce=nonce, associated=self._device.public)
        payload = encode([VERSION, kind, self._device.public, self._boot, self._count, now_ms, epoch, closed])
        signature = self._device.signing.sign(self._keyring.conversation + payload, context=EPHEMERAL_CONTEXT)
        return encode([payload, signature])


def looks_sound(data: bytes) -> bool:
    """Return whether a frame may be passed on: its form is right, whoever it is from."""
    try:
        _parse(data)
    except RemoteError:
        return False
    return True


def _parse(data: bytes) -> tuple[DeviceKey, bytes, int, int, int, OpId, bytes, bytes, bytes]:
    bad = RemoteError("bad_frame", "an ephemeral frame is malformed")
    try:
        outer = decode(data, max_bytes=limits.EPHEMERAL_FRAME_BYTES * 4)
        match outer:
            case [bytes() as payload, bytes() as signature]:
                inner = decode(payload, max_bytes=limits.EPHEMERAL_FRAME_BYTES * 4)
            case _:
                raise bad
    except CodecError as error:
        raise bad from error
    match inner:
        case [
            int() as version,
            int() as kind,
            bytes() as device,
            bytes() as boot,
            int() as count,
            int() as ts_ms,
            bytes() as epoch,
            bytes() as closed,
        ] if version == VERSION and len(device) == len(epoch) == ID_BYTES and len(boot) == BOOT_BYTES:
            return DeviceKey(device), boot, count, ts_ms, kind, OpId(epoch), closed, payload, signature
        case _:
            raise bad
