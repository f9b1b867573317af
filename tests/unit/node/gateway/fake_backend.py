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
        self.stored: dict[str, list[Json]] = {
            FIRST: [message(0xE0 + n, f"message {n}") for n in range(30)],
            SECOND: [],
        }
        self.titles = {FIRST: "Bridges", SECOND: "Bread\x1b[31m\u202e"}
        self.stands = {FIRST: ["prophase", 0.25], SECOND: ["prophase", 0.0]}
        self.calls: list[tuple[Any, ...]] = []
        self.asked: list[tuple[bool | None, Wishes]] = []
        self.client_ids: list[tuple[str | None, bool]] = []
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

    def rename(self, name: str) -> Json:
        if not name.isprintable():
            raise Refusal("bad_request", "a name has 1 to 80 printable characters")
        return {"name": name.strip()}

    async def doctor(self) -> list[Json]:
        await trio.lowlevel.checkpoint()
        return [{"what": "Connected with nobody.", "state": "warning", "remedy": "Wait."}]

    def log(self, after: int) -> Json:
        return {"lines": ["one", "two"][after:], "next": 2}

    async def providers(self) -> Json:
        await trio.lowlevel.checkpoint()
        local = {"name": "local", "available": True, "reason": "", "models": ["m"], "default_model": "m"}
        missing = {"name": "openai", "available": False, "reason": "It needs a key.", "models": [*"abcde"]}
        found = [
            {**missing, "default_model": "", "memory_bytes": None},
            {**local, "memory_bytes": 290 << 20},
        ]
        return {"providers": found, "default": "local"}

    async def try_ai(self, settings: Json) -> Json:
        self.calls.append(("ai_test", settings))
        if settings.get("provider") == "openai":
            raise Refusal("no_key", "It needs a key.")
        return {"text": "Hello.", "ms": 12, "provider": "local", "model": "m"}

    def client_key(self, name: str) -> str:
        return name.encode().hex()

    def summaries(self) -> list[Json]:
        return [self.summary(one) for one in self.stored]

    def summary(self, conversation_id: str) -> Json:
        phase, progress = self.stands[conversation_id]
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
        return self.unique(prefix, list(self.stored), "unknown_conversation")

    @staticmethod
    def unique(prefix: str, ids: list[str], code: str) -> str:
        found = [one for one in ids if one.startswith(prefix)]
        if not found:
            raise Refusal(code, "there is none with this id")
        if len(found) > 1:
            raise Refusal("ambiguous", f"{len(found)} ids begin with this; give more of it")
        return found[0]

    async def create(self, *, title: str, description: str, ai: bool) -> Json:
        await trio.lowlevel.checkpoint()
        self.calls.append(("create", title, description, ai))
        new = f"d{len(self.stored)}" + "0" * 62
        self.stored[new], self.titles[new], self.stands[new] = [], title, ["prophase", 0.0]
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

    def acquaintances(self) -> list[Json]:
        return [self._person(PEER)]

    def acquaintance(self, identity: str) -> Json:
        return {**self._person(identity), "words": ["able"] * 12}

    def verify(self, identity: str, *, on: bool) -> Json:
        self.calls.append(("verify", identity, on))
        return {**self.acquaintance(identity), "verified": on}

    def direct(self, identity: str) -> Json:
        self.calls.append(("direct", identity))
        return {"id": identity, "title": "Bob"}

    def _person(self, identity: str) -> Json:
        return {"identity": identity, "name": "Bob", "presence": "offline", "conversations": [], "direct": None}

    def read_all(self, conversation_id: str) -> Json:
        self.calls.append(("read_all", conversation_id))
        return {**self.summary(conversation_id), "unread": 0}

    def session(self, conversation_id: str) -> "FakeSession":
        return FakeSession(self, conversation_id, "new_session", "5" * 32)

    def messages(self, conversation_id: str) -> "FakeMessages":
        return FakeMessages(self, conversation_id)

    async def archive(self, conversation_id: str, *, on: bool) -> Json:
        self.calls.append(("archive", conversation_id, on))
        return {**self.summary(conversation_id), "status": "archived" if on else "active", "archived": on}

    async def describe(self, conversation_id: str, *, title: str | None, description: str | None) -> Json:
        self.calls.append(("settings", conversation_id, title, description))
        return self.summary(conversation_id)

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
            for one, messages in self.stored.items()
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

    def attend(self, client: Hashable, status: str) -> None:
        self.clients[client] = status

    def part(self, client: Hashable) -> None:
        self.clients.pop(client, None)

    def presence(self, conversation_id: str) -> Json:
        return {PEER: {"metas": [{"phx_ref": "r.1", "name": "Bob", "status": "online", "devices": ["d1"]}]}}

    def participants(self, conversation_id: str) -> FakeParticipants:
        return FakeParticipants(conversation_id, ME, self.calls)

    def preferences(self) -> Json:
        return {"ai": self.prefers_ai}

    def prefer(self, values: Json) -> Json:
        self.prefers_ai = values["ai"]
        return self.preferences()

    def private(self, name: str) -> "FakeSession":
        return FakeSession(self, name, "new_private_session", "6" * 32)

    def phases(self, conversation_id: str) -> "FakePhases":
        return FakePhases(self, conversation_id)


