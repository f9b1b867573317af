"""The messages of a conversation as the channel shows them (docs/channel.md, "Objects")."""

from collections.abc import Sequence
from typing import Any, Final

from crypto.ids import IdentityKey, OpId
from node.clock import iso
from node.conversations.notices import people_notice
from node.conversations.receipts import Receipts
from node.conversations.roster import Roster
from node.store.records import Records
from node.store.shown import Shown
from protocol.authority import Rule
from protocol.bodies.content import AiReply, ContentBody, ContentKind, Message, PhaseAdvance, PhaseSet, Title
from protocol.bodies.control import AiSet, load_control
from protocol.errors import RemoteError
from protocol.ops import CONTROL, Op
from protocol.outcome import Row
from protocol.phases import Phase
from protocol.replica import Replica

Json = dict[str, Any]

MESSAGE_KINDS: Final = (int(ContentKind.MESSAGE), int(ContentKind.AI_REPLY))
NEWER_PROGRAM: Final = "This message needs a newer version of the program."


class Timeline:
    """Reads the messages of one conversation; changes nothing."""

    def __init__(
        self, replica: Replica, records: Records, roster: Roster, receipts: Receipts, *, own: IdentityKey
    ) -> None:
        self._replica = replica
        self._records = records
        self._roster = roster
        self._receipts = receipts
        self._own = own

    def message(self, name: OpId) -> Json | None:
        """Return the message object of something in the timeline; None where it does not stand there."""
        shown = self._records.shown.get(name)
        return self.shown(shown) if shown else None

    def entered(self, row: Row) -> Json:
        """Return the message object of an operation that has just been stored, without reading it again."""
        return self._render(row.op, row.author, row.body)

    def preview(self, op: Op) -> Json | None:
        """Return the message object of an operation that is not placed yet; None where it cannot be judged or read."""
        replica = self._replica
        if op.header.plane == CONTROL or any(name not in replica.control for name in op.header.auth):
            return None
        try:
            author = replica.authority.check_content(op.header, prev_auth=())
        except RemoteError:
            return None
        body = replica.read(op)
        return self._render(op, author, body) if isinstance(body, Message | AiReply) else None

    def page(self, *, before: OpId | None, limit: int) -> tuple[list[Json], bool]:
        """Return at most `limit` messages in display order, and whether there are older ones."""
        rows = self._records.shown.page(before=before, limit=limit + 1)
        return [self.shown(row) for row in rows[-limit:]], len(rows) > limit

    def page_after(self, name: OpId, *, limit: int) -> tuple[list[Json], bool]:
        """Return at most `limit` messages in display order from just after one, and whether there are newer ones."""
        rows = self._records.shown.page_after(name, limit=limit + 1)
        return [self.shown(row) for row in rows[:limit]], len(rows) > limit

    def current(self, name: OpId, text: str) -> str | None:
        """Return what a message says now that was written as `text`; None where it is deleted."""
        fold = self._replica.fold
        if fold.is_deleted(name):
            return None
        edited = fold.edited(name)
        return text if edited is None else edited.text

    def alternatives(self, name: OpId) -> list[Json]:
        """Return the answers that lost to one in the timeline, as message objects."""
        shown = self._records.shown.get(name)
        body = self._replica.read(shown.op) if shown is not None else None
        if not isinstance(body, AiReply):
            return []
        authors = self._records.shelved(names := self._replica.fold.alternatives(name, body))
        return [self._render(op, authors[op.id].author, self._replica.read(op)) for op in self._records.ops(names)]

    def pins(self) -> list[Json]:
        """Return the pinned messages, in the order in which they were pinned."""
        found = (self.message(name) for name in self._replica.fold.pins)
        return [message for message in found if message is not None]

    def states(self, names: Sequence[OpId]) -> list[Json]:
        """Return `{id, state, delivered, read}` of those of `names` that are this person's messages, in their order."""
        found = self._records.shelved(names)
        return [
            {"id": name.hex(), **self._receipts.state(shelved.entry)}
            for name in names
            if (shelved := found.get(name)) is not None
            and shelved.kind == ContentKind.MESSAGE
            and shelved.author == self._own
        ]

    def shown(self, shown: Shown) -> Json:
        """Return the message object of a stored operation that stands in the timeline."""
        body = None if shown.op.header.plane == CONTROL else self._replica.read(shown.op)
        return self._render(shown.op, shown.author, body)

    def _render(self, op: Op, author: IdentityKey, body: ContentBody | None) -> Json:
        name = self._roster.person(author)
        message: Json = {
            "id": op.id.hex(),
            "author": author.hex(),
            "author_name": name,
            "kind": "human",
            "text": "",
            "ts": iso(op.header.ts_ms),
            "edited": False,
            "deleted": False,
            "pinned": False,
            "reply_to": None,
            "mentions": [],
            "not_for_ai": False,
            "reactions": [],
            "ai": None,
            "state": "stored",
            "delivered": None,
            "read": None,
            "mine": author == self._own,
        }
        if op.header.plane == CONTROL:
            return message | {"kind": "notice", "text": self._control_notice(op, author)}
        match body:
            case Message(text, reply_to, mentions) as said:
                state = self._receipts.state(self._replica.content.get(op.id)) if author == self._own else {}
                marks = self._marks(op.id, text, mentions)
                return message | {"reply_to": reply_to.hex() or None, "not_for_ai": said.not_for_ai} | state | marks
            case AiReply() as reply:
                return message | self._reply(op.id, reply, author) | self._marks(op.id, reply.text, ())
            case Title(text):
                notice = f"{name} changed the title to “{text}”"
            case PhaseAdvance(from_step):
                notice = f"{name} moved the conversation on to {_phase(from_step + 1)}"
            case PhaseSet(step):
                notice = f"{name} set the phase to {_phase(step)}"
            case _:
                notice = NEWER_PROGRAM
        return message | {"kind": "notice", "text": notice}

    def _marks(self, name: OpId, text: str, mentions: tuple[IdentityKey, ...]) -> Json:
        """Return what became of a message after it was written; of a deleted one nothing stays but its place."""
        fold = self._replica.fold
        if fold.is_deleted(name):
            return {"text": "", "deleted": True}
        edited = fold.edited(name)
        if edited is not None:
            text, mentions = edited.text, edited.mentions
        return {
            "text": text,
            "edited": edited is not None,
            "pinned": fold.is_pinned(name),
            "mentions": [self._who(each) for each in mentions],
            "reactions": [
                {
                    "emoji": emoji,
                    "count": len(people),
                    "people": [self._who(each) for each in people],
                    "mine": self._own in people,
                }
                for emoji, people in fold.reactions(name).items()
            ],
        }

    def _who(self, name: IdentityKey) -> Json:
        """Return `{identity, name}` of a person or an AI."""
        rule = self._replica.authority.ais().get(name)
        return {"identity": name.hex(), "name": self._ai_name(rule, name) if rule else self._roster.person(name)}

    def _reply(self, answer: OpId, reply: AiReply, host: IdentityKey) -> Json:
        how = reply.provenance
        return {
            "author": reply.ai.hex(),
            "author_name": self._ai_name(self._replica.authority.ais().get(reply.ai), reply.ai),
            "kind": "ai",
            "reply_to": reply.reply_to.hex(),
            "mine": False,
            "ai": {
                "id": reply.ai.hex(),
                "provider": how.provider,
                "model": how.model,
                "host": host.hex(),
                "host_name": self._roster.person(host),
                "ms": how.took_ms,
                "kind": how.kind,
                "given": [name.hex() for name in how.given],
                "ignored": list(how.ignored),
                "finish": how.finish,
                "prompt_tokens": how.prompt_tokens or None,
                "answer_tokens": how.answer_tokens or None,
                "rule": reply.rule,
                "constrained": reply.constrained,
                "fields": {name: list(texts) for name, texts in reply.fields},
                "alternatives": [name.hex() for name in self._replica.fold.alternatives(answer, reply)],
            },
        }

    def _ai_name(self, rule: Rule | None, ai: bytes) -> str:
        settings = self._replica.settings(rule) if rule else None
        return settings.name if settings else ai.hex()[:8]

    def _control_notice(self, op: Op, author: IdentityKey) -> str:
        match load_control(op.body):
            case AiSet(ai=ai, hosts=hosts) as body:
                settings = self._replica.settings(Rule(op.id, op.header.depth, IdentityKey(b""), body))
                name = settings.name if settings else "An AI"
                if not hosts:
                    return f"{self._roster.person(author)} removed {name} (AI)"
                return f"{self._roster.person(author)} {'changed' if ai else 'added'} {name} (AI)"
            case body:
                authority, person = self._replica.authority, self._roster.person
                return people_notice(op.id, body, author, authority=authority, person=person)


def _phase(step: int) -> str:
    return Phase(step % len(Phase)).name.lower()
