"""Examines a profile while no node runs on it: can it be opened, and, on request, is every stored thing what it was?

Verifying trusts nothing that was worked out before: each operation's id, body and signature are checked, then all of a
conversation's operations are received by an empty copy, and what that comes to is compared with what is stored.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from crypto.ids import DeviceKey, OpId
from crypto.signatures import is_signed
from node.clock import Clock
from node.conversations.conversation import Conversation
from node.conversations.events import Events
from node.conversations.library import Library
from node.errors import StartError
from node.profile import DATABASE, ProfileLock, open_profile
from node.store.database import open_database
from protocol.errors import RemoteError
from protocol.ops import CONTENT, Op
from protocol.replica import Replica
from protocol.shelf import MemoryShelf
from protocol.vouching import is_proven, parse_proven

_BATCH: Final = 500
MOST_PROBLEMS: Final = 20
"""Told of each conversation; more of a kind help nobody."""


@dataclass(slots=True)
class Finding:
    """What one conversation is like."""

    conversation: str
    title: str
    operations: int
    state_hash: str
    problems: list[str] = field(default_factory=list)


def examine(home: Path, *, passphrase: str | None, verify: bool) -> list[Finding]:
    """Return a finding for each conversation of the profile in `home`; nothing is changed.

    Raises:
        StartError: there is no profile, a node runs on it, its keys stay closed, or its database cannot be read.
    """
    if not home.is_dir():
        raise StartError("no_profile", f"there is no profile in {home}: make one with `peer2peer init`")
    with ProfileLock(home):
        profile = open_profile(home, passphrase=passphrase)
        database = open_database(home / DATABASE)
        try:
            library = Library(database, profile=profile, clock=Clock(), events=Events())
            library.load()
            return [_examined(conversation, verify=verify) for conversation in library.conversations.values()]
        finally:
            database.close()


def _examined(conversation: Conversation, *, verify: bool) -> Finding:
    replica, records = conversation.replica, conversation.records
    finding = Finding(
        conversation.name,
        conversation.view.title,
        len(replica.control) + len(replica.content),
        replica.state_hash(records.shown.timeline()).hex(),
    )
    if verify:
        finding.problems = [problem for problem, _ in zip(_problems(conversation), range(MOST_PROBLEMS), strict=False)]
    return finding


def _problems(conversation: Conversation) -> Iterator[str]:
    """Yield what is wrong with a conversation, in words."""
    records, held = conversation.records, conversation.replica
    shelf = MemoryShelf()
    copy = Replica(conversation.id, device=held.device, shelf=shelf)
    for epoch, key in held.keyring.keys.items():
        copy.keyring.hold(epoch, key.key)
    batch: list[Op] = []
    false: list[Op] = []
    vouching: set[tuple[DeviceKey, OpId | None]] = set()
    for wire in records.wires():
        try:
            op = parse_proven([*wire[1:]], conversation=conversation.id)
        except RemoteError as error:
            yield f"operation {wire[0].hex()[:16]}: {error.reason}"
            continue
        if op.id != wire[0]:
            yield f"operation {wire[0].hex()[:16]} is stored under a false id"
        if is_proven(op):
            pass
        elif is_signed(op.header.device, op.id, op.signature):
            if op.header.plane == CONTENT:
                vouching.add((op.header.device, op.header.prev))
        else:
            false.append(op)
        batch.append(op)
        if len(batch) == _BATCH:
            shelf.commit(copy.receive(batch))
            batch = []
    shelf.commit(copy.receive(batch))
    for op in sorted(false, key=lambda op: op.key, reverse=True):
        if op.header.plane == CONTENT and (op.header.device, op.id) in vouching:
            vouching.add((op.header.device, op.header.prev))
        else:
            yield f"operation {op.id.hex()[:16]}: its device did not sign it, nor one that follows it"
    if len(copy.pending):
        yield f"{len(copy.pending)} operations hang on others that are not stored"
    yield from _differences(conversation, copy, shelf)


def _differences(conversation: Conversation, copy: Replica, shelf: MemoryShelf) -> Iterator[str]:
    """Yield where what is stored is not what the operations come to."""
    records, held = conversation.records, conversation.replica
    if lost := len(copy.keyring.keys.keys() - held.keyring.keys.keys()):
        yield f"{lost} epoch keys are not stored, though this device was given them"
    for name, plane, own in (("control", copy.control, held.control), ("content", copy.content, held.content)):
        if plane.count != own.count or plane.heads != own.heads:
            yield f"the {name} log has {plane.count} operations where {own.count} are counted, or other heads"
        if plane.quarantine != own.quarantine:
            yield f"{len(plane.quarantine ^ own.quarantine)} {name} operations are wrongly in or out of quarantine"
    shown = [row for row in shelf.rows.values() if row.is_shown]
    timeline = [row.op.id for row in sorted(shown, key=lambda row: (row.entry.vts_ms, row.entry.depth, row.op.id))]
    stored: list[OpId] = list(records.shown.timeline())
    if timeline != stored:
        yield f"the timeline shows {len(stored)} where it should show {len(timeline)}, or in another order"
    if copy.state_hash(timeline) != held.state_hash(stored):
        yield "the state hash is not that of the stored operations"
