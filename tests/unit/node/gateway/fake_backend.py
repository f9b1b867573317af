"""A backend with literal data, for tests of the gateway and the command line; and a gateway that serves it."""

from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import trio

from node.gateway.backend import EventCallback
from node.gateway.limits import Limits
from node.gateway.message_rate import Rates
from node.gateway.refusal import Refusal
from node.gateway.routes import routes
from node.gateway.server import Gateway, serve_gateway
from node.gateway.wishes import NO_WISHES, Wishes
from tests.unit.node.gateway.fake_participants import FakeParticipants
from tests.unit.node.gateway.fake_people import FakePeople

Json = dict[str, Any]

API_KEY = "test-key_0123456789"
ME = "aa" * 32
PEER = "bb" * 32
FIRST = "c1" + "0" * 62
SECOND = "c2" + "0" * 62
TS = "2026-11-21T09:30:00.123Z"


def message(number: int, text: str, *, kind: str = "human", author: str = ME, name: str = "Ada") -> Json:
    return {
        "id": f"{number:064x}",
        "author": author,
        "author_name": name,
        "kind": kind,
        "text": text,
        "ts": TS,
        "edited": False,
        "deleted": False,
        "pinned": False,
        "reply_to": None,
        "mentions": [],
        "reactions": [],
        "ai": None,
        "state": "stored",
        "delivered": {"n": 0, "of": 1} if author == ME else None,
        "read": {"n": 0, "of": 1} if author == ME else None,
        "mine": author == ME,
    }


