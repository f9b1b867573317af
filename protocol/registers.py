"""Signed values that a device overwrites, outside the log (PROTOCOL section 3): here, the name a person goes by.

`[ [device, slot8, sequence, epoch, closed] as bin, signature ]`. The newest sequence wins, then the higher hash. The
slot's name is blinded and the value closed under the epoch's register key, so a keeper sees
only that something changed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from crypto.codec import decode, encode
from crypto.errors import CodecError, SealError, SignatureError
from crypto.ids import ID_BYTES, ConversationId, DeviceKey, OpId, blake2b
from crypto.keys import Device
from crypto.sealed import close, open_closed
from crypto.signatures import REGISTER_CONTEXT, verify
from protocol import limits
from protocol.errors import RemoteError
from protocol.keyring import Keyring

PROFILE: Final = b"profile"
"""The name a person goes by, UTF-8."""
ADDRESSES: Final = b"addresses"
"""Where a device can be dialled: a canonical array of multiaddrs."""
_SLOT_BYTES: Final = 8
_MAX_SEQUENCE: Final = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Register:
    """One device's value for one slot, its signature checked by `verify_register`."""

    device: DeviceKey
    slot: bytes
    sequence: int
    epoch: OpId
    closed: bytes
    payload: bytes
    signature: bytes
    encoded: bytes

    @property
    def rank(self) -> tuple[int, bytes]:
        """The higher of two registers in one slot wins."""
        return (self.sequence, blake2b(self.payload, person=b"p2p.reg.rank"))


def slot_of(name: bytes, register_key: bytes) -> bytes:
    """Return the blinded name of a slot."""
    return blake2b(name, person=b"p2p.reg.slot", key=register_key, size=_SLOT_BYTES)


def write_register(
    keyring: Keyring, device: Device, *, name: bytes, value: bytes, sequence: int, epoch: OpId, nonce: bytes
) -> Register:
    """Return this device's new value for the slot `name`."""
    key = keyring.keys[epoch].registers
    slot = slot_of(name, key)
    associated = keyring.conversation + device.public + slot
    closed = close(key, value, nonce=nonce, associated=associated)
    payload = encode([device.public, slot, sequence, epoch, closed])
    signature = device.signing.sign(keyring.conversation + payload, context=REGISTER_CONTEXT)
    return parse_register(encode([payload, signature]))


def parse_register(data: Any) -> Register:
    """Return the register in `data`, its form checked, its signature not (RemoteError `bad_register`)."""
    bad = RemoteError("bad_register", "a register is malformed")
    if type(data) is not bytes or len(data) > limits.REGISTER_BYTES:
        raise bad
    try:
        outer = decode(data)
        match outer:
            case [bytes() as payload, bytes() as signature]:
                inner = decode(payload)
            case _:
                raise bad
    except CodecError as error:
        raise bad from error
    match inner:
        case [bytes() as device, bytes() as slot, int() as sequence, bytes() as epoch, bytes() as closed] if (
            len(device) == len(epoch) == ID_BYTES and len(slot) == _SLOT_BYTES and 0 <= sequence <= _MAX_SEQUENCE
        ):
            return Register(DeviceKey(device), slot, sequence, OpId(epoch), closed, payload, signature, data)
        case _:
            raise bad


def verify_register(register: Register, *, conversation: ConversationId) -> None:
    """Return if the register's device signed it for this conversation (RemoteError `bad_signature`)."""
    try:
        verify(
            register.device,
            conversation + register.payload,
            signature=register.signature,
            context=REGISTER_CONTEXT,
        )
    except SignatureError as error:
        raise RemoteError("bad_signature", "a register's signature is false") from error


class Registers:
    """The registers of one conversation."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._held: dict[tuple[DeviceKey, bytes], Register] = {}

    def merge(self, register: Register) -> bool:
        """Keep the register if it is newer than what is held; return whether it was.

        Of a device's slots only the newest few are kept: each epoch blinds their names anew, so old ones fall out.
        """
        at = (register.device, register.slot)
        held = self._held.get(at)
        if held is not None and held.rank >= register.rank:
            return False
        self._held[at] = register
        if held is not None:
            return True
        own = [each for each in self._held.values() if each.device == register.device]
        if len(own) <= limits.REGISTERS_PER_DEVICE:
            return True
        oldest = min(own, key=lambda each: each.rank)
        del self._held[(oldest.device, oldest.slot)]
        return oldest is not register

    def value(self, device: DeviceKey, name: bytes) -> bytes | None:
        """Return a device's newest readable value for the slot `name`."""
        best: Register | None = None
        for key in self._keyring.keys.values():
            held = self._held.get((device, slot_of(name, key.registers)))
            if held is not None and (best is None or best.rank < held.rank):
                best = held
        if best is None or best.epoch not in self._keyring:
            return None
        associated = self._keyring.conversation + device + best.slot
        try:
            return open_closed(self._keyring.keys[best.epoch].registers, best.closed, associated=associated)
        except SealError:
            return None

    def next_sequence(self, device: DeviceKey) -> int:
        """Return a sequence above everything the device has written."""
        return 1 + max((register.sequence for (name, _), register in self._held.items() if name == device), default=-1)

    def digest(self) -> list[tuple[DeviceKey, bytes, int]]:
        """Return `(device, slot, sequence)` of everything held, sorted."""
        return sorted((device, slot, register.sequence) for (device, slot), register in self._held.items())

    def newer_than(self, digest: Iterable[tuple[bytes, bytes, int]]) -> list[Register]:
        """Return what a peer lacks that holds `digest`."""
        known = {(device, slot): sequence for device, slot, sequence in digest}
        return [register for at, register in sorted(self._held.items()) if register.sequence > known.get(at, -1)]
