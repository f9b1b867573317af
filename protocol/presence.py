"""Who is here in one conversation, by the heartbeats of their devices (PROTOCOL section 8, S22).

A person is as present as the most present of their devices. A device is here until it says otherwise, is silent for
2.5 of the intervals that it states itself, or its last connection is lost. The clock is the caller's.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from crypto.ids import DeviceKey, IdentityKey
from protocol import limits
from protocol.bodies.signals import State

SILENT_INTERVALS: Final = 2.5
DOUBT_S: Final = 5.0
"""A device whose connection with us broke while others may still reach it says so within this time, or is gone."""
SHORTEST_S: Final = limits.HEARTBEAT_MS[0] / 1000
LONGEST_S: Final = limits.HEARTBEAT_MS[1] / 1000


@dataclass(frozen=True, slots=True)
class Here:
    """How somebody is here: with which devices, ascending."""

    state: State
    devices: tuple[DeviceKey, ...]


@dataclass(slots=True)
class _Device:
    owner: IdentityKey
    state: State
    until_s: float
    boot: bytes = b""


class Attendance:
    """The devices that are here, this one among them."""

    def __init__(self, own: IdentityKey, device: DeviceKey) -> None:
        """`own`: whose device this is."""
        self._own = own
        self._device = device
        self._devices: dict[DeviceKey, _Device] = {}

    def knows(self, device: DeviceKey, boot: bytes) -> bool:
        """Return whether a device is here, in this run of its program; another run has heard nothing of us yet."""
        here = self._devices.get(device)
        return here is not None and here.boot == boot

    def others(self) -> list[DeviceKey]:
        """Return the devices that are here besides this one."""
        return [device for device in self._devices if device != self._device]

    def people(self) -> dict[IdentityKey, Here]:
        """Return who is here, and how; whoever is not in it is offline."""
        found: dict[IdentityKey, list[tuple[DeviceKey, State]]] = {}
        for device, here in self._devices.items():
            found.setdefault(here.owner, []).append((device, here.state))
        return {
            owner: Here(max(state for _, state in devices), tuple(sorted(device for device, _ in devices)))
            for owner, devices in found.items()
        }

    # Each of these returns whether anybody is here in another way than before.

    def be(self, state: State) -> bool:
        """Let this device be in a state."""
        return self._put(self._device, _Device(self._own, state, math.inf))

    def heard(
        self, owner: IdentityKey, device: DeviceKey, state: State, *, boot: bytes, interval_s: float, now_s: float
    ) -> bool:
        """Take in a heartbeat that counts.

        Args:
            owner: whose device it is.
            device: which one.
            state: how its person is.
            boot: the run of its program.
            interval_s: when it means to send the next.
            now_s: the time here.
        """
        if device == self._device:
            return False
        interval_s = min(max(interval_s, SHORTEST_S), LONGEST_S)
        return self._put(device, _Device(owner, state, now_s + SILENT_INTERVALS * interval_s, boot))

    def link_lost(self, device: DeviceKey, *, has_others: bool, now_s: float) -> bool:
        """Note that our connection with a device is lost; `has_others`: it may still be heard through somebody else."""
        here = self._devices.get(device)
        if here is None or device == self._device:
            return False
        if not has_others:
            del self._devices[device]
            return True
        here.until_s = min(here.until_s, now_s + DOUBT_S)
        return False

    def keep(self, owner: Callable[[DeviceKey], IdentityKey | None]) -> bool:
        """Forget devices that are no member's now."""
        gone = [device for device, here in self._devices.items() if owner(device) != here.owner]
        return self._forget(gone)

    def expire(self, now_s: float) -> bool:
        """Forget devices whose time is over."""
        return self._forget([device for device, here in self._devices.items() if here.until_s <= now_s])

    def due_s(self) -> float:
        """Return when to call `expire` next; infinity where nobody else is here."""
        return min((here.until_s for here in self._devices.values()), default=math.inf)

    def _put(self, device: DeviceKey, here: _Device) -> bool:
        if here.state <= State.OFFLINE:
            return self._forget([device] if device in self._devices else [])
        before = self._devices.get(device)
        self._devices[device] = here
        return before is None or before.state != here.state

    def _forget(self, devices: list[DeviceKey]) -> bool:
        for device in devices:
            del self._devices[device]
        return bool(devices)
