"""The oracle: what a conversation comes to, worked out from nothing, in the plainest way there is.

Nothing of protocol.dag, protocol.fold, protocol.lanes, protocol.phases or protocol.replica is used. Operations are
sorted by `(depth, id)`, read one after another, and every question about the past is answered by walking all of it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from crypto.certificates import parse_certificate
from crypto.codec import decode
from crypto.epochs import Position, decrypt_body, derive
from crypto.ids import ConversationId, blake2b
from protocol.ops import Op


@dataclass(frozen=True)
class Item:
    """One content operation, opened."""

    id: bytes
    depth: int
    author: bytes
    device: bytes
    kind: int
    table: dict[int, Any]
    rank: int = -1
    first_term: int = 0
    level: int = 3
    needed: int = 1


@dataclass(frozen=True)
class Story:
    """What opened content operations come to."""

    title: bytes
    description: bytes
    archive: tuple[bytes, bool]
    pause: tuple[bytes, bool]
    step: int
    progress: int
    generation: int
    winners: list[bytes]
    """Ids of the answers shown, by reply key."""
    leases: dict[bytes, tuple[bytes, int]]
    """By AI: the operation, and its term."""
    retries: list[bytes]
    edits: dict[bytes, tuple[bytes, str, list[bytes]]]
    """By message: the operation, the text, the mentions."""
    deletions: dict[bytes, bytes]
    reactions: dict[bytes, dict[str, list[tuple[bytes, bytes]]]]
    """By message and emoji: who, and by which operation."""
    pins: dict[bytes, bytes]
    """By message: the operation."""
    listed: list[bytes]
    """The pins to be seen."""
    shown: set[bytes]

    def state(self) -> str:
        """Return all but what depends on the messages that happen to be here, in a form that can be compared."""
        told = {name: value for name, value in vars(self).items() if name not in ("listed", "shown")}
        for name in ("leases", "edits", "deletions", "reactions", "pins"):
            told[name] = sorted(told[name].items())
        return repr(told)


def refold(items: Iterable[Item], in_past: Callable[[bytes, bytes], bool]) -> Story:
    """Return what the operations come to; `in_past(a, b)` tells whether a lies in the past of b."""
    everything = sorted(items, key=lambda item: (item.depth, item.id))
    counting = [item for item in everything if item.level >= item.needed]
    messages = {item.id: item for item in counting if item.kind in (1, 12)}
    shown = {
        item.id
        for item in counting
        if item.kind == 1 or (item.kind == 5 and item.depth) or (item.kind == 6 and item.depth > 1)
    }

    title = description = b""
    archive = pause = (b"", False)
    step = progress = generation = 0
    edits: dict[bytes, tuple[bytes, str, list[bytes]]] = {}
    deletions: dict[bytes, bytes] = {}
    reacted: dict[tuple[bytes, str, bytes], bytes] = {}
    pins: dict[bytes, bytes] = {}
    for item in everything:
        if item.kind == 3 and item.table[1] in messages:
            is_own = messages[item.table[1]].author == item.author and item.level >= 1
            if is_own or item.level >= item.needed:
                deletions.setdefault(item.table[1], item.id)
    for item in counting:
        table = item.table
        match item.kind:
            case 2:
                message = messages.get(table[1])
                if message and message.kind == 1 and message.author == item.author and table[1] not in deletions:
                    edits[table[1]] = (item.id, table[2], table.get(3, []))
            case 4:
                reacted.pop((table[1], table[2], item.author), None)
                if table.get(3, True):
                    reacted[table[1], table[2], item.author] = item.id
            case 5:
                title = item.id
            case 6:
                description = item.id
            case 7:
                pins.pop(table[1], None)
                if table.get(2, True):
                    pins[table[1]] = item.id
            case 8 if table[1] == step:
                step, progress = step + 1, 0
                shown.add(item.id)
            case 9 if table[1] == step:
                progress = table[2]
            case 10 if table[2] == generation + 1:
                step, progress, generation = table[1], 0, table[2]
                shown.add(item.id)
            case 14:
                archive = (item.id, table.get(1, True))
            case 17:
                pause = (item.id, table.get(1, True))
    reactions: dict[bytes, dict[str, list[tuple[bytes, bytes]]]] = {}
    for (target, emoji, who), name in reacted.items():
        reactions.setdefault(target, {}).setdefault(emoji, []).append((who, name))

    leases, held = take_leases(counting)
    winners = elect(counting, held, in_past)
    return Story(
        title,
        description,
        archive,
        pause,
        step,
        progress,
        generation,
        winners,
        leases,
        sorted(item.id for item in counting if item.kind == 13),
        edits,
        deletions,
        reactions,
        pins,
        [target for target in pins if target in messages and target not in deletions],
        shown | set(winners),
    )


def take_leases(ordered: list[Item]) -> tuple[dict[bytes, tuple[bytes, int]], dict[bytes, Item]]:
    """Return each AI's lease, and all leases that counted by their ids."""
    leases: dict[bytes, tuple[bytes, int]] = {}
    held = {}
    for item in ordered:
        if item.kind == 11 and item.rank >= 0 and item.table[2] == item.author:
            term = max(leases[item.table[1]][1] if item.table[1] in leases else 0, item.first_term)
            if item.table[3] == term + 1:
                leases[item.table[1]] = (item.id, term + 1)
                held[item.id] = item
    return leases, held


