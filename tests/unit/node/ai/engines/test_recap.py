"""What earlier answers had in numbered parts."""

from node.ai.engines.recap import PARTS, recap
from node.ai.providers.request import Turn


def test_the_newest_answers_with_parts_count() -> None:
    talk = [
        Turn("assistant", "1. x\n2. y"),
        Turn("assistant", "1. **a**\n2. b"),
        Turn("user", "1. mine\n2. too"),
        Turn("assistant", "no list"),
        Turn("assistant", "1. c\n2. d"),
    ]
    assert recap(talk) == "Your last list: 1. c; 2. d\nThe list before it: 1. a; 2. b"


def test_without_parts_it_is_empty() -> None:
    assert recap([]) == ""
    assert recap([Turn("assistant", "Yes."), Turn("user", "1. a\n2. b")]) == ""


def test_it_is_short_whatever_was_said() -> None:
    text = "\n".join(f"{number}. {'word ' * 200}" for number in range(1, 200))
    said = recap([Turn("assistant", text)] * 9)
    assert f"{PARTS}. " in said
    assert len(said) < 2_500
