"""What an answer of each kind is made of, as a JSON schema and as read back from JSON (S53, S54); pure.

Every text and list in a schema is bounded: without that, a small model held to it may never stop. Reading never raises.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import orjson

from node.ai.engines.findings import CODE_CHARACTERS, entries
from node.ai.engines.route import ConversationType

RESPONSE: Final = "response"
RESPONSE_CHARACTERS: Final = 4_000
LIST_ITEMS: Final = 12
ITEM_CHARACTERS: Final = 400
SCHEMA_CODE_CHARACTERS: Final = 8_000
FORM: Final = (
    "Write a JSON object. “response” is the whole answer as the user is to read it, in Markdown. Fill another field "
    "only where the answer has it, in the words of the answer."
)
_LIST: Final = MappingProxyType(
    {"type": "array", "maxItems": LIST_ITEMS, "items": {"type": "string", "maxLength": ITEM_CHARACTERS}}
)
_FENCED = re.compile(r"```[a-zA-Z]{0,10}\n(.*?)(?:\n```\s*|\Z)", re.DOTALL)
_PAIR_OF_ESCAPES: Final = 12  # characters, of which the end may be missing
_CUT_RESPONSE = re.compile(r'"response"\s*:\s*"((?:[^"\\]|\\.)*+)', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Contract:
    """What an answer may carry.

    Attributes:
        lists: fields which are lists of texts.
        texts: fields which are one text.
        derived: fields which are made of the others.
    """

    lists: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    derived: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """All fields."""
        return self.texts + self.lists + self.derived


CONTRACTS: Final[Mapping[ConversationType, Contract]] = MappingProxyType(
    {
        "simple": Contract(),
        "complex": Contract(lists=("steps",)),
        "analysis": Contract(lists=("analysis_points", "recommendations")),
        "generation": Contract(texts=("generated_code",), lists=("implementation_plan",), derived=("code_blocks",)),
        "problem_solving": Contract(texts=("root_cause",), lists=("solution_steps",), derived=("steps",)),
        "multi_step": Contract(lists=("steps",)),
    }
)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer taken apart.

    Attributes:
        response: what the user reads.
        metadata: by field of the engine; what was not said is not in it.
    """

    response: str = field(repr=False)
    metadata: Mapping[str, object] = field(repr=False)


def schema_of(kind: ConversationType) -> dict[str, object]:
    """Return the JSON schema of an answer; only `response` is required, since not every answer has all fields."""
    contract = CONTRACTS[kind]
    properties: dict[str, object] = {
        **{name: {"type": "string", "maxLength": _longest(name)} for name in contract.texts},
        **{name: dict(_LIST) for name in contract.lists},
        RESPONSE: {"type": "string", "maxLength": RESPONSE_CHARACTERS},
    }
    return {"type": "object", "properties": properties, "required": [RESPONSE], "additionalProperties": False}


def answer_in(text: str, kind: ConversationType) -> Answer | None:
    """Return the answer in a text which is JSON, in a fence or not; None where it is none.

    Of JSON which was cut short, the response is kept as far as it came, without metadata.
    """
    stripped = text.strip()
    if fenced := _FENCED.fullmatch(stripped):
        stripped = fenced[1].strip()
    if not stripped.startswith("{"):
        return None
    try:
        said = orjson.loads(stripped)
    except orjson.JSONDecodeError:
        return _cut(stripped)
    response = said.get(RESPONSE)
    if not isinstance(response, str) or not response.strip():
        return None
    contract = CONTRACTS[kind]
    metadata: dict[str, object] = {}
    for name in contract.texts:
        if isinstance(value := said.get(name), str) and value.strip():
            metadata[name] = value.strip()[:CODE_CHARACTERS]
    for name in contract.lists:
        values = said.get(name)
        if isinstance(values, list) and (found := entries(each for each in values if isinstance(each, str))):
            metadata[name] = found
    if "solution_steps" in metadata:
        metadata["steps"] = metadata["solution_steps"]
    return Answer(response.strip(), metadata)


def _cut(text: str) -> Answer | None:
    """Return the beginning of the response in JSON which ends too soon."""
    if (match := _CUT_RESPONSE.search(text)) is None:
        return None
    inside = match[1]
    for shorter in range(_PAIR_OF_ESCAPES):
        try:
            response = orjson.loads(f'"{inside[: len(inside) - shorter]}"')
        except orjson.JSONDecodeError:
            continue
        return Answer(response.strip(), {}) if response.strip() else None
    return None


def _longest(name: str) -> int:
    return SCHEMA_CODE_CHARACTERS if name == "generated_code" else ITEM_CHARACTERS
