"""What AI participants are asked: which of them a message, another AI's answer or a retry is meant for (S41)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, get_args

from crypto.ids import OpId
from node.ai.address import Participant, Policy, answering
from node.conversations.conversation import Conversation
from node.conversations.view import POLICIES
from protocol.bodies.ai import HOPS, AiReply, AiRetry, reply_key
from protocol.bodies.content import ContentKind, Message
from protocol.ops import CONTENT
from protocol.outcome import Outcome

_POLICY_NAMES: Final[dict[int, Policy]] = {int(POLICIES[name]): name for name in get_args(Policy)}


@dataclass(frozen=True, slots=True)
class Question:
    """One AI is to answer one message, once."""

    ai: bytes
    trigger: OpId
    """The message itself, or who asks for another answer to it."""
    reply_to: OpId
    hop: int = 0
    """How many answers of AIs came before without a word of a person."""

    @property
    def key(self) -> bytes:
        """The reply key: all answers to this compete under it."""
        return reply_key(self.ai, self.trigger)


def asked(conversation: Conversation, outcome: Outcome) -> Iterator[Question]:
    """Yield what the operations that just came ask, in their order."""
    for row in outcome.rows.values():
        if row.op.header.plane != CONTENT or row.level <= 0:
            continue
        match row.body:
            case Message() | AiReply() if row.is_shown:
                yield from by_message(conversation, row.op.id, row.body)
            case AiRetry(trigger, ai):
                target = _body(conversation, trigger)
                if isinstance(target, Message | AiReply) and not _is_private(target):
                    yield Question(ai, row.op.id, trigger)
    for name, is_shown in outcome.shown.items():
        body = _body(conversation, name) if is_shown and name not in outcome.rows else None
        if isinstance(body, Message | AiReply):
            yield from by_message(conversation, name, body)


def by_message(conversation: Conversation, name: OpId, body: Message | AiReply) -> Iterator[Question]:
    """Yield the questions that a message or an AI's answer puts."""
    if conversation.replica.fold.ai_paused or _is_private(body):
        return
    people = participants(conversation)
    if isinstance(body, Message):
        replied_to = _body(conversation, OpId(body.reply_to)) if body.reply_to else None
        ai = replied_to.ai.hex() if isinstance(replied_to, AiReply) else ""
        for each in answering(people, body.text, author_kind="human", replied_to=ai):
            yield Question(bytes.fromhex(each.id), name, name)
    elif body.hop + 1 < HOPS:
        called = answering(people, body.text, author_kind="ai", replies_in_a_row=body.hop + 1, author_id=body.ai.hex())
        for each in called:
            yield Question(bytes.fromhex(each.id), name, name, body.hop + 1)


def unanswered(conversation: Conversation, *, limit: int) -> Iterator[Question]:
    """Yield what the newest messages ask and nobody has answered, oldest first."""
    for shown in conversation.records.shown.page(before=None, limit=limit):
        if shown.kind in (ContentKind.MESSAGE, ContentKind.AI_REPLY) and shown.op.header.plane == CONTENT:
            body = conversation.replica.read(shown.op)
            if isinstance(body, Message | AiReply):
                for question in by_message(conversation, shown.op.id, body):
                    if not conversation.replica.fold.answered(question.ai, question.trigger):
                        yield question


def participants(conversation: Conversation) -> list[Participant]:
    """Return the AIs that take part, in an order that is the same on every node."""
    return [
        Participant(name.hex(), settings.name, _POLICY_NAMES[settings.policy])
        for name, rule in conversation.view.ai_rules().items()
        if (settings := conversation.replica.settings(rule)) is not None
    ]


def _is_private(body: Message | AiReply) -> bool:
    return isinstance(body, Message) and body.not_for_ai


def _body(conversation: Conversation, name: OpId) -> Message | AiReply | None:
    found = conversation.records.ops([name])
    body = conversation.replica.read(found[0]) if found and found[0].header.plane == CONTENT else None
    return body if isinstance(body, Message | AiReply) else None