class FakeHealth:
    """A node whose condition the test sets."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.is_stuck = False

    def brief(self) -> Json:
        return {"version": "9.9", "uptime_s": 1.5}

    def details(self) -> Json:
        return {"peers": 3, "conversations": 2, "ai_lines": [], "free_bytes": 1000}

    async def faults(self) -> list[str]:
        if self.is_stuck:
            await trio.sleep_forever()
        return self.found


class FakeBackend:
    """Two conversations; the first has 30 messages, the second none."""

    def __init__(self) -> None:
        self.callbacks: dict[EventCallback, None] = {}
        self.messages: dict[str, list[Json]] = {
            FIRST: [message(0xE0 + n, f"message {n}") for n in range(30)],
            SECOND: [],
        }
        self.titles = {FIRST: "Bridges", SECOND: "Bread\x1b[31m\u202e"}
        self.phases = {FIRST: ["prophase", 0.25], SECOND: ["prophase", 0.0]}
        self.calls: list[tuple[Any, ...]] = []
        self.asked: list[tuple[bool | None, Wishes]] = []
        self.prefers_ai = True
        self.contexts: Json = {}
        self.clients: dict[Hashable, str] = {}
        self.event_before_return = True
        self.join_gate: trio.Event | None = None
        self.crash: Exception | None = None
        self.search_is_complete: list[bool] = []

    def subscribe(self, callback: EventCallback) -> Callable[[], None]:
        self.callbacks[callback] = None
        return lambda: self.callbacks.pop(callback, None)

    def emit(self, conversation_id: str | None, event: str, payload: Json) -> None:
        for callback in tuple(self.callbacks):
            callback(conversation_id, event, payload)

    def identity(self) -> Json:
        return {"identity": ME, "name": "Ada", "peer_id": "12D3", "version": "0.1.0"}

    def status(self) -> Json:
        if self.crash is not None:
            raise self.crash
        return {
            **self.identity(),
            "addrs": ["/ip4/127.0.0.1/tcp/4001"],
            "api": "ws://127.0.0.1:1/socket/websocket",
            "conversations": 2,
            "peers": 1,
            "rss_bytes": 50 * 1024 * 1024,
            "uptime_s": 3725.0,
        }

    def peers(self) -> list[Json]:
        return [
            {
                "peer_id": "12D4",
                "name": "Bob\x1b]0;x\x07",
                "path": "lan",
                "addr": "/ip4/10.0.0.2/tcp/1",
                "rtt_ms": 1.4,
                "in_sync": True,
                "last_seen": TS,
            }
        ]

    async def providers(self) -> list[Json]:
        await trio.lowlevel.checkpoint()
        local = {"name": "local", "available": True, "reason": "", "models": ["m"], "default_model": "m"}
        missing = {"name": "openai", "available": False, "reason": "It needs a key.", "models": [*"abcde"]}
        return [
            {**missing, "default_model": "", "memory_bytes": None},
            {**local, "memory_bytes": 290 << 20},
        ]

    def summaries(self) -> list[Json]:
        return [self.summary(one) for one in self.messages]

    def summary(self, conversation_id: str) -> Json:
        phase, progress = self.phases[conversation_id]
        return {
            "id": conversation_id,
            "title": self.titles[conversation_id],
            "description": "",
            "created": TS,
            "status": "active",
            "phase": phase,
            "progress": progress,
            "cycle": 0,
            "unread": 0,
            "last": None,
        }

    def resolve(self, prefix: str) -> str:
        return self._unique(prefix, list(self.messages), "unknown_conversation")

    def resolve_message(self, conversation_id: str, prefix: str) -> str:
        return self._unique(prefix, [m["id"] for m in self.messages[conversation_id]], "unknown_message")

    @staticmethod
    def _unique(prefix: str, ids: list[str], code: str) -> str:
        found = [one for one in ids if one.startswith(prefix)]
        if not found:
            raise Refusal(code, "there is none with this id")
        if len(found) > 1:
            raise Refusal("ambiguous", f"{len(found)} ids begin with this; give more of it")
        return found[0]

    async def create(self, *, title: str, description: str, ai: bool) -> Json:
        await trio.lowlevel.checkpoint()
        self.calls.append(("create", title, description, ai))
        new = f"d{len(self.messages)}" + "0" * 62
        self.messages[new], self.titles[new], self.phases[new] = [], title, ["prophase", 0.0]
        self.emit(new, "conversation", self.summary(new))
        return {"id": new, "title": title}

    async def join(self, link: str) -> Json:
        if self.join_gate is not None:
            await self.join_gate.wait()
        if not link.startswith("peer2peer://"):
            raise Refusal("bad_invite", "this is no invite link; copy the whole of it")
        return {"id": FIRST, "title": "Bridges"}

    async def invite(self, conversation_id: str, *, uses: int, expires_s: int) -> Json:
        self.calls.append(("invite", conversation_id, uses, expires_s))
        return {"link": "peer2peer://invite/x", "expires": TS, "uses": uses}

    def show(self, conversation_id: str) -> Json:
        return {
            **self.summary(conversation_id),
            "state_hash": "ab" * 32,
            "ops": 31,
            "heads": [],
            "members": self.members(conversation_id),
            "ai": self.participants(conversation_id).all(),
            "parent": None,
            "children": [],
        }

    def members(self, conversation_id: str) -> list[Json]:
        return [
            {"identity": ME, "name": "Ada", "role": "owner", "presence": "online", "me": True},
            {"identity": PEER, "name": "Bob", "role": "member", "presence": "offline", "me": False},
        ]

    def people(self, conversation_id: str) -> FakePeople:
        return FakePeople(conversation_id, self.members(conversation_id), self.calls)

    def now(self) -> str:
        return TS

    def new_session(self, conversation_id: str) -> str:
        self.calls.append(("new_session", conversation_id))
        return "5" * 32

    def set_context(self, conversation_id: str, context: Json) -> Json:
        self.contexts = {**self.contexts, **context}
        return self.contexts

    def session(self, conversation_id: str) -> str:
        return "5e55"

    async def post(
        self,
        conversation_id: str,
        content: str,
        *,
        reply_to: str | None,
        not_for_ai: bool | None = None,
        wishes: Wishes = NO_WISHES,
    ) -> Json:
        self.asked.append((not_for_ai, wishes))
        if content == "crash":
            raise RuntimeError("planted")
        new = message(0x1000 + len(self.messages[conversation_id]), content)
        new["reply_to"] = reply_to
        self.messages[conversation_id].append(new)
        if self.event_before_return:
            self.emit(conversation_id, "message", new)
        await trio.lowlevel.checkpoint()
        if not self.event_before_return:
            trio.lowlevel.spawn_system_task(self._emit_later, conversation_id, new)
        return {"id": new["id"], "state": "stored"}

    async def _emit_later(self, conversation_id: str, new: Json) -> None:
        await trio.lowlevel.checkpoint()
        self.emit(conversation_id, "message", new)

    async def edit(self, conversation_id: str, message_id: str, content: str) -> Json:
        return await self._marked("edit", conversation_id, message_id, {"text": content, "edited": True})

    async def delete(self, conversation_id: str, message_id: str) -> Json:
        if self._message(conversation_id, message_id)["deleted"]:
            raise Refusal("deleted", "that message was deleted already")
        return await self._marked("delete", conversation_id, message_id, {"text": "", "deleted": True})

    async def react(self, conversation_id: str, message_id: str, emoji: str, *, on: bool) -> Json:
        given = [{"emoji": emoji, "count": 1, "people": [{"identity": ME, "name": "Ada"}], "mine": True}] if on else []
        return await self._marked("react", conversation_id, message_id, {"reactions": given})

    async def pin(self, conversation_id: str, message_id: str, *, on: bool) -> Json:
        return await self._marked("pin", conversation_id, message_id, {"pinned": on})

    def pins(self, conversation_id: str) -> list[Json]:
        return [message for message in self.messages[conversation_id] if message["pinned"]]

    async def archive(self, conversation_id: str, *, on: bool) -> Json:
        self.calls.append(("archive", conversation_id, on))
        return {**self.summary(conversation_id), "status": "archived" if on else "active", "archived": on}

    def _message(self, conversation_id: str, message_id: str) -> Json:
        return next(message for message in self.messages[conversation_id] if message["id"] == message_id)

    async def _marked(self, event: str, conversation_id: str, message_id: str, changes: Json) -> Json:
        await trio.lowlevel.checkpoint()
        self.calls.append((event, conversation_id, message_id))
        message = self._message(conversation_id, message_id)
        message.update(changes)
        self.emit(conversation_id, "message", dict(message))
        return dict(message)

    def history(
        self,
        conversation_id: str,
        *,
        before: str | None = None,
        after: str | None = None,
        around: str | None = None,
        limit: int,
    ) -> Json:
        every = self.messages[conversation_id]
        at = {one["id"]: place for place, one in enumerate(every)} | {None: len(every)}
        if after is not None:
            start, end = at[after] + 1, min(len(every), at[after] + 1 + limit)
        elif around is not None:
            start, end = at[around], at[around] + 1
        else:
            start, end = max(0, at[before] - limit), at[before]
        return {"messages": every[start:end], "more": start > 0, "newer": end < len(every)}

    async def search(
        self, query: str, *, conversation_id: str | None, order: str, limit: int, after: str | None
    ) -> Json:
        """Find whatever holds the query as it was typed; the first answers say of themselves what the test wants."""
        self.calls.append(("search", query, conversation_id, order, limit, after))
        await trio.lowlevel.checkpoint()
        found = [
            {
                "conversation": one,
                "title": self.titles[one],
                "status": "archived" if one == SECOND else "active",
                **{key: each[key] for key in ("id", "author", "author_name", "kind", "ts", "edited", "mine")},
                "snippet": each["text"],
                "highlights": [[at, at + len(query)]],
            }
            for one, messages in self.messages.items()
            if conversation_id in (None, one)
            for each in reversed(messages)
            if (at := each["text"].find(query)) >= 0
        ]
        start = int(after or 0)
        is_complete = self.search_is_complete.pop(0) if self.search_is_complete else True
        return {
            "results": found[start : start + limit],
            "cursor": str(start + limit) if start + limit < len(found) else None,
            "complete": is_complete,
            "done": 30,
            "of": 30,
        }

    def typing(self, conversation_id: str, *, typing: bool) -> None:
        self.calls.append(("typing", conversation_id, typing))

    def read(self, conversation_id: str, message_id: str) -> None:
        self.calls.append(("read", conversation_id, message_id))

    def attend(self, client: Hashable, status: str) -> None:
        self.clients[client] = status

    def part(self, client: Hashable) -> None:
        self.clients.pop(client, None)

    def presence(self, conversation_id: str) -> Json:
        return {PEER: {"metas": [{"phx_ref": "r.1", "name": "Bob", "status": "online", "devices": ["d1"]}]}}

    def participants(self, conversation_id: str) -> FakeParticipants:
        return FakeParticipants(conversation_id, ME, self.calls)

    def alternatives(self, conversation_id: str, message_id: str) -> list[Json]:
        return [self._message(conversation_id, message_id)]

    def preferences(self) -> Json:
        return {"ai": self.prefers_ai}

    def prefer(self, values: Json) -> Json:
        self.prefers_ai = values["ai"]
        return self.preferences()

    def private(self, name: str) -> Json:
        return {"session_id": "5" * 32, "context": self.contexts, "history": [{"role": "user", "text": "before"}]}

    def ask_privately(self, name: str, query: str, wishes: Wishes) -> None:
        self.calls.append(("ask", name, query, wishes))
        self.emit(name, "thinking", {})

    def new_private_session(self, name: str) -> str:
        self.calls.append(("new_private_session", name))
        return "6" * 32

    def set_private_context(self, name: str, context: Json) -> Json:
        return self.set_context(name, context)

    def phase(self, conversation_id: str) -> Json:
        phase, progress = self.phases[conversation_id]
        return {"phase": phase, "progress": progress, "cycle": 0, "step": 0}

    async def advance(self, conversation_id: str, *, from_phase: str) -> Json:
        self.calls.append(("advance", conversation_id, from_phase))
        self.phases[conversation_id] = ["prometaphase", 0.0]
        return self.phase(conversation_id)

    async def progress(self, conversation_id: str, value: float) -> Json:
        self.phases[conversation_id][1] = value
        return self.phase(conversation_id)


@asynccontextmanager
async def serving(
    backend: FakeBackend,
    *,
    limits: Limits | None = None,
    rates: Rates | None = None,
    port: int = 0,
    origins: tuple[str, ...] = (),
    health: FakeHealth | None = None,
) -> AsyncIterator[Gateway]:
    """Run a gateway in the body; it is gone when the body ends."""
    topics, end = routes(backend, rates)
    limits = limits or Limits(refusal_delay_s=0.01)

    async def run(*, task_status: trio.TaskStatus[Gateway] = trio.TASK_STATUS_IGNORED) -> None:
        await serve_gateway(
            host="127.0.0.1",
            port=port,
            api_key=API_KEY,
            origins=origins,
            topics=topics,
            health=health or FakeHealth(),
            limits=limits,
            task_status=task_status,
        )

    async with trio.open_nursery() as nursery:
        gateway: Gateway = await nursery.start(run)
        try:
            yield gateway
        finally:
            end()
            nursery.cancel_scope.cancel()


def write_profile(home: Path, gateway: Gateway) -> None:
    home.mkdir(parents=True, exist_ok=True)
    (home / "api_key").write_text(API_KEY + "\n")
    (home / "api.json").write_bytes(orjson.dumps({"api": gateway.url, "pid": 1}))
