"""Which topics a node serves, and how its events reach them."""

from collections.abc import Callable
from typing import Final

from node.gateway.backend import Backend, Json
from node.gateway.channels import Topics
from node.gateway.conversation_channel import ConversationChannel
from node.gateway.node_channel import NodeChannel

NODE: Final = "node"
CONVERSATION: Final = "conversation:"
SUMMARY_EVENT: Final = "conversation"


def routes(backend: Backend) -> tuple[Topics, Callable[[], None]]:
    """Return the topics of a node, already fed by its events; and what ends the feed."""
    topics = Topics()
    topics.route(NODE, lambda _, socket: NodeChannel(backend, socket))
    topics.route(f"{CONVERSATION}*", lambda rest, socket: ConversationChannel(backend, rest, socket))

    def deliver(conversation_id: str | None, event: str, payload: Json) -> None:
        if conversation_id is None:
            topics.broadcast(NODE, event, payload)
            return
        topics.broadcast(f"{CONVERSATION}{conversation_id}", event, payload)
        if event == SUMMARY_EVENT:
            topics.broadcast(NODE, event, payload)

    return topics, backend.subscribe(deliver)
