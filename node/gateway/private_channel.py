"""The topic `conversation:<any other id>`: a private session, one client's own, with one AI (S50-S55)."""

from functools import partial
from typing import Final

from node.gateway import parameters
from node.gateway.backend import Backend
from node.gateway.channels import Json, Socket
from node.gateway.client_session import SESSION, ClientSession
from node.gateway.refusal import Refusal
from node.gateway.trouble import told
from protocol.errors import UsageError

MAX_NAME: Final = 200
PRIVATE: Final = "private"
"""The signals of all private sessions are counted together: whoever signals makes up their names."""


class PrivateChannel:
    """Answers the pushes of one private session for one connection."""

    slow: frozenset[str] = frozenset()

    def __init__(self, backend: Backend, name: str, socket: Socket) -> None:
        self._backend = backend
        self._name = name
        self._private = backend.private(name)
        self._socket = socket
        self._allowance = socket.allowance
        self._session = ClientSession(
            socket,
            now=backend.now,
            spend=partial(self._allowance.ask, "changes"),
            begin=self._private.begin,
            lay=self._private.lay,
        )

    async def join(self, payload: Json) -> Json:
        """Return the session, with what was said in it."""
        if not 0 < len(self._name) <= MAX_NAME or not self._name.isprintable():
            raise Refusal("bad_request", f"the id of a private session has 1 to {MAX_NAME} printable characters")
        user_id = self._session.join(payload, identity=self._backend.identity()["identity"])
        return {"conversation_id": self._name, "user_id": user_id, **self._private.show()}

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
                wishes = self._session.wishes(payload)
                self._allowance.ask()
                self._private.ask(content, wishes)
                return {}
            case "typing":
                parameters.flag(payload, "typing")
                self._allowance.signal(PRIVATE, "typing signals")
                return {}
            case "history":
                return {"history": self._private.show()["history"]}
            case _ if event in SESSION:
                return self._session.change(event, payload)
            case _:
                raise Refusal("bad_request", f"a private session has no event {event!r:.80}; see docs/channel.md")
