"""A small node for the desktop's tests: Phoenix V2 over a real WebSocket, with literal data as in docs/channel.md."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from tests.gui.waiting import wait_until

Json = dict[str, Any]
ME = "a1" * 32
KEY = "test-key"
ALL = (
    *("message", "edit", "react", "pin", "delete", "title", "description", "archive", "advance", "progress", "pause"),
    *("ai", "invite", "leave", "revoke", "stop"),
)
"""What an owner may do."""
MEMBER = frozenset(ALL) - {"pin", "delete", "archive", "pause", "ai", "invite", "revoke", "stop"}
"""What a member may do where no policy says otherwise."""


class Refused(Exception):
    """Makes a push's reply an error."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.response = {"code": code, "reason": reason}


def message(number: int, text: str, **more: Any) -> Json:
    """Return a message of the API, from another person unless said otherwise."""
    made = {
        "id": f"{number:064x}",
        "author": "b2" * 32,
        "author_name": "Ana Novak",
        "kind": "human",
        "text": text,
        "ts": "2026-11-21T09:30:00.123Z",
        "edited": False,
        "deleted": False,
        "reply_to": None,
        "reactions": [],
        "ai": None,
        "state": "delivered",
        "mine": False,
    }
    made.update(more)
    return made


def summary(number: int, title: str, **more: Any) -> Json:
    """Return a summary of the API."""
    made = {
        "id": f"{number:064x}",
        "title": title,
        "description": "",
        "created": "2026-11-20T08:00:00.000Z",
        "status": "active",
        "phase": "prophase",
        "progress": 0.0,
        "cycle": 0,
        "unread": 0,
        "last": None,
    }
    made.update(more)
    made.setdefault("may", list(ALL) if made["status"] in ("active", "archived") else [])
    return made


class FakeNode:
    """Serves what its attributes say and records what was pushed."""

    def __init__(self) -> None:
        self.conversations: list[Json] = []
        self.messages: dict[str, list[Json]] = {}
        self.members: list[Json] = [
            {"identity": ME, "name": "Me", "role": "owner", "presence": "online", "me": True},
            {"identity": "b2" * 32, "name": "Ana Novak", "role": "member", "presence": "online", "me": False}
            | {"may": ["admin", "owner", "remove", "hand_over"]},
        ]
        self.ais: list[Json] = []
        self.pushed: list[tuple[str, str, Json]] = []
        self.refs: list[tuple[str, str | None]] = []
        """Name and ref of each push."""
        self.joins: list[str] = []
        self.heartbeats = 0
        self.answer: dict[str, Callable[[Json], Json | None]] = {}
        self.silent: set[str] = set()
        self.url = ""
        self._server: Server | None = None
        self._sockets: set[ServerConnection] = set()
        self._made = 1000

    async def start(self, port: int = 0) -> None:
        """Listen on a free port of the loopback."""
        self._server = await serve(self._serve, "127.0.0.1", port, process_request=self._admit, compression=None)
        self.port = next(iter(self._server.sockets)).getsockname()[1]
        self.url = f"ws://127.0.0.1:{self.port}/socket/websocket"

    async def stop(self) -> None:
        """Close everything."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    async def drop(self) -> None:
        """Break every connection without a goodbye."""
        broken = set(self._sockets)
        for socket in broken:
            socket.transport.abort()
        await wait_until(lambda: not broken & self._sockets)  # others may be connected by then

    async def push(self, topic: str, event: str, payload: Json) -> None:
        """Send an event to everybody."""
        for socket in tuple(self._sockets):
            await socket.send(orjson.dumps([None, None, topic, event, payload]).decode())

    async def event(self, conversation_id: str, event: str, payload: Json) -> None:
        """Send an event of a conversation."""
        await self.push(f"conversation:{conversation_id}", event, payload)

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        asked = parse_qs(urlsplit(request.path).query)
        if asked.get("api_key") != [KEY] or asked.get("vsn") != ["2.0.0"]:
            return connection.respond(403, "")
        return None

    async def _serve(self, socket: ServerConnection) -> None:
        self._sockets.add(socket)
        try:
            async for text in socket:
                join_ref, ref, topic, event, payload = orjson.loads(text)
                reply: Json | None
                self.refs.append((event, ref))
                try:
                    reply = self._handle(topic, event, payload)
                    status = "ok"
                except Refused as refused:
                    status, reply = "error", refused.response
                if reply is not None and ref is not None:
                    body = {"status": status, "response": reply}
                    await socket.send(orjson.dumps([join_ref, ref, topic, "phx_reply", body]).decode())
        except ConnectionClosed:
            pass
        finally:
            self._sockets.discard(socket)

    def _handle(self, topic: str, event: str, payload: Json) -> Json | None:
        if event == "heartbeat":
            self.heartbeats += 1
            return None if "heartbeat" in self.silent else {}
        if event == "phx_join":
            self.joins.append(topic)
        else:
            self.pushed.append((topic, event, payload))
        if event in self.silent:
            return None
        if event in self.answer:
            return self.answer[event](payload)
        if event == "phx_join":
            return self._join(topic)
        if topic == "node":
            return self._node(event, payload)
        return self._conversation(topic.partition(":")[2], event, payload)

    def _join(self, topic: str) -> Json:
        if topic == "node":
            return {"identity": ME, "name": "Me", "peer_id": "16Uiu2", "version": "0.1.0"}
        conversation_id = topic.partition(":")[2]
        found = next((item for item in self.conversations if item["id"] == conversation_id), None)
        if found is None:
            raise Refused("unknown_conversation", "unknown conversation")
        known = self.messages.get(conversation_id, [])
        return {
            "conversation_id": conversation_id,
            "session_id": "s1",
            "user_id": ME,
            "summary": found,
            "members": self.members,
            "ai": self.ais,
            "messages": known[-20:],
            "more": len(known) > 20,
        }

    def _node(self, event: str, payload: Json) -> Json:
        match event:
            case "conversations":
                return {"conversations": self.conversations}
            case "client_key":
                return {"key": "5e" * 32}
            case "preferences":
                return {"preferences": {"ai": True}}
            case "presence":
                return {}
            case "send":
                if "message" in self.answer:
                    return self.answer["message"](payload) or {}
                return self._conversation(payload["conversation"], "message", payload)
            case "create":
                self._made += 1
                made = summary(self._made, payload["title"], description=payload.get("description", ""))
                self.conversations.insert(0, made)
                return {"id": made["id"], "title": made["title"]}
            case "invite":
                link = "peer2peer://join#" + "Q0FGRV" * 30
                return {"link": link, "expires": "2026-11-28T09:30:00.000Z", "uses": payload.get("uses", 1)}
            case "advance":
                return {"phase": "prometaphase", "progress": 0.0, "cycle": 0, "step": 1}
            case "progress":
                return {"phase": "prophase", "progress": payload["value"], "cycle": 0, "step": 0}
        raise Refused("bad_request", f"unknown event {event}")

    def _conversation(self, conversation_id: str, event: str, payload: Json) -> Json:
        match event:
            case "message":
                self._made += 1
                made = message(self._made, payload["content"], author=ME, author_name="Me", mine=True, state="stored")
                self.messages.setdefault(conversation_id, []).append(made)
                return {"id": made["id"], "state": "stored", "client_id": payload.get("client_id")}
            case "history":
                known = self.messages.get(conversation_id, [])
                at = next((i for i, item in enumerate(known) if item["id"] == payload.get("before")), len(known))
                start = max(0, at - payload.get("limit", 50))
                return {"messages": known[start:at], "more": start > 0}
        return {}
