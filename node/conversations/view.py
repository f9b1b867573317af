"""A conversation as the channel shows it: summaries, messages, members, AIs (docs/channel.md, "Objects")."""

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

from crypto.ids import IdentityKey, OpId
from node.clock import iso
from node.conversations.duty import duty
from node.conversations.membership import ACTIVE, ARCHIVED
from node.conversations.receipts import Receipts
from node.conversations.rights import held
from node.conversations.roster import Roster
from node.conversations.timeline import Timeline
from node.conversations.unread import Unread
from node.store.catalogue import Listed
from node.store.records import Records
from protocol.authority import Rule
from protocol.bodies.ai import AiSettings, Constraint, ReplyPolicy
from protocol.bodies.control import AiSet, Genesis
from protocol.direct import direct_pair
from protocol.phases import PhaseState
from protocol.presence import Here
from protocol.registers import Registers
from protocol.replica import Replica

Json = dict[str, Any]

LAST: Final = ("id", "author_name", "text", "ts", "kind", "deleted", "mine", "said")
"""What a summary tells of the last message."""
_NOT_OF_TWO: Final = ("title", "description", "advance", "progress", "invite")
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
        self.known_as: Callable[[IdentityKey], str] = lambda _identity: ""
        """Gives the name that somebody goes by in other conversations; empty where none is known."""
        self._direct: IdentityKey | Literal[False] | None = None
        """The other of a conversation of two, False where it is none, None until that is known."""
        self.unread = Unread(records.shown, self.timeline, own=own)
        """What this person has not read."""

    # --- the conversation --------------------------------------------------------------------------------------------

    @property
    def title(self) -> str:
        """The title, or the other's name where this is a conversation of two; empty until it has arrived."""
        other = self.direct
        if other is not None:
            name = self.person(other)
            return name if name != other.hex()[:8] else self.known_as(other) or name
        title = self._replica.fold.title
        return title.text if title else ""

    @property
    def genesis(self) -> Genesis | None:
        """How it began; None until that has arrived."""
        rule = self._replica.authority.rules.get(OpId(bytes(self._listed.id)))
        return rule.body if rule is not None and isinstance(rule.body, Genesis) else None

    @property
    def direct(self) -> IdentityKey | None:
        """The other, where this is a conversation of two (S7)."""
        if self._direct is None and (genesis := self.genesis) is not None:
            pair = direct_pair(genesis)
            is_mine = pair is not None and self._own in pair
            self._direct = next((each for each in pair or () if is_mine and each != self._own), False)
        return self._direct or None

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
            "unread": self.unread.count(),
            "mentions": self.unread.mentions(),
            "last": {key: last[key] for key in LAST if key in last} if last else None,
            "parent": None,
            "children": [],
            "direct": self.direct.hex() if self.direct is not None else None,
            "may": [right for right in held(self._replica, self.status) if right not in self._not_here],
        }

    @property
    def _not_here(self) -> tuple[str, ...]:
        """Return the rights that mean nothing here: a conversation of two stays one, and has no phases."""
        return _NOT_OF_TWO if self.direct is not None else ()

    @property
    def standing(self) -> str:
        """The status as it is shown: `active`, `archived`, `joining`, `left` or `removed`."""
        return ARCHIVED if self.status == ACTIVE and self._replica.fold.archived else self.status

    def phase(self) -> Json:
        """Return `{phase, progress, cycle, step}`."""
        return _stand(self._replica.fold.phase.state)

    def moved(self) -> Json:
        """Return `{by, by_name, ts, from}`: who brought the conversation where it stands, from where (S28)."""
        last = self._replica.fold.phase.last
        held = self._records.shelved([last[0]]) if last is not None else {}
        if last is None or last[0] not in held:
            return {"by": None, "by_name": None, "ts": None, "from": None}
        name, before = last
        author = held[name].author
        (op,) = self._records.ops([name])
        return {
            "by": author.hex(),
            "by_name": self.person(author),
            "ts": iso(op.header.ts_ms),
            "from": _stand(before),
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
        }

    # --- people and AI participants ----------------------------------------------------------------------------------

    def members(self) -> list[Json]:
        """Return the members, owners first, then by name."""
        return self.roster.members(self.here, to_change=self.direct is None)

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
            "by": rule.author.hex(),
            "by_name": self.person(rule.author),
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
        self,
        *,
        before: OpId | None = None,
        after: OpId | None = None,
        around: OpId | None = None,
        first: bool = False,
        limit: int,
    ) -> Json:
        """Return a page of messages in display order: the newest, the first, or those before, after or around one.

        Args:
            before: the page ends just before this message.
            after: the page begins just after it.
            around: the page has it in its middle, as far as there are messages on both sides.
            first: the page is the oldest.
            limit: most messages on the page.

        Returns:
            `{messages, more, newer}`: whether there are older messages (`more`), and whether there are newer ones.
        """
        if first:
            messages, newer = self.timeline.first_page(limit=limit)
            return {"messages": messages, "more": False, "newer": newer}
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


def _stand(state: PhaseState) -> Json:
    return {
        "phase": state.phase.name.lower(),
        "progress": state.progress / 10_000,
        "cycle": state.cycle,
        "step": state.step,
    }
