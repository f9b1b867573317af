"""Titles in three languages, and what stands under them."""

import pytest

from node.ai.engines.prompts import titles_in
from node.ai.engines.sections import kind_of, numbered_run, sections_of


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Root Cause", "root_cause"),
        ("🔍 Root cause of the crash", "root_cause"),
        ("Příčina", "root_cause"),
        ("Ursache", "root_cause"),
        ("How to fix it", "solution"),
        ("Řešení problému", "solution"),
        ("Lösung", "solution"),
        ("My recommendations", "recommendations"),
        ("Next steps", "recommendations"),
        ("Implementation Plan", "plan"),
        ("Step-by-step", "steps"),
        ("Key Findings", "points"),
        ("Silné stránky", "points"),
        ("Introduction", None),
        ("", None),
        ("a plan which is part of a longer sentence that goes on", None),
        ("plan " * 40, None),
    ],
)
def test_titles_are_known_in_three_languages(title: str, kind: str | None) -> None:
    assert kind_of(title, exactly=False) == kind


def test_exactly_means_nothing_but_the_title() -> None:
    assert kind_of("Root cause", exactly=True) == "root_cause"
    assert kind_of("Find the root cause", exactly=True) is None


@pytest.mark.parametrize("language", ["en", "de", "cs", "fi", ""])
def test_the_titles_we_ask_for_are_those_we_know(language: str) -> None:
    titles = dict(titles_in(language))
    del titles["conclusion"]
    assert {name: kind_of(title, exactly=True) for name, title in titles.items()} == {name: name for name in titles}


def test_a_part_ends_at_the_next_title_of_its_level() -> None:
    text = "## Steps\n1. a\n### Note\n2. b\n## Conclusion\n- c"
    assert [(section.kind, section.entries()) for section in sections_of(text)] == [
        (None, []),
        ("steps", ["a", "b"]),
        (None, ["c"]),
    ]


def test_numbered_headings_are_items_unless_they_are_titles() -> None:
    text = "## 1. Root cause\nx is None\n## 2. Solution\n### 1. Stop\n### 2. Find the root cause"
    assert [(section.kind, section.entries()) for section in sections_of(text)][1:] == [
        ("root_cause", ["x is None"]),
        ("solution", ["Stop", "Find the root cause"]),
    ]


def test_where_there_is_no_list_the_paragraphs_count() -> None:
    assert sections_of("Recommendations:\nDo this.\n\nDo that.")[1].entries() == ["Do this.", "Do that."]


def test_the_longest_list_counted_through_is_found() -> None:
    assert numbered_run(sections_of("1. a\n2. b\n\ntext\n\n1. c\n```\ncode\n```\n2. d\n\nmore\n\n3. e")) == [
        "c",
        "d",
        "e",
    ]
    assert numbered_run(sections_of("1. a\n1. b\n1. c")) == ["a", "b", "c"]
    assert numbered_run(sections_of("1. alone")) == []
    assert numbered_run(sections_of("- a\n- b")) == []
    assert numbered_run(sections_of("")) == []
