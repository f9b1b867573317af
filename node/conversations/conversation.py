"""One conversation of this profile: the replica in memory, its rows on disk, and what follows from each change.

Everything that enters goes through `receive`: signatures checked, placed, committed in one transaction, then told. An
operation written here goes the same way, so nothing is acknowledged or gossiped before it is on disk.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from logging import getLogger
from secrets import token_bytes
from typing import Final

import trio

from crypto.ids import OpId
from crypto.sealed import NONCE_BYTES
from node.clock import Clock
from node.conversations.events import Events, Json
from node.conversations.view import View
from node.profile import Profile
from node.store.catalogue import Listed
from node.store.records import Records
from protocol.bodies.content import ContentBody, ContentKind
from protocol.bodies.control import ControlBody
from protocol.compose import write_content, write_control, writing_epoch
from protocol.errors import RemoteError, UsageError
from protocol.ops import CONTENT, Op, verify_op
from protocol.registers import PROFILE, Register, Registers, verify_register, write_register
from protocol.replica import Outcome, Replica

log = getLogger("node.conversations")

RENAMED: Final = 20
"""Messages told again when a name in them changes: the page that a client shows at first."""


class Conversation:
    """A conversation as the node runs it."""

    def __init__(self, listed: Listed, records: Records, *, profile: Profile, clock: Clock, events: Events) -> None:
        """Load what is stored (StartError where it is damaged)."""
        self.listed = listed
        self.id = listed.id
        self.name = listed.id.hex()
        self.status = listed.status
        self.records = records
        self.profile = profile
        self.clock = clock
        self._events = events
        self._rejected: set[bytes] = set()
        self.on_written: Callable[[Sequence[Op]], None] = lambda _ops: None
        """Called with operations that were written here, once they are on disk."""
        self.on_register: Callable[[Register], None] = lambda _register: None
        """Called with a register that was written here."""
        self.on_messages: Callable[[Sequence[OpId]], None] = lambda _names: None
        """Called with people's messages that are new here, in display order."""
        self.on_contacts: Callable[[], None] = lambda: None
        """Called when a member may have become reachable at another address."""
        self.on_control: Callable[[], None] = lambda: None
        """Called when members or keys may have changed."""
        self.titled = trio.Event()
        """Set once the title is known."""
        self._load()

    def _load(self) -> None:
        self.replica = Replica(self.id, device=self.profile.secrets.device)
        self.registers = Registers(self.replica.keyring)
        for register in self.records.load(self.replica):
            self.registers.merge(register)
        self.view = View(
            self.replica,
            self.registers,
            self.records,
            self.listed,
            own=self.profile.secrets.identity.public,
            own_name=self.profile.secrets.name,
        )
        self.view.status = self.status

    def _reload(self) -> None:
        """Go back to what is stored, where storing failed: memory must not know more than the disk."""
        online = self.view.online
        self._load()
        self.view.online = online

    # --- taking in ---------------------------------------------------------------------------------------------------

    def receive(self, ops: Iterable[Op]) -> Outcome:
        """Check, place and store operations from anywhere; return what came of them.

        An operation whose signature is false is dropped and remembered by its whole bytes, so that neither it nor a
        true one with the same id is ever mistaken for the other.
        """
        sound = []
        for op in ops:
            if op.id in self.replica:
                continue
            mark = op.id + op.signature
            if mark in self._rejected:
                continue
            try:
                verify_op(op)
            except RemoteError as error:
                self._reject(mark, error)
                continue
            sound.append(op)
        if not sound:
            return Outcome()
        return self._take(sound)

    def _take(self, ops: Sequence[Op], *, then: Callable[[Sequence[Op]], None] | None = None) -> Outcome:
        """Place and commit operations whose signatures hold; once they are on disk call `then`, and tell of them."""
        outcome = self.replica.receive(ops)
        signatures = {op.id: op.signature for op in ops}
        for name, error in outcome.rejected:
            self._reject(name + signatures.get(name, b""), error)
        if outcome.is_empty:
            return outcome
        try:
            self.records.commit(outcome, self.replica)
        except sqlite3.Error:
            self._reload()
            raise
        if then is not None:
            then([row.op for row in outcome.rows])
        self._tell(outcome)
        return outcome

    def _reject(self, mark: bytes, error: RemoteError) -> None:
        if len(self._rejected) >= 10_000:
            self._rejected.clear()
        self._rejected.add(mark)
        log.info("operation refused conversation=%s code=%s reason=%s", self.name[:8], error.code, error.reason)

    def receive_register(self, register: Register) -> bool:
        """Check, store and tell a register from anywhere; return whether it was news (RemoteError if it is false)."""
        owner = self.replica.authority.owner(register.device)
        if owner is None:
            raise RemoteError("foreign", "a register comes from no member's device")
        verify_register(register, conversation=self.id)
        name = self.view.person(owner)
        if not self.registers.merge(register):
            return False
        try:
            self.records.commit(Outcome(), self.replica, registers=(register,))
        except sqlite3.Error:
            self._reload()
            raise
        self._events.tell(self.name, "members", {"members": self.view.members()})
        if self._events.is_heard and self.view.person(owner) != name:
            self._tell_again()
        self.on_contacts()
        return True

    def _tell_again(self) -> None:
        """Tell the newest messages once more: somebody they name goes by another name now, or by one at all."""
        for message in self.view.page(before=None, limit=RENAMED)[0]:
            self._events.tell(self.name, "message", message)
        self.tell_summary()

    # --- writing -----------------------------------------------------------------------------------------------------

    def write(self, body: ContentBody) -> Op:
        """Write a content operation; it is on disk when this returns (UsageError where it cannot be written)."""
        self._check_open()
        nonce = token_bytes(NONCE_BYTES)
        op = write_content(self.replica, body, now_ms=self.clock.now_ms(), nonce=nonce)
        return self._written(op)

    def rule(self, body: ControlBody) -> Op:
        """Write a control operation; it is on disk when this returns (UsageError where its rules forbid it)."""
        return self._written(write_control(self.replica, body, now_ms=self.clock.now_ms()))

    def _written(self, op: Op) -> Op:
        try:
            outcome = self._take([op], then=self.on_written)
        except sqlite3.Error as error:
            log.warning("not stored conversation=%s error=%s", self.name[:8], error)
            raise not_stored() from error
        if outcome.rejected:
            raise UsageError("not_allowed", outcome.rejected[0][1].reason)
        return op

    def _check_open(self) -> None:
        if self.status == "left":
            raise UsageError("left", "you have left this conversation and can no longer write in it")
        if self.status == "joining":
            raise UsageError("locked", "this conversation is still being fetched: wait until the first sync is done")

    def introduce(self) -> None:
        """Tell the others the name this person goes by, where they do not know it yet."""
        self.publish_register(PROFILE, self.profile.secrets.name.encode())

    def publish_register(self, name: bytes, value: bytes) -> None:
        """Give the slot `name` of this device a value; nothing happens where it has it, or no key is held yet."""
        device = self.profile.secrets.device
        if self.registers.value(device.public, name) == value:
            return
        try:
            epoch = writing_epoch(self.replica)
        except UsageError:
            return
        register = write_register(
            self.replica.keyring,
            device,
            name=name,
            value=value,
            sequence=self.registers.next_sequence(device.public),
            epoch=epoch,
            nonce=token_bytes(NONCE_BYTES),
        )
        try:
            self.receive_register(register)
        except sqlite3.Error as error:
            log.warning("register not stored conversation=%s error=%s", self.name[:8], error)
            return
        self.on_register(register)

    def set_status(self, status: str) -> None:
        """Keep and tell a new status."""
        self.status = self.view.status = status
        self.records.set_status(status)
        self.tell_summary()

    def mark_read(self, name: OpId) -> None:
        """Note that this person has seen everything up to a message."""
        shown = self.records.get(name)
        if shown is not None:
            self.records.set_read(shown.vts_ms)
            self.view.forget_unread()
            self.tell_summary()

    # --- telling -----------------------------------------------------------------------------------------------------

    def tell_summary(self) -> None:
        """Tell whoever listens how the conversation stands."""
        if self._events.is_heard:
            self._events.tell_soon(self.name, "conversation", self.view.summary)

    def tell(self, event: str, payload: Json) -> None:
        """Tell whoever listens on this conversation's topic."""
        self._events.tell(self.name, event, payload)

    def _tell(self, outcome: Outcome) -> None:
        if outcome.keys:
            self.introduce()
        if outcome.control_changed or outcome.keys:
            self.on_control()
        self.view.forget_unread()
        if self.view.title:
            self.titled.set()
        if self._events.is_heard:
            messages = [self.view.entered(row) for row in outcome.rows if row.shown]
            messages += [
                message
                for name, shown in outcome.shown.items()
                if shown and (message := self.view.message(name)) is not None
            ]
            for message in messages:
                self._events.tell(self.name, "message", message)
            for name, shown in outcome.shown.items():
                if not shown:
                    self._events.tell(self.name, "gone", {"id": name.hex()})
            if outcome.control_changed or outcome.keys:
                self._events.tell(self.name, "members", {"members": self.view.members()})
                self._events.tell(self.name, "ai", {"ai": self.view.ais()})
            self.tell_summary()
        people = [
            row.op.id for row in outcome.rows if row.op.header.plane == CONTENT and row.kind == ContentKind.MESSAGE
        ]
        if people:
            self.on_messages(people)


def not_stored() -> UsageError:
    """Return what a person is told where the database takes nothing."""
    return UsageError(
        "internal",
        "that could not be stored, and nothing was changed: check that the disk has room and that the profile's folder "
        "can be written, then try again",
    )
