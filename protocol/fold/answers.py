"""The answers of AI participants: which of several everyone shows, and who holds the lease to give them.

All answers of one AI to one message, or to one retry of it, compete under one reply key; everyone shows the same one.
Of one device only the first counts: an honest host never answers twice, so what a dishonest one adds costs nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from crypto.ids import DeviceKey, IdentityKey, OpId
from protocol.bodies.ai import AiLease, AiReply, AiRetry, reply_key
from protocol.dag import Key
from protocol.fold.folded import NOT_A_HOST, Changes, Folded, InPast
from protocol.fold.writers import Writers
from protocol.lanes import Lane


@dataclass(frozen=True, slots=True)
class Lease:
    """Who answers for an AI, and under which term."""

    op: OpId
    host: IdentityKey
    device: DeviceKey
    term: int
    ttl_ms: int


_FREE: Final = Lease(OpId(b""), IdentityKey(b""), DeviceKey(b""), 0, 0)


@dataclass(frozen=True, slots=True)
class _Claim:
    """A lease as written by one of the AI's hosts."""

    ai: bytes
    host: IdentityKey
    device: DeviceKey
    term: int
    ttl_ms: int
    first_term: int


@dataclass(frozen=True, slots=True)
class _Question:
    """What an answer says it answers; answers compete where this is the same."""

    key: bytes
    ai: bytes
    reply_to: OpId


@dataclass(frozen=True, slots=True)
class _Rival:
    """An answer by one of the AI's hosts, without its text."""

    place: Key
    device: DeviceKey
    rank: int
    term: int
    first_term: int
    lease: bytes


