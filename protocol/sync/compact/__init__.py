"""Operations in their short form, for one direction of one stream (docs/protocol.md, "Sync").

Most of a header repeats what went before: who writes, under which epoch and control heads, on top of which operations.
Encoder and decoder live as long as a stream and remember the same things, so that an operation costs its signature, its
body and about ten bytes. The decoder rebuilds the author's header to the byte; what it hands out has passed every check
of `parse_op`. A frame is msgpack `[1, entry, …]`:

    entry   = [context, ms, sealed]                            on top of the operation before, next of its device
            | [context, ms, sealed, parents]                   next of its device
            | [context, ms, sealed, parents, prev, seq]        depth: one more than the deepest parent
            | [context, ms, sealed, parents, prev, seq, depth]
            | [header, sealed]                                 whole; it is not remembered
            | [header, proof, body]                            the same, its signature false (protocol/vouching.py)
    context = number of an earlier one | [plane, device, epoch, auth…], each name the number of an earlier one or itself
    ms      = the clock, less that of the operation before
    sealed  = signature and body | [signature, body_len, body_hash] where the body was dropped
    parents = [name, …] and prev = name: how many operations ago it came, or its id; or empty, where there is none

Contexts and names are numbered from 0 in the order of their coming. Before a frame both sides cut what they remember of
operations to the last 4096, and forget all contexts and names once there are more than 1024 contexts.
"""

from protocol.sync.compact.decoder import OpsDecoder
from protocol.sync.compact.encoder import OpsEncoder
from protocol.sync.compact.shape import MOST_OPS, Stored

__all__ = ["MOST_OPS", "OpsDecoder", "OpsEncoder", "Stored"]
