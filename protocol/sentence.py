"""A sentence for a person that can be said in another language too: a form with named places, and what stands in them.

It is the English text for everybody who takes it as one; over the channel its form and values go beside that text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, Self

from crypto.codec import decode, encode
from crypto.errors import CodecError

PACKED_BYTES: Final = 2048
PACKED_VALUES: Final = 8
PACKED_DEPTH: Final = 4
"""Sentences within sentences."""
_PLACE: Final = re.compile(r"\{([a-z_]{1,32})\}")

Value = str | float | list[str]
"""What may stand in a place: foreign text, a number, a list of names, another sentence."""


class Sentence(str):
    """A form such as `{by} removed {people}`, filled in.

    Attributes:
        form: the sentence with its places.
        values: what stands in them: names and other foreign text, numbers, lists of names, sentences.
    """

    __slots__ = ("form", "values")

    form: str
    values: Mapping[str, Any]

    def __new__(cls, form: str, /, **values: Value) -> Self:
        """Fill in the places of a form; without values it stands as it is."""
        filled = form.format_map({name: _english(value) for name, value in values.items()}) if values else form
        made = super().__new__(cls, filled)
        made.form = form
        made.values = values
        return made

    def told(self) -> dict[str, Any]:
        """Return `{form, values}` as JSON has it; a value that is a sentence is told in the same way."""
        values = {name: value.told() if isinstance(value, Sentence) else value for name, value in self.values.items()}
        return {"form": self.form, "values": values}


def told(**texts: str) -> dict[str, Any]:
    """Return `{"said": {name: {form, values}}}` for those of the texts that are sentences with values, else nothing."""
    said = {name: text.told() for name, text in texts.items() if isinstance(text, Sentence) and text.values}
    return {"said": said} if said else {}


def packed(text: str) -> bytes:
    """Return a sentence's `[form, [[name, value], …]]` for another node; empty for one without values, or too large."""
    if not isinstance(text, Sentence) or not text.values:
        return b""
    try:
        data = encode(_packed(text))
    except CodecError:
        return b""  # a number that is not whole: said in English
    return data if isinstance(unpacked(str(text), data), Sentence) else b""


def unpacked(text: str, data: bytes) -> str:
    """Return a text of another node's with the form and values it sent beside it, where they make just that text.

    Without them, and where they are malformed, too large, or say something else, the text stays as it came.
    """
    if not data or isinstance(text, Sentence):
        return text
    try:
        sentence = _unpacked(decode(data, max_bytes=PACKED_BYTES), 0)
    except (CodecError, ValueError):
        return text
    return sentence if sentence == text else text


def listed(names: list[str]) -> str:
    """Return names as they stand in an English sentence."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _packed(sentence: Sentence) -> list[Any]:
    return [
        sentence.form,
        [[name, _packed(value) if isinstance(value, Sentence) else value] for name, value in sentence.values.items()],
    ]


def _unpacked(data: Any, depth: int) -> Sentence:
    """Return the sentence in decoded data (ValueError): a form has plain places alone, and a value for each."""
    match data:
        case [str() as form, [*pairs]] if depth < PACKED_DEPTH and len(pairs) <= PACKED_VALUES:
            values = dict(_pair(pair, depth) for pair in pairs)
            if {*_PLACE.findall(form)} == {*values} and not {*"{}"} & {*_PLACE.sub("", form)}:
                return Sentence(form, **values)
    raise ValueError("that is no sentence")


def _pair(data: Any, depth: int) -> tuple[str, Value]:
    match data:
        case [str() as name, str() as value]:
            return name, value
        case [str() as name, int() as value] if not isinstance(value, bool):
            return name, value
        case [str() as name, [str(), [*_]] as value]:
            return name, _unpacked(value, depth + 1)
        case [str() as name, [str(), *_] as value] if all(isinstance(each, str) for each in value):
            return name, value
    raise ValueError("that does not stand in a sentence")


def _english(value: Value) -> str:
    match value:
        case list():
            return listed(value)
        case int():
            return f"{value:,}"
        case float():
            return f"{value:,.1f}"
    return value
