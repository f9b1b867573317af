"""What is wanted of an answer, from options and preferences."""

from node.ai.engines.wishes import MAX_CHARACTERS, MAX_OTHERS, Wishes


def test_nothing_said_is_nothing_wanted() -> None:
    assert Wishes.of() == Wishes()
    assert Wishes().sentences() == []


def test_options_count_more_than_preferences() -> None:
    wishes = Wishes.of({"language": "de"}, preferences={"language": "cs", "include_sources": True})
    assert wishes.language == "de"
    assert wishes.sentences()[0] == "Answer in German."
    assert any("sources" in sentence for sentence in wishes.sentences())


def test_examples_can_be_wanted_and_unwanted() -> None:
    assert Wishes.of({"include_examples": True}).sentences() == ["Give at least one example."]
    assert Wishes.of({"include_examples": False}).sentences() == ["Give no examples."]


def test_wrong_types_are_left_out() -> None:
    said = {"include_examples": "yes", "language": 5, "response_style": None, "include_sources": 1, "timezone": []}
    assert Wishes.of(said) == Wishes()


def test_languages_and_styles_we_do_not_know_are_told_as_they_are() -> None:
    assert Wishes.of({"language": "Klingon", "response_style": "pirate"}).sentences() == [
        "Answer in Klingon.",
        "Write in this style: pirate.",
    ]
    assert Wishes.of({"language": "de_AT"}).base_language == "de"


def test_unknown_options_reach_the_model_in_one_line_and_in_bounds() -> None:
    assert Wishes.of({"depth": 3, "audience": "new\nusers", "deep": {"a": 1}}).sentences() == [
        "The user set depth: 3.",
        "The user set audience: new users.",
    ]
    many = Wishes.of({f"o{number}": "x" * 500 for number in range(50)})
    assert len(many.others) == MAX_OTHERS
    assert all(len(value) <= MAX_CHARACTERS for _, value in many.others)


def test_settings_of_the_model_are_not_told_to_it() -> None:
    assert Wishes.of({"temperature": 0.5, "max_tokens": 5, "llm_config": "x"}, preferences={"seed": 1}) == Wishes()
    said = Wishes.of({"constrained": False}, preferences={"constrained": True, "second_opinion": True})
    assert (said.constrained, said.second_opinion, said.sentences()) == (False, True, [])
    assert Wishes.of({"constrained": "no", "second_opinion": 1}) == Wishes()
