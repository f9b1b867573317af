"""Hosting AI participants: which messages are answered here, and how an answer reaches everybody (S36, S38, S39, S41).

An answer is gossiped as it grows and ends as one signed operation. A provider that fails ends it with a notice that
says why; nothing else in the node is touched.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from logging import getLogger
from secrets import token_bytes
from typing import Final

import trio

from crypto.ids import OpId
from node.ai.address import Participant, answering
from node.ai.context import Line, Scene, build, spoken, stops, without_speaker
from node.ai.providers.errors import ProviderError, UnknownProviderError
from node.ai.providers.provider import Provider
from node.ai.providers.registry import Registry
from node.ai.providers.request import Chunk, Finish, Request
from node.clock import Clock
from node.conversations.conversation import Conversation
from node.conversations.membership import OUTSIDE
from node.conversations.view import POLICIES
from node.supervision import sole
from protocol.authority import Rule
from protocol.bodies.content import AiReply, AiSettings, ContentKind, reply_key
from protocol.bodies.control import AiSet
from protocol.ephemeral import STREAM_BYTES, AiDelta, DeltaState
from protocol.errors import UsageError
from protocol.limits import AI_TEXT_CHARACTERS

log = getLogger("node.ai")

FRESH_MS: Final = 10 * 60 * 1000
"""An older message that arrives late is not answered any more."""
DELTA_S: Final = 0.2
SIGN_OF_LIFE_S: Final = 2.0
WHOLE_S: Final = 180.0
HISTORY: Final = 40
_POLICY_NAMES: Final = {int(number): name for name, number in POLICIES.items()}

Say = Callable[[Conversation, AiDelta], None]


@dataclass(slots=True)
class _Answer:
    """An answer in the making."""

    delta: AiDelta
    text: str = ""
    model: str = ""


class Hosting:
    """The AI participants that this node answers for."""

    def __init__(self, registry: Registry, *, clock: Clock, say: Say) -> None:
        """`say` gossips a delta and tells the own channel of it."""
        self._registry = registry
        self._clock = clock
        self._say = say
        self._nursery: trio.Nursery | None = None
        self._turns: dict[tuple[bytes, bytes], trio.Lock] = {}
        self._under_way: set[bytes] = set()

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Answer until cancelled."""
        self._turns.clear()
        self._under_way.clear()
        async with trio.open_nursery() as nursery:
            self._nursery = nursery
            task_status.started()
            await trio.sleep_forever()

    def messages_came(self, conversation: Conversation, names: Sequence[OpId]) -> None:
        """Answer those of these messages that an AI hosted here is to answer."""
        here = self._here(conversation)
        if not here or self._nursery is None:
            return
        rules = conversation.view.ai_rules()
        participants = [
            Participant(name.hex(), settings.name, _POLICY_NAMES[settings.policy])  # type: ignore[arg-type]
            for name, rule in rules.items()
            if (settings := conversation.replica.settings(rule)) is not None
        ]
        for name in names:
            message = conversation.view.message(name)
            shown = conversation.records.shown.get(name)
            if message is None or shown is None or shown.op.header.ts_ms < self._clock.now_ms() - FRESH_MS:
                continue
            for each in answering(participants, message["text"], author_kind="human"):
                ai = bytes.fromhex(each.id)
                key = reply_key(ai, name)
                if ai in here and key not in self._under_way and not conversation.replica.fold.answered(ai, name):
                    self._under_way.add(key)
                    self._nursery.start_soon(self._answer, conversation, ai, name)

    def resume(self, conversation: Conversation) -> None:
        """Answer what was left unanswered when the node ended."""
        page = conversation.records.shown.page(before=None, limit=HISTORY)
        self.messages_came(conversation, [shown.op.id for shown in page if shown.kind == ContentKind.MESSAGE])

    def _here(self, conversation: Conversation) -> dict[bytes, Rule]:
        if conversation.status in OUTSIDE:
            return {}
        host = (conversation.profile.secrets.identity.public, conversation.replica.device.public)
        return {
            name: rule
            for name, rule in conversation.view.ai_rules().items()
            if isinstance(rule.body, AiSet) and rule.body.hosts[:1] == (host,)
        }

    async def _answer(self, conversation: Conversation, ai: bytes, trigger: OpId) -> None:
        """Answer one message, in its turn; whatever goes wrong ends here."""
        answer = _Answer(AiDelta(ai, token_bytes(STREAM_BYTES), trigger, DeltaState.THINKING))
        try:
            async with self._turns.setdefault((conversation.id, ai), trio.Lock()):
                rule = self._here(conversation).get(ai)
                settings = conversation.replica.settings(rule) if rule else None
                if settings is None or conversation.replica.fold.answered(ai, trigger):
                    return
                with trio.move_on_after(WHOLE_S) as scope:
                    try:
                        await self._generate(conversation, settings, answer)
                    except BaseExceptionGroup as group:
                        if not isinstance(error := sole(group), Exception):
                            raise
                        raise error from None
                if scope.cancelled_caught:
                    raise ProviderError("timeout", f"{settings.name} took longer than {WHOLE_S:g} s and was stopped.")
        except (ProviderError, UnknownProviderError, UsageError) as error:
            log.info("answer failed conversation=%s code=%s", conversation.name[:8], error.code)
            self._tell(conversation, answer, DeltaState.FAILED, str(error), code=str(error.code))
        except Exception:  # the edge of a service: one answer's fault ends one answer
            log.exception("answer failed conversation=%s", conversation.name[:8])
            sentence = "The AI could not answer because of a fault in this program; its log says more."
            self._tell(conversation, answer, DeltaState.FAILED, sentence, code="internal")
        finally:
            self._under_way.discard(reply_key(ai, trigger))

    async def _generate(self, conversation: Conversation, settings: AiSettings, answer: _Answer) -> None:
        """Generate, gossip and write one answer (ProviderError where the provider fails)."""
        began_s = self._clock.monotonic_s()
        delta = answer.delta
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._show_progress, conversation, answer)
            provider = self._registry.get(settings.provider)
            request = await self._request(conversation, settings, provider, delta)
            await self._read(provider, request, answer, settings.name)
            nursery.cancel_scope.cancel()
        text = answer.text.strip()[:AI_TEXT_CHARACTERS]
        if not text:
            raise ProviderError(
                "malformed", f"{settings.name} gave an empty answer: ask again, or choose another model."
            )
        took_ms = int((self._clock.monotonic_s() - began_s) * 1000)
        conversation.write(
            AiReply(
                ai=delta.ai,
                reply_key=reply_key(delta.ai, delta.reply_to),
                term=0,
                stream=delta.stream,
                reply_to=delta.reply_to,
                text=text,
                provenance=(settings.provider, (answer.model or settings.model)[:200], took_ms),
            )
        )
        self._tell(conversation, answer, DeltaState.DONE, text)

    async def _read(self, provider: Provider, request: Request, answer: _Answer, name: str) -> None:
        said = ""
        async with provider.stream(request) as pieces:
            async for piece in pieces:
                match piece:
                    case Chunk(text):
                        said += text
                        answer.text = without_speaker(said, name)
                    case Finish(model=model):
                        answer.model = model

    async def _show_progress(self, conversation: Conversation, answer: _Answer) -> None:
        """Tell everybody that the AI thinks, and its text as it grows; at most five times a second."""
        shown, told_s = None, 0.0
        while True:
            now_s = trio.current_time()
            if answer.text != shown or now_s - told_s >= SIGN_OF_LIFE_S:
                shown, told_s = answer.text, now_s
                state = DeltaState.GROWING if answer.text.strip() else DeltaState.THINKING
                self._tell(conversation, answer, state, answer.text[:AI_TEXT_CHARACTERS])
            await trio.sleep(DELTA_S)

    def _tell(
        self, conversation: Conversation, answer: _Answer, state: DeltaState, text: str, *, code: str = ""
    ) -> None:
        self._say(conversation, replace(answer.delta, state=int(state), text=text, code=code))

    async def _request(
        self, conversation: Conversation, settings: AiSettings, provider: Provider, delta: AiDelta
    ) -> Request:
        """Return what the model is asked: who it is, and the talk up to the message it answers (S38)."""
        view = conversation.view
        earlier, _ = view.page(before=delta.reply_to, limit=HISTORY)
        answered = view.message(delta.reply_to)
        assert answered is not None
        lines = [
            Line(message["author_name"], message["text"], mine=message["author"] == delta.ai.hex())
            for message in (*(each for each in earlier if not each["deleted"]), answered)
            if message["kind"] in ("human", "ai")
        ]
        people = tuple(member["name"] for member in view.members())
        others = tuple(ai["name"] for ai in view.ais() if ai["id"] != delta.ai.hex())
        scene = Scene(
            name=settings.name,
            title=view.title,
            people=(*people, *others),
            persona=settings.persona,
            system_prompt=settings.system_prompt,
        )
        window = await provider.window(settings.model, spoken(scene, lines))
        turns = build(scene, lines, budget_tokens=window.prompt_tokens, count=window.count)
        return Request(
            model=settings.model,
            turns=turns,
            temperature=settings.temperature_milli / 1000,
            stop=stops(people),
        )
