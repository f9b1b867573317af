"""What an answer of each kind is made of, as a JSON schema and as read back from JSON (S53, S54); pure.

Every text and list in a schema is bounded: without that, a small model held to it may never stop. Reading never raises.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import orjson

from node.ai.engines.findings import ENTRY_CHARACTERS, entries
from node.ai.engines.growing import RESPONSE, Growing
from node.ai.engines.route import ConversationType

RESPONSE_CHARACTERS: Final = 4_000
LIST_ITEMS: Final = 12
ITEM_CHARACTERS: Final = 400
Rows = tuple[tuple[str, tuple[str, ...]], ...]
"""Fields as they travel with an answer: each its name and its texts, of which a field that is one text has one."""
FORM: Final = (
    "Write a JSON object. “response” is the whole answer as the user is to read it, in Markdown. Fill another field "
    "only where the answer has it, in the words of the answer; leave out, or make null, what it does not have."
)
_LIST: Final = MappingProxyType(
    {"type": "array", "maxItems": LIST_ITEMS, "items": {"type": "string", "maxLength": ITEM_CHARACTERS}}
)
_FENCED = re.compile(r"```[a-zA-Z]{0,10}\n(.*?)(?:\n```\s*|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Contract:
    """What an answer may carry.

    Attributes:
        lists: fields which are lists of texts.
        texts: fields which are one text.
        derived: fields which are made of the others, or of the response.
        gains: a model is held to the schema where nobody said: its JSON tells more than its prose.
    """

    lists: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    derived: tuple[str, ...] = ()
    gains: bool = True

    @property
    def fields(self) -> tuple[str, ...]:
        """All fields."""
        return self.texts + self.lists + self.derived


CONTRACTS: Final[Mapping[ConversationType, Contract]] = MappingProxyType(
    {
        "simple": Contract(gains=False),
        "complex": Contract(lists=("steps",)),
        "analysis": Contract(lists=("analysis_points", "recommendations")),
        "generation": Contract(lists=("implementation_plan",), derived=("generated_code", "code_blocks"), gains=False),
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
    """Return the JSON schema of an answer; only `response` is required, since not every answer has all fields.

    It comes first: people read it as it grows, and of an answer that is cut short it is what stays.
    """
    contract = CONTRACTS[kind]
    properties: dict[str, object] = {
        RESPONSE: {"type": "string", "maxLength": RESPONSE_CHARACTERS},
        **{name: {"type": "string", "maxLength": ITEM_CHARACTERS} for name in contract.texts},
        **{name: dict(_LIST) for name in contract.lists},
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
    return Answer(response.strip(), fields_in(said, kind))


def rows_of(metadata: Mapping[str, object], kind: ConversationType, *, most_bytes: int) -> Rows:
    """Return the fields which the model said under the schema, in a form that can travel, without those of no room."""
    contract, left = CONTRACTS[kind], most_bytes
    rows: list[tuple[str, tuple[str, ...]]] = []
    for name in contract.texts + contract.lists:
        value = metadata.get(name)
        texts = value if isinstance(value, list) else [value] if isinstance(value, str) else []
        row = (name, tuple(text[:ITEM_CHARACTERS].strip() for text in texts[:LIST_ITEMS]))
        size = sum(len(text.encode("utf-8", "replace")) for text in (name, *row[1]))
        if row[1] and size <= left:
            rows.append(row)
            left -= size
    return tuple(rows)


def fields_in(said: Mapping[str, object], kind: ConversationType) -> dict[str, object]:
    """Return the metadata in fields by name, of whatever type: nothing but what the kind has, and bounded.

    A field that is one text may also come as the list of that text, as it travels.
    """
    contract = CONTRACTS[kind]
    metadata: dict[str, object] = {}
    for name in contract.texts:
        value = said.get(name)
        if isinstance(value, list | tuple) and len(value) == 1:
            value = value[0]
        if isinstance(value, str) and value.strip():
            metadata[name] = value.strip()[:ENTRY_CHARACTERS]
    for name in contract.lists:
        values = said.get(name)
        if isinstance(values, list | tuple) and (found := entries(each for each in values if isinstance(each, str))):
            metadata[name] = found
    if "solution_steps" in metadata:
        metadata["steps"] = metadata["solution_steps"]
    return metadata


def _cut(text: str) -> Answer | None:
    """Return the beginning of the response in JSON which ends too soon, or is not quite right."""
    growing = Growing()
    growing.feed(text)
    return Answer(growing.text.strip(), {}) if growing.text.strip() else None
