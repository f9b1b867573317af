"""A signature that stands for others: who signs an operation vouches for its predecessor (docs/protocol.md).

A content operation is authentic when its device signed it, or signed a later one of its chain: a header names its
predecessor by a hash, so that signature covers both. Where operations of one chain come together only the last is
checked, and every `RUN`th before it. What such an operation's own signature is like nobody has looked at, so it leaves
only in the company of one that vouches for it, or after it has been looked at. Should it be false (its author's doing,
for the author vouched for it), the operation travels with a *proof* instead: the headers of those that follow it, up to
the first that is signed, and that signature. So whatever one node took for authentic any other will, and nothing does
whose device did not sign for it.

Control operations are always checked one by one: they say who belongs, and are few.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from crypto.codec import decode, encode_flat
from crypto.errors import CodecError
from crypto.ids import ConversationId, DeviceKey, OpId
from crypto.signatures import SIGNATURE_BYTES, is_signed
from protocol import limits
from protocol.errors import RemoteError
from protocol.ops import CONTENT, Header, Op, op_id, parse_header, parse_op

RUN: Final = 32
"""One signature stands for so many operations at most, its own included; a proof has fewer headers than that."""
_MOST_LOOKS: Final = 10_000
"""Signatures looked at for one proof: more than the branches of forks that can come in before they are noticed."""
_PROOF_BYTES: Final = RUN * (limits.HEADER_BYTES + 8) + SIGNATURE_BYTES


class Link(NamedTuple):
    """Where an operation hangs in its device's chain."""

    id: OpId
    plane: int
    device: DeviceKey
    prev: OpId | None
    is_proven: bool = False
    """Whether it has a proof for a signature: that stands for nothing else."""


Successor = tuple[OpId, bytes, bytes]
"""Id, header and signature of an operation that directly follows another in its device's chain."""


@dataclass(slots=True)
class Checked:
    """What is known of the signatures of some operations, by their places."""

    false: set[int] = field(default_factory=set)
    """Neither signed nor vouched for."""
    vouched: dict[int, OpId] = field(default_factory=dict)
    """Not looked at, since a later operation vouches for it: which one directly follows it."""


def links(ops: Iterable[Op]) -> list[Link]:
    """Return the links of operations."""
    return [Link(op.id, op.header.plane, op.header.device, op.header.prev, is_proven(op)) for op in ops]


class Runs:
    """The chains among some operations, and which of their signatures stand for the others.

    Attributes:
        asked: places whose signatures are to be looked at.
    """

    def __init__(self, chain: Sequence[Link], *, forked: Collection[DeviceKey] = ()) -> None:
        """Nothing stands for another where a device forked its chain: here, or (`forked`) earlier."""
        self._chain = chain
        places = {link.id: at for at, link in enumerate(chain) if link.plane == CONTENT and link.device not in forked}
        after: dict[int, int] = {}
        split: set[int] = set()
        for at, link in enumerate(chain):
            before = places.get(link.prev) if link.prev is not None and link.id in places else None
            if before is None or link.is_proven or chain[before].device != link.device:
                continue
            if before in after:
                split.add(before)
            after[before] = at
        self._after = {before: at for before, at in after.items() if before not in split}
        self._before = {at: before for before, at in self._after.items()}
        self.asked: list[int] = []
        for last in range(len(chain)):
            if last not in self._after:
                at, distance = last, 0
                while True:
                    if distance % RUN == 0:
                        self.asked.append(at)
                    if at not in self._before:
                        break
                    at, distance = self._before[at], distance + 1

    def beneath(self, false: Iterable[int]) -> list[int]:
        """Return the places that those of `false` would have vouched for, down to the next that was asked for."""
        asked, found = set(self.asked), []
        for at in false:
            while (before := self._before.get(at)) is not None and before not in asked:
                found.append(before)
                at = before
        return found

    def settled(self, false: set[int], looked_at: Iterable[int]) -> Checked:
        """Return what follows once the signatures at `looked_at` are known, those at `false` being false."""
        known = {*self.asked, *looked_at}
        vouched = {at: self._chain[after].id for at, after in self._after.items() if at not in known}
        return Checked(false, vouched)


def prove(link: Link, successors: Callable[[OpId], Iterable[Successor]]) -> bytes:
    """Return a proof of an operation whose own signature is false; empty where there is none.

    Args:
        link: the operation.
        successors: what directly follows an operation in its device's chain: one, or more where the device forked it.
    """
    layer: list[tuple[OpId, list[bytes]]] = [(link.id, [])]
    looks = _MOST_LOOKS
    while layer and len(layer[0][1]) < RUN - 1:
        above: list[tuple[OpId, list[bytes]]] = []
        for name, headers in layer:
            for after, header, signature in successors(name):
                looks -= 1
                if looks < 0:
                    return b""
                if len(signature) == SIGNATURE_BYTES and is_signed(link.device, after, signature):
                    return encode_flat([signature, *headers, header])
                above.append((after, [*headers, header]))
        layer = above
    return b""


def parse_proven(wire: Any, *, conversation: ConversationId) -> Op:
    """Do what `parse_op` does with an operation that may have a proof for a signature; the proof is checked.

    Raises:
        RemoteError: `bad_op`: it is malformed; `bad_signature`: the proof proves nothing.
    """
    match wire:
        case [bytes() as header, bytes() as proof, bytes() as body] if len(proof) > SIGNATURE_BYTES:
            op = parse_op([header, bytes(SIGNATURE_BYTES), body], conversation=conversation)
            _check(op, proof, conversation)
            op.signature = proof
            return op
    return parse_op(wire, conversation=conversation)


def is_proven(op: Op) -> bool:
    """Return whether an operation has a proof for a signature, which was checked when it was parsed."""
    return len(op.signature) > SIGNATURE_BYTES


def _check(op: Op, proof: bytes, conversation: ConversationId) -> None:
    try:
        match decode(proof, max_bytes=_PROOF_BYTES):
            case [bytes() as signature, bytes(), *_] as parts if len(parts) <= RUN:
                pass
            case _:
                raise RemoteError("bad_op", "an operation was refused: its proof is malformed")
    except CodecError as error:
        raise RemoteError("bad_op", "an operation was refused: its proof is malformed") from error
    name, header = op.id, op.header
    for data in parts[1:]:
        after = _header(data)
        if header.plane != CONTENT or after.plane != CONTENT or after.device != header.device or after.prev != name:
            raise RemoteError("bad_signature", "an operation's proof is of another one")
        name, header = op_id(conversation, data), after
    if not is_signed(header.device, name, signature):
        raise RemoteError("bad_signature", "an operation's proof is false")


def _header(data: Any) -> Header:
    if type(data) is not bytes:
        raise RemoteError("bad_op", "an operation was refused: its proof is malformed")
    return parse_header(data)
