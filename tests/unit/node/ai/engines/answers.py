"""Answers as hostile and as mixed as a model may make them, and whether a text stands in one."""

from hypothesis import strategies as st

PIECES = (
    "# ", "## Steps\n", "## Root cause\n", "### 2. Fix\n", "**Key points:**\n", "**Doporučení**\n",
    "Lösung: neu starten\n", "- a point\n", "* **bold**: point\n", "  - nested\n", "\t1. tabbed\n", "1. one\n",
    "2) two\n", "3. three\n", "Step 4: four\n",
    "```python\n", "```\n", "~~~\n", "print('**x**')\n", "`a ** b`", "---\n", "\n", "\n\n", " ", ":", "**", "*", "`",
    "#", "It fails because x is None. ", "text ", "1.", "Recommendations:\n", "\r\n", "\u2028", "é", "😀", "{",
    '"response": "',
)  # fmt: skip
ANSWERS = st.lists(st.sampled_from(PIECES), max_size=60).map("".join) | st.text(max_size=400)
HOSTILE = (
    "#", "*", "`", "```", "```\n", "~~~a\n", "-", "- ", "- a\n", "* * ", "1. ", "1. a\n", "**", "**a** ", "**a:** b\n",
    ": ", ":\n", "\n", " ", "\t", "  - a\n", "# a\n", "Steps:\n", "Step 1: ", ". ", "a", "because ", "příčin",
    '"response":"', "{", '\\"', "a: ", "\r\n", "=", "_ ",
)  # fmt: skip


def squeezed(text: str) -> str:
    """Return the text without white space and without marks of bold type."""
    return "".join(text.split()).replace("*", "")


def texts_in(value: object) -> list[str]:
    """Return all texts of a metadata value."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for each in value.values() for text in texts_in(each)]
    assert isinstance(value, list), value
    return [text for each in value for text in texts_in(each)]
