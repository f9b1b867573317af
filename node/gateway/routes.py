"""Which topics a node serves, and how its events reach them."""

import re
from collections.abc import Callable
from typing import Final

from node.gateway.backend import Backend, Json
from node.gateway.channels import Channel, Socket, Topics
from node.gateway.conversation_channel import ConversationChannel
from node.gateway.message_rate import Rates
from node.gateway.node_channel import NodeChannel
from node.gateway.private_channel import PrivateChannel

NODE: Final = "node"
CONVERSATION: Final = "conversation:"
SUMMARY_EVENT: Final = "conversation"
TYPING_EVENT: Final = "typing"
_WHOLE_ID: Final = re.compile(r"[0-9a-f]{64}")


def routes(backend: Backend, rates: Rates | None = None) -> tuple[Topics, Callable[[], None]]:
    """Return the topics of a node, already fed by its events; and what ends the feed."""
    topics = Topics(rates or Rates())

    def conversation(rest: str, socket: Socket) -> Channel:
        kind = ConversationChannel if _WHOLE_ID.fullmatch(rest) else PrivateChannel
        return kind(backend, rest, socket)

    topics.route(NODE, lambda _, socket: NodeChannel(backend, socket))
    topics.route(f"{CONVERSATION}*", conversation)

    def deliver(conversation_id: str | None, event: str, payload: Json) -> None:
        if conversation_id is None:
            topics.broadcast(NODE, event, payload)
            return
        topics.broadcast(f"{CONVERSATION}{conversation_id}", event, payload)
        if event == SUMMARY_EVENT:
            topics.broadcast(NODE, event, payload)
        elif event == TYPING_EVENT:
            topics.broadcast(NODE, event, {"conversation": conversation_id, **payload})

    return topics, backend.subscribe(deliver)
