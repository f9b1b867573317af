"""Whose turn it is to answer for an AI: its host, or a stand-by once the host is silent (PROTOCOL section 9, S37).

The first host answers from the start; whoever takes over writes a lease, and answers from then on until it is silent in
its turn. Time decides only when a stand-by steps in, never which answer counts: that the log says (protocol/fold).
"""

from dataclasses import dataclass
from typing import Final

from crypto.ids import DeviceKey, IdentityKey, OpId
from protocol.authority import Rule
from protocol.bodies.control import AiSet
from protocol.fold.answers import Lease

NOT_LISTED: Final = -1


@dataclass(frozen=True, slots=True)
class Duty:
    """Who answers for an AI now, and who steps in.

    Attributes:
        hosts: `(identity, device)` of all, the one on duty first, then the stand-bys in their order.
        term: under which answers are given now.
        lease: the operation that gave that term; empty where the AI's settings did.
        next_term: of the next lease.
        ttl_s: how long the one on duty may be silent before the next in line steps in.
    """

    hosts: tuple[tuple[IdentityKey, DeviceKey], ...]
    term: int
    lease: bytes
    next_term: int
    ttl_s: float

    def place(self, device: DeviceKey) -> int:
        """Return 0 for the device on duty, 1 for the next in line, and so on; NOT_LISTED for any other."""
        return next((at for at, (_, each) in enumerate(self.hosts) if each == device), NOT_LISTED)


def duty(rule: Rule, lease: Lease | None) -> Duty:
    """Return who answers for the AI of this setting, where `lease` is the last that counted."""
    body = rule.body
    assert isinstance(body, AiSet)
    hosts, ttl_s = body.hosts, body.lease_ms / 1000
    next_term = max(lease.term if lease is not None else 0, body.term) + 1
    if lease is not None and lease.term > body.term and (lease.host, lease.device) in hosts:
        holder = (lease.host, lease.device)
        others = tuple(each for each in hosts if each != holder)
        return Duty((holder, *others), lease.term, OpId(lease.op), next_term, ttl_s)
    return Duty(hosts, body.term, b"", next_term, ttl_s)
