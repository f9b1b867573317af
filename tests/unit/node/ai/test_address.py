import pytest

from node.ai.address import Participant, answering

ASSISTANT = Participant("1", "Assistant", "every")
MAX = Participant("2", "Max", "addressed")
PLANCK = Participant("3", "Max Planck", "mentioned")
QUIET = Participant("4", "Quiet", "never")
OTHER = Participant("5", "Ängström C++", "every")
ALL = (ASSISTANT, MAX, PLANCK, QUIET, OTHER)


def names(text, **more):
    return [each.name for each in answering(ALL, text, **{"author_kind": "human", **more})]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What now?", ["Assistant"]),
        ("", ["Assistant"]),
        ("ask @max", ["Max"]),
        ("ask @MAX PLANCK's law, please", ["Max Planck"]),
        ("@Max\nPlanck", ["Max Planck"]),
        ("@Max and @Max Planck and @max", ["Max", "Max Planck"]),
        ("@ängström c++: hello", ["Ängström C++"]),
        ("@Quiet are you there?", []),
        ("@Quiet and @Max", ["Max"]),
        ("@Maximilian @Max-Emil a@max @@max", ["Assistant"]),
        ("look at `@Max` and\n```\n@Max\n```", ["Assistant"]),
        ("Assistant, @Max knows", ["Max"]),
    ],
)
def test_a_mention_decides(text, expected):
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Max, what is light?", ["Max"]),
        ("  max: what is light?", ["Max"]),
        ("Hey Max! Are you there?", ["Max"]),
        ("Max", ["Max"]),
        ("Assistant and Max, who is right?", ["Assistant", "Max"]),
        ("Assistant, Max: who is right?", ["Assistant", "Max"]),
        ("Max is wrong", ["Assistant"]),
        ("Maximum, what?", ["Assistant"]),
        ("I asked Max, but", ["Assistant"]),
        ("Max Planck, what?", []),
        ("Quiet: what?", []),
    ],
)
def test_a_name_at_the_beginning_decides(text, expected):
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "replied_to", "expected"),
    [
        ("And why?", MAX, ["Max"]),
        ("And why?", PLANCK, []),
        ("And why, @Assistant?", MAX, ["Assistant"]),
        ("Assistant, why?", MAX, ["Assistant"]),
        ("And why?", Participant("6", "Gone", "every"), ["Assistant"]),
    ],
)
def test_a_reply_to_what_an_ai_said_is_for_that_ai_unless_another_one_is_called(text, replied_to, expected):
    assert names(text, replied_to=replied_to.id) == expected


def test_without_a_policy_for_it_nobody_answers():
    assert answering((MAX, PLANCK, QUIET), "What now?", author_kind="human") == ()
    assert answering((), "@Max", author_kind="human") == ()


@pytest.mark.parametrize("text", ["What now?", "Max, what now?", "@Quiet!", "@Assistant!"])
def test_an_ai_reaches_another_by_mention_alone_and_never_itself(text):
    assert names(text, author_kind="ai", author_id="1", replies_in_a_row=1) == []


def test_ais_answer_each_other_three_times_at_most():
    text = "@Max @Max Planck @Ängström C++"
    rooms = [len(names(text, author_kind="ai", author_id="1", replies_in_a_row=count)) for count in range(5)]
    assert rooms == [3, 2, 1, 0, 0]


def test_signs_in_a_name_mean_nothing():
    odd = Participant("1", "(.*)+[", "every")
    blank = Participant("2", "   ", "every")
    assert answering((odd, blank), "@(.*)+[ hello", author_kind="human") == (odd,)
    assert answering((blank,), "@ hello", author_kind="human") == (blank,)
