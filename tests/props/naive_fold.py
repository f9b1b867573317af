"""The oracle: what a conversation comes to, worked out from nothing, in the plainest way there is.

Nothing of protocol.dag, protocol.fold, protocol.phases or protocol.replica is used. Operations are sorted by
`(depth, id)`, read one after another, and every question about the past is answered by walking all of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from crypto.certificates import parse_certificate
from crypto.codec import decode
from crypto.epochs import Position, decrypt_body, derive
from crypto.ids import ConversationId, blake2b
from protocol.ops import Op


@dataclass(frozen=True)
class Come:
    """What it comes to."""

    title: bytes
    description: bytes
    step: int
    progress: int
    winners: list[bytes]
    """Ids of the answers shown, by reply key."""
    timeline: list[bytes]
    """Ids of everything shown, in display order."""
    content_heads: set[bytes]
    control_heads: set[bytes]


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


def fold(conversation: ConversationId, every: Iterable[Op], keys: dict[bytes, bytes]) -> Come:
    """Return what the operations come to for somebody who holds these epoch keys; all of them are allowed."""
    ordered = sorted(every, key=lambda op: (op.header.depth, op.id))
    control = {bytes(op.id): op for op in ordered if op.header.plane == 0}
    content = {bytes(op.id): op for op in ordered if op.header.plane == 1}
    shown = {name for name, op in control.items() if decode(op.body)[0] in (3, 12)}
    title = description = b""
    step = progress = 0
    replies: dict[bytes, list[tuple[Op, int, int]]] = {}
    for op in ordered:
        if op.header.plane == 0:
            continue
        body = read(conversation, op, keys)
        if body is None:
            continue
        kind, table = body
        if kind == 1:
            shown.add(op.id)
        elif kind == 5:
            title = op.id
            if op.header.depth:
                shown.add(op.id)
        elif kind == 6:
            description = op.id
        elif kind == 8 and table[1] == step:
            step, progress = step + 1, 0
            shown.add(op.id)
        elif kind == 9 and table[1] == step:
            progress = table[2]
        elif kind == 12:
            rank = host_rank(op, table[1], control)
            if rank >= 0 and table[2] == blake2b(table[1] + table[5], person=b"p2p.reply.1"):
                replies.setdefault(table[2], []).append((op, table[3], rank))
    winners = []
    for _, rivals in sorted(replies.items()):
        names = {bytes(op.id) for op, _, _ in rivals}
        unknowing = [each for each in rivals if not (ancestors(each[0].id, content) & names)]
        unknowing.sort(key=lambda each: (each[0].header.depth, each[0].id))
        unknowing.sort(key=lambda each: each[2])
        unknowing.sort(key=lambda each: each[1], reverse=True)
        winners.append(bytes(unknowing[0][0].id))
        shown.add(unknowing[0][0].id)

    def place(name: bytes) -> tuple[int, int, bytes]:
        plane = control if name in control else content
        return (vts(name, plane), plane[name].header.depth, name)

    timeline = sorted((bytes(name) for name in shown), key=place)
    return Come(title, description, step, progress, winners, timeline, heads(content), heads(control))


def read(conversation: ConversationId, op: Op, keys: dict[bytes, bytes]) -> tuple[int, dict[int, Any]] | None:
    """Return kind and fields of a content operation (None where its key is not held)."""
    header = op.header
    if header.epoch not in keys:
        return None
    position = Position(conversation, header.device, 1, header.seq, header.prev or b"")
    kind, table = decode(decrypt_body(derive(keys[header.epoch], b"content"), op.body, position=position))
    return kind, table


def host_rank(op: Op, ai: bytes, control: dict[bytes, Op]) -> int:
    """Return the author's place among the AI's hosts, as of what the operation cites; -1 where it has none."""
    past = {bytes(name) for cited in op.header.auth for name in {cited} | ancestors(cited, control)}
    settings = []
    owners = {}
    for name in past:
        kind, table = decode(control[name].body)
        if kind == 12 and (table[2] if table[2] else name) == ai:
            settings.append((control[name].header.depth, name, table[3]))
        slots = table[3] if kind == 1 else [[table[2], 1, [table[3]]]] if kind == 3 else []
        for identity, _, certificates in slots:
            for certificate in certificates:
                owners[bytes(parse_certificate(certificate).device)] = identity
    if not settings:
        return -1
    hosts = max(settings)[2]
    mine = [owners[op.header.device], op.header.device]
    return hosts.index(mine) if mine in hosts else -1
