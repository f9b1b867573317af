"""Who answers for an AI: which AIs this node hosts, when it comes on duty, and how it takes over (S37)."""

from collections.abc import Callable
from logging import getLogger
from random import Random
from typing import Final

import trio

from crypto.ids import ConversationId, DeviceKey, IdentityKey
from node.ai.providers.errors import UnknownProviderError
from node.ai.providers.registry import Registry
from node.ai.question import Question
from node.conversations.conversation import Conversation
from node.conversations.duty import NOT_LISTED, Duty, duty
from node.conversations.membership import OUTSIDE
from protocol.authority import Rule
from protocol.bodies.ai import AiLease, AiSettings
from protocol.bodies.control import AiSet

log = getLogger("node.ai")

_JITTER: Final = 1 / 6

MayHost = Callable[[Conversation, bytes, Rule], bool]


class Standby:
    """The AIs that this node answers for or stands by for, and when their other hosts were last heard of."""

    def __init__(self, registry: Registry, *, random: Random, may_host: MayHost) -> None:
        """Stand by for nothing yet.

        Args:
            registry: the providers.
            random: spreads the moments at which stand-bys step in.
            may_host: whether this node may answer for an AI whose setting names it as a host.
        """
        self._registry = registry
        self._random = random
        self._may_host = may_host
        self._signs: dict[tuple[ConversationId, bytes], float] = {}
        """When another host of an AI was last heard of."""

    def hosted(self, conversation: Conversation) -> dict[bytes, Rule]:
        """Return the AIs of a conversation that this node answers or stands by for."""
        if conversation.status in OUTSIDE:
            return {}
        device = conversation.replica.device.public
        return {
            ai: rule
            for ai, rule in conversation.view.ai_rules().items()
            if duty(rule, None).place(device) != NOT_LISTED and self._may_host(conversation, ai, rule)
        }

    def settings(self, conversation: Conversation, ai: bytes) -> AiSettings | None:
        """Return how a hosted AI is set; None where it is not hosted here, or that cannot be read."""
        rule = self.hosted(conversation).get(ai)
        return conversation.replica.settings(rule) if rule is not None else None

    def duty(self, conversation: Conversation, ai: bytes) -> Duty | None:
        """Return who is on duty for a hosted AI; None where it is not hosted here."""
        rule = self.hosted(conversation).get(ai)
        return duty(rule, conversation.replica.fold.lease(ai)) if rule is not None else None

    def is_host(self, conversation: Conversation, ai: bytes, who: IdentityKey, device: DeviceKey) -> bool:
        """Return whether an AI's setting names a device as a host."""
        rule = conversation.view.ai_rules().get(ai)
        return rule is not None and isinstance(rule.body, AiSet) and (who, device) in rule.body.hosts

    def heard(self, conversation: Conversation, ai: bytes) -> None:
        """Note that another host of an AI lives."""
        self._signs[conversation.id, ai] = trio.current_time()

    async def listen_first(self, conversation: Conversation, question: Question) -> None:
        """Give the other hosts of an AI time to tell that they took over, or answered, while this node was away."""
        now = self.duty(conversation, question.ai)
        if now is not None and len(now.hosts) > 1:
            await trio.sleep(2 * now.ttl_s)

    async def come_on_duty(self, conversation: Conversation, question: Question) -> bool:
        """Wait until this node is to answer; return False where somebody else did, or nobody has to any more."""
        place, began_s = (conversation.id, question.ai), trio.current_time()
        patience = 1 + self._random.uniform(0, _JITTER)
        while True:
            now = self.duty(conversation, question.ai)
            if now is None or conversation.replica.fold.answered(question.ai, question.trigger):
                return False
            ahead = now.place(conversation.replica.device.public)
            if ahead == 0:
                return True
            quiet_s = max(began_s, self._signs.get(place, 0.0))
            due_s = quiet_s + ahead * now.ttl_s * patience
            if trio.current_time() < due_s:
                await trio.sleep_until(due_s)
            elif not (await self._can_answer(conversation, question.ai) and self._take_over(conversation, question.ai)):
                return False

    async def _can_answer(self, conversation: Conversation, ai: bytes) -> bool:
        settings = self.settings(conversation, ai)
        if settings is None:
            return False
        try:
            return (await self._registry.get(settings.provider).availability()).available
        except UnknownProviderError:
            return False

    def _take_over(self, conversation: Conversation, ai: bytes) -> bool:
        """Write the lease that makes this node the AI's host; return whether it counts."""
        now = self.duty(conversation, ai)
        if now is None:
            return False
        own = conversation.profile.secrets.identity.public
        written = conversation.write(AiLease(ai, own, now.next_term, round(now.ttl_s * 1000)))
        log.info("took over an AI conversation=%s ai=%s term=%d", conversation.name[:8], ai.hex()[:8], now.next_term)
        lease = conversation.replica.fold.lease(ai)
        return lease is not None and lease.op == written.id
