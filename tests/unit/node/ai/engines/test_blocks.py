"""Taking Markdown apart, as models write it."""

from node.ai.engines.blocks import Block, blocks_of, plain


def parts(text: str) -> list[tuple[str, str, int, int | None]]:
    return [(block.kind, block.text, block.level, block.number) for block in read(text)]


def read(text: str) -> list[Block]:
    return blocks_of(text, is_title=lambda title: title in ("Cause", "Fix"))


def test_headings_come_with_hashes_or_in_bold() -> None:
    assert parts("# One #\n### Two:\n**Three**\n**Four:**\n**Five**:") == [
        ("heading", "One", 1, None),
        ("heading", "Two", 3, None),
        ("heading", "Three", 7, None),
        ("heading", "Four", 7, None),
        ("heading", "Five", 7, None),
    ]
    assert parts("#hashtag") == [("text", "#hashtag", 0, None)]


def test_a_numbered_heading_keeps_its_number_and_a_step_is_an_item() -> None:
    assert parts("## 2. Look\n### Step 3: Think\n**Krok 4: Udělej to**") == [
        ("heading", "Look", 2, 2),
        ("item", "Think", 0, 3),
        ("item", "Udělej to", 0, 4),
    ]


def test_lists_are_nested_by_indentation() -> None:
    assert parts("- a\n  - b\n    1. c\n- d") == [
        ("item", "a", 0, None),
        ("item", "b", 1, None),
        ("item", "c", 1, 1),
        ("item", "d", 0, None),
    ]
    assert [block.level for block in read("1. a\n\t- b\n2. c")] == [0, 1, 0]
    assert [block.level for block in read("  - a\n    - b\n  - c")] == [0, 1, 0]


def test_bullets_of_every_kind() -> None:
    text = "- a\n* b\n+ c\n• d\n\u2013 e\n- [x] f\n- [ ] g"
    assert [block.text for block in read(text)] == list("abcdefg")


def test_an_item_goes_on_in_the_next_line_but_not_after_a_blank_one() -> None:
    assert parts("1. one\n   goes on\nand on\n\nparagraph") == [
        ("item", "one\ngoes on\nand on", 0, 1),
        ("text", "paragraph", 0, None),
    ]


def test_fences_hold_code_exactly() -> None:
    code = "def f():\n\n    # no heading\n    return '- no item'\n"
    (block,) = read(f"```python\n{code}\n```")
    assert (block.kind, block.text, block.language) == ("code", code, "python")


def test_fences_are_closed_by_their_own_kind_or_by_the_end() -> None:
    assert [block.text for block in read("````\n```\nx\n```\n````\n~~~js\ny\n~~~")] == ["```\nx\n```", "y"]
    assert [(block.kind, block.text) for block in read("say\n```sh\nls\n# all")] == [
        ("text", "say"),
        ("code", "ls\n# all"),
    ]
    assert [block.text for block in read("```\n```python\nx\n```\n")] == ["```python\nx"]
    assert [block.text for block in read("1. a\n   ```\n   x\n   ```\n2. b")] == ["a", "   x", "b"]


def test_known_labels_are_headings_and_others_are_text() -> None:
    assert parts("**Cause:** it broke\nFix: mend it\nNote: careful") == [
        ("heading", "Cause", 7, None),
        ("text", "it broke", 0, None),
        ("heading", "Fix", 7, None),
        ("text", "mend it\nNote: careful", 0, None),
    ]
    assert parts("- **Cause**: it broke")[0] == ("heading", "Cause", 7, None)


def test_within_an_item_a_label_is_text() -> None:
    assert parts("1. one\n   Cause: because\n2. two") == [("item", "one\nCause: because", 0, 1), ("item", "two", 0, 2)]


def test_rules_between_parts_are_dropped() -> None:
    assert parts("a\n---\nb\n* * *\n===") == [("text", "a", 0, None), ("text", "b", 0, None)]


def test_plain_takes_bold_away_and_leaves_code_alone() -> None:
    assert plain("**a**  b\n`x ** y` **c**") == "a b `x ** y` c"
