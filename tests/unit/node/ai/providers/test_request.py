import pytest

from node.ai.providers.request import Request, Turn

TURNS = (Turn("user", "the secret plan"),)


@pytest.mark.parametrize(
    "wrong",
    [
        {"turns": ()},
        {"temperature": -0.1},
        {"temperature": 2.1},
        {"temperature": float("nan")},
        {"top_p": -0.1},
        {"top_p": 1.1},
        {"max_tokens": 0},
        {"max_tokens": 32_769},
        {"max_tokens": True},
        {"max_tokens": 1.5},
        {"stop": ("",)},
    ],
)
def test_what_is_out_of_range_is_refused(wrong):
    with pytest.raises(ValueError):
        Request("m", **{"turns": TURNS, **wrong})


@pytest.mark.parametrize("right", [{"temperature": 0.0, "top_p": 0.0, "max_tokens": 1}, {"temperature": 2, "top_p": 1}])
def test_the_ends_of_the_ranges_are_allowed(right):
    assert Request("m", TURNS, **right).turns == TURNS
    assert Request("m", TURNS, max_tokens=32_768).max_tokens == 32_768


def test_what_was_said_never_shows():
    assert "secret" not in repr(Request("m", TURNS))
