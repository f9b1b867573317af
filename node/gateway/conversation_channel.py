"""The topic `conversation:<id>`: the messages of one conversation, as they come, to one client."""

import re
from collections import OrderedDict
from typing import Any, Final

from crypto.ids import OpId
from node.gateway import parameters
from node.gateway.answers import Answers
from node.gateway.backend import Backend
from node.gateway.channels import Json, Socket
from node.gateway.client_session import SESSION, ClientSession
from node.gateway.messages import Messages
from node.gateway.participant_pushes import PARTICIPANTS, SLOW, change_participants
from node.gateway.refusal import Refusal
from node.gateway.trouble import told
from protocol.errors import UsageError

FIRST_PAGE: Final = 20
DEFAULT_PAGE: Final = 50
MAX_REMEMBERED: Final = 5000

_BESIDE: Final = ("before", "after", "around")
_WHOLE_ID = re.compile(r"[0-9a-f]{64}")


class ConversationChannel:
    """Answers the pushes of one conversation for one connection, and marks the messages that this connection sent."""

    slow: frozenset[str] = SLOW

    def __init__(self, backend: Backend, conversation_id: str, socket: Socket) -> None:
        self._backend = backend
        self._id = conversation_id
        self._socket = socket
        self._allowance = socket.allowance
        self._session = ClientSession(
            socket,
            now=backend.now,
            spend=self._spend_change,
            begin=lambda: backend.session(conversation_id).begin(),
            lay=lambda context: backend.session(conversation_id).lay(context),
        )
        # A message's event may come while it is still being written, before its id is known here: such events wait in
        # `_held` until the write returns, and then carry the client's own id.
        self._client_ids: OrderedDict[str, str] = OrderedDict()
        self._held: list[tuple[str, Json]] | None = None
        self._answers = Answers(socket, now=backend.now)
        self._wants_summaries = True
        socket.rewrite = self._mark

    @property
    def _messages(self) -> Messages:
        return self._backend.messages(self._id)

    async def join(self, payload: Json) -> Json:
        """Return the newest messages and who is here."""
        backend = self._backend
        user_id = self._session.join(payload, identity=backend.identity()["identity"])
        wants_summaries = parameters.flag(payload, "summaries", default=True)
        self._check_mine()
        self._wants_summaries = wants_summaries
        page = self._messages.history(limit=FIRST_PAGE)
        backend.attend(self, "online")
        self._socket.push("presence_state", backend.presence(self._id))
        return {
            "conversation_id": self._id,
            "session_id": backend.session(self._id).id(),
            "user_id": user_id,
            "summary": backend.summary(self._id),
            "members": backend.members(self._id),
            "ai": backend.participants(self._id).all(),
            "messages": page["messages"],
            "more": page["more"],
            "first_unread": self._messages.first_unread(),
        }

    async def leave(self) -> None:
        """Stop marking, and attend no longer."""
        self._socket.rewrite = None
        self._backend.part(self)

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
                return await self._message(payload)
            case "history":
                return self._history(payload)
            case "typing":
                typing = parameters.flag(payload, "typing")
                self._allowance.signal(self._id, "typing signals")
                self._backend.typing(self._id, typing=typing)
                return {}
            case "presence":
                status = parameters.choice(payload, "status", parameters.STATUSES)
                self._allowance.signal(self._id, "presence signals")
                self._backend.attend(self, status)
                return {}
            case "read":
                self._messages.read(self._named_message(payload))
                return {}
            case _ if event in SESSION:
                return self._session.change(event, payload)
            case "alternatives":
                return {"messages": self._messages.alternatives(self._named_message(payload))}
            case "edits":
                return {"edits": self._messages.edits(self._named_message(payload))}
            case "receipts":
                return self._messages.receipts(self._named_message(payload))
            case "pins":
                return {"messages": self._messages.pins()}
            case "edit" | "delete" | "react" | "pin":
                return {"message": await self._mark_message(event, payload)}
            case "archive":
                on = parameters.flag(payload, "on", default=True)
                self._spend_change()
                return await self._backend.archive(self._id, on=on)
            case "settings":
                return await self._describe(payload)
            case _ if event in PARTICIPANTS:
                named = self._message_id(payload, "id")
                message = OpId(bytes.fromhex(named)) if named is not None else None
                self._spend_change()
                return await change_participants(self._backend.participants(self._id), event, payload, message=message)
            case _:
                raise Refusal("bad_request", f"a conversation has no event {event!r:.80}; see docs/channel.md")

    async def _mark_message(self, event: str, payload: Json) -> Json:
        """Change a message that is there already; return it as it is then."""
        name = self._named_message(payload)
        self._spend_change()
        match event:
            case "edit":
                return await self._messages.edit(name, parameters.content(payload))
            case "delete":
                return await self._messages.delete(name)
            case "react":
                emoji = parameters.text(payload, "emoji", most=parameters.MAX_EMOJI)
                return await self._messages.react(name, emoji, on=parameters.flag(payload, "on", default=True))
            case _:
                return await self._messages.pin(name, on=parameters.flag(payload, "on", default=True))

    async def _describe(self, payload: Json) -> Json:
        title = parameters.optional_text(payload, "title", most=parameters.MAX_TITLE)
        if title is not None:
            title = parameters.text(payload, "title", most=parameters.MAX_TITLE).strip()
        description = parameters.optional_text(payload, "description", most=parameters.MAX_DESCRIPTION)
        if title is None and description is None:
            raise Refusal("bad_request", "give a title or a description; what is left out stays as it is")
        self._spend_change()
        return await self._backend.describe(
            self._id, title=title, description=description.strip() if description is not None else None
        )

    def _named_message(self, payload: Json) -> str:
        """Return the whole id of the message that a push is about."""
        name = self._message_id(payload, "id")
        if name is None:
            raise Refusal("bad_request", "id is missing; name a message of this conversation")
        return name

    def _check_mine(self) -> None:
        if _WHOLE_ID.fullmatch(self._id):
            try:
                self._backend.resolve(self._id)
            except UsageError as refusal:
                if refusal.code != "unknown_conversation":
                    raise
            else:
                return
        raise Refusal("unknown_conversation", "unknown conversation")

    def _spend_change(self) -> None:
        self._allowance.write(self._id, "changes")

    async def _message(self, payload: Json) -> Json:
        content = parameters.content(payload)
        asked: dict[str, Any] = {
            "not_for_ai": parameters.flag(payload, "not_for_ai") if payload.get("not_for_ai") is not None else None,
            "wishes": self._session.wishes(payload),
        }
        client_id, once = parameters.client_id(payload)
        reply_to = self._message_id(payload, "reply_to")
        self._allowance.write(self._id)
        if client_id is None:
            response = await self._messages.post(content, reply_to=reply_to, **asked)
            self._answers.asked(response["id"], content)
            return {**response, "client_id": None}
        self._held = []
        try:
            response = await self._messages.post(content, reply_to=reply_to, client_id=client_id, once=once, **asked)
            self._answers.asked(response["id"], content)
            self._client_ids[response["id"]] = client_id
            if len(self._client_ids) > MAX_REMEMBERED:
                self._client_ids.popitem(last=False)
        finally:
            held, self._held = self._held, None
            for event, message in held:
                self._socket.push(event, self._mark(event, message) or message)
        return {**response, "client_id": client_id}

    def _history(self, payload: Json) -> Json:
        limit = parameters.integer(payload, "limit", default=DEFAULT_PAGE, least=1, most=parameters.MAX_PAGE)
        named = {key: self._message_id(payload, key) for key in _BESIDE if payload.get(key) is not None}
        first = parameters.flag(payload, "first", default=False)
        if len(named) + first > 1:
            raise Refusal("bad_request", f"give one of {', '.join(_BESIDE)}, first, or none for the newest messages")
        return self._messages.history(limit=limit, first=first, **named)

    def _message_id(self, payload: Json, key: str) -> str | None:
        prefix = parameters.message_prefix(payload, key)
        return None if prefix is None else self._messages.resolve(prefix)

    def _mark(self, event: str, payload: Json) -> Json | None:
        """Return the event as this client gets it; None for one that waits for the write in hand."""
        if event == "messages":
            marked = [self._mark("message", each) for each in payload["messages"]]
            changed = any(new is not old for new, old in zip(marked, payload["messages"], strict=True))
            return {"messages": [each for each in marked if each is not None]} if changed else payload
        if event == "conversation" and not self._wants_summaries:
            return None
        self._answers.heard(event, payload)
        if event != "message" or payload.get("mine") is not True:
            return payload
        client_id = self._client_ids.get(str(payload.get("id")))
        if client_id is not None:
            return {**payload, "client_id": client_id}
        if self._held is not None:
            self._held.append((event, payload))
            return None
        return payload
