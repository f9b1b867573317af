"""The topic `node`: who I am, my conversations, and everything that is done to one from outside it."""

from typing import Final

from crypto.ids import OpId
from node.gateway import parameters
from node.gateway.acquaintance_pushes import ACQUAINTANCES, meet
from node.gateway.backend import Backend
from node.gateway.channels import Json, Socket
from node.gateway.participant_pushes import PARTICIPANTS, SLOW, change_participants
from node.gateway.people_pushes import LOOKS, PEOPLE, change_people
from node.gateway.refusal import Refusal

DEFAULT_USES: Final = 1
DEFAULT_EXPIRES_S: Final = 7 * 24 * 3600
DEFAULT_RESULTS: Final = 20


class NodeChannel:
    """Answers the pushes of the topic `node` for one connection."""

    slow: frozenset[str] = frozenset({"create", "join", "invite", "providers", "ai_test", "search", "doctor", *SLOW})

    def __init__(self, backend: Backend, socket: Socket) -> None:
        self._backend = backend
        self._allowance = socket.allowance

    async def join(self, payload: Json) -> Json:
        """Return who this node is."""
        return self._backend.identity()

    async def leave(self) -> None:
        """Attend no longer, where this client did."""
        self._backend.part(self)

    async def handle(self, event: str, payload: Json) -> Json | None:
        """Return the response to a push, as `docs/channel.md` lists them."""
        backend = self._backend
        match event:
            case "status":
                return backend.status()
            case "peers":
                return {"peers": backend.peers()}
            case "rename_me":
                name = parameters.text(payload, "name", most=parameters.MAX_LABEL)
                self._allowance.signal("node", "changes of the name")
                return backend.rename(name)
            case "doctor":
                self._allowance.search()
                return {"findings": await backend.doctor()}
            case "log":
                return backend.log(parameters.integer(payload, "after", default=0, least=0, most=parameters.MAX_LINES))
            case "presence":
                status = parameters.choice(payload, "status", parameters.STATUSES)
                self._allowance.signal("node", "presence signals")
                backend.attend(self, status)
                return {}
            case "providers":
                return await backend.providers()
            case "ai_test":
                settings = parameters.ai_settings({"name": "AI", **payload}, is_new=True)
                self._allowance.ask("tests of an AI")
                return await backend.try_ai(settings)
            case "preferences":
                return {"preferences": backend.preferences()}
            case "prefer":
                return {"preferences": backend.prefer({"ai": parameters.flag(payload, "ai")})}
            case "client_key":
                return {"key": backend.client_key(parameters.text(payload, "name", most=parameters.MAX_LABEL))}
            case "conversations":
                return {"conversations": backend.summaries()}
            case "search":
                return await self._search(payload)
            case "create":
                return await self._create(payload)
            case "join":
                return await backend.join(parameters.text(payload, "link", most=parameters.MAX_LINK).strip())
        if event in ACQUAINTANCES:
            if event == "direct":
                self._allowance.write("", "new conversations")
            return meet(backend, event, payload)
        conversation_id = self._known(event, payload)
        match event:
            case "resolve":
                return {"id": conversation_id, "title": backend.summary(conversation_id).get("title")}
            case "show":
                return backend.show(conversation_id)
            case "invite":
                return await self._invite(conversation_id, payload)
            case "phase":
                return backend.phases(conversation_id).show()
            case "advance":
                from_phase = parameters.choice(payload, "from", parameters.PHASES)
                self._allowance.write(conversation_id, "changes")
                return await backend.phases(conversation_id).advance(from_phase=from_phase)
            case "progress":
                value = parameters.number(payload, "value", least=0.0, most=1.0)
                self._allowance.write(conversation_id, "changes")
                return await backend.phases(conversation_id).progress(value)
            case "send":
                return await self._send(conversation_id, payload)
            case "archive":
                on = parameters.flag(payload, "on", default=True)
                self._allowance.write(conversation_id, "changes")
                return await backend.archive(conversation_id, on=on)
            case "read":
                return backend.read_all(conversation_id)
            case _ if event in PARTICIPANTS:
                message = self._message(conversation_id, payload)
                self._allowance.write(conversation_id, "changes")
                return await change_participants(backend.participants(conversation_id), event, payload, message=message)
            case _:
                if event not in LOOKS:
                    self._allowance.write(conversation_id, "changes")
                return change_people(backend.people(conversation_id), event, payload)

    def _known(self, event: str, payload: Json) -> str:
        if event not in OF_A_CONVERSATION:
            raise Refusal("bad_request", f"the topic node has no event {event!r:.80}; see docs/channel.md")
        return self._backend.resolve(parameters.conversation_prefix(payload))

    def _message(self, conversation_id: str, payload: Json) -> OpId | None:
        """Return the message that a push names, if it names any."""
        prefix = parameters.message_prefix(payload, "id")
        if prefix is None:
            return None
        return OpId(bytes.fromhex(self._backend.messages(conversation_id).resolve(prefix)))

    async def _search(self, payload: Json) -> Json:
        query = parameters.required_text(payload, "query", most=parameters.MAX_QUERY)
        within = payload.get("conversation")
        conversation_id = self._backend.resolve(parameters.conversation_prefix(payload)) if within is not None else None
        order = "newest"
        if payload.get("order") is not None:
            order = parameters.choice(payload, "order", parameters.ORDERS)
        limit = parameters.integer(payload, "limit", default=DEFAULT_RESULTS, least=1, most=parameters.MAX_RESULTS)
        after = parameters.optional_text(payload, "after", most=parameters.MAX_LABEL)
        self._allowance.search()
        return await self._backend.search(query, conversation_id=conversation_id, order=order, limit=limit, after=after)

    async def _create(self, payload: Json) -> Json:
        title = parameters.text(payload, "title", most=parameters.MAX_TITLE).strip()
        description = parameters.optional_text(payload, "description", most=parameters.MAX_DESCRIPTION) or ""
        with_ai = parameters.flag(payload, "ai", default=True)
        self._allowance.write("", "new conversations")
        return await self._backend.create(title=title, description=description, ai=with_ai)

    async def _invite(self, conversation_id: str, payload: Json) -> Json:
        uses = parameters.integer(payload, "uses", default=DEFAULT_USES, least=0, most=parameters.MAX_USES)
        expires_s = parameters.integer(
            payload, "expires_s", default=DEFAULT_EXPIRES_S, least=1, most=parameters.MAX_EXPIRES_S
        )
        self._allowance.write(conversation_id, "changes")
        return await self._backend.invite(conversation_id, uses=uses, expires_s=expires_s)

    async def _send(self, conversation_id: str, payload: Json) -> Json:
        content = parameters.content(payload)
        client_id, once = parameters.client_id(payload)
        reply_to = parameters.message_prefix(payload, "reply_to")
        if reply_to is not None:
            reply_to = self._backend.messages(conversation_id).resolve(reply_to)
        self._allowance.write(conversation_id)
        not_for_ai = parameters.flag(payload, "not_for_ai") if payload.get("not_for_ai") is not None else None
        response = await self._backend.messages(conversation_id).post(
            content, reply_to=reply_to, not_for_ai=not_for_ai, client_id=client_id, once=once
        )
        return {**response, "client_id": client_id} if client_id is not None else response


OF_A_CONVERSATION: Final = frozenset(
    {"resolve", "show", "invite", "phase", "advance", "progress", "send", "archive", "read", *PARTICIPANTS, *PEOPLE}
)
"""Pushes that name a conversation."""
