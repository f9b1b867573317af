"""The pushes about the AI participants of a conversation, the same on both topics (docs/channel.md)."""

from typing import Final

from crypto.ids import OpId
from node.gateway import parameters
from node.gateway.channels import Json
from node.gateway.parties import Participants

PARTICIPANTS: Final = frozenset(
    {"ai", "ai_offers", "ai_add", "ai_set", "ai_hosts", "ai_accept", "ai_remove", "ai_pause", "retry", "stop"}
)
SLOW: Final = frozenset({"ai_offers", "ai_add", "ai_remove"})
"""Those that may wait for a provider, or for another node."""


async def change_participants(participants: Participants, event: str, payload: Json, *, message: OpId | None) -> Json:
    """Return the response to one of PARTICIPANTS; `message` is the one that the payload names as `id`."""
    match event:
        case "ai":
            return {"ai": participants.all()}
        case "ai_offers":
            return await participants.offers(_ai(payload))
        case "ai_add":
            return {"ai": await participants.add(parameters.ai_settings(payload, is_new=True))}
        case "ai_set":
            return {"ai": participants.set(_ai(payload), parameters.ai_settings(payload, is_new=False))}
        case "ai_hosts":
            return {"ai": participants.set_hosts(_ai(payload), parameters.texts(payload, "hosts", most=8))}
        case "ai_accept":
            return {"ai": participants.accept(_ai(payload), on=parameters.flag(payload, "on", default=True))}
        case "ai_remove":
            await participants.remove(_ai(payload))
            return {}
        case "ai_pause":
            on = parameters.flag(payload, "on", default=True)
            participants.pause(on=on)
            return {"ai_paused": on}
        case "retry":
            ai = parameters.optional_text(payload, "ai", most=parameters.MAX_LABEL)
            return {"ai": participants.retry(parameters.required(message, "id"), ai)}
        case _:
            return {"ai": participants.stop(parameters.required(message, "id"), _ai(payload))}


def _ai(payload: Json) -> str:
    return parameters.text(payload, "ai", most=parameters.MAX_LABEL)
