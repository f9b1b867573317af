"""Operations out of their short form."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgpack

from crypto.codec import encode
from crypto.errors import CodecError
from crypto.ids import ID_BYTES, ConversationId, DeviceKey, OpId
from crypto.signatures import SIGNATURE_BYTES
from protocol import limits
from protocol.errors import RemoteError
from protocol.ops import CONTENT, CONTROL, RULES, Header, Op, body_hash, op_id, parse_header, parse_op
from protocol.sync.compact import shape
from protocol.sync.compact.shape import Chain
from protocol.vouching import parse_proven


@dataclass(frozen=True, slots=True)
class _Context:
    """What many operations of one device have in common; it passed `parse_op` with the first of them."""

    plane: int
    device: DeviceKey
    epoch: bytes
    auth: tuple[OpId, ...]
    chain: Chain
    most_body_bytes: int


class OpsDecoder:
    """The receiving end of a stream of operations; after an error it is of no more use, nor is the stream."""

    def __init__(self, conversation: ConversationId, *, dropped_bodies: bool = False) -> None:
        """Begin a stream of operations of `conversation`; with `dropped_bodies`, content may come without its body."""
        self._conversation = conversation
        self._dropped_bodies = dropped_bodies
        self._packer = msgpack.Packer(use_bin_type=True)
        self._contexts: list[_Context] = []
        self._names: list[bytes] = []
        self._chains: dict[tuple[int, bytes], Chain] = {}
        self._came: list[OpId] = []
        self._depths: list[int] = []
        self._ts_ms = 0

    def decode(self, frame: object) -> list[Op]:
        """Return the operations in `frame`, their static rules checked, their signatures not.

        Raises:
            RemoteError: `bad_frame`: the frame is malformed or names what did not come; `bad_op`: an operation breaks a
                rule of its envelope.
        """
        entries = _entries(frame)
        if len(self._contexts) > shape.MOST_CONTEXTS:
            self._contexts, self._names, self._chains = [], [], {}
        if len(self._came) > shape.WINDOW:
            del self._came[: -shape.WINDOW], self._depths[: -shape.WINDOW]
        usual, unusual = self._usual, self._unusual
        return [usual(entry) or unusual(entry) for entry in entries]

    def _usual(self, entry: Any) -> Op | None:
        """Return the operation in an entry of the two shortest forms, its context known; None for all others.

        What is not checked here holds: of the context, since its first operation passed `parse_op`; of the rest, since
        it is taken from operations that did, one place further on.
        """
        count = len(entry)
        if count == 3:
            number, more_ms, sealed = entry
            if not self._came:
                return None
            parents: tuple[OpId, ...] = (self._came[-1],)
            depth = self._depths[-1] + 1
        elif count == 4:
            number, more_ms, sealed, links = entry
            found = self._linked(links)
            if found is None:
                return None
            parents, depth = found
        else:
            return None
        if type(number) is not int or type(more_ms) is not int or type(sealed) is not bytes:
            return None
        if not 0 <= number < len(self._contexts):
            return None
        context = self._contexts[number]
        chain = context.chain
        prev, seq, ts_ms = chain.tip, chain.seq + 1, self._ts_ms + more_ms
        body_bytes = len(sealed) - SIGNATURE_BYTES
        if (
            not 0 <= ts_ms <= limits.MAX_TIME_MS
            or depth > limits.MAX_DEPTH
            or seq > limits.MAX_DEPTH
            or not 0 <= body_bytes <= context.most_body_bytes
        ):
            return None
        body = sealed[SIGNATURE_BYTES:]
        plane, device, epoch, auth = context.plane, context.device, context.epoch, context.auth
        hash_of_body = body_hash(body)
        header_bytes: bytes = self._packer.pack(
            (RULES, plane, device, seq, prev, parents, auth, depth, ts_ms, epoch, body_bytes, hash_of_body)
        )
        name = op_id(self._conversation, header_bytes)
        header = Header(
            plane, device, seq, prev, parents, auth, depth, ts_ms, OpId(epoch) or None, body_bytes, hash_of_body
        )
        self._ts_ms = ts_ms
        chain.tip, chain.seq = name, seq
        self._came.append(name)
        self._depths.append(depth)
        return Op(name, header, header_bytes, sealed[:SIGNATURE_BYTES], body)

    def _linked(self, links: Any) -> tuple[tuple[OpId, ...], int] | None:
        """Return parents that are all numbers, in order, and the depth on top of them; None where they are not."""
        if type(links) is not tuple or not 0 < len(links) <= limits.MAX_PARENTS:
            return None
        came, depths, here = self._came, self._depths, len(self._came)
        parents: list[OpId] = []
        depth = 0
        for back in links:
            if type(back) is not int or not 0 < back <= here:
                return None
            name = came[-back]
            if parents and name <= parents[-1]:
                return None
            parents.append(name)
            depth = max(depth, depths[-back] + 1)
        return tuple(parents), depth

    def _unusual(self, entry: Any) -> Op:
        """Return the operation in an entry of any form, by way of its header's bytes and `parse_op`."""
        if type(entry) is not tuple or len(entry) not in (2, 3, 4, 6, 7):
            raise _malformed()
        if len(entry) == 2:
            header_bytes, sealed = entry
            if type(sealed) is not bytes:
                raise _malformed()
            wire = [header_bytes, sealed[:SIGNATURE_BYTES], sealed[SIGNATURE_BYTES:]]
            return parse_op(wire, conversation=self._conversation)
        context, more_ms, sealed, *links = entry
        if len(entry) == 3 and type(context) is bytes:
            return parse_proven(list(entry), conversation=self._conversation)
        is_new = type(context) is tuple
        plane, device, epoch, auth, chain = self._context(context)
        if type(more_ms) is not int:
            raise _malformed()
        parents, prev, seq, depth = self._links(links, chain)
        signature, body, body_bytes, hash_of_body = _unsealed(sealed)
        fields = [
            plane,
            device,
            seq,
            prev,
            parents,
            auth,
            depth,
            self._ts_ms + more_ms,
            epoch,
            body_bytes,
            hash_of_body,
        ]
        try:
            header_bytes = encode([RULES, *fields])
        except CodecError as error:
            raise _malformed() from error
        op = self._parsed(header_bytes, signature, body)
        header = op.header
        if is_new:
            most = limits.CONTROL_BODY_BYTES if header.plane == CONTROL else limits.CONTENT_BODY_BYTES
            self._chains[header.plane, header.device] = chain
            self._contexts.append(_Context(header.plane, header.device, epoch, header.auth, chain, most))
        self._ts_ms = header.ts_ms
        chain.tip, chain.seq = op.id, header.seq
        self._came.append(op.id)
        self._depths.append(header.depth)
        return op

    def _parsed(self, header_bytes: bytes, signature: bytes, body: bytes | None) -> Op:
        if body is not None:
            return parse_op([header_bytes, signature, body], conversation=self._conversation)
        header = parse_header(header_bytes)
        if not self._dropped_bodies or header.plane != CONTENT or not header.body_bytes:
            raise RemoteError("bad_op", "an operation was refused: it comes without its body")
        return Op(op_id(self._conversation, header_bytes), header, header_bytes, signature, b"")

    def _context(self, context: Any) -> tuple[int, bytes, bytes, list[bytes], Chain]:
        """Return plane, device, epoch, control heads and chain of a context, known or new."""
        if type(context) is int and 0 <= context < len(self._contexts):
            known = self._contexts[context]
            return known.plane, known.device, known.epoch, list(known.auth), known.chain
        if type(context) is not tuple or not 3 <= len(context) <= 3 + limits.MAX_AUTH or type(context[0]) is not int:
            raise _malformed()
        device, epoch, *auth = [self._name(name) for name in context[1:]]
        chain = self._chains.get((context[0], device)) or Chain()
        return context[0], device, epoch, auth, chain

    def _name(self, name: Any) -> bytes:
        if type(name) is int and 0 <= name < len(self._names):
            return self._names[name]
        if type(name) is not bytes or len(name) not in (0, ID_BYTES):
            raise _malformed()
        if name:
            self._names.append(name)
        return name

    def _links(self, links: list[Any], chain: Chain) -> tuple[list[bytes], bytes, Any, Any]:
        """Return parents, prev, seq and depth, of which `links` may leave out all or the last."""
        named = links[0] if links else (1,)
        if type(named) is not tuple or len(named) > limits.MAX_PARENTS:
            raise _malformed()
        found = [self._link(each) for each in named]
        parents = [name for name, _ in found]
        if len(links) < 3:
            if chain.tip is None:
                raise _malformed()
            prev, seq = bytes(chain.tip), chain.seq + 1
        else:
            prev, seq = self._link(links[1])[0], links[2]
        if len(links) == 4:
            return parents, prev, seq, links[3]
        depths = [depth for _, depth in found if depth is not None]
        if len(depths) != len(parents):
            raise _malformed()
        return parents, prev, seq, max(depths, default=-1) + 1

    def _link(self, link: Any) -> tuple[bytes, int | None]:
        """Return what is cited, and its depth where it came over this stream."""
        if type(link) is int and 0 < link <= len(self._came):
            return self._came[-link], self._depths[-link]
        if type(link) is not bytes or len(link) not in (0, ID_BYTES):
            raise _malformed()
        return link, None


