import pytest

from gui.state.typing import Typing
from gui.widgets.typing_words import people_words


class Clock:
    def __init__(self) -> None:
        self.s = 100.0

    def __call__(self) -> float:
        return self.s


@pytest.mark.parametrize(
    ("names", "line"),
    [
        ([], ""),
        (["Ana"], "Ana is typing..."),
        (["Ana", "Bo"], "Ana and Bo are typing..."),
        (["Ana", "Bo", "Chen"], "Ana, Bo and others are typing..."),
        (["Ana", "Bo", "Chen", "Dita"], "Ana, Bo and others are typing..."),
    ],
)
def test_the_line(names: list[str], line: str) -> None:
    assert people_words(names) == line


def test_a_signal_lasts_three_seconds() -> None:
    clock = Clock()
    typing = Typing(clock)
    typing.started("ana", "Ana")
    clock.s += 2.9
    typing.expire()
    assert typing.people() == ["Ana"]
    assert typing.next_end_s() == pytest.approx(0.1)
    typing.started("ana", "Ana")
    clock.s += 2.9
    typing.expire()
    assert typing.people() == ["Ana"]
    clock.s += 0.2
    typing.expire()
    assert typing.people() == []
    assert typing.next_end_s() is None


def test_my_own_typing_is_never_shown() -> None:
    typing = Typing(Clock(), me="me")
    typing.started("me", "Me")
    assert typing.people() == []


def test_an_ai_stays_until_it_ends() -> None:
    clock = Clock()
    typing = Typing(clock)
    typing.started("ai", "Assistant", ai=True)
    clock.s += 60
    typing.expire()
    assert typing.ais() == ["Assistant"]
    typing.ended("ai")
    assert typing.ais() == []


def test_observers_hear_only_of_changes() -> None:
    typing = Typing(Clock())
    heard: list[int] = []
    typing.changed.connect(lambda: heard.append(1))
    typing.started("ana", "Ana")
    typing.started("ana", "Ana")
    typing.ended("bo")
    typing.ended("ana")
    assert len(heard) == 2
