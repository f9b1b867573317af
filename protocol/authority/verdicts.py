"""The rule by which sound operations are valid (docs/protocol.md, "Authority").

    valid(x)  =  valid(proof(x))  and  no valid removal of its author or its device takes away the level that x needs

An answer hangs only on operations that come before it in a strict order: by seniority of the standing used, then of the
device, then by depth. So there is exactly one answer for a set of operations, in whatever order they came in, and it is
brought up to date in one pass: what is new goes in, and whatever hangs on a change is asked again, most senior first.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Final

from crypto.ids import DeviceKey, IdentityKey, OpId
from protocol.authority.acts import NONE, Act, Claim, Key, Removal, Rule, Scope, Seniority, Standing
from protocol.authority.ledger import Ledger
from protocol.authority.policies import BUILT_IN, Governed, table_of
from protocol.bodies.control import Admit, Genesis, InviteCreate, InviteRevoke, Level, Policy

IsOnChain = Callable[[OpId, DeviceKey, int, OpId], bool]
"""`(name, device, seq, head)`: whether that content operation is `head` or lies on the chain of predecessors that ends
there; False while `head` is not held."""

EVERYTHING: Final = -1
"""The past of what is written now, with all that is known."""
_CACHED: Final = 8_192
_Terms = tuple[tuple[int, tuple[tuple[int, tuple[OpId, ...]], ...]], ...]
"""For each standing its level, and what is left of that for operations outside the chains of these heads."""


@dataclass(slots=True)
class Settled:
    """What changed by one more operation."""

    concerned: set[IdentityKey] = field(default_factory=set)
    flipped: set[OpId] = field(default_factory=set)
    needs_changed: bool = False


class _Queue:
    """Operations to be asked again, each once and after everything that its validity hangs on."""

    def __init__(self, done: Act) -> None:
        self.waiting: list[tuple[Key, Seniority, int, OpId]] = []
        self._known = {done.rule.id}

    def push(self, acts: Iterable[Act]) -> None:
        for act in acts:
            if act.rule.id not in self._known:
                self._known.add(act.rule.id)
                heappush(self.waiting, (act.order, act.place, act.rule.depth, act.rule.id))

    def pop(self) -> OpId:
        return heappop(self.waiting)[-1]


class Verdicts:
    """Which of a ledger's operations, and of the content operations that cite them, are valid."""

    def __init__(self, ledger: Ledger, is_on_chain: IsOnChain) -> None:
        self._ledger = ledger
        self._is_on_chain = is_on_chain
        self._content: dict[tuple[DeviceKey, tuple[OpId, ...]], int | _Terms] = {}
        self._content_of: dict[IdentityKey, list[tuple[DeviceKey, tuple[OpId, ...]]]] = {}
        self._tables: dict[OpId, Mapping[Governed, Level]] = {}

    # --- the rule ----------------------------------------------------------------------------------------------------

    @staticmethod
    def reaches(removal: Removal, standing: Standing, *, place: Seniority | None, before: int) -> bool:
        """Return whether a removal takes away from what is done with `standing`, unless its cut or its past keep it.

        Args:
            removal: one that names who has the standing, or `device`.
            standing: what the operation cites.
            place: the seniority of the device that writes it; None: of any.
            before: the past of the operation, `EVERYTHING` for one that is written now.
        """
        by = removal.by
        proof = by.standing
        assert proof is not None
        if by.bit & standing.by.before:
            return False  # that standing was given by somebody who knew
        match removal.scope:
            case Scope.JUNIORS:
                if not proof.key < standing.key:
                    return False
                if standing.level >= Level.ADMIN and by.ceiling < Level.OWNER:
                    return False
            case Scope.FUTURE:
                if not by.bit & before or not proof.key <= standing.key:
                    return False
                if place is not None and not by.place <= place:
                    return False
            case Scope.YOUNGER_DEVICE:
                assert place is not None
                if not proof.key <= standing.key or not by.place < place:
                    return False
        return by.is_valid

    def ceiling(self, act: Act) -> int:
        """Return the highest level at which a control operation is valid, -1 for none."""
        standing = act.standing
        if standing is None:
            return Level.OWNER
        if not standing.by.is_valid:
            return NONE
        if isinstance(act.rule.body, Admit) and any(True for _ in self._voiding(act, act.rule.body)):
            return NONE
        return min([standing.level, *(removal.left for removal in self._killing(act, standing))])

    def current(self, standing: Standing) -> int:
        """Return the level that a standing gives its person now, -1 for none."""
        if not standing.by.is_valid:
            return NONE
        level = standing.level
        for removal in self._ledger.removals.get(standing.identity, ()):
            if removal.left < level and self.reaches(removal, standing, place=None, before=EVERYTHING):
                level = removal.left
        return level

    def is_revoked(self, identity: IdentityKey, device: DeviceKey, standing: Standing) -> bool:
        """Return whether a person's device has no use of `standing` any more."""
        place = self._ledger.place(identity, device, EVERYTHING)
        return any(
            removal.identity == identity
            and (removal.by.bit & standing.by.before or self.reaches(removal, standing, place=place, before=EVERYTHING))
            for removal in self._ledger.device_removals.get(device, ())
        )

    def causes(self, standing: Standing) -> Iterator[Rule]:
        """Yield the operations that took a standing away: by voiding what conferred it, or by leaving nothing of it."""
        if not standing.by.is_valid:
            yield from self._failing(standing.by)
            return
        for removal in self._ledger.removals.get(standing.identity, ()):
            if removal.left == NONE and self.reaches(removal, standing, place=None, before=EVERYTHING):
                yield removal.by.rule

    def _killing(self, act: Act, standing: Standing) -> Iterator[Removal]:
        """Yield the removals that take from a control operation; the past of a revocation keeps what it had seen."""
        ledger = self._ledger
        for removal in (
            *ledger.removals.get(act.rule.author, ()),
            *ledger.device_removals.get(act.device, ()),
        ):
            if removal.identity != act.rule.author or removal.left >= standing.level:
                continue
            is_kept = removal.scope is not Scope.FUTURE and act.bit & removal.by.before
            if not is_kept and self.reaches(removal, standing, place=act.place, before=act.before):
                yield removal

    def _voiding(self, act: Act, body: Admit) -> Iterator[Act]:
        """Yield what makes an admit void beside its admitter: its invite, or that one's revocation."""
        invite = self._ledger.acts[body.invite]
        if not invite.is_valid:
            yield invite
        for revoke in self._ledger.invite_revokes.get(body.invite, ()):
            if not act.bit & revoke.before and revoke.is_valid:
                yield revoke

    def _failing(self, act: Act) -> Iterator[Rule]:
        """Yield the removals by which an operation is not valid, its proof's among them."""
        standing = act.standing
        assert standing is not None
        if not standing.by.is_valid:
            yield from self._failing(standing.by)
        if isinstance(act.rule.body, Admit):
            for other in self._voiding(act, act.rule.body):
                if isinstance(other.rule.body, InviteCreate):
                    yield from self._failing(other)
                else:
                    yield other.rule
        for removal in self._killing(act, standing):
            if removal.left < self._needed(act):
                yield removal.by.rule

    def _needed(self, act: Act) -> int:
        return act.needed if act.governed is None else self.table(act.before)[act.governed]

    # --- content -----------------------------------------------------------------------------------------------------

    def content(self, claim: Claim) -> int:
        """Return the highest level at which a content operation is valid, below 1 where it is not."""
        terms = self._content.get((claim.device, claim.auth))
        if terms is None:
            terms = self._remember(claim)
        if isinstance(terms, int):
            return terms
        return max(min([level, *self._taken(claim, cuts)]) for level, cuts in terms)

    def _taken(self, claim: Claim, cuts: Iterable[tuple[int, tuple[OpId, ...]]]) -> Iterator[int]:
        for left, heads in cuts:
            if not any(self._is_on_chain(claim.id, claim.device, claim.seq, head) for head in heads):
                yield left

    def _remember(self, claim: Claim) -> int | _Terms:
        past = self._ledger.upto(claim.auth)
        found = [
            self._terms(claim, standing, past)
            for standing in self._ledger.standings.get(claim.author, ())
            if standing.by.bit & past and standing.by.is_valid and not self._ledger.is_barred(standing, claim.device)
        ]
        terms: int | _Terms = tuple(found)
        if all(not cuts for _, cuts in found):
            terms = max((level for level, _ in found), default=NONE)
        if len(self._content) >= _CACHED:
            self._content.clear()
            self._content_of.clear()
        key = (claim.device, claim.auth)
        self._content[key] = terms
        self._content_of.setdefault(claim.author, []).append(key)
        return terms

    def _terms(
        self, claim: Claim, standing: Standing, past: int
    ) -> tuple[int, tuple[tuple[int, tuple[OpId, ...]], ...]]:
        place = self._ledger.place(claim.author, claim.device, past)
        reaching = [
            removal
            for removal in (
                *self._ledger.removals.get(claim.author, ()),
                *self._ledger.device_removals.get(claim.device, ()),
            )
            if removal.identity == claim.author and self.reaches(removal, standing, place=place, before=past)
        ]
        level = standing.level
        cuts = []
        for removal in reaching:
            heads = [
                head
                for other in reaching
                if other is removal or self._amends(other, removal)
                for head in other.cut.get(claim.device, ())
            ]
            if heads:
                cuts.append((removal.left, tuple(heads)))
            else:
                level = min(level, removal.left)
        return level, tuple((left, heads) for left, heads in cuts if left < level)

    @staticmethod
    def _amends(later: Removal, removal: Removal) -> bool:
        """Return whether what the cut of `later` keeps is kept from `removal` too: it knew, and ranks no lower."""
        if (later.scope, later.device) != (removal.scope, removal.device) or not removal.by.bit & later.by.before:
            return False
        mine, other = later.by.standing, removal.by.standing
        assert mine is not None
        assert other is not None
        if removal.scope is Scope.YOUNGER_DEVICE and later.by.place > removal.by.place:
            return False
        return mine.key <= other.key

    # --- policies ----------------------------------------------------------------------------------------------------

    def policy(self, past: int) -> Act | None:
        """Return the policy in force in a past, or the genesis: the highest `(depth, id)` of the valid ones."""
        for act in reversed(self._ledger.policies):
            if act.bit & past and act.is_valid:
                return act
        return None

    def table(self, past: int) -> Mapping[Governed, Level]:
        """Return the levels needed in a past."""
        act = self.policy(past)
        if act is None:
            return BUILT_IN
        table = self._tables.get(act.rule.id)
        if table is None:
            assert isinstance(act.rule.body, Genesis | Policy)
            table = self._tables[act.rule.id] = table_of(act.rule.body.table)
        return table

    # --- bringing it up to date --------------------------------------------------------------------------------------

    def settle(self, act: Act) -> Settled:
        """Take in one more operation of the ledger; return what else has another answer by it."""
        settled = Settled()
        self._ask(act)
        queue = _Queue(act)
        if act.is_valid:  # what cites it cannot be here yet, what it takes away can
            queue.push(self._taken_by(act, settled, is_new=True))
        while queue.waiting:
            other = self._ledger.acts[queue.pop()]
            was_valid, was_owner = other.is_valid, other.ceiling >= Level.OWNER
            self._ask(other)
            if other.is_valid != was_valid:
                settled.flipped.add(other.rule.id)
                queue.push(self._citing(other, settled))
            if (other.is_valid, other.ceiling >= Level.OWNER) != (was_valid, was_owner):
                queue.push(self._taken_by(other, settled))
        for identity in settled.concerned:
            for key in self._content_of.pop(identity, ()):
                self._content.pop(key, None)
        return settled

    def _ask(self, act: Act) -> None:
        act.ceiling = self.ceiling(act)
        act.is_valid = act.ceiling >= self._needed(act)

    def _citing(self, act: Act, settled: Settled) -> Iterator[Act]:
        """Yield the operations that rest on this one's validity; note the people and policies it touches."""
        for standing in act.confers:
            settled.concerned.add(standing.identity)
            yield from self._ledger.uses.get(standing, ())
        if isinstance(act.rule.body, InviteCreate):
            yield from self._ledger.admits.get(act.rule.id, ())
        if isinstance(act.rule.body, Policy):
            settled.needs_changed = True
            yield from (other for other in self._ledger.governed if act.bit & other.before)

    def _taken_by(self, act: Act, settled: Settled, *, is_new: bool = False) -> Iterator[Act]:
        """Yield the operations that this one may take something from; note the people."""
        for removal in act.takes:
            if (is_new and removal.scope is Scope.FUTURE) or not self._touches(removal):
                continue
            settled.concerned.add(removal.identity)
            least = removal.left + 1 if is_new else removal.left  # whatever is lower already, is so by something else
            for other in self._ledger.by_author.get(removal.identity, ()):
                is_open = act.bit & other.before if removal.scope is Scope.FUTURE else not other.bit & act.before
                if is_open and other.ceiling >= least and removal.device in (None, other.device):
                    yield other
        if isinstance(act.rule.body, InviteRevoke):
            yield from self._ledger.admits.get(act.rule.body.invite, ())

    def _touches(self, removal: Removal) -> bool:
        """Return whether a removal, were it valid, could take from any standing of the one it names, or give back."""
        proof = removal.by.standing
        assert proof is not None
        for standing in self._ledger.standings.get(removal.identity, ()):
            if removal.by.bit & standing.by.before or (removal.left >= standing.level and not removal.cut):
                continue
            if removal.scope is not Scope.JUNIORS:
                return True
            if proof.key < standing.key and (standing.level < Level.ADMIN or proof.level >= Level.OWNER):
                return True
        return False
