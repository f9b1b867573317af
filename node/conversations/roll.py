"""Who is here, in the form that the official client's Presence takes: keys, metas, and what joined and left."""

from collections.abc import Mapping
from itertools import count
from secrets import token_hex
from typing import Any

Json = dict[str, Any]


class Roll:
    """The metas that clients were told, one for each key; each has a `phx_ref` of its own."""

    def __init__(self) -> None:
        self._metas: dict[str, Json] = {}
        self._refs = (f"{token_hex(4)}.{number:x}" for number in count(1))

    def state(self) -> Json:
        """Return the payload of `presence_state`."""
        return {key: {"metas": [meta]} for key, meta in self._metas.items()}

    def update(self, people: Mapping[str, Json]) -> Json | None:
        """Return the payload of the `presence_diff` that leads to `people`; None where nothing is different."""
        joins: Json = {}
        leaves: Json = {}
        for key in [key for key in self._metas if key not in people]:
            leaves[key] = {"metas": [self._metas.pop(key)]}
        for key, person in people.items():
            before = self._metas.get(key)
            if before is not None and person.items() <= before.items():
                continue
            meta = {"phx_ref": next(self._refs), **person}
            if before is not None:
                leaves[key] = {"metas": [before]}
                meta["phx_ref_prev"] = before["phx_ref"]
            joins[key] = {"metas": [meta]}
            self._metas[key] = meta
        return {"joins": joins, "leaves": leaves} if joins or leaves else None
