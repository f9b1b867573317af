"""Who may do what, out of the control plane alone (docs/protocol.md, "Authority").

`soundness` says which operations are sound, `ledger` holds them, `verdicts` carries out the rule by which they are
valid, `policies` knows what kinds need; `authority` answers everybody else, `questions` whoever asks before acting.
"""

from protocol.authority.acts import Added, Claim, Member, Rule
from protocol.authority.authority import Authority
from protocol.authority.questions import Action, brought_in, cut_for, device_revocation, objection, revocation

__all__ = [
    "Action",
    "Added",
    "Authority",
    "Claim",
    "Member",
    "Rule",
    "brought_in",
    "cut_for",
    "device_revocation",
    "objection",
    "revocation",
]
