"""Writing operations: the header that belongs to a body at this moment, signed with this device's key."""

from collections.abc import Callable

from crypto.epochs import Position
from crypto.errors import CodecError
from crypto.ids import OpId
from protocol import limits
from protocol.authority import Member
from protocol.bodies.content import ContentBody, dump_content
from protocol.bodies.control import ControlBody, Genesis, dump_control
from protocol.dag import Plane
from protocol.errors import UsageError
from protocol.ops import CONTENT, CONTROL, NO_CONVERSATION, Header, Op, body_hash, highest, sign_op
from protocol.replica import Replica
from protocol.sentence import Sentence


def write_control(replica: Replica, body: ControlBody, *, now_ms: int, after: Op | None = None) -> Op:
    """Return a signed control operation on top of everything known; it still has to be received by `replica`.

    Args:
        replica: the conversation.
        body: what it says.
        now_ms: the time by this node's clock.
        after: what was written before it, where `replica` is to receive the two together.
    """
    data = _sound(lambda: dump_control(body))
    _check_length(data, limits.CONTROL_BODY_BYTES)
    plane, device = replica.control, replica.device
    if after is None:
        tip = plane.tips.get(device.public)
        parents = _parents(plane, tip)
        depth = 1 + max((plane.entry(parent).depth for parent in parents), default=-1)
    else:
        tip, parents, depth = (after.header.seq, after.id), (after.id,), after.header.depth + 1
    header = Header(
        plane=CONTROL,
        device=device.public,
        seq=tip[0] + 1 if tip else 0,
        prev=tip[1] if tip else None,
        parents=parents,
        auth=(),
        depth=depth,
        ts_ms=now_ms,
        epoch=None,
        body_bytes=len(data),
        body_hash=body_hash(data),
    )
    where = NO_CONVERSATION if isinstance(body, Genesis) else replica.id
    return sign_op(header, data, conversation=where, key=device.signing)


def write_content(replica: Replica, body: ContentBody, *, now_ms: int, nonce: bytes) -> Op:
    """Return a signed, encrypted content operation on top of everything known.

    Raises:
        UsageError: `locked`: no epoch key is held here yet; `bad_request`: the body breaks its own rules.
    """
    plain = _sound(lambda: dump_content(body))
    plane, device = replica.content, replica.device
    tip = plane.tips.get(device.public)
    epoch, auth = _epoch_and_auth(replica, plane.entry(tip[1]).auth if tip else ())
    parents = _parents(plane, tip)
    seq, prev = (tip[0] + 1, tip[1]) if tip else (0, None)
    position = Position(replica.id, device.public, CONTENT, seq, prev or b"")
    data = replica.keyring.encrypt(plain, epoch=epoch, position=position, nonce=nonce)
    _check_length(data, limits.CONTENT_BODY_BYTES)
    header = Header(
        plane=CONTENT,
        device=device.public,
        seq=seq,
        prev=prev,
        parents=parents,
        auth=auth,
        depth=1 + max((plane.entry(parent).depth for parent in parents), default=-1),
        ts_ms=now_ms,
        epoch=epoch,
        body_bytes=len(data),
        body_hash=body_hash(data),
    )
    return sign_op(header, data, conversation=replica.id, key=device.signing)


def _parents(plane: Plane, tip: tuple[int, OpId] | None) -> tuple[OpId, ...]:
    """Return the heads to build on, with this device's last operation where that lies as deep as they do.

    So it may where its author was removed and is back: it is no part of the log before it is followed.
    """
    keys = plane.head_keys()
    if tip is not None:
        last = plane.entry(tip[1])
        if last.id in plane.quarantine and last.depth >= max((depth for depth, _ in keys), default=-1):
            keys.append(last.key)
    return highest(keys, most=limits.MAX_PARENTS)


def writing_epoch(replica: Replica) -> OpId:
    """Return the epoch to write under: the highest `(depth, id)` whose key is held (UsageError `locked` if none)."""
    for rule in reversed(replica.authority.epochs()):
        if rule.id in replica.keyring:
            return rule.id
    raise UsageError("locked", "this conversation's key has not arrived yet: wait for another member to come online")


def own_member(replica: Replica, *, level: int, to: Sentence) -> Member:
    """Return this device's owner as a member of at least `level` (UsageError `not_allowed`, naming what `to` do)."""
    identity = replica.authority.owner(replica.device.public)
    member = replica.authority.member(identity) if identity is not None else None
    if member is not None:
        if member.level < level:
            raise UsageError(
                "not_allowed", "only {who} of this conversation can {to}", who=Sentence("an owner or an admin"), to=to
            )
        return member
    raise UsageError("not_allowed", "you are not a member of this conversation and cannot {to}", to=to)


def _epoch_and_auth(replica: Replica, before: tuple[OpId, ...]) -> tuple[OpId, tuple[OpId, ...]]:
    """Return the epoch to write under and at most four control heads to cite.

    With more heads than that, first come those that include what this device cited `before` (or, in its first
    operation, what made it a member), then the newest epoch's, then the highest.
    """
    known = replica.composed
    at = (before, replica.control.count, len(replica.control.quarantine), len(replica.keyring.keys))
    if known is not None and known[0] == at:
        return known[1], known[2]
    epoch, auth = _find_epoch_and_auth(replica, before)
    replica.composed = (at, epoch, auth)
    return epoch, auth


def _find_epoch_and_auth(replica: Replica, before: tuple[OpId, ...]) -> tuple[OpId, tuple[OpId, ...]]:
    authority, device = replica.authority, replica.device.public
    newest = writing_epoch(replica)
    heads = [name for _, name in reversed(replica.control.head_keys())]
    cited: list[OpId] = []
    for wanted in (*(before or authority.bindings(device)[:1]), newest, *heads):
        if len(cited) < limits.MAX_AUTH and not authority.includes(cited, wanted):
            cited.append(next((head for head in heads if authority.includes([head], wanted)), wanted))
    held = [rule.id for rule in authority.epochs() if rule.id in replica.keyring and authority.includes(cited, rule.id)]
    return (held[-1] if held else newest), tuple(sorted(cited))


def _sound(dump: Callable[[], bytes]) -> bytes:
    try:
        return dump()
    except (ValueError, CodecError) as error:
        raise UsageError("bad_request", "that cannot be written: {why}", why=str(error)) from error


def _check_length(data: bytes, most: int) -> None:
    if len(data) > most:
        raise UsageError(
            "bad_request",
            "that cannot be written: it takes {bytes} bytes of at most {most}",
            bytes=len(data),
            most=most,
        )