class FakeSession:
    """A session of either kind; `begun` tells in the calls that it was begun anew, as `new`."""

    def __init__(self, backend: FakeBackend, name: str, begun: str, new: str) -> None:
        self._backend = backend
        self._name = name
        self._begun = begun
        self._new = new

    def id(self) -> str:
        return "5e55"

    def begin(self) -> str:
        self._backend.calls.append((self._begun, self._name))
        return self._new

    def lay(self, context: Json) -> Json:
        self._backend.contexts = {**self._backend.contexts, **context}
        return self._backend.contexts

    def show(self) -> Json:
        said = [{"role": "user", "text": "before"}]
        return {"session_id": "5" * 32, "context": self._backend.contexts, "history": said}

    def ask(self, query: str, wishes: Wishes) -> None:
        self._backend.calls.append(("ask", self._name, query, wishes))
        self._backend.emit(self._name, "thinking", {})


class FakePhases:
    def __init__(self, backend: FakeBackend, conversation_id: str) -> None:
        self._backend = backend
        self._id = conversation_id

    def show(self) -> Json:
        phase, progress = self._backend.stands[self._id]
        moved = {"by": None, "by_name": None, "ts": None, "from": None}
        return {"phase": phase, "progress": progress, "cycle": 0, "step": 0, **moved}

    async def advance(self, *, from_phase: str) -> Json:
        self._backend.calls.append(("advance", self._id, from_phase))
        self._backend.stands[self._id] = ["prometaphase", 0.0]
        return self.show()

    async def progress(self, value: float) -> Json:
        self._backend.stands[self._id][1] = value
        return self.show()


class FakeMessages:
    def __init__(self, backend: FakeBackend, conversation_id: str) -> None:
        self._backend = backend
        self._id = conversation_id

    def resolve(self, prefix: str) -> str:
        return self._backend.unique(prefix, [m["id"] for m in self._backend.stored[self._id]], "unknown_message")

    async def post(
        self,
        content: str,
        *,
        reply_to: str | None,
        not_for_ai: bool | None = None,
        wishes: Wishes = NO_WISHES,
        client_id: str | None = None,
        once: bool = False,
    ) -> Json:
        self._backend.asked.append((not_for_ai, wishes))
        self._backend.client_ids.append((client_id, once))
        if content == "crash":
            raise RuntimeError("planted")
        new = message(0x1000 + len(self._backend.stored[self._id]), content)
        new["reply_to"] = reply_to
        self._backend.stored[self._id].append(new)
        if self._backend.event_before_return:
            self._backend.emit(self._id, "message", new)
        await trio.lowlevel.checkpoint()
        if not self._backend.event_before_return:
            trio.lowlevel.spawn_system_task(self._emit_later, new)
        return {"id": new["id"], "state": "stored"}

    async def _emit_later(self, new: Json) -> None:
        await trio.lowlevel.checkpoint()
        self._backend.emit(self._id, "message", new)

    async def edit(self, message_id: str, content: str) -> Json:
        return await self._marked("edit", message_id, {"text": content, "edited": True})

    async def delete(self, message_id: str) -> Json:
        if self._message(message_id)["deleted"]:
            raise Refusal("deleted", "that message was deleted already")
        return await self._marked("delete", message_id, {"text": "", "deleted": True})

    async def react(self, message_id: str, emoji: str, *, on: bool) -> Json:
        given = [{"emoji": emoji, "count": 1, "people": [{"identity": ME, "name": "Ada"}], "mine": True}] if on else []
        return await self._marked("react", message_id, {"reactions": given})

    async def pin(self, message_id: str, *, on: bool) -> Json:
        return await self._marked("pin", message_id, {"pinned": on})

    def pins(self) -> list[Json]:
        return [message for message in self._backend.stored[self._id] if message["pinned"]]

    def edits(self, message_id: str) -> list[Json]:
        return [{"text": self._message(message_id)["text"], "ts": TS}]

    def receipts(self, message_id: str) -> Json:
        self._message(message_id)
        return {"delivered": [{"identity": PEER, "name": "Bob"}], "read": [], "waiting": []}

    def first_unread(self) -> str | None:
        return None

    def _message(self, message_id: str) -> Json:
        return next(message for message in self._backend.stored[self._id] if message["id"] == message_id)

    async def _marked(self, event: str, message_id: str, changes: Json) -> Json:
        await trio.lowlevel.checkpoint()
        self._backend.calls.append((event, self._id, message_id))
        message = self._message(message_id)
        message.update(changes)
        self._backend.emit(self._id, "message", dict(message))
        return dict(message)

    def history(
        self,
        *,
        before: str | None = None,
        after: str | None = None,
        around: str | None = None,
        first: bool = False,
        limit: int,
    ) -> Json:
        every = self._backend.stored[self._id]
        at = {one["id"]: place for place, one in enumerate(every)} | {None: len(every)}
        if first:
            start, end = 0, min(len(every), limit)
        elif after is not None:
            start, end = at[after] + 1, min(len(every), at[after] + 1 + limit)
        elif around is not None:
            start, end = at[around], at[around] + 1
        else:
            start, end = max(0, at[before] - limit), at[before]
        return {"messages": every[start:end], "more": start > 0, "newer": end < len(every)}

    def read(self, message_id: str) -> None:
        self._backend.calls.append(("read", self._id, message_id))

    def alternatives(self, message_id: str) -> list[Json]:
        return [self._message(message_id)]


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
