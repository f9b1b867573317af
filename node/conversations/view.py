"""A conversation as the channel shows it: summaries, messages, members, AIs (docs/channel.md, "Objects")."""

from collections.abc import Callable, Mapping
from typing import Any

from crypto.ids import IdentityKey, OpId
from node.clock import iso
from node.conversations.duty import duty
from node.conversations.membership import ACTIVE, ARCHIVED
from node.conversations.receipts import Receipts
from node.conversations.roster import Roster
from node.conversations.timeline import MESSAGE_KINDS, Timeline
from node.store.catalogue import Listed
from node.store.records import Records
from protocol.authority import Rule
from protocol.bodies.content import AiSettings, Constraint, ReplyPolicy
from protocol.bodies.control import AiSet
from protocol.presence import Here
from protocol.registers import Registers
from protocol.replica import Replica

Json = dict[str, Any]

POLICIES = {
    "never": ReplyPolicy.NEVER,
    "every": ReplyPolicy.EVERY,
    "mentioned": ReplyPolicy.MENTIONED,
    "addressed": ReplyPolicy.ADDRESSED,
}
_POLICY_NAMES = {int(number): name for name, number in POLICIES.items()}
CONSTRAINTS = {"auto": Constraint.AUTO, "always": Constraint.ALWAYS, "never": Constraint.NEVER}
_CONSTRAINT_NAMES = {int(number): name for name, number in CONSTRAINTS.items()}