class Answers:
    """All answers, leases and retries."""

    def __init__(self, in_past: InPast) -> None:
        self._in_past = in_past
        self._rivals: Writers[tuple[_Question, DeviceKey], _Rival] = Writers()
        self._devices: dict[_Question, tuple[DeviceKey, ...]] = {}
        self._winners: dict[bytes, OpId] = {}
        """By reply key."""
        self._retries: dict[bytes, tuple[OpId, _Question]] = {}
        """By the reply key of the answers that are asked for."""
        self._lanes: dict[bytes, Lane[Lease, _Claim]] = {}
        self._leases: dict[OpId, _Claim] = {}
        """The leases that count."""
        self._citing: dict[bytes, set[_Question]] = {}
        """By lease, the questions with an answer that names it."""

    # --- operations: `counts` tells whether one is here and counts; if not, it is taken away -------------------------

    def reply(self, op: Folded, body: AiReply, changes: Changes, *, counts: bool) -> None:
        """Take in an answer; only those of the AI's hosts count at all."""
        counts = counts and op.host_rank != NOT_A_HOST
        question = _Question(body.reply_key, body.ai, body.reply_to)
        rival = _Rival(op.key, op.device, op.host_rank, body.term, op.first_term, body.lease)
        self._rivals.put((question, op.device), op.key, rival if counts else None)
        devices = self._devices.pop(question, ())
        if self._rivals.first((question, op.device)) is None:
            devices = tuple(device for device in devices if device != op.device)
        elif op.device not in devices:
            devices += (op.device,)
        if devices:
            self._devices[question] = devices
        if counts and body.lease:
            self._citing.setdefault(body.lease, set()).add(question)
        self._elect(question, changes)
        changes.shown[op.id] = self._winners.get(question.key) == op.id

    def retry(self, op: Folded, body: AiRetry, changes: Changes, *, counts: bool) -> None:
        """Take in that somebody asks again: answers under the retry's reply key count."""
        key = reply_key(body.ai, op.id)
        question = _Question(key, body.ai, body.trigger)
        if counts:
            self._retries[key] = (op.id, question)
            self._elect(question, changes)
        else:
            self._retries.pop(key, None)
            self._show(key, None, changes)

    def lease(self, op: Folded, body: AiLease, changes: Changes, *, counts: bool) -> None:
        """Take in a lease: it counts where its term is the next one, and its author the host that it names."""
        counts = counts and op.host_rank != NOT_A_HOST and body.host == op.author
        lane = self._lanes.get(body.ai)
        if lane is None:
            if not counts:
                return
            lane = self._lanes[body.ai] = Lane(_FREE, _step)
        before = lane.state
        claim = _Claim(body.ai, op.author, op.device, body.term, body.ttl_ms, op.first_term)
        flips = lane.put(op.key, claim if counts else None)
        if lane.state != before:
            changes.leases.add(body.ai)
        for name, known, is_valid in flips:
            if is_valid:
                self._leases[name] = known
            else:
                del self._leases[name]
        for name, _, _ in flips:
            for question in self._citing.get(name, ()):
                self._elect(question, changes)

    # --- what counts -------------------------------------------------------------------------------------------------

    def answered(self, key: bytes) -> bool:
        """Return whether an answer under this reply key is shown."""
        return key in self._winners

    def others_than(self, winner: OpId, body: AiReply) -> list[OpId]:
        """Return the answers that lost to the one shown, which says `body`; by `(depth, id)`."""
        question = _Question(body.reply_key, body.ai, body.reply_to)
        rows = (self._rivals.first((question, device)) for device in self._devices.get(question, ()))
        return [name for _, name in sorted(row[0] for row in rows if row is not None) if name != winner]

    def holder(self, ai: bytes) -> Lease | None:
        """Return the lease under which an AI answers; None while nobody took one."""
        state = self._lanes[ai].state if ai in self._lanes else _FREE
        return None if state == _FREE else state

    def winners(self) -> list[OpId]:
        """Return the answers shown, by reply key."""
        return [self._winners[key] for key in sorted(self._winners)]

    def others(self) -> Iterator[OpId]:
        """Yield each AI's lease, and the retries that count, in no certain order."""
        for lane in self._lanes.values():
            if lane.state != _FREE:
                yield lane.state.op
        yield from (name for name, _ in self._retries.values())

    def _is_asked(self, question: _Question) -> bool:
        """Return whether the reply key is that of the message, or of a retry that asks for just this."""
        if question.key == reply_key(question.ai, question.reply_to):
            return True
        retry = self._retries.get(question.key)
        return retry is not None and retry[1] == question

    def _elect(self, question: _Question, changes: Changes) -> None:
        if self._is_asked(question):
            self._show(question.key, self._winner(question), changes)

    def _show(self, key: bytes, winner: OpId | None, changes: Changes) -> None:
        before = self._winners.pop(key, None)
        if winner is not None:
            self._winners[key] = winner
        if winner != before:
            changes.shown.update({name: name == winner for name in (before, winner) if name is not None})

    def _winner(self, question: _Question) -> OpId | None:
        """Return the answer to show: not written in knowledge of another, highest term, first host, lowest place."""
        firsts = [
            row[1]
            for device in self._devices.get(question, ())
            if (row := self._rivals.first((question, device))) is not None
        ]
        unknowing = [
            rival
            for rival in firsts
            if not any(self._in_past(other.place[1], rival.place[1]) for other in firsts if other is not rival)
        ]
        if not unknowing:
            return None
        if len(unknowing) == 1:  # nearly always, and then no term need be looked into
            return unknowing[0].place[1]
        best = min(unknowing, key=lambda rival: (-self._term(question.ai, rival), rival.rank, rival.place))
        return best.place[1]

    def _term(self, ai: bytes, rival: _Rival) -> int:
        """Return the term that counts: the one claimed where a lease of that host's own bears it out."""
        lease = self._leases.get(OpId(rival.lease))
        if (
            lease is not None
            and (lease.ai, lease.device, lease.term) == (ai, rival.device, rival.term)
            and self._in_past(OpId(rival.lease), rival.place[1])
        ):
            return rival.term
        return min(rival.term, rival.first_term)


def _step(state: Lease, name: OpId, claim: _Claim) -> Lease | None:
    if claim.term != max(state.term, claim.first_term) + 1:
        return None
    return Lease(name, claim.host, claim.device, claim.term, claim.ttl_ms)
