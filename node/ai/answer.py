"""One answer in the making: the model's stream, told to everybody as it grows (S36)."""

from collections.abc import Callable
from dataclasses import replace
from secrets import token_bytes
from typing import Final

import trio

from node.ai.engines.contracts import Rows
from node.ai.prompt import Prompt
from node.ai.providers.errors import ProviderError
from node.ai.providers.provider import Provider
from node.ai.question import Question
from node.ai.said import Said
from node.conversations.conversation import Conversation
from node.supervision import sole
from protocol.bodies.ai import AiSettings, Provenance
from protocol.bodies.signals import STREAM_BYTES, AiDelta, DeltaState
from protocol.limits import AI_TEXT_CHARACTERS
from protocol.sentence import packed

DELTA_S: Final = 0.2
SIGN_OF_LIFE_S: Final = 2.0
WHOLE_S: Final = 180.0
STOPPED: Final = "stopped"

Say = Callable[[Conversation, AiDelta], None]


class Answer:
    """An answer from its question to its text.

    Attributes:
        text: what the model has said so far, as people read it.
        constrained: it was made under a JSON schema; known at its end.
        fields: what the model said under names of that schema, as it travels with the text.
        told_s: when everybody last heard of it, by trio's clock.
    """

    def __init__(self, conversation: Conversation, question: Question, *, say: Say) -> None:
        self._conversation = conversation
        self._say = say
        self._delta = AiDelta(question.ai, token_bytes(STREAM_BYTES), question.reply_to, DeltaState.THINKING)
        self._reading: trio.CancelScope | None = None
        self._begun = trio.Event()
        """Set with the first words."""
        self.is_stopped = False
        self.text = ""
        self.constrained = False
        self.fields: Rows = ()
        self.told_s = 0.0

    @property
    def stream(self) -> bytes:
        """What names this attempt among others."""
        return self._delta.stream

    async def generate(self, prompt: Prompt, settings: AiSettings, provider: Provider) -> Provenance:
        """Read the model's answer to its end, or until `stop`; return how it came about.

        Raises:
            ProviderError: the provider failed, took too long, or said nothing.
        """
        began_s = trio.current_time()
        said = Said(prompt.inquiry, name=settings.name)
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._show_progress)
                with trio.move_on_after(WHOLE_S) as self._reading:
                    await self._read(prompt, said, provider)
                nursery.cancel_scope.cancel()
        except BaseExceptionGroup as group:
            if not isinstance(error := sole(group), Exception):
                raise
            raise error from None
        if self._reading.cancelled_caught and not self.is_stopped:
            raise ProviderError(
                "timeout",
                "{name} took longer than {seconds} s and was stopped.",
                name=settings.name,
                seconds=round(WHOLE_S),
            )
        whole, kind = said.whole(), prompt.inquiry.route.conversation_type
        self.text, self.constrained, self.fields = whole.text, whole.constrained, whole.rows(kind)
        if not self.text and not self.is_stopped:
            raise ProviderError(
                "malformed", "{name} gave an empty answer: ask again, or choose another model.", name=settings.name
            )
        finish = whole.finish
        return Provenance(
            settings.provider,
            (finish.model or prompt.inquiry.request.model)[:200],
            round((trio.current_time() - began_s) * 1000),
            kind=kind,
            given=prompt.given,
            ignored=tuple(sorted({*prompt.ignored, *whole.ignored})),
            finish=STOPPED if self.is_stopped else finish.reason[:32],
            prompt_tokens=finish.prompt_tokens or 0,
            answer_tokens=finish.completion_tokens or 0,
        )

    def stop(self) -> None:
        """Read no further: what there is is the answer."""
        self.is_stopped = True
        if self._reading is not None:
            self._reading.cancel()

    def tell(self, state: DeltaState, text: str, *, code: str = "") -> None:
        """Tell everybody how it stands."""
        self.told_s = trio.current_time()
        self._say(self._conversation, replace(self._delta, state=int(state), text=text, code=code, said=packed(text)))

    async def _read(self, prompt: Prompt, said: Said, provider: Provider) -> None:
        if self.is_stopped:
            return
        async with provider.stream(prompt.inquiry.request) as pieces:
            async for piece in pieces:
                said.take(piece)
                self.text = said.text
                if self.text.strip():
                    self._begun.set()

    async def _show_progress(self) -> None:
        """Tell everybody that the AI thinks, its first words at once, and then its text at most five times a second."""
        while not self._begun.is_set():
            self.tell(DeltaState.THINKING, "")
            with trio.move_on_after(SIGN_OF_LIFE_S):
                await self._begun.wait()
        shown = ""
        while True:
            if self.text != shown or trio.current_time() - self.told_s >= SIGN_OF_LIFE_S:
                shown = self.text
                self.tell(DeltaState.GROWING, shown[:AI_TEXT_CHARACTERS])
            await trio.sleep(DELTA_S)
