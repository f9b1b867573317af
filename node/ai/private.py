"""Private sessions: one client and one AI, on this node alone, never gossiped (S50-S55).

What is asked waits in the session's own line and is answered once; the turns that both sides spoke are kept, so that a
session goes on after a reconnect or a restart.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from logging import getLogger
from typing import Any, Final

import trio

from node.ai.context import Line as Spoken
from node.ai.context import Scene
from node.ai.engines.router import classify
from node.ai.engines.wishes import Wishes
from node.ai.inquiry import inquire
from node.ai.line import Line
from node.ai.participants import DEFAULT_NAME
from node.ai.providers.errors import ProviderError
from node.ai.providers.registry import Registry
from node.ai.providers.request import Request, Turn
from node.ai.responses import Told, failure, response
from node.ai.said import Said
from node.clock import Clock, iso
from node.store.sessions import AiSessions
from protocol.bodies.ask import Ask, load_config, load_table
from protocol.errors import UsageError

log = getLogger("node.ai")

Json = dict[str, Any]
Tell = Callable[[str, str, Json], None]

WHOLE_S: Final = 180.0
TURNS: Final = 200
"""Turns of a session that are kept."""
_PROMPT: Final = "You are a helpful assistant. Answer the user's last message, honestly and to the point."


@dataclass(frozen=True, slots=True)
class _Asked:
    name: str
    query: str
    ask: Ask


class PrivateTalks:
    """The private sessions of a node."""

    def __init__(self, registry: Registry, sessions: AiSessions, *, clock: Clock, tell: Tell) -> None:
        """`tell(name, event, payload)` reaches every client of the session of that name."""
        self._registry = registry
        self._sessions = sessions
        self._clock = clock
        self._tell = tell
        self._lines: dict[str, Line[_Asked]] = {}
        self._numbers = count()
        self._nursery: trio.Nursery | None = None

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Answer until cancelled."""
        self._lines.clear()
        try:
            async with trio.open_nursery() as nursery:
                self._nursery = nursery
                task_status.started()
                await trio.to_thread.run_sync(classify, "")  # reads what it knows, which takes a moment
                await trio.sleep_forever()
        finally:
            self._nursery = None

    def ask(self, name: str, query: str, ask: Ask) -> None:
        """Let a query wait for its turn; `thinking`, then `response` or `error` are told when it comes."""
        if self._nursery is not None:
            self._nursery.start_soon(self._attend, next(self._numbers), _Asked(name, query, ask))

    async def _attend(self, number: int, asked: _Asked) -> None:
        line = self._lines.setdefault(asked.name, Line())
        async with line.turn(number, asked):
            self._tell(asked.name, "thinking", {})
            try:
                with trio.move_on_after(WHOLE_S) as scope:
                    told = await self._answer(asked)
                if scope.cancelled_caught:
                    raise ProviderError(
                        "timeout", "The model took longer than {seconds} s and was stopped.", seconds=round(WHOLE_S)
                    )
            except ProviderError as error:
                self._tell(asked.name, "error", failure(error.code, error.message, retry_after_s=error.retry_after_s))
            except Exception:  # the edge of a service: one answer's fault ends one answer
                log.exception("a private answer failed")
                sentence = "The AI could not answer because of a fault in this program; its log says more."
                self._tell(asked.name, "error", failure("internal", sentence))
            else:
                self._tell(asked.name, "response", response(told, timestamp=iso(self._clock.now_ms())))
        if not line.waiting and not line.is_taken:
            self._lines.pop(asked.name, None)

    async def _answer(self, asked: _Asked) -> Told:
        """Return the model's answer; the turns are kept (ProviderError)."""
        began_s = trio.current_time()
        session, ask = self._sessions.get(asked.name), asked.ask
        context, config = load_table(ask.context), load_config(ask.config)
        provider = await self._registry.choose()
        facts = "\n".join(f"{key}: {value}" for key, value in context.items())
        scene = Scene(name=DEFAULT_NAME, system_prompt=_PROMPT, context=facts)
        lines = [Spoken("", text, mine=role == "assistant") for role, text in (*session.turns, ("user", asked.query))]
        request = Request(
            model=config.model or "",
            turns=(Turn("user", asked.query),),
            temperature=config.temperature,
            max_tokens=config.max_tokens,
            top_p=config.top_p,
        )
        wishes = Wishes.of(load_table(ask.options))
        inquiry = await inquire(provider, request, scene, lines, context=context, wishes=wishes)
        said = Said(inquiry)
        async with provider.stream(inquiry.request) as pieces:
            async for piece in pieces:
                said.take(piece)
        answer, route = said.whole(), inquiry.route
        if not answer.text:
            raise ProviderError("malformed", "The model gave an empty answer: ask again, or choose another model.")
        if self._sessions.get(asked.name).id == session.id:  # else it began anew meanwhile
            try:
                self._sessions.add_turns(asked.name, ("user", asked.query), ("assistant", answer.text), most=TURNS)
            except UsageError as error:  # the answer is there all the same
                log.warning("a private answer was not kept code=%s", error.code)
        return Told(
            query=asked.query,
            text=answer.text,
            kind=route.conversation_type,
            rule=route.rule,
            model=answer.finish.model or request.model,
            provider=provider.name,
            took_ms=round((trio.current_time() - began_s) * 1000),
            constrained=answer.constrained,
            fields=answer.fields,
            ignored=answer.ignored,
            more={"confidence": route.confidence},
        )


def history(turns: Sequence[tuple[str, str]]) -> list[Json]:
    """Return the turns of a session as the channel shows them."""
    return [{"role": role, "text": text} for role, text in turns]
