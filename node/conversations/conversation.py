"""One conversation of this profile: the replica in memory, its rows on disk, and what follows from each change.

Everything that enters goes through `receive`: signatures checked, placed, committed in one transaction, then told. An
operation written here goes the same way, so nothing is acknowledged or gossiped before it is on disk.
"""

import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from logging import getLogger
from secrets import token_bytes
from typing import Final

import trio

from crypto.ids import IdentityKey, OpId
from crypto.sealed import NONCE_BYTES
from node.clock import Clock
from node.conversations.acknowledging import Acknowledger
from node.conversations.events import Events, Json
from node.conversations.follower import Follower
from node.conversations.membership import OUTSIDE, followed, refusal
from node.conversations.receipts import Receipts
from node.conversations.view import View
from node.profile import Profile
from node.store.catalogue import Listed
from node.store.records import Records
from node.verifier import FalseSignatures, checked_here, false_signatures
from protocol.bodies.content import ContentBody, ContentKind
from protocol.bodies.control import ControlBody
from protocol.compose import write_content, write_control, writing_epoch
from protocol.errors import RemoteError, UsageError
from protocol.ops import CONTENT, Op
from protocol.outcome import Outcome
from protocol.registers import HELD, PROFILE, READ, Register, Registers, verify_register, write_register
from protocol.replica import NO_ROOM, Replica
from protocol.vouching import Checked, Runs, links

log = getLogger("node.conversations")

