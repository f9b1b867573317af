"""What the client that asked is told of the AI answers to its messages: `thinking`, `response`, `error` (S52, S57)."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from node.ai.responses import Told, failure, response
from node.gateway.channels import Json, Socket

MOST: Final = 1000


class Answers:
    """The messages of one connection, and what came of them."""

    def __init__(self, socket: Socket, *, now: Callable[[], str]) -> None:
        self._socket = socket
        self._now = now
        self._queries: OrderedDict[str, str] = OrderedDict()
        """By message: its text."""
        self._seen: OrderedDict[str, None] = OrderedDict()
        """Streams and answers that were told."""

    def asked(self, message: str, text: str) -> None:
        """Take note of a message that this connection sent."""
        self._queries[message] = text
        if len(self._queries) > MOST:
            self._queries.popitem(last=False)

    def heard(self, event: str, payload: Json) -> None:
        """Tell the client what an event of the conversation means for its own messages."""
        query = self._queries.get(str(payload.get("reply_to")))
        if query is None:
            return
        if event == "ai_delta":
            if payload["state"] == "failed":
                about = {"ai": payload["ai"], "reply_to": payload["reply_to"]}
                self._socket.push("error", failure(payload["code"], payload["reason"], **about))
            elif payload["state"] in ("thinking", "growing") and self._is_new(payload["stream"]):
                self._socket.push("thinking", {"ai": payload["ai"], "reply_to": payload["reply_to"]})
        elif event == "message" and payload["kind"] == "ai" and not payload["deleted"] and self._is_new(payload["id"]):
            how = payload["ai"]
            told = Told(
                query=query,
                text=payload["text"],
                kind=how["kind"],
                model=how["model"],
                provider=how["provider"],
                took_ms=how["ms"],
                rule=how["rule"],
                constrained=how["constrained"],
                fields=how["fields"],
                ignored=tuple(how["ignored"]),
                more={"id": payload["id"], "reply_to": payload["reply_to"], "ai": how["id"]},
            )
            self._socket.push("response", response(told, timestamp=self._now()))

    def _is_new(self, name: str) -> bool:
        if name in self._seen:
            return False
        self._seen[name] = None
        if len(self._seen) > MOST:
            self._seen.popitem(last=False)
        return True
