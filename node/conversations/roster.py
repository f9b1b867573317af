"""Who belongs to a conversation and who did, as the channel shows it (docs/channel.md, "Objects")."""

from collections.abc import Mapping
from typing import Any

from crypto.ids import DeviceKey, IdentityKey
from node.conversations.membership import has_left
from node.conversations.rights import over
from protocol.authority import Rule
from protocol.bodies.control import Admit, Genesis, InviteCreate
from protocol.bodies.signals import State
from protocol.presence import Here
from protocol.registers import PROFILE, Registers
from protocol.replica import Replica

Json = dict[str, Any]


class Roster:
    """Reads who takes part in one conversation; changes nothing."""

    def __init__(self, replica: Replica, registers: Registers, *, own: IdentityKey, own_name: str) -> None:
        self._replica = replica
        self._registers = registers
        self._own = own
        self.own_name = own_name
        """What this person goes by themselves."""

    def person(self, identity: IdentityKey) -> str:
        """Return the name that somebody goes by, or went by while here; a short id until it is known."""
        if identity == self._own:
            return self.own_name
        authority = self._replica.authority
        member = authority.member(identity)
        if member is not None:
            devices = [certificate.device for certificate in member.certificates]
        else:
            devices = authority.devices(identity)
        for device in devices:
            name = self.device_name(device)
            if name:
                return name
        return identity.hex()[:8]

    def device_name(self, device: DeviceKey) -> str:
        """Return the name that a device's owner goes by; empty where it is not known."""
        value = self._registers.value(device, PROFILE)
        name = value.decode(errors="replace") if value else ""
        return "".join(character for character in name if character.isprintable())[:80].strip()

    def brief(self, identity: IdentityKey) -> Json:
        """Return `{identity, name, role}`; the role is null for somebody who does not belong."""
        member = self._replica.authority.member(identity)
        role = member.level.name.lower() if member is not None else None
        return {"identity": identity.hex(), "name": self.person(identity), "role": role}

    def members(self, here: Mapping[IdentityKey, Here], *, to_change: bool) -> list[Json]:
        """Return the member objects, owners first, then by name.

        Args:
            here: how those are here who are; everybody else is offline.
            to_change: whether roles change here and people are removed; else this person may do nothing about them.
        """
        found = []
        for identity, member in self._replica.authority.members().items():
            state = here[identity].state if identity in here else State.OFFLINE
            by = self.brought_in_by(identity)
            described = {
                **self.brief(identity),
                "presence": state.name.lower(),
                "me": identity == self._own,
                "devices": [certificate.device.hex() for certificate in member.certificates],
                "by": by.hex() if by is not None else None,
                "by_name": self.person(by) if by is not None else None,
                "may": over(self._replica.authority, self._own, identity) if to_change else [],
            }
            found.append((-member.level, str(described["name"]).casefold(), identity, described))
        return [described for *_, described in sorted(found, key=lambda row: row[:3])]

    def brought_in_by(self, identity: IdentityKey) -> IdentityKey | None:
        """Return who invited a member, or gave them their first level; None for a founder."""
        rules = self._given(identity)
        return self._giver(min(rules, key=lambda rule: rule.key)) if rules else None

    def invited(self, identity: IdentityKey) -> list[IdentityKey]:
        """Return the members who owe all they are here to somebody, by name."""
        found = [
            other
            for other in self._replica.authority.members()
            if other != identity and {self._giver(rule) for rule in self._given(other)} == {identity}
        ]
        return sorted(found, key=lambda other: (self.person(other).casefold(), other))

    def _given(self, identity: IdentityKey) -> list[Rule]:
        """Return the operations by which somebody has what they have."""
        return [standing.by.rule for _, standing in self._replica.authority.standings(identity)]

    def _giver(self, rule: Rule) -> IdentityKey | None:
        match rule.body:
            case Genesis():
                return None
            case Admit(invite=invite):
                return self._replica.authority.rules[invite].author
            case _:
                return rule.author

    def former(self) -> list[Json]:
        """Return everybody who belonged and does not: `{identity, name, role: null, how, by, by_name}`, by name."""
        found = []
        for identity, rule in self._replica.authority.removed().items():
            how = "left" if has_left(self._replica.authority, identity) else "removed"
            by = {"by": rule.author.hex(), "by_name": self.person(rule.author)} if how == "removed" else {}
            found.append({**self.brief(identity), "how": how, "by": None, "by_name": None, **by})
        return sorted(found, key=lambda one: (one["name"].casefold(), one["identity"]))

    def invites(self) -> list[tuple[Rule, InviteCreate]]:
        """Return the invites that are not taken back, oldest first."""
        return [(rule, rule.body) for rule in self._replica.authority.invites() if isinstance(rule.body, InviteCreate)]
