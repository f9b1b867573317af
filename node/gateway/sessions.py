"""What the gateway asks of the node about this person's AI sessions."""

from typing import Any, Protocol

from node.gateway.wishes import Wishes

Json = dict[str, Any]


class Session(Protocol):
    """The AI session of a conversation, or a private one; refusals as those of `node.gateway.backend.Backend`."""

    def id(self) -> str:
        """Return its id; a session nobody has used yet begins now."""

    def begin(self) -> str:
        """Begin it anew: models are given nothing of what was said so far; return its id."""

    def lay(self, context: Json) -> Json:
        """Lay facts over those of the session; return all of them."""


class PrivateSession(Session, Protocol):
    """A session that is nothing but this."""

    def show(self) -> Json:
        """Return `{session_id, context, history}`."""

    def ask(self, query: str, wishes: Wishes) -> None:
        """Ask its AI; `thinking`, then `response` or `error` come as events of its topic."""