def _entries(frame: object) -> Sequence[Any]:
    if type(frame) is not bytes or len(frame) > limits.SYNC_FRAME_BYTES:
        raise _malformed()
    try:
        value = msgpack.unpackb(
            frame,
            use_list=False,
            max_bin_len=len(frame),
            max_array_len=shape.MOST_OPS + 1,
            max_str_len=0,
            max_map_len=0,
            max_ext_len=0,
        )
    except (ValueError, TypeError, OverflowError, msgpack.UnpackException) as error:
        raise _malformed() from error
    if type(value) is not tuple or not value or type(value[0]) is not int or value[0] != shape.VERSION:
        raise _malformed()
    if not all(type(entry) is tuple for entry in value[1:]):
        raise _malformed()
    return value[1:]


def _unsealed(sealed: Any) -> tuple[bytes, bytes | None, Any, Any]:
    """Return signature, body, the body's length and hash."""
    if type(sealed) is bytes:
        body = sealed[SIGNATURE_BYTES:]
        return sealed[:SIGNATURE_BYTES], body, len(body), body_hash(body)
    match sealed:
        case (bytes() as signature, body_bytes, hash_of_body) if len(signature) == SIGNATURE_BYTES:
            return signature, None, body_bytes, hash_of_body
        case _:
            raise _malformed()


def _malformed() -> RemoteError:
    return RemoteError("bad_frame", "a frame of operations is malformed")
