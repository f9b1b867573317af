"""Markdown on one line: no mark is left, no word is lost, ranges stay with their words."""

import pytest

from gui.state.plain import plain, plain_marked


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("it carries **350 kg** on a *square* metre", "it carries 350 kg on a square metre"),
        ("__strong__ and _weak_ and ~~gone~~", "strong and weak and gone"),
        ("snake_case_name and __init__.py in `a_b_c`", "snake_case_name and init.py in a_b_c"),
        ("2 * 3 * 4 = 24, 5*6", "2 * 3 * 4 = 24, 5*6"),
        ("`**not bold**` and ``a`b``", "**not bold** and a`b"),
        ("# Plan\n\n- first\n* second\n- [x] done\n1. third", "Plan first second done 1. third"),
        ("> quoted\n>> twice", "quoted twice"),
        ("see [the report](https://example.org/a_b) and ![a roof](x.png)", "see the report and a roof"),
        ("```python\nprint(1)\n```\nthat is it", "print(1) that is it"),
        ("| bed | plants |\n|---|:-:|\n| north | ferns |", "bed plants north ferns"),
        (r"five \* six \_x\_", "five * six _x_"),
        ("a --- b", "a --- b"),
        ("@Leaf, -5 degrees?", "@Leaf, -5 degrees?"),
        ("**Water**: one", "Water: one"),
        ("…Water**: one", "…Water: one"),
        ("", ""),
        ("***both***", "both"),
        ("[x] > y | z #1", "[x] > y | z #1"),
    ],
)
def test_marks_are_left_out_and_words_stay(written: str, read: str) -> None:
    assert plain(written) == read


def test_s18_ranges_of_a_snippet_stay_with_their_words() -> None:
    text = "…3. **Water**: one `barrel`, [200 l](https://example.org)"
    ranges = [(text.index(word), text.index(word) + len(word)) for word in ("Water", "barrel", "200")]
    shown, moved = plain_marked(text, [*ranges, (4, 6)])
    assert shown == "…3. Water: one barrel, 200 l"
    assert [shown[start:end] for start, end in moved] == ["Water", "barrel", "200"]


def test_a_range_over_a_mark_keeps_what_is_left_of_it() -> None:
    shown, moved = plain_marked("a **b** c", [(0, 7)])
    assert (shown, moved) == ("a b c", ((0, 3),))


@pytest.mark.parametrize("evil", ["*" * 4000, "[" * 4000, "_a" * 2000, "`" * 3999 + "x", "> " * 2000, "|" * 4000])
def test_marks_without_end_take_no_time(evil: str) -> None:
    plain(evil)
    plain_marked(evil, [(0, 1)])