def elect(ordered: list[Item], held: dict[bytes, Item], in_past: Callable[[bytes, bytes], bool]) -> list[bytes]:
    """Return the answers that everyone shows, by reply key."""
    asked = {
        (blake2b(item.table[2] + item.id, person=b"p2p.reply.1"), *item.table.values())
        for item in ordered
        if item.kind == 13
    }
    rivals: dict[bytes, dict[bytes, Item]] = {}
    for item in ordered:
        if item.kind != 12 or item.rank < 0:
            continue
        ai, key, reply_to = item.table[1], item.table[2], item.table[5]
        if key == blake2b(ai + reply_to, person=b"p2p.reply.1") or (key, reply_to, ai) in asked:
            rivals.setdefault(key, {}).setdefault(item.device, item)

    def term(item: Item) -> int:
        claimed: int = item.table[3]
        lease = held.get(item.table.get(8, b""))
        if (
            lease is not None
            and lease.table[1] == item.table[1]
            and lease.device == item.device
            and lease.table[3] == claimed
            and in_past(lease.id, item.id)
        ):
            return claimed
        return min(claimed, item.first_term)

    winners = []
    for _, by_device in sorted(rivals.items()):
        unknowing = [
            item for item in by_device.values() if not any(in_past(other.id, item.id) for other in by_device.values())
        ]
        unknowing.sort(key=lambda item: (item.depth, item.id))
        unknowing.sort(key=lambda item: item.rank)
        unknowing.sort(key=term, reverse=True)
        winners.append(unknowing[0].id)
    return winners


# --- from operations as they travel ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Come:
    """What operations come to."""

    title: bytes
    description: bytes
    step: int
    progress: int
    winners: list[bytes]
    timeline: list[bytes]
    """Ids of everything shown, in display order."""
    content_heads: set[bytes]
    control_heads: set[bytes]
    story: Story


def ancestors(name: bytes, ops: dict[bytes, Op]) -> set[bytes]:
    """Return everything in the past of `name`, itself not included."""
    header = ops[name].header
    found: set[bytes] = set()
    for cited in [*header.parents, *([header.prev] if header.prev else [])]:
        found |= {cited} | (ancestors(cited, ops) - found if cited not in found else set())
    return found


def vts(name: bytes, ops: dict[bytes, Op]) -> int:
    """Return the place in display time."""
    header = ops[name].header
    return max([header.ts_ms, *(vts(parent, ops) for parent in header.parents)])


