"""How many tokens a text has, and how many a model takes; pure.

The window of a model is asked for where its server tells it; the table is for the vendors that do not.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

Count = Callable[[str], int]
LONGEST_PROMPT_TOKENS = 32_768  # a talk rarely needs more, and every token costs time and money
_FAMILIES = MappingProxyType(
    {
        "gpt-3.5": 16_385,
        "gpt-4": 8192,
        "gpt-4-32k": 32_768,
        "gpt-4-0125": 128_000,
        "gpt-4-1106": 128_000,
        "gpt-4-turbo": 128_000,
        "gpt-4o": 128_000,
        "gpt-4.1": 1_047_576,
        "gpt-4.5": 128_000,
        "gpt-5": 272_000,
        "gpt-oss": 131_072,
        "chatgpt-4o": 128_000,
        "o1": 200_000,
        "o1-mini": 128_000,
        "o1-preview": 128_000,
        "o3": 200_000,
        "o4": 200_000,
        "claude": 200_000,
        "claude-2.0": 100_000,
        "claude-instant": 100_000,
    }
)


@dataclass(frozen=True, slots=True)
class Window:
    """How much a model takes.

    Attributes:
        context_tokens: prompt and answer together.
        prompt_tokens: what a prompt should have at most, so that the answer fits and begins soon.
        count: how many tokens a text has; exact for the texts it was made for where the server has a tokenizer, else
            rather too many than too few.
    """

    context_tokens: int
    prompt_tokens: int
    count: Count


def window(context_tokens: int, counted: Mapping[str, int] | None = None) -> Window:
    """Return the window of a model with so many tokens.

    Args:
        context_tokens: prompt and answer together.
        counted: the tokens of texts as the model's own tokenizer counted them; all others are estimated.
    """
    known = dict(counted or {})
    prompt_tokens = min(LONGEST_PROMPT_TOKENS, context_tokens * 3 // 4)
    return Window(context_tokens, prompt_tokens, lambda text: known[text] if text in known else estimate(text))


def family_tokens(model: str) -> int:
    """Return the window of the vendor's family of models, careful where it has several; 0 for unknown ones."""
    name = model.rpartition("/")[2].removeprefix("ft:").lower()
    families = [family for family in _FAMILIES if name.startswith(family)]
    return _FAMILIES[max(families, key=len)] if families else 0


def estimate(text: str) -> int:
    """Return about how many tokens a text has, rather too many than too few; exact for no model.

    Measured with the vocabulary of a small model (49152 entries): English has 4.8 letters a token, German 2.5, digits
    and signs 1, Chinese, Arabic and emoji two thirds of a token for every byte.
    """
    letters = sum(character.isalpha() or character.isspace() for character in text if character.isascii())
    others = sum(character.isascii() for character in text) - letters
    foreign_bytes = len(text.encode("utf-8", "replace")) - letters - others
    return int(letters / 3.5 + others * 0.8 + foreign_bytes * 0.75) + 1
