"""Hosting AI participants: which questions are answered here, when a stand-by steps in, and what ends an answer.

An answer is gossiped as it grows and ends as one signed operation (S36, S37, S39). A provider that fails ends it with a
notice that says why; nothing else in the node is touched.
"""

from dataclasses import dataclass, field
from itertools import count
from logging import getLogger
from math import ceil
from random import Random
from typing import Any, Final

import trio

from crypto.ids import ConversationId, IdentityKey, OpId
from node.ai.allowance import Allowance
from node.ai.answer import Answer, Say
from node.ai.prompt import prompt
from node.ai.providers.errors import ProviderError, UnknownProviderError
from node.ai.providers.registry import Registry
from node.ai.question import Question, asked, unanswered
from node.ai.standby import MayHost, Standby
from node.ai.waiting import Claim, Waiting
from node.clock import Clock
from node.conversations.conversation import Conversation
from protocol.bodies.ai import AiReply, AiSettings
from protocol.bodies.control import Level
from protocol.bodies.signals import AiClaim, AiDelta, AiStop, DeltaState
from protocol.ephemeral import Heard
from protocol.errors import UsageError
from protocol.outcome import Outcome
from protocol.sentence import Sentence

log = getLogger("node.ai")

FRESH_MS: Final = 10 * 60 * 1000
"""An older message that arrives late is not answered any more."""
HISTORY: Final = 40
"""Messages looked through for unanswered ones at the start."""
HOURLY: Final = 120


@dataclass(slots=True, eq=False)
class _Attending:
    """A question that this node may come to answer."""

    number: int
    """Earlier ones are answered first."""
    conversation: Conversation
    question: Question
    answer: Answer
    is_left_over: bool
    """It was asked before this node started: another host may have taken over since."""
    scope: trio.CancelScope = field(default_factory=trio.CancelScope)
    is_at_work: bool = False
    why: str = ""
    """Why it was given up, for a person; empty where nobody need be told."""

    def give_up(self, why: str = "") -> None:
        self.why = why if self.is_at_work else ""
        self.scope.cancel()


