"""What a model says to an inquiry: what people see of it while it grows, and what it is in the end (S36, S54); pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from node.ai.context import without_speaker
from node.ai.engines.contracts import Rows, answer_in, rows_of
from node.ai.engines.growing import RESPONSE, Growing
from node.ai.engines.route import ConversationType
from node.ai.inquiry import Inquiry
from node.ai.providers.request import CONSTRAINED, Chunk, Finish
from protocol.limits import AI_TEXT_CHARACTERS, CONTENT_BODY_BYTES

FIELDS_BYTES: Final = 8 << 10
_REST_BYTES: Final = 4 << 10
"""What of an operation is neither the text nor the fields."""
_NOTHING: Final = Finish("", None, None, "")


@dataclass(frozen=True, slots=True)
class Whole:
    """An answer that is complete, or was stopped.

    Attributes:
        text: what people read; never JSON that was meant for the node. Empty where the model said nothing.
        fields: what the model said under names of the engine's schema; empty for prose.
        constrained: the model was held to the schema, and kept to it.
        ignored: what was wished for and is not done; sorted.
        finish: how the provider ended it.
    """

    text: str = field(repr=False)
    fields: Mapping[str, object] = field(repr=False)
    constrained: bool
    ignored: tuple[str, ...]
    finish: Finish

    def rows(self, kind: ConversationType) -> Rows:
        """Return the fields as they travel with the text in one operation, those that there is room for."""
        room = CONTENT_BODY_BYTES - _REST_BYTES - len(self.text.encode("utf-8", "replace"))
        return rows_of(self.fields, kind, most_bytes=min(FIELDS_BYTES, room))


class Said:
    """An answer in the making."""

    def __init__(self, inquiry: Inquiry, *, name: str = "") -> None:
        """`name`: of the AI, which small models like to begin with; empty where nobody is called by a name."""
        self._inquiry = inquiry
        self._name = name
        self._raw = ""
        self._growing = Growing()
        self._has_form = False
        self._finish = _NOTHING

    @property
    def text(self) -> str:
        """What people see so far."""
        return self._seen(self._growing.text if self._has_form else self._raw)

    def take(self, piece: Chunk | Finish) -> None:
        """Take the next piece of the stream."""
        match piece:
            case Chunk(text, constrained):
                self._raw += text
                self._has_form = constrained
                if constrained:
                    self._growing.feed(text)
            case Finish():
                self._finish = piece

    def whole(self) -> Whole:
        """Return the answer as far as it came."""
        found = answer_in(self._raw, self._inquiry.route.conversation_type) if self._has_form else None
        text = found.response if found else self._raw
        if found is None and self._has_form and self._is_form_without_response():
            text = ""
        ignored = set(self._finish.ignored) - {CONSTRAINED}
        if self._inquiry.insists and not found:
            ignored.add(CONSTRAINED)
        return Whole(
            self._seen(text).strip()[:AI_TEXT_CHARACTERS],
            found.metadata if found else {},
            found is not None,
            tuple(sorted(ignored)),
            self._finish,
        )

    def _is_form_without_response(self) -> bool:
        """Return whether it is JSON of the schema, with nothing in it for people, and not some that was asked for."""
        keys = self._growing.keys
        return self._growing.is_json and (not keys or not keys.isdisjoint({RESPONSE, *self._inquiry.engine.fields}))

    def _seen(self, text: str) -> str:
        """Return the text without what does not belong to the answer; a provider cannot end JSON where others speak."""
        if self._has_form:
            ends = (text.find(stop) for stop in self._inquiry.request.stop)
            text = text[: min((end for end in ends if end >= 0), default=len(text))]
        return without_speaker(text, self._name) if self._name else text
