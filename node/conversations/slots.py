"""What members say outside the log of one conversation: registers, those of others and this device's own.

(docs/protocol.md, "Registers")
"""

import sqlite3
from collections.abc import Callable
from logging import getLogger
from secrets import token_bytes

from crypto.keys import Device
from crypto.sealed import NONCE_BYTES
from node.conversations.held import Held
from node.conversations.hooks import Hooks
from node.conversations.telling import Telling
from protocol.compose import writing_epoch
from protocol.errors import RemoteError, UsageError
from protocol.registers import HELD, PROFILE, READ, Register, verify_register, write_register

log = getLogger("node.conversations")


class Slots:
    """The registers of one conversation: taken in from anywhere, written for this device."""

    def __init__(
        self, held: Held, *, device: Device, telling: Telling, hooks: Hooks, store: Callable[[Register], None]
    ) -> None:
        """Take the conversation whose registers these are.

        Args:
            held: the conversation.
            device: this one.
            telling: tells what changed.
            hooks: what follows from it.
            store: brings a register that was merged to the disk (sqlite3.Error; then it is not merged any more).
        """
        self._held = held
        self._device = device
        self._telling = telling
        self._hooks = hooks
        self._store = store

    def receive(self, register: Register) -> bool:
        """Check, store and tell a register from anywhere; return whether it was news (RemoteError if it is false)."""
        held, device = self._held, register.device
        authority, registers = held.replica.authority, held.registers
        owner = authority.person(device)
        if owner is None:
            raise RemoteError("foreign", "a register comes from the device of nobody here")
        if authority.owner(device) is None and registers.value(device, PROFILE) is not None:
            return False  # of those who are gone only the name is wanted, for what they wrote
        if not registers.is_news(register):
            return False
        verify_register(register, conversation=held.replica.id)
        slot = registers.name_of(register)
        name = held.view.person(owner) if slot not in (HELD, READ) and self._telling.is_heard else ""
        if not registers.merge(register):
            return False
        self._store(register)
        if slot in (HELD, READ):
            if held.receipts.take(register, slot):
                self._telling.tell_states()
            return True
        if self._telling.is_heard:
            self._telling.tell_members_now()
            if held.view.person(owner) != name:
                self._telling.tell_newest()
                self._hooks.on_named()
        self._hooks.on_contacts()
        return True

    def publish(self, name: bytes, value: bytes) -> bool:
        """Give the slot `name` of this device a value; return whether that was news and could be told the others."""
        replica, registers, device = self._held.replica, self._held.registers, self._device
        if replica.authority.owner(device.public) is None:
            return False
        try:
            epoch = writing_epoch(replica)
        except UsageError:
            return False
        newest = registers.newest(device.public, name)
        if newest is not None and newest.epoch == epoch and registers.value(device.public, name) == value:
            return False  # under a new epoch it is written again, for those who hold no older key
        register = write_register(
            replica.keyring,
            device,
            name=name,
            value=value,
            sequence=registers.next_sequence(device.public),
            epoch=epoch,
            nonce=token_bytes(NONCE_BYTES),
        )
        try:
            self.receive(register)
        except sqlite3.Error as error:
            log.warning("register not stored conversation=%s error=%s", replica.id.hex()[:8], error)
            return False
        self._hooks.on_register(register)
        return True

    def repeat(self, name: bytes) -> None:
        """Write a slot's value once more, where it has one: under the newest key, for those who hold no older."""
        value = self._held.registers.value(self._device.public, name)
        if value is not None:
            self.publish(name, value)
