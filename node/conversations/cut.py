"""What is held of somebody's messages, as a removal names it: what it names stays, whatever else turns up does not."""

from collections.abc import Iterable

from crypto.ids import DeviceKey, IdentityKey, OpId
from protocol.replica import Replica
from protocol.shelf import Shelf


def chain_ends(replica: Replica, shelf: Shelf, people: Iterable[IdentityKey]) -> dict[DeviceKey, list[OpId]]:
    """Return the last operations of each of these people's devices that count here, the longest chain first.

    What does not count any more lies beyond them, so an earlier removal is not undone by a later one.
    """
    plane = replica.content
    found: dict[DeviceKey, list[OpId]] = {}
    for identity in people:
        for device in replica.authority.devices(identity):
            if device not in plane.tips:
                continue
            ends = _forks(shelf, identity, device) if device in plane.forked else [plane.tips[device][1]]
            valid = dict.fromkeys(name for end in ends if (name := _last_valid(replica, end)) is not None)
            if valid:
                found[device] = list(valid)
    return found


def _forks(shelf: Shelf, identity: IdentityKey, device: DeviceKey) -> list[OpId]:
    """Return the ends of a device's chains, where it signed two operations with one predecessor."""
    entries = [each.entry for each in shelf.written_by(identity) if each.entry.device == device]
    followed = {entry.prev for entry in entries}
    ends = [entry for entry in entries if entry.id not in followed]
    return [entry.id for entry in sorted(ends, key=lambda entry: (-entry.seq, entry.id))]


def _last_valid(replica: Replica, end: OpId) -> OpId | None:
    """Return the newest operation of a chain that counts, or None."""
    plane = replica.content
    name: OpId | None = end
    while name is not None and name in plane.invalid:
        name = plane.entry(name).prev
    return name
