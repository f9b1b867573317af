"""What the one who asks wants of an answer, as told in `options` and `preferences` on the channel (S50, S51); pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

MAX_OTHERS: Final = 8
MAX_CHARACTERS: Final = 100
_STYLES: Final = MappingProxyType(
    {
        "concise": "Be brief: say only what is needed.",
        "brief": "Be brief: say only what is needed.",
        "detailed": "Be thorough: explain each point and name exceptions.",
        "formal": "Write formally.",
        "casual": "Write casually, as to a friend.",
        "friendly": "Write in a friendly way.",
        "technical": "Write for an expert; use the exact technical terms.",
        "simple": "Use simple words, as for a beginner.",
    }
)
_LANGUAGES: Final = MappingProxyType(
    {
        "cs": "Czech", "da": "Danish", "de": "German", "en": "English", "es": "Spanish", "fi": "Finnish",
        "fr": "French", "hu": "Hungarian", "it": "Italian", "ja": "Japanese", "ko": "Korean", "nl": "Dutch",
        "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian",
        "sk": "Slovak", "sv": "Swedish", "tr": "Turkish", "uk": "Ukrainian", "zh": "Chinese",
    }
)  # fmt: skip
_KNOWN: Final = frozenset({"include_examples", "include_sources", "response_style", "language", "timezone"})
_NOT_FOR_THE_PROMPT: Final = frozenset(
    {"temperature", "max_tokens", "top_p", "model", "llm_config", "constrained", "second_opinion"}
)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is wanted; None and empty where nothing was said.

    Attributes:
        examples: with examples, or without.
        sources: with the sources, or without.
        style: a known style, or a few words.
        language: a code (`cs`, `de-AT`), or a name.
        timezone: of the one who asks, as they name it.
        constrained: held to a JSON schema, or in prose.
        second_opinion: the model is asked for the kind of answer where the router is not sure, or not.
        others: options which we do not know, by name; they reach the model as they are, in one line each.
    """

    examples: bool | None = None
    sources: bool | None = None
    style: str = ""
    language: str = ""
    timezone: str = ""
    constrained: bool | None = None
    second_opinion: bool | None = None
    others: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(
        cls, options: Mapping[str, object] | None = None, *, preferences: Mapping[str, object] | None = None
    ) -> "Wishes":
        """Return the wishes in options and preferences; an option counts more, and what is not understood is left out.

        Texts are cut at MAX_CHARACTERS, unknown options at MAX_OTHERS; those which set the model up are not for it.
        """
        said = {**(preferences or {}), **(options or {})}
        others = [
            (_line(name), _line(value))
            for name, value in (options or {}).items()
            if name not in _KNOWN | _NOT_FOR_THE_PROMPT and isinstance(value, str | int | float)
        ]
        return cls(
            examples=_flag(said.get("include_examples")),
            sources=_flag(said.get("include_sources")),
            style=_text(said.get("response_style")),
            language=_text(said.get("language")),
            timezone=_text(said.get("timezone")),
            constrained=_flag(said.get("constrained")),
            second_opinion=_flag(said.get("second_opinion")),
            others=tuple((name, value) for name, value in others if name and value)[:MAX_OTHERS],
        )

    @property
    def base_language(self) -> str:
        """The language's code without its region, in lower case: `de` of `de-AT`."""
        return self.language.replace("_", "-").partition("-")[0].lower()

    def sentences(self) -> list[str]:
        """Return the wishes as instructions to a model."""
        said = []
        if self.language:
            said.append(f"Answer in {_LANGUAGES.get(self.base_language, self.language)}.")
        if self.style:
            said.append(_STYLES.get(self.style.lower(), f"Write in this style: {self.style}."))
        if self.examples is not None:
            said.append("Give at least one example." if self.examples else "Give no examples.")
        if self.sources:
            said.append("Name the sources which you rely on; where you know none, say so. Never make one up.")
        if self.timezone:
            said.append(f"Times are in the time zone {self.timezone}.")
        return said + [f"The user set {name}: {value}." for name, value in self.others]


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _text(value: object) -> str:
    return _line(value) if isinstance(value, str) else ""


def _line(value: object) -> str:
    return " ".join(str(value).split())[:MAX_CHARACTERS]