def heads(ops: dict[bytes, Op]) -> set[bytes]:
    """Return what nobody cites."""
    cited = {name for op in ops.values() for name in [*op.header.parents, op.header.prev]}
    return set(ops) - cited


def everyone(_: Op, __: int) -> tuple[int, int]:
    """Return `(level, needed)` of an operation and its kind, where nobody is refused anything."""
    return (3, 1)


def fold(
    conversation: ConversationId,
    every: Iterable[Op],
    keys: dict[bytes, bytes],
    levels: Callable[[Op, int], tuple[int, int]] = everyone,
) -> Come:
    """Return what the operations come to for somebody who holds these epoch keys; all of them are valid at `levels`."""
    ordered = sorted(every, key=lambda op: (op.header.depth, op.id))
    control = {bytes(op.id): op for op in ordered if op.header.plane == 0}
    content = {bytes(op.id): op for op in ordered if op.header.plane == 1}
    items = []
    for op in content.values():
        body = read(conversation, op, keys)
        if body is None:
            continue
        kind, table = body
        rank, first_term = host_rank(op, table[1], control) if kind in (11, 12) else (-1, 0)
        level, needed = levels(op, kind)
        author = device_owners(op, control)[op.header.device]
        items.append(
            Item(op.id, op.header.depth, author, op.header.device, kind, table, rank, first_term, level, needed)
        )
    story = refold(items, lambda one, other: one in ancestors(other, content))
    shown = story.shown | {name for name, op in control.items() if decode(op.body)[0] in (3, 12)}

    def place(name: bytes) -> tuple[int, int, bytes]:
        plane = control if name in control else content
        return (vts(name, plane), plane[name].header.depth, name)

    timeline = sorted((bytes(name) for name in shown), key=place)
    return Come(
        story.title,
        story.description,
        story.step,
        story.progress,
        story.winners,
        timeline,
        heads(content),
        heads(control),
        story,
    )


def read(conversation: ConversationId, op: Op, keys: dict[bytes, bytes]) -> tuple[int, dict[int, Any]] | None:
    """Return kind and fields of a content operation (None where its key is not held)."""
    header = op.header
    if header.epoch not in keys:
        return None
    position = Position(conversation, header.device, 1, header.seq, header.prev or b"")
    kind, table = decode(decrypt_body(derive(keys[header.epoch], b"content"), op.body, position=position))
    return kind, table


def past_of_auth(op: Op, control: dict[bytes, Op]) -> set[bytes]:
    """Return the control operations that a content operation was written on."""
    return {bytes(name) for cited in op.header.auth for name in {cited} | ancestors(cited, control)}


@cache
def device_of(certificate: bytes) -> bytes:
    return bytes(parse_certificate(certificate).device)


def device_owners(op: Op, control: dict[bytes, Op]) -> dict[bytes, bytes]:
    """Return whose devices are known, as of what a content operation cites."""
    owners = {}
    for name in past_of_auth(op, control):
        kind, table = decode(control[name].body)
        slots = []
        if kind == 1:
            slots = [(identity, certificates) for identity, _, certificates in table[3]]
        elif kind == 2:
            slots = [(table[2], table.get(4, []))]
        elif kind == 3:
            slots = [(table[2], [table[3]])]
        for identity, certificates in slots:
            for certificate in certificates:
                owners[device_of(certificate)] = identity
    return owners


def host_rank(op: Op, ai: bytes, control: dict[bytes, Op]) -> tuple[int, int]:
    """Return the author's place among the AI's hosts as of what the operation cites (-1: none), and the first term."""
    settings = []
    for name in past_of_auth(op, control):
        kind, table = decode(control[name].body)
        if kind == 12 and (table[2] if table[2] else name) == ai:
            settings.append((control[name].header.depth, name, table[3], table[5]))
    if not settings:
        return -1, 0
    _, _, hosts, first_term = max(settings)
    mine = [device_owners(op, control)[op.header.device], op.header.device]
    return hosts.index(mine) if mine in hosts else -1, first_term
