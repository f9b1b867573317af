"""The pushes of the topic `node` about the people one knows (docs/channel.md, "People I know")."""

from typing import Final

from node.gateway import parameters
from node.gateway.backend import Backend
from node.gateway.channels import Json

ACQUAINTANCES: Final = frozenset({"people", "person", "verify", "direct"})
"""Their events; all but the first name somebody by their whole `identity`."""


def meet(backend: Backend, event: str, payload: Json) -> Json:
    """Return the response to one of ACQUAINTANCES (Refusal where it is wrong or refused)."""
    if event == "people":
        return {"people": backend.acquaintances()}
    identity = parameters.identity(payload)
    match event:
        case "person":
            return {"person": backend.acquaintance(identity)}
        case "verify":
            return {"person": backend.verify(identity, on=parameters.flag(payload, "on", default=True))}
        case _:
            return backend.direct(identity)
