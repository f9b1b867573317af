"""The pushes of the topic `node` about who belongs to a conversation (docs/channel.md)."""

from typing import Final

from node.gateway import parameters
from node.gateway.channels import Json
from node.gateway.parties import People

PEOPLE: Final = frozenset({"members", "removal", "remove", "role", "hand_over", "leave", "invites", "revoke_invite"})
"""Their events; each names a conversation."""
LOOKS: Final = frozenset({"members", "removal", "invites"})
"""Those that change nothing."""


def change_people(people: People, event: str, payload: Json) -> Json:
    """Return the response to one of PEOPLE (Refusal where its parameters are wrong, or what it asks is refused)."""
    match event:
        case "members":
            return {"members": people.members(), "former": people.former()}
        case "removal":
            return people.removal(parameters.person(payload), with_invited=_with_invited(payload))
        case "remove":
            return people.remove(parameters.person(payload), with_invited=_with_invited(payload))
        case "role":
            role = parameters.choice(payload, "role", parameters.ROLES)
            return {"member": people.set_role(parameters.person(payload), role)}
        case "hand_over":
            return {"member": people.hand_over(parameters.person(payload))}
        case "leave":
            return people.leave()
        case "invites":
            return {"invites": people.invites()}
        case _:
            return people.revoke_invite(parameters.invite_prefix(payload))


def _with_invited(payload: Json) -> bool:
    return parameters.flag(payload, "with_invited", default=False)
