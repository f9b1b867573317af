"""What the others of a conversation say they have and have read, and what own messages come to by that (S10)."""

from collections.abc import Collection
from typing import Any, Final

from crypto.ids import DeviceKey, IdentityKey, OpId
from protocol.bodies.control import Level
from protocol.dag import Entry
from protocol.outcome import Outcome
from protocol.receipts import Reached, load_heads
from protocol.registers import HELD, READ, Register, Registers
from protocol.replica import Replica

Json = dict[str, Any]
Slot = tuple[DeviceKey, bytes]

MOST_TOLD: Final = 200
"""Own messages whose state is told again when one receipt speaks for many: the newest."""


class Receipts:
    """Reads the receipts of one conversation."""

    def __init__(self, replica: Replica, registers: Registers, *, own: IdentityKey) -> None:
        self._replica = replica
        self._registers = registers
        self._own = own
        self._reached: dict[Slot, Reached] = {}
        self._changed: set[Slot] = set()
        self._told: dict[tuple[Slot, DeviceKey], int] = {}
        """By receipt and own device, the last operation in its chain that was named as changed."""

    def state(self, entry: Entry | None) -> Json:
        """Return `{state, delivered, read}` of an own message; None for one that is not placed yet."""
        held, read, of = 0, 0, 0
        for has_it, has_read in self.by_person(entry).values():
            held, read, of = held + has_it, read + has_read, of + 1
        state = "read" if read else "delivered" if held else "stored"
        return {"state": state, "delivered": {"n": held, "of": of}, "read": {"n": read, "of": of}}

    def by_person(self, entry: Entry | None) -> dict[IdentityKey, tuple[bool, bool]]:
        """Return of every other member whether they have an own message, and whether they have read it."""
        found = {}
        for identity, member in self._replica.authority.members().items():
            if identity == self._own or member.level < Level.MEMBER:
                continue
            devices = [certificate.device for certificate in member.certificates] if entry is not None else []
            has_read = entry is not None and any(self._of((device, READ)).has(entry) for device in devices)
            has_it = entry is not None and any(self._of((device, HELD)).has(entry) for device in devices)
            found[identity] = (has_read or has_it, has_read)
        return found

    # --- what comes in -----------------------------------------------------------------------------------------------

    def take(self, register: Register, name: bytes) -> bool:
        """Take note of a register that was merged; return whether own messages may stand differently by it."""
        if name not in (HELD, READ) or self._replica.authority.person(register.device) == self._own:
            return False
        slot = (register.device, name)
        self._update(slot)
        self._changed.add(slot)
        return True

    def follow(self, outcome: Outcome) -> bool:
        """Take note of operations that came; return whether own messages may stand differently by them.

        A receipt may name what comes only later, or be closed by a key that does.
        """
        if outcome.keys:
            changed = set(self._reached)
        else:
            changed = {
                slot
                for slot, reached in self._reached.items()
                if reached.unknown and not reached.unknown.isdisjoint(outcome.rows)
            }
        for slot in changed:
            self._update(slot)
        self._changed |= changed
        return bool(changed)

    def changed(self) -> list[OpId]:
        """Return the newest own operations that a receipt has come to cover since this was last asked, each once."""
        plane, found = self._replica.content, dict[OpId, None]()
        changed, self._changed = self._changed, set()
        for slot in sorted(changed):
            for device in self._replica.authority.devices(self._own):
                for entry in self._newly_reached(slot, device):
                    found[entry.id] = None
        return sorted(found, key=lambda name: (plane.entry(name).depth, name))[-MOST_TOLD:]

    def _newly_reached(self, slot: Slot, device: DeviceKey) -> Collection[Entry]:
        """Return the end of what is held of an own device's chain, as far as it was not named before."""
        plane, reached = self._replica.content, self._of(slot)
        is_forked = device in plane.forked
        end = plane.entry(plane.tips[device][1]) if is_forked else reached.end(device)
        told = -1 if is_forked else self._told.get((slot, device), -1)
        found: list[Entry] = []
        at = end
        while at is not None and at.seq > told and len(found) < MOST_TOLD:
            if not is_forked or reached.has(at):
                found.append(at)
            at = plane.entry(at.prev) if at.prev is not None else None
        if end is not None:
            self._told[slot, device] = end.seq
        return found

    def _of(self, slot: Slot) -> Reached:
        found = self._reached.get(slot)
        return found if found is not None else self._update(slot)

    def _update(self, slot: Slot) -> Reached:
        """Read what a device says by one of its registers."""
        reached = self._reached.setdefault(slot, Reached(self._replica.content))
        reached.update(load_heads(self._registers.value(*slot)))
        return reached
