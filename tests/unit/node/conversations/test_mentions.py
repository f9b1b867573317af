"""Whom a text mentions."""

import pytest

from node.conversations.mentions import mentioned

PEOPLE = [("Max", 1), ("Max Planck", 2), ("Ana", 3), ("ana", 4), ("Jürgen", 5), ("", 6), ("Bo-Bo", 7), ("C+", 8)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@Max come", (1,)),
        ("@Max Planck come", (2,)),
        ("@max\n planck and @MAX!", (2, 1)),
        ("@Maxim", ()),
        ("me@Max", ()),
        ("@@Max", ()),
        ("@Max-ish", ()),
        ("(@Max)", (1,)),
        ("@Ana", (3, 4)),
        ("@ju\u0308rgen", (5,)),
        ("`@Max` and ```\n@Ana\n``` and @Bo-Bo", (7,)),
        ("```\n@Ana", ()),
        ("@C+, @Max, @C+", (8, 1)),
        ("Max, Ana", ()),
        ("@", ()),
        ("@ Max", ()),
    ],
)
def test_mentioned(text: str, expected: tuple[int, ...]) -> None:
    assert mentioned(text, PEOPLE) == expected


def test_nobody_there() -> None:
    assert mentioned("@Max", []) == ()
    assert mentioned("@", [(" ", 1)]) == ()
