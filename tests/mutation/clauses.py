"""Each clause of the authority rule, and how to take it out. A passage stands in its module exactly once."""

from typing import NamedTuple


class Mutant(NamedTuple):
    """One change of one module; some test must notice it."""

    name: str
    module: str
    old: str
    new: str


def _verdicts(name: str, old: str, new: str) -> Mutant:
    return Mutant(name, "protocol.authority.verdicts", old, new)


def _soundness(name: str, old: str, new: str) -> Mutant:
    return Mutant(name, "protocol.authority.soundness", old, new)


def _ledger(name: str, old: str, new: str) -> Mutant:
    return Mutant(name, "protocol.authority.ledger", old, new)


MUTANTS = (
    # valid(x) = ...
    _verdicts(
        "a proof need not be valid",
        "        if not standing.by.is_valid:\n            return NONE\n        if isinstance(",
        "        if isinstance(",
    ),
    _verdicts("a removal need not be valid", "        return by.is_valid\n", "        return True\n"),
    _verdicts(
        "a removal takes everything, whatever it leaves",
        "*(removal.left for removal in self._killing",
        "*(NONE for removal in self._killing",
    ),
    _verdicts(
        "removals take nothing from control operations",
        "*(removal.left for removal in self._killing(act, standing))",
        "",
    ),
    _verdicts(
        "devices' removals take nothing from control operations",
        "            *ledger.device_removals.get(act.device, ()),\n",
        "",
    ),
    # kills(r, x)
    _verdicts(
        "a grant made knowing the removal is no return",
        "        if by.bit & standing.by.before:\n"
        "            return False  # that standing was given by somebody who knew\n",
        "",
    ),
    _verdicts(
        "no seniority", "                if not proof.key < standing.key:\n                    return False\n", ""
    ),
    _verdicts(
        "admins remove admins",
        "                if standing.level >= Level.ADMIN and by.ceiling < Level.OWNER:\n"
        "                    return False\n",
        "",
    ),
    _verdicts("a demoted owner keeps an owner's power", "by.ceiling < Level.OWNER:", "proof.level < Level.OWNER:"),
    _verdicts(
        "leaving takes back what was before",
        "if not by.bit & before or not proof.key <= standing.key:",
        "if not proof.key <= standing.key:",
    ),
    _verdicts(
        "leaving gives up greater standings too",
        "if not by.bit & before or not proof.key <= standing.key:",
        "if not by.bit & before:",
    ),
    _verdicts(
        "a younger device leaves for older ones",
        "                if place is not None and not by.place <= place:\n                    return False\n",
        "",
    ),
    _verdicts("any own device revokes any other", " or not by.place < place:", ":"),
    _verdicts(
        "a lesser standing revokes the uses of a greater by a device",
        "if not proof.key <= standing.key or not by.place",
        "if not by.place",
    ),
    _verdicts(
        "somebody else's device goes with its owner's",
        "            if removal.identity != act.rule.author or removal.left >= standing.level:",
        "            if removal.left >= standing.level:",
    ),
    # kept(x, r)
    _verdicts(
        "the past of a removal keeps nothing",
        "            is_kept = removal.scope is not Scope.FUTURE and act.bit & removal.by.before\n",
        "            is_kept = False\n",
    ),
    _verdicts(
        "what a removal had not seen is kept",
        "is_kept = removal.scope is not Scope.FUTURE and act.bit & removal.by.before",
        "is_kept = removal.scope is not Scope.FUTURE",
    ),
    _verdicts(
        "a leave keeps its author's past",
        "is_kept = removal.scope is not Scope.FUTURE and",
        "is_kept = removal.scope is Scope.FUTURE or",
    ),
    _verdicts("a cut keeps nothing", "            if heads:\n", "            if False:\n"),
    _verdicts(
        "a cut keeps everything",
        "            if not any(self._is_on_chain(",
        "            if False and not any(self._is_on_chain(",
    ),
    _verdicts(
        "one head of a cut is enough",
        "for head in heads):\n                yield left",
        "for head in heads[:1]):\n                yield left",
    ),
    # larger cuts
    _verdicts("no cut is ever enlarged", "if other is removal or self._amends(other, removal)", "if other is removal"),
    _verdicts("a cut is enlarged by who did not know it", " or not removal.by.bit & later.by.before:", ":"),
    _verdicts(
        "a cut is enlarged by who ranks lower", "        return mine.key <= other.key\n", "        return True\n"
    ),
    _verdicts(
        "a cut is enlarged by another kind of removal",
        "(later.scope, later.device) != (removal.scope, removal.device)",
        "False",
    ),
    _verdicts(
        "a cut is enlarged by a younger device",
        "        if removal.scope is Scope.YOUNGER_DEVICE and later.by.place > removal.by.place:\n"
        "            return False\n",
        "",
    ),
    # content
    _verdicts(
        "content by a void standing",
        "standing.by.bit & past and standing.by.is_valid and",
        "standing.by.bit & past and",
    ),
    _verdicts("content by a standing outside its past", "if standing.by.bit & past and standing", "if standing"),
    _verdicts(
        "a lost device says what its owner may later", " and not self._ledger.is_barred(standing, claim.device)", ""
    ),
    Mutant(
        "a lost device is heard where its owner came later",
        "protocol.authority.authority",
        "                and not ledger.is_barred(standing, header.device)\n",
        "",
    ),
    Mutant("a device steps back", "protocol.authority.authority", "ledger.upto(prev_auth) & ~past", "False"),
    Mutant("a keeper speaks", "protocol.authority.authority", "standing.level >= Level.MEMBER", "standing.level >= 0"),
    Mutant(
        "a void binding names a device's owner",
        "protocol.authority.authority",
        "(not binding.by.is_valid, binding.order)",
        "binding.order",
    ),
    Mutant(
        "a void invite is open",
        "protocol.authority.authority",
        "return invite.is_valid and not any(",
        "return not any(",
    ),
    Mutant(
        "a void epoch is written under",
        "protocol.authority.authority",
        "for act in self._ledger.epochs if act.is_valid]",
        "for act in self._ledger.epochs]",
    ),
    Mutant(
        "a void AI answers", "protocol.authority.authority", "if act.is_valid and act.bit & mask:", "if act.bit & mask:"
    ),
    _verdicts(
        "content by the greatest standing only",
        "return max(min([level, *self._taken(claim, cuts)]) for level, cuts in terms)",
        "return min([terms[0][0], *self._taken(claim, terms[0][1])])",
    ),
    _verdicts(
        "devices' removals take nothing from content",
        "                *self._ledger.device_removals.get(claim.device, ()),\n            )\n"
        "            if removal.identity == claim.author and",
        "            )\n            if removal.identity == claim.author and",
    ),
    # invites
    _verdicts("a guest outlives the invite", "        if not invite.is_valid:\n            yield invite\n", ""),
    _verdicts(
        "a closed invite lets people in",
        "            if not act.bit & revoke.before and revoke.is_valid:\n                yield revoke\n",
        "            pass\n",
    ),
    _verdicts(
        "closing an invite throws out who was seen",
        "if not act.bit & revoke.before and revoke.is_valid:",
        "if revoke.is_valid:",
    ),
    _verdicts(
        "anybody closes an invite",
        "if not act.bit & revoke.before and revoke.is_valid:",
        "if not act.bit & revoke.before:",
    ),
    # members
    _verdicts(
        "what is left does not matter to members",
        "            if removal.left < level and self.reaches(removal, standing, place=None",
        "            if self.reaches(removal, standing, place=None",
    ),
    _verdicts(
        "a removed member's standing counts on",
        "                level = removal.left\n        return level",
        "                pass\n        return level",
    ),
    # policies
    _verdicts(
        "a void policy is in force", "            if act.bit & past and act.is_valid:", "            if act.bit & past:"
    ),
    _verdicts(
        "a policy is in force everywhere",
        "            if act.bit & past and act.is_valid:",
        "            if act.is_valid:",
    ),
    _verdicts(
        "policies need not be met",
        "        return act.needed if act.governed is None else self.table(act.before)[act.governed]",
        "        return act.needed",
    ),
    # bringing it up to date
    _verdicts(
        "what cites a flipped operation is not asked again",
        "                queue.push(self._citing(other, settled))\n",
        "",
    ),
    _verdicts(
        "what a flipped removal names is not asked again",
        "                queue.push(self._taken_by(other, settled))\n",
        "",
    ),
    _verdicts(
        "an owner who becomes an admin is not noticed",
        "if (other.is_valid, other.ceiling >= Level.OWNER) != (was_valid, was_owner):",
        "if other.is_valid != was_valid:",
    ),
    _verdicts(
        "what a new removal names is not asked again",
        "            queue.push(self._taken_by(act, settled, is_new=True))\n",
        "            list(self._taken_by(act, settled, is_new=True))\n",
    ),
    _verdicts(
        "the cache outlives its people", "                self._content.pop(key, None)\n", "                pass\n"
    ),
    _verdicts(
        "guests are not asked again when an invite is closed",
        "            yield from self._ledger.admits.get(act.rule.body.invite, ())\n",
        "            yield from ()\n",
    ),
    _verdicts(
        "guests are not asked again when an invite falls",
        "            yield from self._ledger.admits.get(act.rule.id, ())\n",
        "            yield from ()\n",
    ),
    _verdicts(
        "people are not concerned by a larger cut",
        " or (removal.left >= standing.level and not removal.cut):",
        " or removal.left >= standing.level:",
    ),
    _verdicts(
        "people are not concerned by what they were given", "            settled.concerned.add(standing.identity)\n", ""
    ),
    _verdicts("nobody hears of policies", "            settled.needs_changed = True\n", ""),
    _ledger(
        "guests are asked before their invite",
        '            return (rank(Level.MEMBER), (*self._senior_of(rule.body, sound)[1], (-1, b"")))',
        "            return sound.standing.key",
    ),
    _ledger(
        "what policies govern is asked before them",
        "            return max(sound.standing.key, (rank(Level.OWNER) + 1, ()))",
        "            return sound.standing.key",
    ),
    # seniority
    _ledger(
        "a guest ranks by the invite alone",
        "        return max(sound.standing.key, invited.key)",
        "        return invited.key",
    ),
    _ledger(
        "a guest ranks by the admitter alone",
        "        return max(sound.standing.key, invited.key)",
        "        return sound.standing.key",
    ),
    _ledger(
        "an invite for keepers makes members",
        "                level = min(self._invite(body.invite).level, Level.MEMBER)",
        "                level = Level.MEMBER",
    ),
    _ledger(
        "a child is as senior as its parent",
        "                path = (*sound.standing.key[1], rule.key)\n"
        "                self._stand(act, body.subject, body.level",
        "                path = sound.standing.key[1]\n                self._stand(act, body.subject, body.level",
    ),
    _ledger("slots do not rank", "(rank(level), ((0, place),))", "(rank(level), ((0, 0),))"),
    _ledger(
        "the identity's own key is a device like others",
        "            (bytes(device) != identity, certificate",
        "            (True, certificate",
    ),
    _ledger(
        "the age of a device does not matter",
        "certificate.rank_path, certificate.created_ms, bytes(device))",
        "certificate.rank_path, 0, bytes(device))",
    ),
    _ledger(
        "certificates count outside the past",
        "(certificate := binding.certificate).identity == identity and binding.by.bit & mask",
        "(certificate := binding.certificate).identity == identity",
    ),
    _ledger(
        "a device that retires is one that is revoked",
        "                    scope = Scope.FUTURE if act.device == body.device else Scope.YOUNGER_DEVICE\n",
        "                    scope = Scope.YOUNGER_DEVICE\n",
    ),
    _ledger(
        "who shows the key has no right to the device", "(not has_proven, *act.rule.key)", "(False, *act.rule.key)"
    ),
    _ledger("bindings count outside the past", "if binding.by.bit & mask]", "]"),
    _ledger(
        "a lost device has what its owner is given later",
        "            removal.identity == standing.identity and removal.by.bit & standing.by.before\n",
        "            False\n",
    ),
    _ledger(
        "only one subject's head is remembered",
        "self.cut_heads.get(head, frozenset()) | {removal.identity}",
        "frozenset({removal.identity})",
    ),
    # static checks
    _soundness(
        "a proof need not be in the past", "if standing is None or not standing.by.bit & past:", "if standing is None:"
    ),
    _soundness(
        "a proof may be somebody else's",
        "ledger.conferred.get((proof, identity))",
        "next((each for (name, _), each in ledger.conferred.items() if name == proof), None)",
    ),
    _soundness("any level does", "    if standing.level < needed:\n", "    if False:\n"),
    _soundness(
        "a grant may exceed its issuer's level",
        "            return Level.OWNER if body.level >= Level.ADMIN else Level.ADMIN",
        "            return Level.ADMIN",
    ),
    _soundness(
        "people revoke what is their own",
        "            if author in {identity for identity, _ in body.subjects}:",
        "            if False:",
    ),
    _soundness("an admit may name any operation", "            _admit(ledger, body, past, conversation)\n", ""),
    _soundness(
        "a member revokes anybody's device",
        "            return Level.KEEPER if target == standing.identity else Level.ADMIN",
        "            return Level.KEEPER",
    ),
    _soundness(
        "a member closes anybody's invite",
        "            return Level.MEMBER if is_own else Level.ADMIN",
        "            return Level.MEMBER",
    ),
    _soundness(
        "who made an invite cannot close it",
        "            return Level.MEMBER if is_own else Level.ADMIN",
        "            return Level.ADMIN",
    ),
    _soundness(
        "a policy never lets anybody do more",
        "        needed = _least(ledger, governed, past)",
        "        needed = _needed(ledger, body, standing=standing, target=target)",
    ),
    _soundness(
        "a device brings itself in under any name",
        "        if certificate.device == device:\n            return certificate.identity\n",
        "",
    ),
    _soundness("a chain of grants has no end", "len(standing.key[1]) >= MAX_CHAIN", "False"),
)
