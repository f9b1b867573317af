"""The hint at a passphrase: what is easy to guess is called so."""

import pytest

from gui.state.strength import bits, grade


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "weak"),
        ("abc", "weak"),
        ("aaaaaaaaaaaaaaaa", "weak"),
        ("12345678901234567890", "weak"),
        ("abcdefghijklmnop", "weak"),
        ("abababababababab", "weak"),
        ("horse staple", "fair"),
        ("correct horse battery", "strong"),
        ("x9$Kq2!vR7", "strong"),
    ],
)
def test_grades(text: str, expected: str) -> None:
    assert grade(text) == expected, bits(text)