_NOBODY: Final[Mapping[OpId, OpId]] = {}
RENAMED: Final = 20
"""Messages told again when a name in them changes: the page that a client shows at first."""


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
        self._verify = verify
        self.listed = listed
        self.id = listed.id
        self.name = listed.id.hex()
        self.status = listed.status
        self.records = records
        self.profile = profile
        self.clock = clock
        self._events = events
        self._refused: set[OpId] = set()
        self.on_written: Callable[[Sequence[Op]], None] = lambda _ops: None
        """Called with operations that were written here, once they are on disk."""
        self.followers: dict[Follower, str] = {}
        """Who is sent what is written here at once, with their peer ids."""
        self.on_register: Callable[[Register], None] = lambda _register: None
        """Called with a register that was written here."""
        self.on_stored: Callable[[Outcome], None] = lambda _outcome: None
        """Called with what came of operations, once it is on disk and told."""
        self.on_spoken: Callable[[IdentityKey, int], None] = lambda _author, _ts_ms: None
        """Called with the author and the time of each message of a person that is new here, after it was told."""
        self.on_shown: Callable[[Collection[OpId]], None] = lambda _names: None
        """Called with the messages that are new, read differently or are gone, once that is on disk."""
        self.on_named: Callable[[], None] = lambda: None
        """Called when somebody may go by another name."""
        self.on_contacts: Callable[[], None] = lambda: None
        """Called when a member may have become reachable at another address."""
        self.on_control: Callable[[], None] = lambda: None
        """Called when members or keys may have changed."""
        self.titled = trio.Event()
        """Set once the title is known."""
        self._load()
        self.acknowledger = Acknowledger(
            lambda: self.replica, self.publish_register, own=profile.secrets.identity.public
        )
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
        self.take_in(offered, await self.check(offered))

    async def check(self, ops: Sequence[Op]) -> Checked:
        """Return what is known of the signatures of a frame's operations that are not here yet.

        Those that a later one of the frame vouches for are not looked at (protocol/vouching.py).
        """
        runs = Runs(links(ops), forked=self.replica.content.forked)
        false = await self._false(ops, runs.asked)
        beneath = runs.beneath(false)
        return runs.settled(false | await self._false(ops, beneath), beneath) if beneath else runs.settled(false, ())

    async def _false(self, ops: Sequence[Op], places: Sequence[int]) -> set[int]:
        return {places[at] for at in await self._verify([ops[place] for place in places])}

    async def preview(self, ops: Sequence[Op]) -> None:
        """Tell the newest messages of a long log whose rest is still to come; nothing of them is stored or counted."""
        if not self._events.is_heard:
            return
        false = (await self.check(ops)).false
        look = self.view.timeline.preview
        messages = [message for at, op in enumerate(ops) if at not in false and (message := look(op)) is not None]
        if messages:
            self._events.tell(self.name, "preview", {"messages": messages})

    def unknown(self, ops: Sequence[Op]) -> list[Op]:
        """Return those operations that are not here, were not refused before, and are for this person."""
        if self.status in OUTSIDE:
            ops = [op for op in ops if self.takes(op)]
        content = self.replica.content.known([op.key for op in ops if op.header.plane == CONTENT])
        refused = self._refused
        return [op for op in ops if op.id not in content and op.id not in self.replica.control and op.id not in refused]

    def takes(self, op: Op) -> bool:
        """Return whether an operation has a place here: who is outside learns who belongs, not what is said."""
        return op.header.plane != CONTENT or self.status not in OUTSIDE

    def take_in(self, ops: Sequence[Op], checked: Checked) -> Outcome:
        """Place and store operations; those whose signatures are false are dropped.

        Raises:
            RemoteError: `bad_signature`: some came as vouched for and are not; nothing of `ops` is stored.
        """
        for at in checked.false:
            self._tell_refused(RemoteError("bad_signature", f"the signature of {ops[at].id.hex()[:16]} is false"))
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
            if error.code != NO_ROOM:  # it comes again, and may be needed then
                self._refuse(name, error)
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

    def _refuse(self, name: OpId, error: RemoteError) -> None:
        if len(self._refused) >= 10_000:
            self._refused.clear()
        self._refused.add(name)
        self._tell_refused(error)

    def _tell_refused(self, error: RemoteError) -> None:
        log.info("operation refused conversation=%s code=%s reason=%s", self.name[:8], error.code, error.reason)

    def receive_register(self, register: Register) -> bool:
        """Check, store and tell a register from anywhere; return whether it was news (RemoteError if it is false)."""
        authority, device = self.replica.authority, register.device
        owner = authority.person(device)
        if owner is None:
            raise RemoteError("foreign", "a register comes from the device of nobody here")
        if authority.owner(device) is None and self.registers.value(device, PROFILE) is not None:
            return False  # of those who are gone only the name is wanted, for what they wrote
        if not self.registers.is_news(register):
            return False
        verify_register(register, conversation=self.id)
        slot = self.registers.name_of(register)
        name = self.view.person(owner) if slot not in (HELD, READ) and self._events.is_heard else ""
        if not self.registers.merge(register):
            return False
        try:
            self.records.commit(Outcome(), self.replica, registers=(register,))
        except sqlite3.Error:
            self._reload()
            raise
        if slot in (HELD, READ):
            if self.receipts.take(register, slot):
                self._tell_states()
            return True
        if self._events.is_heard:
            self._events.tell(self.name, "members", {"members": self.view.members()})
            if self.view.person(owner) != name:
                self._tell_again()
                self.on_named()
        self.on_contacts()
        return True

    def _tell_again(self) -> None:
        """Tell the newest messages once more: somebody they name goes by another name now, or by one at all."""
        self._events.tell_messages(self.name, self.view.page(before=None, limit=RENAMED)[0])
        self.tell_summary()

    # --- writing -----------------------------------------------------------------------------------------------------

    def write(self, body: ContentBody) -> Op:
        """Write a content operation; it is on disk when this returns (UsageError where it cannot be written)."""
        self.check_open()
        nonce = token_bytes(NONCE_BYTES)
        op = write_content(self.replica, body, now_ms=self.clock.now_ms(), nonce=nonce)
        self.replica.content.is_new(op.id)
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
        self.on_written(ops)

    def check_open(self) -> None:
        """Return if this person can write here now (UsageError where not, saying why)."""
        authority, device = self.replica.authority, self.replica.device.public
        refused = refusal(self.status, authority, device, name=self.view.person)
        if refused is not None:
            raise refused

    def introduce(self) -> None:
        """Tell the others the name this person goes by, where they do not know it yet."""
        self.publish_register(PROFILE, self.profile.secrets.name.encode())

    def publish_register(self, name: bytes, value: bytes) -> bool:
        """Give the slot `name` of this device a value; return whether that was news and could be told the others."""
        device = self.profile.secrets.device
        if not self.is_member:
            return False
        try:
            epoch = writing_epoch(self.replica)
        except UsageError:
            return False
        newest = self.registers.newest(device.public, name)
        if newest is not None and newest.epoch == epoch and self.registers.value(device.public, name) == value:
            return False  # under a new epoch it is written again, for those who hold no older key
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
            return False
        self.on_register(register)
        return True

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
        self.tell_summary()

    def mark_read(self, name: OpId) -> None:
        """Note that this person has seen everything up to a message, and let the others know before long."""
        shown = self.records.shown.get(name)
        if shown is not None:
            try:
                self.records.shown.set_read(shown.vts_ms)
            except sqlite3.Error as error:
                raise not_stored() from error
            if shown.vts_ms >= self.records.shown.read_up_to():
                self.acknowledger.shown(name, (shown.vts_ms, shown.op.header.depth, name))
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

    def tell_members(self) -> None:
        """Tell soon who belongs and how each of them is here."""
        if self._events.is_heard:
            self._events.tell_soon(self.name, "members", lambda: {"members": self.view.members()})

    def tell_ais(self) -> None:
        """Tell whoever listens how the AI participants are set."""
        self.tell("ai", {"ai": self.view.ais()})

    def _tell_states(self) -> None:
        """Tell soon how own messages stand by receipts that came; a burst of them is told as a few."""
        if self._events.is_heard:
            self._events.tell_soon(self.name, "states", self._states)

    def _states(self) -> Json | None:
        states = self.view.timeline.states(self.receipts.changed())
        return {"messages": states} if states else None

    def _tell(self, outcome: Outcome) -> None:
        self.acknowledger.stored(outcome)
        if self.receipts.follow(outcome):
            self._tell_states()
        if outcome.control_changed:
            self._follow_membership()
        if outcome.keys:
            self.introduce()
            read = self.registers.value(self.replica.device.public, READ)
            if read is not None:
                self.publish_register(READ, read)
        if outcome.control_changed or outcome.keys:
            self.on_control()
        self.view.forget_unread()
        if self.view.title:
            self.titled.set()
        if self._events.is_heard:
            messages = [self.view.timeline.entered(row) for row in outcome.rows.values() if row.is_shown]
            again = {name for name, is_shown in outcome.shown.items() if is_shown}
            again |= {name for name in outcome.touched if not (name in outcome.rows and outcome.rows[name].is_shown)}
            messages += [message for name in again if (message := self.view.message(name)) is not None]
            self._events.tell_messages(self.name, messages)
            for name, shown in outcome.shown.items():
                if not shown:
                    self._events.tell(self.name, "gone", {"id": name.hex()})
            if outcome.control_changed or outcome.keys:
                self._events.tell(self.name, "members", {"members": self.view.members()})
                self.tell_ais()
            self.tell_summary()
        self.on_shown(
            {name for name, row in outcome.rows.items() if row.is_shown} | outcome.shown.keys() | outcome.touched
        )
        for row in outcome.rows.values():
            if row.kind == ContentKind.MESSAGE and row.is_shown and row.op.header.plane == CONTENT:
                self.on_spoken(row.author, row.op.header.ts_ms)
        self.on_stored(outcome)


def not_stored() -> UsageError:
    """Return what a person is told where the database takes nothing."""
    return UsageError(
        "internal",
        "that could not be stored, and nothing was changed: check that the disk has room and that the profile's folder "
        "can be written, then try again",
    )