class View:
    """Reads one conversation for people; changes nothing."""

    def __init__(
        self,
        replica: Replica,
        registers: Registers,
        records: Records,
        listed: Listed,
        receipts: Receipts,
        *,
        own: IdentityKey,
        own_name: str,
    ) -> None:
        self.roster = Roster(replica, registers, own=own, own_name=own_name)
        self.timeline = Timeline(replica, records, self.roster, receipts, own=own)
        self._replica = replica
        self._records = records
        self._listed = listed
        self._own = own
        self.status = listed.status
        self.connected: frozenset[IdentityKey] = frozenset()
        """Members of whom a node is connected to this one."""
        self.here: Mapping[IdentityKey, Here] = {}
        """Members who are here themselves."""
        self.consents: Callable[[bytes, Rule], bool] = lambda _ai, rule: rule.author == own
        """Whether this person agrees that this node answers for an AI whose setting names it as a host."""
        self._unread: int | None = None

    # --- the conversation --------------------------------------------------------------------------------------------

    @property
    def title(self) -> str:
        """The title; empty until it has arrived."""
        title = self._replica.fold.title
        return title.text if title else ""

    def summary(self) -> Json:
        """Return the summary object."""
        fold = self._replica.fold
        newest = self._records.shown.page(before=None, limit=1)
        last = self.timeline.shown(newest[-1]) if newest else None
        return {
            "id": self._listed.id.hex(),
            "title": self.title,
            "description": fold.description.text if fold.description else "",
            "created": iso(self._listed.created_ms),
            "status": self.standing,
            "archived": fold.archived,
            "ai_paused": fold.ai_paused,
            "pins": [name.hex() for name in fold.pins],
            **self.phase(),
            "unread": self.unread(),
            "last": {key: last[key] for key in ("id", "author_name", "text", "ts", "kind", "deleted")}
            if last
            else None,
        }

    @property
    def standing(self) -> str:
        """The status as it is shown: `active`, `archived`, `joining`, `left` or `removed`."""
        return ARCHIVED if self.status == ACTIVE and self._replica.fold.archived else self.status

    def unread(self) -> int:
        """Return how many messages of others came after what this person has read; 1,000 stands for more."""
        if self._unread is None:
            self._unread = self._records.shown.unread(self._own, MESSAGE_KINDS)
        return self._unread

    def forget_unread(self) -> None:
        """Count again at the next look."""
        self._unread = None

    def phase(self) -> Json:
        """Return `{phase, progress, cycle, step}`."""
        state = self._replica.fold.phase.state
        return {
            "phase": state.phase.name.lower(),
            "progress": state.progress / 10_000,
            "cycle": state.cycle,
            "step": state.step,
        }

    def details(self) -> Json:
        """Return the summary with everything that `conversations show` tells."""
        replica = self._replica
        heads = [name for _, name in (*replica.control.head_keys(), *replica.content.head_keys())]
        return {
            **self.summary(),
            "state_hash": replica.state_hash(self._records.shown.timeline()).hex(),
            "ops": len(replica.control) + len(replica.content),
            "heads": sorted(name.hex() for name in heads),
            "members": self.members(),
            "ai": self.ais(),
            "parent": None,
            "children": [],
        }

    # --- people and AI participants ----------------------------------------------------------------------------------

    def members(self) -> list[Json]:
        """Return the members, owners first, then by name."""
        return self.roster.members(self.here)

    def person(self, identity: IdentityKey) -> str:
        """Return the name a person goes by; a short id until it is known."""
        return self.roster.person(identity)

    def ais(self) -> list[Json]:
        """Return the AI participants, in the order in which they were added."""
        return [self.ai(name, rule) for name, rule in self.ai_rules().items()]

    def ai_rules(self) -> dict[bytes, Rule]:
        """Return the setting of each AI that takes part, in the order in which they were added."""
        replica = self._replica
        rules = replica.authority.ais()
        return {
            name: rules[name]
            for name in sorted(rules, key=lambda name: (replica.control.entry(OpId(name)).depth, name))
            if isinstance(body := rules[name].body, AiSet) and body.hosts
        }

    def ai_name(self, name: bytes) -> str | None:
        """Return what an AI is called; None where there is no such AI."""
        rule = self._replica.authority.ais().get(name)
        if rule is None:
            return None
        settings = self._replica.settings(rule)
        return settings.name if settings else name.hex()[:8]

    def ai(self, name: bytes, rule: Rule) -> Json:
        """Return the ai object."""
        assert isinstance(rule.body, AiSet)
        settings = self._replica.settings(rule) or AiSettings(name.hex()[:8], "unknown", "")
        now = duty(rule, self._replica.fold.lease(name))
        identity, device = now.hosts[0]
        own = self._replica.device.public
        is_listed = any(machine == own for _, machine in rule.body.hosts)
        return {
            "id": name.hex(),
            "name": settings.name,
            "provider": settings.provider,
            "model": settings.model,
            "persona": settings.persona,
            "system_prompt": settings.system_prompt,
            "temperature": settings.temperature_milli / 1000,
            "policy": _POLICY_NAMES[settings.policy],
            "host": identity.hex(),
            "host_name": self.person(identity),
            "here": device == own,
            "asks_me": is_listed and not self.consents(name, rule),
            "hourly": settings.hourly,
            "constrained": _CONSTRAINT_NAMES[settings.constrained],
            "second_opinion": settings.second_opinion,
            "hosts": [
                {
                    "identity": each.hex(),
                    "name": self.person(each),
                    "device": machine.hex(),
                    "here": machine == own,
                    "on_duty": (each, machine) == (identity, device),
                }
                for each, machine in rule.body.hosts
            ],
        }

    # --- messages ----------------------------------------------------------------------------------------------------

    def message(self, name: OpId) -> Json | None:
        """Return the message object of something in the timeline; None where it does not stand there."""
        return self.timeline.message(name)

    def alternatives(self, name: OpId) -> list[Json]:
        """Return the answers that lost to one in the timeline."""
        return self.timeline.alternatives(name)

    def page(self, *, before: OpId | None, limit: int) -> tuple[list[Json], bool]:
        """Return at most `limit` messages in display order, and whether there are older ones."""
        return self.timeline.page(before=before, limit=limit)

    def history(
        self, *, before: OpId | None = None, after: OpId | None = None, around: OpId | None = None, limit: int
    ) -> Json:
        """Return a page of messages in display order: the newest, or those before, after or around one.

        Args:
            before: the page ends just before this message.
            after: the page begins just after it.
            around: the page has it in its middle, as far as there are messages on both sides.
            limit: most messages on the page.

        Returns:
            `{messages, more, newer}`: whether there are older messages (`more`), and whether there are newer ones.
        """
        if after is not None:
            messages, newer = self.timeline.page_after(after, limit=limit)
            return {"messages": messages, "more": True, "newer": newer}
        middle = self.timeline.message(around) if around is not None else None
        if around is None or middle is None:
            messages, more = self.timeline.page(before=before, limit=limit)
            return {"messages": messages, "more": more, "newer": before is not None}
        older, more = self.timeline.page(before=around, limit=limit)
        later, newer = self.timeline.page_after(around, limit=limit)
        ahead = max(limit // 2, limit - 1 - len(later))
        messages = [*older[len(older) - min(ahead, len(older)) :], middle]
        rest = limit - len(messages)
        return {
            "messages": messages + later[:rest],
            "more": more or len(messages) - 1 < len(older),
            "newer": newer or rest < len(later),
        }
