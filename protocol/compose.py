"""Writing operations: the header that belongs to a body at this moment, signed with this device's key."""

from collections.abc import Callable

from crypto.epochs import Position
from crypto.ids import OpId
from protocol import limits
from protocol.authority import Member
from protocol.bodies.content import ContentBody, dump_content
from protocol.bodies.control import ControlBody, Genesis, dump_control
from protocol.errors import UsageError
from protocol.ops import CONTENT, CONTROL, NO_CONVERSATION, Header, Op, body_hash, highest, sign_op
from protocol.replica import Replica


def write_control(replica: Replica, body: ControlBody, *, now_ms: int) -> Op:
    """Return a signed control operation on top of everything known; it still has to be received by `replica`."""
    data = _sound(lambda: dump_control(body))
    plane, device = replica.control, replica.device
    tip = plane.tips.get(device.public)
    parents = highest(plane.head_keys(), most=limits.MAX_PARENTS)
    header = Header(
        plane=CONTROL,
        device=device.public,
        seq=tip.seq + 1 if tip else 0,
        prev=tip.id if tip else None,
        parents=parents,
        auth=(),
        depth=1 + max((plane.entries[parent].depth for parent in parents), default=-1),
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
    epoch = writing_epoch(replica)
    tip = plane.tips.get(device.public)
    parents = highest(plane.head_keys(), most=limits.MAX_PARENTS)
    seq, prev = (tip.seq + 1, tip.id) if tip else (0, None)
    position = Position(replica.id, device.public, CONTENT, seq, prev or b"")
    data = replica.keyring.encrypt(plain, epoch=epoch, position=position, nonce=nonce)
    header = Header(
        plane=CONTENT,
        device=device.public,
        seq=seq,
        prev=prev,
        parents=parents,
        auth=_auth(replica, tip.auth if tip else ()),
        depth=1 + max((plane.entries[parent].depth for parent in parents), default=-1),
        ts_ms=now_ms,
        epoch=epoch,
        body_bytes=len(data),
        body_hash=body_hash(data),
    )
    return sign_op(header, data, conversation=replica.id, key=device.signing)


def writing_epoch(replica: Replica) -> OpId:
    """Return the epoch to write under: the highest `(depth, id)` whose key is held (UsageError `locked` if none)."""
    for rule in reversed(replica.authority.epochs()):
        if rule.id in replica.keyring:
            return rule.id
    raise UsageError("locked", "this conversation's key has not arrived yet: wait for another member to come online")


def own_member(replica: Replica, *, level: int, to: str) -> Member:
    """Return this device's owner as a member of at least `level` (UsageError `not_allowed`, naming what `to` do)."""
    identity = replica.authority.owner(replica.device.public)
    member = replica.authority.member(identity) if identity is not None else None
    if member is not None:
        if member.level < level:
            raise UsageError("not_allowed", f"only an owner or an admin of this conversation can {to}")
        return member
    raise UsageError("not_allowed", f"you are not a member of this conversation and cannot {to}")


def _auth(replica: Replica, before: tuple[OpId, ...]) -> tuple[OpId, ...]:
    """Return at most four control heads that include everything this device cited before."""
    authority = replica.authority
    needed = authority.past(before)
    heads = sorted(replica.control.head_keys(), key=lambda key: ((authority.past([key[1]]) & needed).bit_count(), key))
    return tuple(sorted(name for _, name in heads[-limits.MAX_AUTH :]))


def _sound(dump: Callable[[], bytes]) -> bytes:
    try:
        return dump()
    except ValueError as error:
        raise UsageError("bad_request", f"that cannot be written: {error}") from error
