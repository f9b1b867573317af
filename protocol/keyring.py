"""The epoch keys a device holds, and what it can open with them (PROTOCOL section 6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from crypto.epochs import (
    CONTENT,
    CONTROL,
    EPHEMERAL,
    REGISTERS,
    Position,
    commitment,
    decrypt_body,
    derive,
    encrypt_body,
    open_history,
    unwrap,
)
from crypto.errors import SealError
from crypto.ids import ConversationId, OpId
from crypto.keys import Device
from crypto.sealed import close, open_closed
from protocol.bodies.control import EpochNew, EpochWrap
from protocol.ops import CONTROL as CONTROL_PLANE
from protocol.ops import Header


@dataclass(frozen=True)
class EpochKey:
    """One epoch's key with those derived from it."""

    key: bytes

    @cached_property
    def content(self) -> bytes:
        """Encrypts operations' bodies."""
        return derive(self.key, CONTENT)

    @cached_property
    def control(self) -> bytes:
        """Encrypts what is readable inside control bodies."""
        return derive(self.key, CONTROL)

    @cached_property
    def ephemeral(self) -> bytes:
        """Encrypts typing and AI text in flight."""
        return derive(self.key, EPHEMERAL)

    @cached_property
    def registers(self) -> bytes:
        """Encrypts registers, and blinds their slots' names."""
        return derive(self.key, REGISTERS)


class Keyring:
    """One conversation's epoch keys, as far as this device holds them."""

    def __init__(self, conversation: ConversationId) -> None:
        self.conversation = conversation
        self.keys: dict[OpId, EpochKey] = {}

    def __contains__(self, epoch: OpId) -> bool:
        return epoch in self.keys

    def hold(self, epoch: OpId, key: bytes) -> None:
        """Keep a key that was made here or read from the store."""
        self.keys[epoch] = EpochKey(key)

    def learn(
        self, epoch: OpId, wraps: EpochNew | EpochWrap, *, epochs: Mapping[OpId, EpochNew], device: Device
    ) -> list[OpId]:
        """Open what `wraps` holds of `epoch` for this device; return the epochs that became readable by it.

        A wrap or history link that is false (wrong key, wrong recipient) is ignored: another member can wrap again.
        """
        learned = []
        for recipient, sealed in wraps.wraps:
            if recipient == device.public and epoch not in self.keys:
                try:
                    self.hold(epoch, unwrap(sealed, box_secret=device.box_secret, commit=epochs[epoch].commit))
                except SealError:
                    continue
                learned.append(epoch)
        # a link may lead to the epoch that is new here, as well as away from it
        open_ends = [held for held in self.keys if held in epochs] if isinstance(wraps, EpochNew) else list(learned)
        while open_ends:
            later = open_ends.pop()
            for earlier, closed in epochs[later].history:
                if earlier in self.keys or earlier not in epochs:
                    continue
                try:
                    key = open_history(self.keys[later].key, closed)
                except SealError:
                    continue
                if commitment(key) == epochs[earlier].commit:
                    self.hold(earlier, key)
                    learned.append(earlier)
                    open_ends.append(earlier)
        return learned

    def decrypt(self, header: Header, body: bytes) -> bytes:
        """Return the plaintext of a content operation whose epoch is held (SealError where its author cheated)."""
        assert header.epoch is not None
        return decrypt_body(self.keys[header.epoch].content, body, position=self.position(header))

    def encrypt(self, plaintext: bytes, *, epoch: OpId, position: Position, nonce: bytes) -> bytes:
        """Return the body of a content operation."""
        return encrypt_body(self.keys[epoch].content, plaintext, position=position, nonce=nonce)

    def close_control(self, plaintext: bytes, *, epoch: OpId, nonce: bytes) -> bytes:
        """Return what is readable in a control body, closed."""
        return close(self.keys[epoch].control, plaintext, nonce=nonce, associated=self.conversation)

    def open_control(self, closed: bytes, *, epoch: OpId) -> bytes | None:
        """Return what `close_control` closed; None where the key is not held or the text is false."""
        if epoch not in self.keys:
            return None
        try:
            return open_closed(self.keys[epoch].control, closed, associated=self.conversation)
        except SealError:
            return None

    def position(self, header: Header) -> Position:
        """Return where a body stands, for its key and its associated data."""
        assert header.plane != CONTROL_PLANE
        return Position(self.conversation, header.device, header.plane, header.seq, header.prev or b"")
