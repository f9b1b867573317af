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
from protocol.bodies.ai import AiReply
from protocol.bodies.content import ContentBody, ContentKind, Description, Message, PhaseAdvance, PhaseSet, Title
from protocol.bodies.control import AiSet, load_control
from protocol.errors import RemoteError
from protocol.ops import CONTENT, CONTROL, Op
from protocol.outcome import Row
from protocol.phases import Phase
from protocol.replica import Replica
from protocol.sentence import Sentence, told

Json = dict[str, Any]

MESSAGE_KINDS: Final = (int(ContentKind.MESSAGE), int(ContentKind.AI_REPLY))
MOST_EDITS: Final = 200
_PHASES: Final = (
    Sentence("prophase"),
    Sentence("prometaphase"),
    Sentence("metaphase"),
    Sentence("anaphase"),
    Sentence("telophase"),
)
NEWER_PROGRAM: Final = Sentence("This message needs a newer version of the program.")


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

    def first_page(self, *, limit: int) -> tuple[list[Json], bool]:
        """Return the oldest messages, at most `limit`, in display order, and whether there are newer ones."""
        rows = self._records.shown.first_page(limit=limit + 1)
        return [self.shown(row) for row in rows[:limit]], len(rows) > limit

    def current(self, name: OpId, text: str) -> str | None:
        """Return what a message says now that was written as `text`; None where it is deleted."""
        fold = self._replica.fold
        if fold.is_deleted(name):
            return None
        edited = fold.edited(name)
        return text if edited is None else edited.text

    def mentions(self, name: OpId, who: IdentityKey) -> bool:
        """Return whether a message mentions somebody, as it reads now."""
        shown, fold = self._records.shown.get(name), self._replica.fold
        if shown is None or fold.is_deleted(name):
            return False
        edited = fold.edited(name)
        if edited is not None:
            return who in edited.mentions
        body = self._replica.read(shown.op)
        return isinstance(body, Message) and who in body.mentions

    def alternatives(self, name: OpId) -> list[Json]:
        """Return the answers that lost to one in the timeline, as message objects."""
        shown = self._records.shown.get(name)
        body = self._replica.read(shown.op) if shown is not None else None
        if not isinstance(body, AiReply):
            return []
        authors = self._records.shelved(names := self._replica.fold.alternatives(name, body))
        return [self._render(op, authors[op.id].author, self._replica.read(op)) for op in self._records.ops(names)]

    def edits(self, name: OpId) -> list[Json]:
        """Return `{text, ts}` of what a message said and says, oldest first; of very many edits the newest."""
        shown = self._records.shown.get(name)
        body = self._replica.read(shown.op) if shown is not None and shown.op.header.plane == CONTENT else None
        if shown is None or not isinstance(body, Message | AiReply) or self._replica.fold.is_deleted(name):
            return []
        later = self._replica.fold.edits(name)[-MOST_EDITS:]
        times = {op.id: op.header.ts_ms for op in self._records.ops([edit.op for edit in later])}
        first = {"text": body.text, "ts": iso(shown.op.header.ts_ms)}
        return [first, *({"text": edit.text, "ts": iso(times[edit.op])} for edit in later if edit.op in times)]

    def receipts(self, name: OpId) -> Json | None:
        """Return `{delivered, read, waiting}`: who has an own message, has read it, lacks it; None of others'."""
        shelved = self._records.shelved([name]).get(name)
        if shelved is None or shelved.kind != ContentKind.MESSAGE or shelved.author != self._own:
            return None
        people = self._receipts.by_person(shelved.entry)
        return {
            "delivered": [self._who(each) for each, (has_it, _) in people.items() if has_it],
            "read": [self._who(each) for each, (_, has_read) in people.items() if has_read],
            "waiting": [self._who(each) for each, (has_it, _) in people.items() if not has_it],
        }

    def first_unread(self) -> str | None:
        """Return the id of the first message that this person has not read; None where all is read."""
        found = self._records.shown.first_unread(self._own, MESSAGE_KINDS)
        return found.hex() if found is not None else None

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
            return message | {"kind": "notice", **_notice(self._control_notice(op, author))}
        match body:
            case Message(text, reply_to, mentions) as said:
                state = self._receipts.state(self._replica.content.get(op.id)) if author == self._own else {}
                marks = self._marks(op.id, text, mentions)
                return message | {"reply_to": reply_to.hex() or None, "not_for_ai": said.not_for_ai} | state | marks
            case AiReply() as reply:
                return message | self._reply(op.id, reply, author) | self._marks(op.id, reply.text, ())
            case Title(text):
                notice = Sentence("{name} changed the title to “{title}”", name=name, title=text)
            case Description(text):
                form = (
                    Sentence("{name} changed the description") if text else Sentence("{name} removed the description")
                )
                notice = Sentence(form, name=name)
            case PhaseAdvance(from_step):
                notice = Sentence("{name} moved the conversation on to {phase}", name=name, phase=_phase(from_step + 1))
            case PhaseSet(step):
                notice = Sentence("{name} set the phase to {phase}", name=name, phase=_phase(step))
            case _:
                notice = NEWER_PROGRAM
        return message | {"kind": "notice", **_notice(notice)}

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
                name, by = settings.name if settings else Sentence("an AI"), self._roster.person(author)
                if not hosts:
                    return Sentence("{by} removed {name} (AI)", by=by, name=name)
                form = Sentence("{by} changed {name} (AI)") if ai else Sentence("{by} added {name} (AI)")
                return Sentence(form, by=by, name=name)
            case body:
                authority, person = self._replica.authority, self._roster.person
                return people_notice(op.id, body, author, authority=authority, person=person)


def _notice(text: str) -> Json:
    return {"text": text, **told(text=text)}


def _phase(step: int) -> Sentence:
    return _PHASES[step % len(Phase)]
