"""A client's AI session on one topic, shared or private: its label, its preferences, its facts, its beginning."""

from collections.abc import Callable
from typing import Final

from node.gateway import parameters
from node.gateway.channels import Json, Socket
from node.gateway.refusal import Refusal
from node.gateway.wishes import Wishes, read_preferences, read_wishes, table
from protocol.bodies.ask import CONTEXT_CHARACTERS

SESSION: Final = frozenset({"new_conversation", "set_context"})
"""The pushes that change a session."""


class ClientSession:
    """What one client said of itself at its join, and the pushes that change its AI session (S51, S52, S55)."""

    def __init__(
        self,
        socket: Socket,
        *,
        now: Callable[[], str],
        spend: Callable[[], None],
        begin: Callable[[], str],
        lay: Callable[[Json], Json],
    ) -> None:
        """Take what stands behind the session.

        Args:
            socket: hears of each change as an event, beside the reply.
            now: the time, as in `ts`.
            spend: counts a change that is sound; raises `TooFast`.
            begin: begins the session anew; returns its id.
            lay: lays facts over those of the session; returns all of them.
        """
        self._socket = socket
        self._now = now
        self._spend = spend
        self._begin = begin
        self._lay = lay
        self._preferences: Json = {}

    def join(self, payload: Json, *, identity: str) -> str:
        """Take the preferences of a join; return its `user_id`: the label given, else the person's identity."""
        label = parameters.optional_text(payload, "user_id", most=parameters.MAX_LABEL)
        self._preferences = read_preferences(payload)
        return identity if label is None else label

    def wishes(self, payload: Json) -> Wishes:
        """Return what a `message` push wishes, with the preferences of the join."""
        return read_wishes(payload, self._preferences)

    def change(self, event: str, payload: Json) -> Json:
        """Begin anew, or lay facts over those there are, and say so on the topic; return what was said."""
        if event == "new_conversation":
            return self._reset()
        if payload.get("context") is None:
            raise Refusal("bad_request", "context is missing; give an object")
        context = table(payload, "context", most=CONTEXT_CHARACTERS)
        self._spend()
        return self._tell("context_updated", {"context": self._lay(context)})

    def _reset(self) -> Json:
        self._spend()
        return self._tell("conversation_reset", {"session_id": self._begin()})

    def _tell(self, event: str, changed: Json) -> Json:
        told = {**changed, "timestamp": self._now()}
        self._socket.push(event, told)
        return told
