"""Signed values that a device overwrites, outside the log (PROTOCOL section 3): names, addresses, receipts.

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
HELD: Final = b"held"
"""The content heads that a device has stored (protocol.receipts)."""
READ: Final = b"read"
"""The content heads up to which its owner has been shown everything."""
NAMES: Final = (PROFILE, ADDRESSES, HELD, READ)
DIGEST_ROWS: Final = 1024
"""Rows in one part of a digest."""
_SLOT_BYTES: Final = 8
PLACE_BYTES: Final = ID_BYTES + _SLOT_BYTES
_MARK_BYTES: Final = 8
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

    @property
    def place(self) -> bytes:
        """Its device and slot: what it is sorted by."""
        return self.device + self.slot

    @property
    def row(self) -> "Row":
        """Its line in a digest."""
        sequence, mark = self.rank
        return (self.device, self.slot + mark[:_MARK_BYTES], sequence)


Row = tuple[bytes, bytes, int]
"""`(device, slot || 8 bytes of the rank's hash, sequence)`: two registers with one sequence differ in the hash."""


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
        self._slots: dict[tuple[bytes, OpId], bytes] = {}

    def is_news(self, register: Register) -> bool:
        """Return whether a register is newer than what is held in its place; worth asking before its signature is."""
        held = self._held.get((register.device, register.slot))
        return held is None or held.rank < register.rank

    def merge(self, register: Register) -> bool:
        """Keep the register if it is newer than what is held; return whether it was.

        Of a device's slots only the newest few are kept: each epoch blinds their names anew, so old ones fall out. A
        device writes all its values again under a new epoch, so none of those it still uses is among them.
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

    def name_of(self, register: Register) -> bytes | None:
        """Return which of NAMES a register is for; None where that is none of them, or its key is not held."""
        return next((name for name in NAMES if self._slot(name, register.epoch) == register.slot), None)

    def newest(self, device: DeviceKey, name: bytes) -> Register | None:
        """Return a device's newest register for the slot `name` among those whose key is held."""
        found = [
            held
            for epoch in self._keyring.keys
            if (held := self._held.get((device, self._slot(name, epoch)))) is not None and held.epoch in self._keyring
        ]
        return max(found, key=lambda each: each.rank, default=None)

    def value(self, device: DeviceKey, name: bytes) -> bytes | None:
        """Return a device's newest readable value for the slot `name`."""
        best = self.newest(device, name)
        if best is None:
            return None
        associated = self._keyring.conversation + device + best.slot
        try:
            return open_closed(self._keyring.keys[best.epoch].registers, best.closed, associated=associated)
        except SealError:
            return None

    def next_sequence(self, device: DeviceKey) -> int:
        """Return a sequence above everything the device has written."""
        return 1 + max((register.sequence for (name, _), register in self._held.items() if name == device), default=-1)

    def digest(self) -> list[Row]:
        """Return a row for everything held, ascending."""
        return [register.row for _, register in sorted(self._held.items())]

    def digest_after(self, place: bytes, *, most: int = DIGEST_ROWS) -> tuple[list[Row], bytes]:
        """Return the rows of what is held after a place, and up to which place these are all: the end where empty."""
        rows = [register for at, register in sorted(self._held.items()) if at[0] + at[1] > place]
        upto = rows[most - 1].place if len(rows) > most else b""
        return [register.row for register in rows[:most]], upto

    def newer_than(self, digest: Iterable[Row], *, after: bytes = b"", upto: bytes = b"") -> list[Register]:
        """Return what a peer may lack that holds `digest` and nothing else after one place up to another, ascending."""
        known = {(device, name[:_SLOT_BYTES]): (sequence, name[_SLOT_BYTES:]) for device, name, sequence in digest}
        return [
            register
            for at, register in sorted(self._held.items())
            if after < register.place and (not upto or register.place <= upto) and _may_lack(known.get(at), register)
        ]

    def _slot(self, name: bytes, epoch: OpId) -> bytes:
        """Return the blinded name of a slot; empty, like no register's, where the epoch's key is not held."""
        if epoch not in self._keyring:
            return b""
        slot = self._slots.get((name, epoch))
        if slot is None:
            slot = self._slots[name, epoch] = slot_of(name, self._keyring.keys[epoch].registers)
        return slot


def _may_lack(known: tuple[int, bytes] | None, register: Register) -> bool:
    """Return whether somebody who holds a slot's value with this sequence and mark, or none, may need the register."""
    if known is None or known[0] < register.sequence:
        return True
    return known[0] == register.sequence and known[1] != register.row[1][_SLOT_BYTES:]