class Hosting:
    """The AI participants that this node answers for, and stands by for."""

    def __init__(
        self,
        registry: Registry,
        *,
        clock: Clock,
        random: Random,
        say: Say,
        claim: Claim,
        may_host: MayHost,
        hourly: int = HOURLY,
    ) -> None:
        """Host nothing yet.

        Args:
            registry: the providers.
            clock: the time of day.
            random: spreads the moments at which stand-bys step in.
            say: gossips a delta and tells the own channel of it.
            claim: does the same with a claim.
            may_host: whether this node may answer for an AI whose setting names it as a host.
            hourly: answers of one AI within an hour at most, where its setting asks for no less.
        """
        self._registry = registry
        self._clock = clock
        self._standby = Standby(registry, random=random, may_host=may_host)
        self._say = say
        self._hourly = hourly
        self._nursery: trio.Nursery | None = None
        self._waiting = Waiting(claim)
        self._under_way: dict[tuple[ConversationId, bytes], _Attending] = {}
        self._allowance = Allowance()
        self._numbers = count()

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Answer until cancelled."""
        self._waiting.clear()
        self._under_way.clear()
        try:
            async with trio.open_nursery() as nursery:
                self._nursery = nursery
                task_status.started()
                await trio.sleep_forever()
        finally:
            self._nursery = None

    # --- what happens ------------------------------------------------------------------------------------------------

    def stored(self, conversation: Conversation, outcome: Outcome) -> None:
        """Take up what these operations ask, and give up what they end."""
        if outcome.control_changed or outcome.touched or conversation.replica.fold.ai_paused:
            self._look_again(conversation)
        if self._standby.hosted(conversation):
            for question in asked(conversation, outcome):
                self._consider(conversation, question)

    def resume(self, conversation: Conversation) -> None:
        """Take up what was left unanswered when the node ended."""
        if self._standby.hosted(conversation):
            for question in unanswered(conversation, limit=HISTORY):
                self._consider(conversation, question, is_left_over=True)

    def heard(self, conversation: Conversation, heard: Heard) -> None:
        """Take note of a signal of another device."""
        match heard.signal:
            case AiDelta(ai=ai) | AiClaim(ai=ai) if self._standby.is_host(conversation, ai, heard.author, heard.device):
                self._standby.heard(conversation, ai)
                if isinstance(heard.signal, AiDelta) and heard.signal.state == DeltaState.FAILED:
                    for each in self._about(conversation, ai, heard.signal.reply_to):
                        if not each.is_at_work:  # the asker is told why, and decides
                            each.give_up()
            case AiStop(ai, reply_to):
                self.stop(conversation, ai, reply_to, by=heard.author)

    def stop(self, conversation: Conversation, ai: bytes, reply_to: OpId, *, by: IdentityKey) -> None:
        """End an answer in flight, for who asked for it or an admin; what there is of it stays."""
        shown = conversation.records.shown.get(reply_to)
        member = conversation.replica.authority.member(by)
        if member is None or not (member.level >= Level.ADMIN or (shown is not None and shown.author == by)):
            return
        for each in self._about(conversation, ai, reply_to):
            if each.is_at_work:
                each.answer.stop()
            else:
                each.give_up()

    def _about(self, conversation: Conversation, ai: bytes, reply_to: OpId) -> list[_Attending]:
        return [
            each
            for (where, _), each in self._under_way.items()
            if where == conversation.id and (each.question.ai, each.question.reply_to) == (ai, reply_to)
        ]

    def _look_again(self, conversation: Conversation) -> None:
        """Give up the questions that are no more, and those of AIs that are not hosted here any more."""
        fold = conversation.replica.fold
        for (where, _), each in list(self._under_way.items()):
            if where != conversation.id:
                continue
            question = each.question
            if fold.is_deleted(question.reply_to):
                each.give_up(Sentence("the message was deleted"))
            elif fold.ai_paused:
                each.give_up(Sentence("AI participants are switched off in this conversation"))
            elif question.ai not in self._standby.hosted(conversation):
                each.give_up(Sentence("this AI was removed, or moved to another host"))

    def lines(self) -> list[dict[str, Any]]:
        """Return how long the line of each AI hosted here is, without those where nobody waits or is answered."""
        return self._waiting.told()

    # --- who answers -------------------------------------------------------------------------------------------------

    def _consider(self, conversation: Conversation, question: Question, *, is_left_over: bool = False) -> None:
        """Attend to a question, if it is new, fresh, and for an AI hosted here."""
        key = (conversation.id, question.key)
        if self._nursery is None or key in self._under_way or question.ai not in self._standby.hosted(conversation):
            return
        if conversation.replica.fold.answered(question.ai, question.trigger):
            return
        trigger = conversation.replica.content.get(question.trigger)
        if trigger is None or trigger.ts_ms < self._clock.now_ms() - FRESH_MS:
            return
        answer = Answer(conversation, question, say=self._say)
        self._under_way[key] = attending = _Attending(next(self._numbers), conversation, question, answer, is_left_over)
        self._nursery.start_soon(self._attend, attending)

    async def _attend(self, attending: _Attending) -> None:
        """See a question to its end; whatever goes wrong ends here."""
        conversation, question, answer = attending.conversation, attending.question, attending.answer
        try:
            with attending.scope:
                if attending.is_left_over:
                    await self._standby.listen_first(conversation, question)
                if await self._standby.come_on_duty(conversation, question):
                    assert self._nursery is not None
                    async with self._waiting.turn(attending.number, conversation, question, self._nursery):
                        if await self._standby.come_on_duty(conversation, question):
                            attending.is_at_work = True
                            await self._answer(attending)
            if attending.scope.cancelled_caught and attending.why:
                why = Sentence("The answer was given up: {why}.", why=attending.why)
                answer.tell(DeltaState.FAILED, why, code="cancelled")
        except (ProviderError, UnknownProviderError, UsageError) as error:
            log.info("answer failed conversation=%s code=%s", conversation.name[:8], error.code)
            sentence = error.reason if isinstance(error, UsageError) else error.message
            answer.tell(DeltaState.FAILED, sentence, code=str(error.code))
        except Exception:  # the edge of a service: one answer's fault ends one answer
            log.exception("answer failed conversation=%s", conversation.name[:8])
            sentence = Sentence("The AI could not answer because of a fault in this program; its log says more.")
            answer.tell(DeltaState.FAILED, sentence, code="internal")
        finally:
            del self._under_way[conversation.id, question.key]

    # --- answering ---------------------------------------------------------------------------------------------------

    async def _answer(self, attending: _Attending) -> None:
        """Generate and write an answer, unless another host gave one meanwhile (ProviderError where that fails)."""
        conversation, question, answer = attending.conversation, attending.question, attending.answer
        settings = self._standby.settings(conversation, question.ai)
        if settings is None:
            return
        self._check_allowance(conversation, question.ai, settings)
        provider = self._registry.get(settings.provider)
        asked_for = await prompt(conversation, question, settings, provider)
        if asked_for is None:
            return
        provenance = await answer.generate(asked_for, settings, provider)
        now = self._standby.duty(conversation, question.ai)
        if now is not None and trio.current_time() - answer.told_s > now.ttl_s:
            await trio.sleep(now.ttl_s)  # this computer slept: who took over meanwhile is heard of before long
            now = self._standby.duty(conversation, question.ai)
        if now is None or now.place(conversation.replica.device.public) != 0:
            answer.tell(DeltaState.DONE, "")
            return
        if not answer.text:
            answer.tell(DeltaState.FAILED, "The answer was stopped before it began.", code="stopped")
            return
        if not conversation.replica.fold.answered(question.ai, question.trigger):
            conversation.write(
                AiReply(
                    ai=question.ai,
                    reply_key=question.key,
                    term=now.term,
                    stream=answer.stream,
                    reply_to=question.reply_to,
                    text=answer.text,
                    provenance=provenance,
                    lease=now.lease,
                    hop=question.hop,
                    rule=asked_for.inquiry.route.rule,
                    constrained=answer.constrained,
                    fields=answer.fields,
                )
            )
        answer.tell(DeltaState.DONE, answer.text)

    def _check_allowance(self, conversation: Conversation, ai: bytes, settings: AiSettings) -> None:
        most = min(settings.hourly or self._hourly, self._hourly)
        wait_s = self._allowance.take((conversation.id, ai), most=most, now_s=trio.current_time())
        if wait_s:
            raise ProviderError(
                "rate_limited",
                "{name} has answered {most} times within an hour, as often as its host allows: "
                "ask again in {minutes} minutes.",
                name=settings.name,
                most=most,
                minutes=ceil(wait_s / 60),
            )
