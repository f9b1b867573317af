"""The resolved control plane of one conversation: who belongs, what counts, who may do what.

Takes control operations in, each after what it cites; every answer is a function of the set taken in, not of its order.
"""

from collections.abc import Iterable, Mapping

from crypto.certificates import Certificate
from crypto.ids import ConversationId, DeviceKey, IdentityKey, OpId
from protocol.authority.acts import NONE, Act, Added, Claim, Member, Rule, Standing
from protocol.authority.ledger import Ledger
from protocol.authority.policies import Governed
from protocol.authority.soundness import examine, refused
from protocol.authority.verdicts import EVERYTHING, IsOnChain, Verdicts
from protocol.bodies.control import AiSet, ControlBody, EpochNew, Genesis, InviteCreate, Level, Policy
from protocol.ops import CONTENT, Header, Op

_CACHED = 8_192


def _nowhere(_name: OpId, _device: DeviceKey, _seq: int, _head: OpId) -> bool:
    return False


class Authority:
    """Who may do what, as of all control operations known."""

    def __init__(self, conversation: ConversationId, is_on_chain: IsOnChain = _nowhere) -> None:
        """Begin with nothing known.

        Args:
            conversation: the id of the genesis that comes first.
            is_on_chain: `(name, device, seq, head)`: whether the content operation `name` is `head` or lies on the
                chain of predecessors that ends there; False while `head` is not held. Without it no cut keeps anything.
        """
        self.conversation = conversation
        self._ledger = Ledger()
        self._verdicts = Verdicts(self._ledger, is_on_chain)
        self._authors: dict[tuple[object, ...], IdentityKey] = {}
        self._members: dict[IdentityKey, Member] | None = None
        self._needs: dict[tuple[OpId, ...], Mapping[Governed, Level]] = {}
        self._epochs: list[Rule] | None = None

    @property
    def rules(self) -> Mapping[OpId, Rule]:
        """Every sound operation, valid or not."""
        return self._ledger.rules

    @property
    def cut_heads(self) -> Mapping[OpId, frozenset[IdentityKey]]:
        """The content heads that cuts name, with the people whose verdicts may change when such an operation comes."""
        return self._ledger.cut_heads

    # --- taking in ---------------------------------------------------------------------------------------------------

    def add(self, op: Op, body: ControlBody) -> Added:
        """Take in a control operation whose citations are all here; return what changed by it.

        Raises:
            RemoteError: `not_allowed`: it is wrong, for ever and on every node.
        """
        sound = examine(self._ledger, op, body, conversation=self.conversation)
        rule = Rule(op.id, op.header.depth, sound.author, body)
        settled = self._verdicts.settle(self._ledger.add(op, rule, sound))
        self._members = None
        self._epochs = None
        if settled.needs_changed:
            self._needs.clear()
        return Added(rule, frozenset(settled.concerned), frozenset(settled.flipped), settled.needs_changed)

    def check_content(self, header: Header, *, prev_auth: tuple[OpId, ...]) -> IdentityKey:
        """Return the author of a content operation whose cited control operations are all here.

        Whether it counts, `verdict` says.

        Raises:
            RemoteError: `not_allowed`: nobody who ever was a member there wrote it, its epoch is unknown there, or its
                device stepped back.
        """
        key = (header.device, header.auth, header.epoch, prev_auth)
        author = self._authors.get(key)
        if author is None:
            author = self._check_content(header, prev_auth)
            if len(self._authors) >= _CACHED:
                self._authors.clear()
            self._authors[key] = author
        return author

    def _check_content(self, header: Header, prev_auth: tuple[OpId, ...]) -> IdentityKey:
        ledger, past = self._ledger, self._ledger.upto(header.auth)
        if ledger.upto(prev_auth) & ~past:
            raise refused("its device had already seen more control operations than it cites")
        assert header.epoch is not None
        if not ledger.holds(header.epoch, past) or not isinstance(self.rules[header.epoch].body, EpochNew):
            raise refused("it cites an epoch outside its past")
        author = ledger.owner_of(header.device, past)
        if author is None:
            raise refused("its device belongs to nobody there")
        for standing in ledger.standings.get(author, ()):
            if (
                standing.level >= Level.MEMBER
                and standing.by.bit & past
                and not ledger.is_barred(standing, header.device)
            ):
                return author
        raise refused("its author was no member")

    # --- verdicts ----------------------------------------------------------------------------------------------------

    def verdict(self, claim: Claim) -> int:
        """Return the highest level (1 to 3) at which a content operation is valid; below 1 it is not valid."""
        return self._verdicts.content(claim)

    def is_valid(self, name: OpId) -> bool:
        """Return whether a control operation counts; False for one that is not here."""
        act = self._ledger.acts.get(name)
        return act is not None and act.is_valid

    def policy(self, within: Iterable[OpId] | None = None) -> Mapping[Governed, Level]:
        """Return the levels that `(plane, kind)` need; a kind that is not in it needs a member (content).

        Args:
            within: control operations in whose past to look; everything known where None.
        """
        return self._verdicts.table(EVERYTHING if within is None else self._ledger.upto(within))

    def history(self, within: Iterable[OpId] | None = None) -> int:
        """Return what new members may read: 0 everything, 1 what is written from their joining on."""
        act = self._verdicts.policy(EVERYTHING if within is None else self._ledger.upto(within))
        if act is None:
            return 0
        assert isinstance(act.rule.body, Genesis | Policy)
        return act.rule.body.history

    def needed(self, kind: int, auth: tuple[OpId, ...], *, plane: int = CONTENT) -> int:
        """Return the level that an operation of a kind needs which cites `auth`."""
        table = self._needs.get(auth)
        if table is None:
            if len(self._needs) >= _CACHED:
                self._needs.clear()
            table = self._needs[auth] = self.policy(auth)
        return table.get((plane, kind), Level.MEMBER)

    # --- people and devices ------------------------------------------------------------------------------------------

    def members(self) -> dict[IdentityKey, Member]:
        """Return everybody who belongs, with the level and devices known by now; not to be changed."""
        if self._members is None:
            self._members = {}
            for identity in self._ledger.standings:
                best = self._best(identity)
                if best is not None:
                    level, standing = best
                    certificates = self._certificates(identity, standing)
                    self._members[identity] = Member(identity, Level(level), certificates, standing.by.rule.id)
        return self._members

    def member(self, identity: IdentityKey) -> Member | None:
        """Return one member, or None."""
        return self.members().get(identity)

    def removed(self) -> dict[IdentityKey, Rule]:
        """Return everybody who belonged and does not, with the last operation in order that took that away.

        That is a revocation, a leave, or the revocation of the invite they came by; or one of these that fell on
        somebody from whom they had their membership.
        """
        found = {}
        for identity, standings in self._ledger.standings.items():
            if identity not in self.members():
                causes = [rule for standing in standings for rule in self._verdicts.causes(standing)]
                if causes:
                    found[identity] = max(causes, key=lambda rule: rule.key)
        return found

    def owner(self, device: DeviceKey) -> IdentityKey | None:
        """Return the member whose device this is, or None: also for devices that are revoked, and of former members."""
        certificate = self.certificate(device)
        return certificate.identity if certificate is not None else None

    def certificate(self, device: DeviceKey) -> Certificate | None:
        """Return the certificate of a member's device; None where `owner` is none."""
        identity = self.person(device)
        member = self.member(identity) if identity is not None else None
        if member is None:
            return None
        return next((certificate for certificate in member.certificates if certificate.device == device), None)

    def person(self, device: DeviceKey) -> IdentityKey | None:
        """Return whose device this is or was, member or not; None where nobody brought it in."""
        bindings = self._ledger.bindings.get(device, ())
        first = min(bindings, key=lambda binding: (not binding.by.is_valid, binding.order), default=None)
        return first.certificate.identity if first is not None else None

    def devices(self, identity: IdentityKey) -> list[DeviceKey]:
        """Return every device that a person has or had, the most senior first."""
        ledger = self._ledger
        return sorted(ledger.devices.get(identity, ()), key=lambda device: ledger.place(identity, device, EVERYTHING))

    def peers(self) -> dict[bytes, IdentityKey]:
        """Return the libp2p peer ids (text form, as bytes) of all members' devices."""
        return {
            certificate.peer_id: member.identity
            for _, member in sorted(self.members().items())
            for certificate in member.certificates
        }

    def standings(self, identity: IdentityKey) -> list[tuple[int, Standing]]:
        """Return what a person has been given and still has something of, as `(level now, standing)`."""
        found = [(self._verdicts.current(standing), standing) for standing in self._ledger.standings.get(identity, ())]
        return [(level, standing) for level, standing in found if level > NONE]

    def standing(self, proof: OpId, identity: IdentityKey) -> Standing:
        """Return what an operation confers on a person (KeyError where nothing)."""
        return self._ledger.conferred[proof, identity]

    def bindings(self, device: DeviceKey) -> list[OpId]:
        """Return the operations that bind a device to its owner, the one that counts first."""
        bindings = sorted(self._ledger.bindings.get(device, ()), key=lambda binding: binding.order)
        return [binding.by.rule.id for binding in bindings]

    def _best(self, identity: IdentityKey) -> tuple[int, Standing] | None:
        """Return what gives a person the highest level now; of several the most senior."""
        return min(self.standings(identity), key=lambda each: (-each[0], each[1].key), default=None)

    def _certificates(self, identity: IdentityKey, standing: Standing) -> tuple[Certificate, ...]:
        """Return the newest certificate of each device that a member may use, out of valid operations."""
        found = []
        for device in self.devices(identity):
            known = [
                binding.certificate
                for binding in self._ledger.bindings[device]
                if binding.certificate.identity == identity and binding.by.is_valid
            ]
            if known and not self._verdicts.is_revoked(identity, device, standing):
                found.append(max(known, key=lambda certificate: (certificate.created_ms, certificate.encoded)))
        return tuple(found)

    # --- sets --------------------------------------------------------------------------------------------------------

    def past(self, names: Iterable[OpId]) -> int:
        """Return the bit set of `names` and all their ancestors."""
        return self._ledger.upto(names)

    def includes(self, names: Iterable[OpId], name: OpId) -> bool:
        """Return whether `name` is one of `names` or lies in their past; all of them are here."""
        return bool(self.past(names) & self._ledger.acts[name].bit)

    # --- invites, epochs, AI participants ----------------------------------------------------------------------------

    def invite(self, key: bytes) -> tuple[OpId, InviteCreate] | None:
        """Return the invite with this public key, unless it does not count or is revoked."""
        acts = [act for act in self._ledger.invites.get(key, ()) if self._is_open(act)]
        first = min(acts, key=lambda act: act.rule.key, default=None)
        if first is None:
            return None
        assert isinstance(first.rule.body, InviteCreate)
        return first.rule.id, first.rule.body

    def invites(self) -> list[Rule]:
        """Return every invite that counts and is not revoked, ascending `(depth, id)`."""
        acts = [act for acts in self._ledger.invites.values() for act in acts if self._is_open(act)]
        return sorted((act.rule for act in acts), key=lambda rule: rule.key)

    def uses(self, invite: OpId) -> int:
        """Return how many people came in by an invite."""
        people: set[IdentityKey] = set()
        for act in self._ledger.admits.get(invite, ()):
            if act.is_valid:
                people.update(standing.identity for standing in act.confers)
        return len(people)

    def epochs(self) -> list[Rule]:
        """Return the epochs that count, the one to write under last: ascending `(depth, id)`; not to be changed."""
        if self._epochs is None:
            self._epochs = [act.rule for act in self._ledger.epochs if act.is_valid]
        return self._epochs

    def ais(self, within: Iterable[OpId] | None = None) -> dict[bytes, Rule]:
        """Return each AI's setting that counts, by the AI's id, removed ones included (no hosts).

        Args:
            within: control operations in whose past to look; everything known where None.
        """
        mask = EVERYTHING if within is None else self.past(within)
        winners: dict[bytes, Rule] = {}
        for act in self._ledger.ais:  # ascending, so that the highest stays
            if act.is_valid and act.bit & mask:
                assert isinstance(act.rule.body, AiSet)
                winners[act.rule.body.ai or act.rule.id] = act.rule
        return winners

    def _is_open(self, invite: Act) -> bool:
        revokes = self._ledger.invite_revokes.get(invite.rule.id, ())
        return invite.is_valid and not any(revoke.is_valid for revoke in revokes)
