"""Operations that wait for what they cite (docs/protocol.md, "What an operation goes through").

They count for nothing and are kept in memory alone, for a day: at most 64 of a device, and 5,000 in all, beyond which
the device with the most loses its newest. What had no room comes again with a sync. Whoever has an operation refused
takes with it everything that waits for it.
"""

from collections import OrderedDict
from collections.abc import Collection, Iterator

from crypto.ids import DeviceKey, OpId
from protocol import limits
from protocol.ops import Op


class Pending:
    """The waiting operations of one conversation."""

    def __init__(self) -> None:
        self._ops: OrderedDict[OpId, tuple[Op, int]] = OrderedDict()
        """Each with when it came, the oldest first."""
        self._of: dict[DeviceKey, OrderedDict[OpId, None]] = {}
        self._for: dict[OpId, set[OpId]] = {}
        """What waits for an operation that is not here."""

    def __contains__(self, name: OpId) -> bool:
        return name in self._ops

    def __len__(self) -> int:
        return len(self._ops)

    def missing(self) -> set[OpId]:
        """Return what is waited for and does not wait itself."""
        return {name for name in self._for if name not in self._ops}

    def is_awaited(self, name: OpId) -> bool:
        """Return whether anything waits for `name`."""
        return name in self._for

    def add(self, op: Op, lacking: Collection[OpId], *, now_ms: int) -> None:
        """Let `op` wait for `lacking`; make room where too many wait."""
        if op.id in self._ops:
            self._unlink(op)
            now_ms = self._ops[op.id][1]  # whatever comes again has waited since it came first
        device = op.header.device
        own = self._of.setdefault(device, OrderedDict())
        if op.id not in own and len(own) >= limits.PENDING_PER_DEVICE:
            return
        own[op.id] = None
        self._ops[op.id] = (op, now_ms)
        for name in lacking:
            self._for.setdefault(name, set()).add(op.id)
        if len(self._ops) > limits.PENDING_PER_CONVERSATION:
            fullest = max(self._of, key=lambda device: len(self._of[device]))
            self._remove(next(reversed(self._of[fullest])))

    def waiting_for(self, name: OpId) -> list[Op]:
        """Return what waits for `name`."""
        return [self._ops[each][0] for each in self._for.get(name, ())]

    def take(self, op: Op) -> None:
        """Let an operation go that waits no longer."""
        if op.id in self._ops:
            self._remove(op.id)

    def arrived(self, name: OpId) -> None:
        """Note that `name` is here."""
        self._for.pop(name, None)

    def refuse(self, name: OpId) -> None:
        """Forget whatever waits for an operation that can never enter."""
        gone = [name]
        while gone:
            refused = gone.pop()
            for each in self._for.pop(refused, set()):
                gone.append(each)
                if each in self._ops:
                    self._remove(each)

    def expire(self, *, now_ms: int) -> None:
        """Let go of what has waited for a day."""
        for name in list(self._old(now_ms)):
            self._remove(name)

    def _old(self, now_ms: int) -> Iterator[OpId]:
        for name, (_, came_ms) in self._ops.items():
            if now_ms - came_ms < limits.PENDING_MS:
                return
            yield name

    def _remove(self, name: OpId) -> None:
        op, _ = self._ops.pop(name)
        own = self._of[op.header.device]
        del own[name]
        if not own:
            del self._of[op.header.device]
        self._unlink(op)

    def _unlink(self, op: Op) -> None:
        header = op.header
        for name in (*header.parents, *header.auth, *((header.prev,) if header.prev else ())):
            waiting = self._for.get(name)
            if waiting is not None:
                waiting.discard(op.id)
                if not waiting:
                    del self._for[name]
