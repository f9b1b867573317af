"""The request that a question becomes: who the AI is, what is asked along, the talk up to the message (S38, S57)."""

from dataclasses import dataclass
from typing import Final

from crypto.ids import IdentityKey, OpId
from node.ai.context import Line, Scene, stops
from node.ai.engines.wishes import Wishes
from node.ai.inquiry import Inquiry, Manner, inquire
from node.ai.providers.provider import Provider
from node.ai.providers.request import Request, Turn
from node.ai.question import Question
from node.conversations.conversation import Conversation
from node.store.shown import Shown
from protocol.bodies.ai import GIVEN, AiReply, AiSettings, Constraint
from protocol.bodies.ask import Ask, load_ask, load_config, load_table
from protocol.bodies.content import Message
from protocol.bodies.control import Level

HISTORY: Final = 40


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is asked, and what the log is to say about it."""

    inquiry: Inquiry
    given: tuple[OpId, ...]
    """The messages in it, in display order."""
    ignored: tuple[str, ...]
    """What was asked for and is not done."""


async def prompt(
    conversation: Conversation, question: Question, settings: AiSettings, provider: Provider
) -> Prompt | None:
    """Return what the model is asked; None where the message is not there (any more)."""
    answered = conversation.records.shown.get(question.reply_to)
    body = conversation.replica.read(answered.op) if answered is not None else None
    if answered is None or not isinstance(body, Message | AiReply):
        return None
    ask = load_ask(body.ask) if isinstance(body, Message) else Ask()
    names, lines = _lines(conversation, question, since=ask.since)
    if not names or names[-1] != question.reply_to:
        return None
    view, config, context = conversation.view, load_config(ask.config), load_table(ask.context)
    people = tuple(member["name"] for member in view.members())
    others = tuple(ai["name"] for ai in view.ais() if ai["id"] != question.ai.hex())
    may_choose = config.model is None or _may_choose_model(conversation, answered.author)
    model = (config.model if may_choose else None) or settings.model
    scene = Scene(
        name=settings.name,
        title=view.title,
        people=(*people, *others),
        persona=settings.persona,
        system_prompt=settings.system_prompt,
        context="\n".join(f"{key}: {value}" for key, value in context.items()),
    )
    request = Request(
        model=model,
        turns=(Turn("user", body.text),),
        temperature=settings.temperature_milli / 1000 if config.temperature is None else config.temperature,
        max_tokens=config.max_tokens,
        top_p=config.top_p,
        stop=stops(people),
    )
    manner = Manner(Constraint(settings.constrained), settings.second_opinion)
    wishes = Wishes.of(load_table(ask.options))
    inquiry = await inquire(provider, request, scene, lines, context=context, wishes=wishes, manner=manner)
    given = tuple(names[at] for at in inquiry.lines)
    return Prompt(inquiry, given[-GIVEN:], () if may_choose else ("model",))


def _lines(conversation: Conversation, question: Question, *, since: bytes) -> tuple[list[OpId], list[Line]]:
    """Return the talk up to the message to answer, without what no AI may read and what stands up to `since`."""
    shown, timeline = conversation.records.shown, conversation.view.timeline
    begun = shown.get(OpId(since)) if since else None
    rows = [
        row
        for row in shown.page(before=question.reply_to, limit=HISTORY)
        if begun is None or _place(row) > _place(begun)
    ]
    answered = shown.get(question.reply_to)
    names: list[OpId] = []
    lines: list[Line] = []
    for row in [*rows, answered] if answered is not None else []:
        message = timeline.shown(row)
        if message["kind"] in ("human", "ai") and not message["deleted"] and not message["not_for_ai"]:
            names.append(row.op.id)
            lines.append(Line(message["author_name"], message["text"], mine=message["author"] == question.ai.hex()))
    return names, lines


def _place(row: Shown) -> tuple[int, int, OpId]:
    """Return where a message stands in the order in which all are shown."""
    return (row.vts_ms, row.op.header.depth, row.op.id)


def _may_choose_model(conversation: Conversation, who: IdentityKey) -> bool:
    """Return whether somebody may have another model called here: it is the host who pays."""
    if who == conversation.profile.secrets.identity.public:
        return True
    member = conversation.replica.authority.member(who)
    return member is not None and member.level >= Level.ADMIN
