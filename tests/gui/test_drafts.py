import datetime

from gui.state.ai_work import AiWork, Answering, Waiting
from gui.state.drafts import EMPTY, MOST_KEPT, Draft, Drafts, Quoted
from gui.state.mentions import Mentionable, begun, matching, spans
from gui.state.outbox import Outbox, Outgoing

NOW = datetime.datetime(2026, 11, 21, 10, 0, tzinfo=datetime.UTC)
PEOPLE = (
    Mentionable("1", "Ana Nováková"),
    Mentionable("2", "Max"),
    Mentionable("3", "Max Planck"),
    Mentionable("4", "Åsa"),
    Mentionable("5", "Leaf", ai=True),
)


def test_drafts_are_kept_and_blank_ones_forgotten() -> None:
    drafts, told = Drafts(), []
    drafts.changed.connect(lambda: told.append(1))
    drafts.keep("a", Draft("half a thought", reply=Quoted("m1", "Bo", "why?")))
    drafts.keep("b", Draft("  \n "))
    assert (drafts.of("a"), drafts.of("b"), drafts.of("c")) == ("half a thought", "", "")
    assert told == [1]
    drafts.keep("a", Draft("half a thought", reply=Quoted("m1", "Bo", "why?")))
    assert told == [1]
    drafts.keep("a", EMPTY)
    assert (drafts.get("a"), told) == (EMPTY, [1, 1])


def test_an_edit_is_no_draft_text_and_what_waits_behind_it_is() -> None:
    drafts = Drafts()
    drafts.keep("a", Draft("another text", edit=Quoted("m1"), aside="my draft"))
    assert drafts.of("a") == "my draft"


def test_drafts_survive_and_nonsense_is_left_out() -> None:
    drafts = Drafts()
    whole = Draft("t", Quoted("m", "n", "w"), Quoted("e"), "aside", for_ai=False)
    drafts.keep("a", whole)
    again = Drafts()
    again.keep("b", Draft("typed meanwhile"))
    again.load({**drafts.dump(), "b": {"text": "older"}, "c": 5, "d": {"text": 7, "reply": {"id": 1}, "for_ai": "no"}})
    assert again.get("a") == whole
    assert again.of("b") == "typed meanwhile"
    assert set(again.dump()) == {"a", "b"}
    again.load([1])
    again.load({"x": {"text": "y" * (MOST_KEPT + 1)}})
    assert len(again.of("x")) == MOST_KEPT


def outgoing(name: str, where: str = "a") -> Outgoing:
    return Outgoing(name, where, f"text {name}", NOW)


def test_the_outbox_keeps_order_and_passes_over_what_failed() -> None:
    outbox = Outbox()
    for name in ("1", "2", "3"):
        outbox.add(outgoing(name))
    outbox.add(outgoing("4", "b"))
    outbox.failed("1", "too fast")
    following = outbox.next("a")
    assert following is not None
    assert following.client_id == "2"
    assert (outbox.conversations(), outbox.waiting()) == (["a", "b"], 3)
    outbox.retry("1")
    first = outbox.next("a")
    assert first is not None
    assert first.client_id == "1"
    outbox.remove("1")
    assert [item.client_id for item in outbox.of("a")] == ["2", "3"]


def test_the_outbox_survives_in_order_and_nonsense_is_left_out() -> None:
    before = Outbox()
    before.add(Outgoing("1", "a", "x", NOW, "m9", True, "why not"))
    before.add(outgoing("2"))
    after = Outbox()
    after.add(outgoing("3"))
    after.load([*before.dump(), 7, {"client_id": "4"}, {"client_id": 1, "conversation": "a", "text": "x"}])
    assert [item.client_id for item in after.of("a")] == ["1", "2", "3"]
    assert after.get("1") == Outgoing("1", "a", "x", NOW, "m9", True, "why not")
    after.load("nothing")


def test_what_is_offered_after_an_at_sign() -> None:
    assert begun("Hello @an") == "an"
    assert begun("(@Max Pl") == "Max Pl"
    assert begun("mail a@b") is None
    assert begun("@") == ""
    assert begun("@@x") is None
    assert begun("@one\ntwo") is None

    def names(typed: str) -> list[str]:
        return [one.name for one in matching(PEOPLE, typed)]

    assert names("") == [one.name for one in PEOPLE]
    assert names("novak") == ["Ana Nováková"]
    assert names("as") == ["Åsa"]
    assert names("MAX") == ["Max", "Max Planck"]
    assert names("max p") == ["Max Planck"]
    assert names("max planck ") == []
    assert names("x") == []


def test_mentions_in_a_text_are_whole_names_the_longest_first() -> None:
    names = [one.name for one in PEOPLE]
    text = "@max planck, @Max-x a@Max @Maxi @Max"
    assert [text[at : at + size] for at, size in spans(text, names)] == ["@max planck", "@Max"]
    assert spans("no sign", names) == []
    assert spans("@", [" "]) == []


def mine(message_id: str) -> bool:
    return message_id.startswith("my")


def test_my_place_in_the_line_of_an_ai() -> None:
    work, told = AiWork(), []
    work.changed.connect(lambda: told.append(1))
    work.delta("leaf", "Leaf", "s1", "theirs", "thinking")
    work.delta("leaf", "Leaf", "s1", "theirs", "growing")
    work.delta("leaf", "Leaf", "s1", "theirs", "growing")
    assert told == [1, 1]
    work.line("leaf", "Leaf", ("other", "my1", "my2"))
    assert (work.answering(mine), work.waiting(mine)) == ([], [Waiting("Leaf", 2)])
    work.delta("leaf", "Leaf", "s1", "theirs", "done")
    work.line("leaf", "Leaf", ("my1", "my2"))
    assert work.waiting(mine) == [Waiting("Leaf", 0)]
    work.delta("leaf", "Leaf", "s2", "my1", "growing")
    work.line("leaf", "Leaf", ())
    assert (work.answering(mine), work.waiting(mine)) == ([Answering("leaf", "Leaf", "my1", writes=True)], [])
    work.answered("leaf", "my1")
    assert work.answering(mine) == []
