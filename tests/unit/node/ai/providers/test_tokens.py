import pytest

from node.ai.providers.tokens import estimate, family_tokens, window


@pytest.mark.parametrize(
    ("model", "tokens"),
    [
        ("gpt-4", 8192),
        ("gpt-4-0613", 8192),
        ("gpt-4-turbo-2024-04-09", 128_000),
        ("gpt-4o-mini", 128_000),
        ("gpt-4.1-nano", 1_047_576),
        ("openai/gpt-4o", 128_000),
        ("ft:gpt-4o-mini:org::x", 128_000),
        ("o1-mini", 128_000),
        ("o1", 200_000),
        ("claude-sonnet-5", 200_000),
        ("Claude-2.0", 100_000),
        ("gpt-99", 0),
        ("llama3.2", 0),
        ("", 0),
    ],
)
def test_families_are_known_by_the_longest_beginning(model, tokens):
    assert family_tokens(model) == tokens


def test_a_prompt_leaves_room_for_the_answer_and_is_never_huge():
    assert window(2048).prompt_tokens == 1536
    assert window(1_000_000).prompt_tokens == 32_768


def test_what_was_counted_is_exact_and_the_rest_estimated():
    count = window(100, {"hello": 7}).count
    assert (count("hello"), count("hello!")) == (7, estimate("hello!"))
