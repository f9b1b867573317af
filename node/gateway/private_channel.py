"""The topic `conversation:<any other id>`: a private session, one client's own, with one AI (S50-S55)."""

from collections.abc import Callable
from typing import Final

import trio

from node.gateway import parameters
from node.gateway.backend import Backend
from node.gateway.channels import Json, Socket
from node.gateway.message_rate import Rates, spend
from node.gateway.refusal import Refusal
from node.gateway.trouble import told
from node.gateway.wishes import read_preferences, read_wishes, table
from protocol.bodies.ask import CONTEXT_CHARACTERS
from protocol.errors import UsageError

MAX_NAME: Final = 200


class PrivateChannel:
    """Answers the pushes of one private session for one connection."""

    slow: frozenset[str] = frozenset()

    def __init__(
        self,
        backend: Backend,
        name: str,
        socket: Socket,
        *,
        rates: Rates,
        now: Callable[[], float] = trio.current_time,
    ) -> None:
        self._backend = backend
        self._name = name
        self._socket = socket
        self._now = now
        self._asks = rates.asks()
        self._typing = rates.typing()
        self._preferences: Json = {}

    async def join(self, payload: Json) -> Json:
        """Return the session, with what was said in it."""
        if not 0 < len(self._name) <= MAX_NAME or not self._name.isprintable():
            raise Refusal("bad_request", f"the id of a private session has 1 to {MAX_NAME} printable characters")
        user_id = parameters.optional_text(payload, "user_id", most=parameters.MAX_LABEL)
        self._preferences = read_preferences(payload)
        owner = self._backend.identity()["identity"]
        return {"conversation_id": self._name, "user_id": owner if user_id is None else user_id, **self._session()}

    async def leave(self) -> None:
        """Nothing is held: what was asked is answered, and kept for the next join."""

    async def handle(self, event: str, payload: Json) -> Json | None:
        """Return the response to a push, as `docs/channel.md` lists them; what is refused is an `error` event too."""
        try:
            return await self._respond(event, payload)
        except UsageError as refusal:
            self._socket.push("error", told(event, refusal))
            raise

    async def _respond(self, event: str, payload: Json) -> Json | None:
        match event:
            case "message":
                content = parameters.content(payload)
                wishes = read_wishes(payload, self._preferences)
                spend(self._asks, self._now(), "questions")
                self._backend.ask_privately(self._name, content, wishes)
                return {}
            case "new_conversation":
                spend(self._asks, self._now(), "changes")
                begun = {"session_id": self._backend.new_private_session(self._name), "timestamp": self._backend.now()}
                self._socket.push("conversation_reset", begun)
                return begun
            case "set_context":
                if payload.get("context") is None:
                    raise Refusal("bad_request", "context is missing; give an object")
                context = table(payload, "context", most=CONTEXT_CHARACTERS)
                spend(self._asks, self._now(), "changes")
                merged = self._backend.set_private_context(self._name, context)
                updated: Json = {"context": merged, "timestamp": self._backend.now()}
                self._socket.push("context_updated", updated)
                return updated
            case "typing":
                parameters.flag(payload, "typing")
                spend(self._typing, self._now(), "typing signals")
                return {}
            case "history":
                return {"history": self._session()["history"]}
            case _:
                raise Refusal("bad_request", f"a private session has no event {event!r:.80}; see docs/channel.md")

    def _session(self) -> Json:
        return self._backend.private(self._name)
