"""What an AI could run on where it runs: asked of its host's node, told by it (S35).

Only owners and admins are told, by the node on duty whose person agreed to answer for the AI; names of providers and
models, never a key or an address. Nothing of it is stored.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from logging import getLogger
from typing import Any, Final

import trio

from crypto.ids import ConversationId
from node.ai.providers.provider import Availability
from node.ai.providers.registry import Registry
from node.conversations.conversation import Conversation
from node.conversations.duty import duty
from protocol.authority import Rule
from protocol.bodies.control import Level
from protocol.bodies.signals import OFFERED, OFFERED_MODELS, REASON_CHARACTERS, AiOffer, AiWantsOffer, Offered, Signal
from protocol.compose import own_member
from protocol.ephemeral import Heard
from protocol.errors import UsageError
from protocol.sentence import Sentence, told

log = getLogger("node.ai")

Json = dict[str, Any]
Say = Callable[[Conversation, Signal], None]
MayHost = Callable[[Conversation, bytes, Rule], bool]

AGAIN_S: Final = 2.0
"""A question may be lost on the way."""
WHOLE_S: Final = 7.0
RESTS_S: Final = 1.0
"""After an answer nobody is answered again so long."""
BYTES: Final = 14 << 10
"""Of names of models in an offer."""


@dataclass(slots=True, eq=False)
class _Waiting:
    """Those who wait for the offer of one AI's host."""

    count: int = 0
    come: trio.Event = field(default_factory=trio.Event)
    offer: AiOffer | None = None


class Offers:
    """Asks hosts of AIs what they have, and answers for those hosted here."""

    def __init__(self, registry: Registry, *, say: Say, may_host: MayHost) -> None:
        """`say` gossips a signal; `may_host` tells whether this node may answer for an AI that names it as a host."""
        self._registry = registry
        self._say = say
        self._may_host = may_host
        self._waiting: dict[tuple[ConversationId, bytes], _Waiting] = {}
        self._answered_s: dict[tuple[ConversationId, bytes], float] = {}
        self._nursery: trio.Nursery | None = None

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Answer until cancelled."""
        try:
            async with trio.open_nursery() as nursery:
                self._nursery = nursery
                task_status.started()
                await trio.sleep_forever()
        finally:
            self._nursery = None

    async def ask(self, conversation: Conversation, ai: bytes, rule: Rule) -> Json:
        """Return `{providers, default}` of the node that answers for an AI now, as `providers` tells those of this one.

        Raises:
            UsageError: `not_allowed`, or `unreachable`: that node said nothing.
        """
        own_member(conversation.replica, level=Level.ADMIN, to=Sentence("look at what an AI could run on"))
        identity, device = duty(rule, conversation.replica.fold.lease(ai)).hosts[0]
        if device == conversation.replica.device.public:
            return offered(await self._registry.availabilities(), self._registry)
        place = conversation.id, ai
        waiting = self._waiting.setdefault(place, _Waiting())
        waiting.count += 1
        try:
            with trio.move_on_after(WHOLE_S):
                while not waiting.come.is_set():
                    self._say(conversation, AiWantsOffer(ai))
                    with trio.move_on_after(AGAIN_S):
                        await waiting.come.wait()
        finally:
            waiting.count -= 1
            if not waiting.count and self._waiting.get(place) is waiting:
                del self._waiting[place]
        if waiting.offer is None:
            name = conversation.view.person(identity)
            raise UsageError(
                "unreachable",
                "{name}'s computer does not say what it has: type the provider and the model, or try again when it is "
                "online",
                name=name,
            )
        return {"providers": [_json(each) for each in waiting.offer.providers], "default": None}

    def heard(self, conversation: Conversation, heard: Heard) -> None:
        """Take note of a question or an answer; that an offer comes from a host was looked at before."""
        match heard.signal:
            case AiOffer(ai=ai) as offer:
                waiting = self._waiting.pop((conversation.id, ai), None)
                if waiting is not None and self._is_on_duty(conversation, ai, heard.device):
                    waiting.offer = offer
                    waiting.come.set()
                elif waiting is not None:
                    self._waiting[conversation.id, ai] = waiting
            case AiWantsOffer(ai=ai) if self._nursery is not None and self._may_tell(conversation, ai, heard):
                self._nursery.start_soon(self._tell, conversation, ai)
            case _:
                pass

    def _is_on_duty(self, conversation: Conversation, ai: bytes, device: bytes) -> bool:
        rule = conversation.view.ai_rules().get(ai)
        return rule is not None and duty(rule, conversation.replica.fold.lease(ai)).hosts[0][1] == device

    def _may_tell(self, conversation: Conversation, ai: bytes, heard: Heard) -> bool:
        member = conversation.replica.authority.member(heard.author)
        rule = conversation.view.ai_rules().get(ai)
        if member is None or member.level < Level.ADMIN or rule is None:
            return False
        own = conversation.replica.device.public
        return self._is_on_duty(conversation, ai, own) and self._may_host(conversation, ai, rule)

    async def _tell(self, conversation: Conversation, ai: bytes) -> None:
        place, now_s = (conversation.id, ai), trio.current_time()
        if now_s - self._answered_s.get(place, -RESTS_S) < RESTS_S:
            return
        self._answered_s[place] = now_s
        try:
            found = await self._registry.availabilities()
            self._say(conversation, AiOffer(ai, _rows(found)))
        except Exception:  # the edge of a service: what somebody asks for ends nothing here
            log.exception("what an AI could run on was not told conversation=%s", conversation.name[:8])


def offered(found: Mapping[str, Availability], registry: Registry) -> Json:
    """Return the providers of this node as the channel tells them, and which is taken where nobody chose."""
    providers = [
        {
            "name": name,
            "available": availability.available,
            "reason": availability.reason,
            "models": list(availability.models),
            "default_model": availability.default_model,
            "memory_bytes": availability.memory_bytes,
            **told(reason=availability.reason),
        }
        for name, availability in found.items()
    ]
    return {"providers": providers, "default": registry.first(found)}


def _rows(found: Mapping[str, Availability]) -> tuple[Offered, ...]:
    """Return what is told others: as many models as a frame has room for."""
    rows, room = [], BYTES
    for name, availability in list(found.items())[:OFFERED]:
        models = []
        for model in availability.models[:OFFERED_MODELS]:
            room -= len(model.encode(errors="replace"))
            if room >= 0 and 0 < len(model) <= 200 and _is_whole(model):
                models.append(model)
        reason = "" if availability.available else availability.reason[:REASON_CHARACTERS]
        is_told = len(availability.default_model) <= 200 and _is_whole(availability.default_model)
        default = availability.default_model if is_told else ""
        rows.append(Offered(name, availability.available, reason, default, tuple(models)))
    return tuple(rows)


def _is_whole(name: str) -> bool:
    """Return whether a name can travel: what servers say in JSON may hold half a character."""
    return not any("\ud800" <= character <= "\udfff" for character in name)


def _json(row: Offered) -> Json:
    return {
        "name": row.name,
        "available": row.available,
        "reason": row.reason,
        "models": list(row.models),
        "default_model": row.default_model,
        "memory_bytes": None,
    }
