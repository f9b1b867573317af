"""Operations into their short form."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgpack

from crypto.ids import OpId
from crypto.signatures import SIGNATURE_BYTES
from protocol import limits
from protocol.ops import RULES
from protocol.sync.compact import shape
from protocol.sync.compact.shape import Chain, Stored
from protocol.vouching import Link

_MARGIN_BYTES: Final = 128
"""More than an entry needs beside header, signature and body."""


class OpsEncoder:
    """The sending end of a stream of operations."""

    def __init__(self, assured: Callable[[Sequence[Stored], Sequence[Link]], Sequence[Stored]] | None = None) -> None:
        """Begin a stream; `assured` makes the operations of a frame ones that whoever gets them can authenticate."""
        self._assured = assured
        self._packer = msgpack.Packer(use_bin_type=True)
        self._contexts: dict[tuple[Any, ...], tuple[int, Chain]] = {}
        self._names: dict[bytes, int] = {}
        self._chains: dict[tuple[int, bytes], Chain] = {}
        self._sent: list[OpId] = []
        """The last operations, oldest first; the next list is in step with it."""
        self._depths: list[int] = []
        self._dropped = 0
        self._ordinals: dict[bytes, int] = {}
        """When each of them was sent last, counted from the stream's beginning."""
        self._ts_ms = 0

    def encode(self, ops: Sequence[Stored], *, most_bytes: int = limits.SYNC_OPS_FRAME_BYTES) -> tuple[bytes, int]:
        """Return a frame of the first of `ops`, and how many: as many as fit into `most_bytes`, but one at least.

        Args:
            ops: operations that were sound when they were stored, in any order; parents before children cost least.
            most_bytes: bound of the frame, unless its first operation alone is larger.
        """
        self._cut()
        headers = [msgpack.unpackb(op[1], use_list=False) for op in ops[: _fitting(ops, most_bytes)]]
        count = len(headers)
        if self._assured is not None:
            links = [_link(op, fields) for op, fields in zip(ops, headers, strict=False)]
            assured = self._assured(ops[:count], links)
            while (fitting := _fitting(assured, most_bytes)) < len(assured):  # proofs are long
                count = fitting
                assured = self._assured(ops[:count], links[:count])
            ops = assured
        pack, usual = self._packer.pack, self._entry
        entries = [pack(usual(op, fields)) for op, fields in zip(ops, headers, strict=False)]
        return self._packer.pack_array_header(len(entries) + 1) + pack(shape.VERSION) + b"".join(entries), count

    def _entry(self, op: Stored, fields: Any) -> tuple[Any, ...]:
        name, header_bytes, signature, body = op
        if len(signature) > SIGNATURE_BYTES:
            return (header_bytes, signature, body)
        if len(fields) != shape.HEADER_FIELDS or fields[0] != RULES or len(body) not in (0, fields[10]):
            return (header_bytes, signature + body)
        _, plane, device, seq, prev, parents, auth, depth, ts_ms, epoch, body_bytes, hash_of_body = fields
        sealed = signature + body if body or not body_bytes else (signature, body_bytes, hash_of_body)
        key = (plane, device, epoch, auth)
        context: int | list[Any]
        context, chain = self._contexts.get(key) or self._new_context(key)
        more_ms, self._ts_ms = ts_ms - self._ts_ms, ts_ms
        sent, depths = self._sent, self._depths
        is_next = prev and prev == chain.tip and seq == chain.seq + 1
        if is_next and sent and parents == (sent[-1],) and depth == depths[-1] + 1:
            entry: tuple[Any, ...] = (context, more_ms, sealed)
        else:
            entry = self._with_links((context, more_ms, sealed), is_next, prev, seq, parents, depth)
        chain.tip, chain.seq = name, seq
        self._ordinals[name] = self._dropped + len(sent)
        sent.append(name)
        depths.append(depth)
        return entry

    def _with_links(
        self, entry: tuple[Any, ...], is_next: bool, prev: bytes, seq: int, parents: Sequence[bytes], depth: int
    ) -> tuple[Any, ...]:
        now = self._dropped + len(self._sent)
        links: list[bytes | int] = []
        inferred: int | None = 0
        for parent in parents:
            ordinal = self._ordinals.get(parent)
            if ordinal is None:
                links.append(parent)
                inferred = None
                continue
            links.append(now - ordinal)
            if inferred is not None:
                inferred = max(inferred, self._depths[ordinal - self._dropped] + 1)
        if is_next and depth == inferred:
            return (*entry, links)
        ordinal = self._ordinals.get(prev)
        entry = (*entry, links, prev if ordinal is None else now - ordinal, seq)
        return entry if depth == inferred else (*entry, depth)

    def _new_context(self, key: tuple[int, bytes, bytes, tuple[bytes, ...]]) -> tuple[list[Any], Chain]:
        plane, device, epoch, auth = key
        chain = self._chains.setdefault((plane, device), Chain())
        self._contexts[key] = (len(self._contexts), chain)
        return [plane, *(self._name(name) for name in (device, epoch, *auth))], chain

    def _name(self, name: bytes) -> bytes | int:
        if not name:
            return name
        number = self._names.get(name)
        if number is None:
            self._names[name] = len(self._names)
            return name
        return number

    def _cut(self) -> None:
        """Forget what the decoder forgets at the same place."""
        if len(self._contexts) > shape.MOST_CONTEXTS:
            self._contexts, self._names, self._chains = {}, {}, {}
        excess = len(self._sent) - shape.WINDOW
        if excess > 0:
            gone = self._sent[:excess]
            del self._sent[:excess], self._depths[:excess]
            self._dropped += excess
            for name in gone:
                if self._ordinals.get(name, self._dropped) < self._dropped:
                    del self._ordinals[name]


def _fitting(ops: Sequence[Stored], most_bytes: int) -> int:
    """Return how many of `ops` surely fit into a frame; one at least, where there are any."""
    size = 8
    for count, (_, header, signature, body) in enumerate(ops[: shape.MOST_OPS]):
        size += len(header) + len(signature) + len(body) + _MARGIN_BYTES
        if count and size > most_bytes:
            return count
    return min(len(ops), shape.MOST_OPS)


def _link(op: Stored, fields: Any) -> Link:
    return Link(op[0], fields[1], fields[2], fields[4] or None, len(op[2]) > SIGNATURE_BYTES)
