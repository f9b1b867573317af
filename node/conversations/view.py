"""A conversation as the channel shows it: summaries, messages, members, AIs (docs/channel.md, "Objects")."""

from typing import Any

from crypto.ids import DeviceKey, IdentityKey, OpId
from node.clock import iso
from node.store.catalogue import Listed
from node.store.records import Records, Shown
from protocol.authority import Rule
from protocol.bodies.content import (
    AiReply,
    AiSettings,
    ContentBody,
    ContentKind,
    Message,
    PhaseAdvance,
    ReplyPolicy,
    Title,
)
from protocol.bodies.control import Admit, AiSet, load_control
from protocol.ops import CONTROL, Op
from protocol.phases import Phase
from protocol.registers import PROFILE, Registers
from protocol.replica import Replica, Row

Json = dict[str, Any]

POLICIES = {
    "never": ReplyPolicy.NEVER,
    "every": ReplyPolicy.EVERY,
    "mentioned": ReplyPolicy.MENTIONED,
    "addressed": ReplyPolicy.ADDRESSED,
}
_POLICY_NAMES = {int(number): name for name, number in POLICIES.items()}
MESSAGE_KINDS = (int(ContentKind.MESSAGE), int(ContentKind.AI_REPLY))


class View:
    """Reads one conversation for people; changes nothing."""

    def __init__(
        self,
        replica: Replica,
        registers: Registers,
        records: Records,
        listed: Listed,
        *,
        own: IdentityKey,
        own_name: str,
    ) -> None:
        self._replica = replica
        self._registers = registers
        self._records = records
        self._listed = listed
        self._own = own
        self._own_name = own_name
        self.status = listed.status
        self.online: frozenset[IdentityKey] = frozenset()
        """Members whose node is connected to this one."""
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
        newest = self._records.page(before=None, limit=1)
        last = self._shown(newest[-1]) if newest else None
        return {
            "id": self._listed.id.hex(),
            "title": self.title,
            "description": fold.description.text if fold.description else "",
            "created": iso(self._listed.created_ms),
            "status": self.status,
            **self.phase(),
            "unread": self.unread(),
            "last": {key: last[key] for key in ("id", "author_name", "text", "ts", "kind")} if last else None,
        }

    def unread(self) -> int:
        """Return how many messages of others came after what this person has read; 1,000 stands for more."""
        if self._unread is None:
            self._unread = self._records.unread(self._own, MESSAGE_KINDS)
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
            "state_hash": replica.state_hash(self._records.timeline()).hex(),
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
        found = []
        for identity, member in self._replica.authority.members().items():
            is_here = identity == self._own or identity in self.online
            described = {
                "identity": identity.hex(),
                "name": self.person(identity),
                "role": member.level.name.lower(),
                "presence": "online" if is_here else "offline",
                "me": identity == self._own,
            }
            found.append((-member.level, str(described["name"]).casefold(), identity, described))
        return [described for *_, described in sorted(found, key=lambda row: row[:3])]

    def person(self, identity: IdentityKey) -> str:
        """Return the name a person goes by; a short id until it is known."""
        if identity == self._own:
            return self._own_name
        member = self._replica.authority.member(identity)
        for certificate in member.certificates if member else ():
            name = self.device_name(certificate.device)
            if name:
                return name
        return identity.hex()[:8]

    def device_name(self, device: DeviceKey) -> str:
        """Return the name that a device's owner goes by; empty where it is not known."""
        value = self._registers.value(device, PROFILE)
        name = value.decode(errors="replace") if value else ""
        return "".join(character for character in name if character.isprintable())[:80].strip()

    def ais(self) -> list[Json]:
        """Return the AI participants, in the order in which they were added."""
        return [self.ai(name, rule) for name, rule in self.ai_rules().items()]

    def ai_rules(self) -> dict[bytes, Rule]:
        """Return the setting of each AI that takes part, in the order in which they were added."""
        replica = self._replica
        rules = replica.authority.ais()
        return {
            name: rules[name]
            for name in sorted(rules, key=lambda name: (replica.control.entries[OpId(name)].depth, name))
            if isinstance(body := rules[name].body, AiSet) and body.hosts
        }

    def ai(self, name: bytes, rule: Rule) -> Json:
        """Return the ai object."""
        assert isinstance(rule.body, AiSet)
        settings = self._replica.settings(rule) or AiSettings(name.hex()[:8], "unknown", "")
        identity, device = rule.body.hosts[0]
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
            "here": device == self._replica.device.public,
        }

    # --- messages ----------------------------------------------------------------------------------------------------

    def message(self, name: OpId) -> Json | None:
        """Return the message object of something in the timeline."""
        shown = self._records.get(name)
        return self._shown(shown) if shown else None

    def entered(self, row: Row) -> Json:
        """Return the message object of an operation that has just been stored, without reading it again."""
        return self._render(row.op, row.author, row.body)

    def page(self, *, before: OpId | None, limit: int) -> tuple[list[Json], bool]:
        """Return at most `limit` messages in display order, and whether there are older ones."""
        rows = self._records.page(before=before, limit=limit + 1)
        return [self._shown(row) for row in rows[-limit:]], len(rows) > limit

    def _shown(self, shown: Shown) -> Json:
        body = None if shown.op.header.plane == CONTROL else self._replica.read(shown.op)
        return self._render(shown.op, shown.author, body)

    def _render(self, op: Op, author: IdentityKey, body: ContentBody | None) -> Json:
        message: Json = {
            "id": op.id.hex(),
            "author": author.hex(),
            "author_name": self.person(author),
            "kind": "human",
            "text": "",
            "ts": iso(op.header.ts_ms),
            "edited": False,
            "deleted": False,
            "reply_to": None,
            "reactions": [],
            "ai": None,
            "state": "stored",
            "mine": author == self._own,
        }
        if op.header.plane == CONTROL:
            return message | {"kind": "notice", "text": self._control_notice(op, message["author_name"])}
        match body:
            case Message(text, reply_to):
                return message | {"text": text, "reply_to": reply_to.hex() or None}
            case AiReply() as reply:
                return message | self._reply(reply, author)
            case Title(text):
                notice = f"{message['author_name']} changed the title to “{text}”"
                return message | {"kind": "notice", "text": notice}
            case PhaseAdvance(from_step):
                phase = Phase((from_step + 1) % len(Phase)).name.lower()
                notice = f"{message['author_name']} moved the conversation on to {phase}"
                return message | {"kind": "notice", "text": notice}
            case _:
                return message | {"kind": "notice", "text": "This message needs a newer version of the program."}

    def _reply(self, reply: AiReply, host: IdentityKey) -> Json:
        provider, model, took_ms = reply.provenance
        rule = self._replica.authority.ais().get(reply.ai)
        settings = self._replica.settings(rule) if rule else None
        return {
            "author": reply.ai.hex(),
            "author_name": settings.name if settings else reply.ai.hex()[:8],
            "kind": "ai",
            "text": reply.text,
            "reply_to": reply.reply_to.hex(),
            "mine": False,
            "ai": {"id": reply.ai.hex(), "provider": provider, "model": model, "host": host.hex(), "ms": took_ms},
        }

    def _control_notice(self, op: Op, author: str) -> str:
        match load_control(op.body):
            case Admit(subject=subject):
                return f"{self.person(subject)} joined"
            case AiSet(ai=ai, hosts=hosts) as body:
                settings = self._replica.settings(Rule(op.id, op.header.depth, IdentityKey(b""), body))
                name = settings.name if settings else "An AI"
                if not hosts:
                    return f"{author} removed {name} (AI)"
                return f"{author} changed {name} (AI)" if ai else f"{author} added {name} (AI)"
            case _:
                return ""
