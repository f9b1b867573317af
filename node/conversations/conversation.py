"""One conversation of this profile: the replica in memory, its rows on disk, and what follows from each change.

Everything that enters goes through `receive`: signatures checked, placed, committed in one transaction, then told. An
operation written here goes the same way, so nothing is acknowledged or gossiped before it is on disk.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from logging import getLogger
from secrets import token_bytes
from typing import Final

import trio

from crypto.ids import OpId
from crypto.sealed import NONCE_BYTES
from node.clock import Clock
from node.conversations.acknowledging import Acknowledger
from node.conversations.checking import Checking
from node.conversations.events import Events
from node.conversations.follower import Follower
from node.conversations.hooks import Hooks
from node.conversations.membership import OUTSIDE, followed, refusal
from node.conversations.receipts import Receipts
from node.conversations.slots import Slots
from node.conversations.telling import Telling
from node.conversations.view import View
from node.profile import Profile
from node.store.catalogue import Listed
from node.store.database import not_stored, storing
from node.store.records import Records
from node.verifier import FalseSignatures, checked_here, false_signatures
from protocol.bodies.content import ContentBody, ContentKind
from protocol.bodies.control import ControlBody
from protocol.compose import write_content, write_control
from protocol.errors import RemoteError, UsageError
from protocol.ops import CONTENT, Op
from protocol.outcome import Outcome
from protocol.registers import PROFILE, READ, Register, Registers
from protocol.replica import Replica
from protocol.vouching import Checked

log = getLogger("node.conversations")

_NOBODY: Final[Mapping[OpId, OpId]] = {}


class Conversation:
    """A conversation as the node runs it."""

    def __init__(
        self,
        listed: Listed,
        records: Records,
        *,
        profile: Profile,
        clock: Clock,
        events: Events,
        verify: FalseSignatures = checked_here,
    ) -> None:
        """Load what is stored (StartError where it is damaged)."""
        self.listed = listed
        self.id = listed.id
        self.name = listed.id.hex()
        self.status = listed.status
        self.records = records
        self.profile = profile
        self.clock = clock
        self.telling = Telling(self.name, events, self)
        self.checking = Checking(self.name, self, verify)
        self.followers: dict[Follower, str] = {}
        """Who is sent what is written here at once, with their peer ids."""
        self.hooks = Hooks()
        """What follows from each change."""
        self.titled = trio.Event()
        """Set once the title is known."""
        self._load()
        self.slots = Slots(
            self,
            device=profile.secrets.device,
            telling=self.telling,
            hooks=self.hooks,
            store=self._store_register,
        )
        """What members say outside the log."""
        own = profile.secrets.identity.public
        self.acknowledger = Acknowledger(lambda: self.replica, self.slots.publish, own=own)
        """Tells the others what is stored here and what was read."""
        self._follow_membership()

    def _load(self) -> None:
        self.replica = Replica(self.id, device=self.profile.secrets.device, shelf=self.records)
        self.registers = Registers(self.replica.keyring)
        for register in self.records.load(self.replica):
            self.registers.merge(register)
        own = self.profile.secrets.identity.public
        self.receipts = Receipts(self.replica, self.registers, own=own)
        self.view = View(
            self.replica,
            self.registers,
            self.records,
            self.listed,
            self.receipts,
            own=own,
            own_name=self.profile.secrets.name,
        )
        self.view.status = self.status

    def _reload(self) -> None:
        """Go back to what is stored, where storing failed: memory must not know more than the disk."""
        before = self.view
        self._load()
        self.view.connected, self.view.here, self.view.consents = before.connected, before.here, before.consents
        self.view.known_as = before.known_as

    # --- taking in ---------------------------------------------------------------------------------------------------

    def receive(self, ops: Iterable[Op]) -> Outcome:
        """Check, place and store operations from anywhere; return what came of them.

        An operation whose signature is false is dropped and not remembered: it may come again with a true one.
        """
        offered = self.unknown(list(ops))
        return self.take_in(offered, Checked(false_signatures(offered)))

    async def receive_many(self, ops: Sequence[Op]) -> None:
        """Do what `receive` does with a frame of a sync, its signatures checked beside the event loop."""
        offered = self.unknown(ops)
        self.take_in(offered, await self.checking.check(offered))

    async def preview(self, ops: Sequence[Op]) -> None:
        """Tell the newest messages of a long log whose rest is still to come; nothing of them is stored or counted."""
        if self.telling.is_heard:
            false = (await self.checking.check(ops)).false
            self.telling.tell_preview([op for at, op in enumerate(ops) if at not in false])

    def unknown(self, ops: Sequence[Op]) -> list[Op]:
        """Return those operations that are not here, were not refused before, and are for this person."""
        if self.status in OUTSIDE:
            ops = [op for op in ops if self.takes(op)]
        content = self.replica.content.known([op.key for op in ops if op.header.plane == CONTENT])
        control, is_refused = self.replica.control, self.checking.is_refused
        return [op for op in ops if op.id not in content and op.id not in control and not is_refused(op.id)]

    def takes(self, op: Op) -> bool:
        """Return whether an operation has a place here: who is outside learns who belongs, not what is said."""
        return op.header.plane != CONTENT or self.status not in OUTSIDE

    def take_in(self, ops: Sequence[Op], checked: Checked) -> Outcome:
        """Place and store operations; those whose signatures are false are dropped.

        Raises:
            RemoteError: `bad_signature`: some came as vouched for and are not; nothing of `ops` is stored.
        """
        for at in checked.false:
            self.checking.tell_refused(
                RemoteError("bad_signature", f"the signature of {ops[at].id.hex()[:16]} is false")
            )
        sound = [op for at, op in enumerate(ops) if at not in checked.false] if checked.false else ops
        if not sound:
            return Outcome()
        return self._take(sound, vouched={ops[at].id: after for at, after in checked.vouched.items()})

    def _take(
        self,
        ops: Sequence[Op],
        *,
        then: Callable[[Sequence[Op]], None] | None = None,
        written: ContentBody | None = None,
        vouched: Mapping[OpId, OpId] = _NOBODY,
    ) -> Outcome:
        """Place and commit authentic operations; once they are on disk call `then`, and tell of them.

        Some may be `vouched` for by others of them, which follow them directly: that counts where both found their
        place, else the signature is looked at here.
        """
        outcome = self.replica.receive(ops, now_ms=self.clock.now_ms(), written=written)
        for name, error in outcome.rejected:
            self.checking.refuse(name, error)
        if vouched:
            self._check_vouched(ops, vouched)
        if outcome.is_empty:
            return outcome
        try:
            self.records.commit(outcome, self.replica)
        except sqlite3.Error:
            self._reload()
            raise
        self.replica.stored()
        if then is not None:
            then([row.op for row in outcome.rows.values()])
        self._tell(outcome)
        return outcome

    def _check_vouched(self, ops: Sequence[Op], vouched: Mapping[OpId, OpId]) -> None:
        content = self.replica.content
        doubtful = [op for op in ops if (after := vouched.get(op.id)) and not (op.id in content and after in content)]
        if false_signatures(doubtful):
            self._reload()
            raise RemoteError("bad_signature", "operations came whose device did not sign for them")

    def _store_register(self, register: Register) -> None:
        try:
            self.records.commit(Outcome(), self.replica, registers=(register,))
        except sqlite3.Error:
            self._reload()
            raise

    # --- writing -----------------------------------------------------------------------------------------------------

    def write(self, body: ContentBody, *, before: Callable[[OpId], None] | None = None) -> Op:
        """Write a content operation; it is on disk when this returns (UsageError where it cannot be written).

        `before` is given the operation's id just before it is stored.
        """
        self.check_open()
        nonce = token_bytes(NONCE_BYTES)
        op = write_content(self.replica, body, now_ms=self.clock.now_ms(), nonce=nonce)
        self.replica.content.is_new(op.id)
        try:
            if before is not None:
                before(op.id)
        except sqlite3.Error as error:
            raise not_stored() from error
        self._written([op], body)
        return op

    def rule(self, body: ControlBody) -> Op:
        """Write a control operation; it is on disk when this returns (UsageError where its rules forbid it)."""
        return self.rule_all([body])[0]

    def rule_all(self, bodies: Iterable[ControlBody]) -> list[Op]:
        """Write control operations, each on top of the one before, and store them together: all of them, or none.

        Raises:
            UsageError: they cannot be stored, or the rules forbid one of them: neither it nor what follows is written.
        """
        ops: list[Op] = []
        for body in bodies:
            ops.append(write_control(self.replica, body, now_ms=self.clock.now_ms(), after=ops[-1] if ops else None))
        self._written(ops)
        return ops

    def _written(self, ops: Sequence[Op], body: ContentBody | None = None) -> None:
        try:
            outcome = self._take(ops, then=self._pass_on, written=body)
        except sqlite3.Error as error:
            log.warning("not stored conversation=%s error=%s", self.name[:8], error)
            raise not_stored() from error
        if outcome.rejected:
            self.replica.pending.refuse(outcome.rejected[0][0])  # what was to follow it
            raise UsageError("not_allowed", outcome.rejected[0][1].reason)

    def _pass_on(self, ops: Sequence[Op]) -> None:
        """Send what was written here to the followers, and to everybody else."""
        for follower in self.followers:
            follower.offer(ops)
        self.hooks.on_written(ops)

    def check_open(self) -> None:
        """Return if this person can write here now (UsageError where not, saying why)."""
        authority, device = self.replica.authority, self.replica.device.public
        refused = refusal(self.status, authority, device, name=self.view.person)
        if refused is not None:
            raise refused

    def introduce(self) -> None:
        """Tell the others the name this person goes by, where they do not know it yet."""
        self.slots.publish(PROFILE, self.profile.secrets.name.encode())

    def rename(self, profile: Profile) -> None:
        """Go by the name in `profile`: tell the own channel, and the others, where this person may write."""
        self.profile = profile
        self.view.roster.own_name = profile.secrets.name
        self.introduce()
        if self.telling.is_heard:
            self.telling.tell_members()
            self.telling.tell_newest()
            self.hooks.on_named()

    @property
    def is_member(self) -> bool:
        """Whether this device counts here, by all that is known."""
        return self.replica.authority.owner(self.replica.device.public) is not None

    def _follow_membership(self) -> None:
        """Bring the status into step with whether this person belongs."""
        status = followed(self.status, self.replica.authority, self.replica.device.public)
        if status != self.status:
            log.info("membership changed conversation=%s status=%s", self.name[:8], status)
            self.set_status(status)

    def set_status(self, status: str) -> None:
        """Keep and tell a new status."""
        self.status = self.view.status = status
        self.records.set_status(status)
        self.telling.tell_summary()

    def mark_read(self, name: OpId) -> None:
        """Note that this person has seen everything up to a message, and let the others know before long."""
        shown = self.records.shown.get(name)
        if shown is not None:
            with storing():
                self.records.shown.set_read(shown.vts_ms)
            if shown.vts_ms >= self.records.shown.read_up_to():
                self.acknowledger.shown(name, (shown.vts_ms, shown.op.header.depth, name))
            self.view.unread.forget()
            self.telling.tell_summary()

    def _tell(self, outcome: Outcome) -> None:
        self.acknowledger.stored(outcome)
        if self.receipts.follow(outcome):
            self.telling.tell_states()
        if outcome.control_changed:
            self._follow_membership()
        if outcome.keys:
            self.introduce()
            self.slots.repeat(READ)
        if outcome.control_changed or outcome.keys:
            self.hooks.on_control()
        self.view.unread.forget({*outcome.touched, *outcome.shown})
        if self.view.title:
            self.titled.set()
        self.telling.tell_outcome(outcome)
        self.hooks.on_shown(
            {name for name, row in outcome.rows.items() if row.is_shown} | outcome.shown.keys() | outcome.touched
        )
        for row in outcome.rows.values():
            if row.kind == ContentKind.MESSAGE and row.is_shown and row.op.header.plane == CONTENT:
                self.hooks.on_spoken(row.author, row.op.header.ts_ms)
        self.hooks.on_stored(outcome)
