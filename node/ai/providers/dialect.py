"""A JSON schema in the words that a vendor takes; pure.

Small models held to a schema without bounds may never end, so ours have them everywhere; the vendors' own servers
refuse those words, and OpenAI's wants every field to be required.
"""

from collections.abc import Mapping
from typing import Any, Final

_BOUNDS: Final = frozenset({"maxLength", "maxItems"})


def unbounded(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema without bounds on texts and lists."""
    kept = {name: value for name, value in schema.items() if name not in _BOUNDS}
    if "properties" in kept:
        kept["properties"] = {name: unbounded(part) for name, part in kept["properties"].items()}
    if "items" in kept:
        kept["items"] = unbounded(kept["items"])
    return kept


def strict(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of an object for OpenAI: without bounds, and what may be left out is there and may be null."""
    kept = unbounded(schema)
    required = kept.get("required", [])
    properties = {
        name: part if name in required else {**part, "type": [part["type"], "null"]}
        for name, part in kept["properties"].items()
    }
    return {**kept, "properties": properties, "required": list(properties)}
