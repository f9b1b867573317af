"""Edits, deletions, reactions and pins: whose counts, whatever comes first."""

from collections.abc import Iterable, Sequence
from itertools import permutations

from crypto.ids import DeviceKey, IdentityKey, OpId
from protocol.bodies.ai import AiReply, Provenance, reply_key
from protocol.bodies.content import ContentBody, ContentKind, Delete, Edit, Message, Pin, React, Title, kind_of
from protocol.fold import Changes, Edited, Fold, Folded, Target
from tests.builders import fixed

ANA, BEN, CAT = (IdentityKey(fixed(name)) for name in ("ana", "ben", "cat"))
AI = fixed("ai")


def name(label: str) -> OpId:
    return OpId(fixed(label))


def op(label: str, depth: int, body: ContentBody, by: IdentityKey = ANA, *, level: int = 1, needed: int = 1) -> Folded:
    return Folded(name(label), depth, by, DeviceKey(by), body, level=level, needed=needed)


def delete(label: str, depth: int, target: str = "message", by: IdentityKey = ANA, *, level: int = 1) -> Folded:
    return op(label, depth, Delete(name(target)), by, level=level, needed=2)


MESSAGE = op("message", 1, Message("as it was"))
ANSWER = op(
    "answer", 2, AiReply(AI, reply_key(AI, MESSAGE.id), 0, bytes(8), MESSAGE.id, "a", Provenance("p", "m", 0)), BEN
)


class Talk:
    """A fold with a table of what is here."""

    def __init__(self, ops: Iterable[Folded] = ()) -> None:
        self.here: dict[OpId, Target] = {}
        self.fold = Fold(lambda _, __: False, self.here.get)
        for each in ops:
            self.apply(each)

    def apply(self, each: Folded) -> Changes:
        if each.counts:
            self.here[each.id] = Target(each.author, kind_of(each.body))
        return self.fold.apply(each)

    def drop(self, each: Folded) -> Changes:
        self.here.pop(each.id, None)
        return self.fold.drop(each)

    def text(self) -> str:
        edited = self.fold.edited(MESSAGE.id)
        return edited.text if edited else "as it was"


def in_any_order(ops: Sequence[Folded]) -> Iterable[Talk]:
    for order in permutations(ops):
        yield Talk(order)


def test_the_last_edit_by_the_author_counts() -> None:
    low, high = sorted(("x", "y"), key=fixed)
    ops = [
        MESSAGE,
        op("early", 2, Edit(MESSAGE.id, "early")),
        op(low, 4, Edit(MESSAGE.id, low)),
        op(high, 4, Edit(MESSAGE.id, high, (BEN,))),
        op("stranger", 9, Edit(MESSAGE.id, "stranger"), BEN, level=3),
    ]
    for talk in in_any_order(ops):
        assert talk.fold.edited(MESSAGE.id) == Edited(name(high), high, (BEN,))
        assert talk.drop(ops[3]).touched == {MESSAGE.id}
        assert talk.text() == low
        assert talk.drop(ops[1]).touched == set()
        talk.drop(ops[2])
        assert talk.text() == "as it was"


def test_an_edit_waits_for_its_message() -> None:
    talk = Talk()
    assert talk.apply(op("e", 2, Edit(MESSAGE.id, "new"))) == Changes(shown={name("e"): False})
    assert talk.fold.edited(MESSAGE.id) is None
    assert talk.apply(MESSAGE) == Changes(shown={MESSAGE.id: True}, touched={MESSAGE.id})
    assert talk.text() == "new"
    assert talk.drop(MESSAGE).touched == {MESSAGE.id}
    assert talk.text() == "as it was"
    assert talk.apply(MESSAGE).touched == {MESSAGE.id}


def test_a_message_known_from_elsewhere_is_asked_for() -> None:
    """After a restart messages are not folded again; the caller tells who wrote them."""
    talk = Talk()
    talk.here[MESSAGE.id] = Target(ANA, ContentKind.MESSAGE)
    assert talk.apply(op("e", 2, Edit(MESSAGE.id, "new"))).touched == {MESSAGE.id}
    assert talk.text() == "new"
    assert Fold(lambda _, __: False).apply(op("e", 2, Edit(MESSAGE.id, "new"))).touched == set()


def test_deleted_is_deleted_for_ever() -> None:
    ops = [MESSAGE, delete("d", 2), op("later", 9, Edit(MESSAGE.id, "still here"))]
    for talk in in_any_order(ops):
        assert talk.fold.is_deleted(MESSAGE.id)
        assert talk.fold.edited(MESSAGE.id) is None
        assert talk.drop(ops[1]).touched == {MESSAGE.id}
        assert not talk.fold.is_deleted(MESSAGE.id)
        assert talk.text() == "still here"


def test_who_may_delete() -> None:
    assert Talk([MESSAGE, delete("own", 2, level=1)]).fold.is_deleted(MESSAGE.id)
    assert not Talk([MESSAGE, delete("own, removed", 2, level=0)]).fold.is_deleted(MESSAGE.id)
    assert not Talk([MESSAGE, delete("a member", 2, by=BEN, level=1)]).fold.is_deleted(MESSAGE.id)
    assert Talk([MESSAGE, delete("an admin", 2, by=BEN, level=2)]).fold.is_deleted(MESSAGE.id)
    assert not Talk([delete("of nothing", 2, level=3)]).fold.is_deleted(MESSAGE.id)


def test_the_first_who_had_the_right_deleted_it() -> None:
    ops = [MESSAGE, delete("member", 2, by=CAT), delete("admin", 3, by=BEN, level=2), delete("own", 4)]
    for talk in in_any_order(ops):
        assert talk.fold.deletion(MESSAGE.id) == name("admin")
        assert talk.drop(ops[2]).touched == {MESSAGE.id}
        assert talk.fold.deletion(MESSAGE.id) == name("own")
        assert talk.apply(delete("admin", 3, by=BEN, level=1)).touched == set(), "no admin any more"
        assert talk.drop(ops[3]).touched == {MESSAGE.id}
        assert talk.fold.deletion(MESSAGE.id) is None


def test_an_answer_can_be_deleted_and_never_edited() -> None:
    ops = [ANSWER, op("e", 5, Edit(ANSWER.id, "words in its mouth"), BEN)]
    for talk in in_any_order(ops):
        assert talk.fold.edited(ANSWER.id) is None
        talk.apply(delete("d", 6, "answer", BEN))
        assert talk.fold.is_deleted(ANSWER.id)


def test_nothing_else_can_be_edited_or_deleted() -> None:
    title = op("title", 1, Title("t"))
    for talk in in_any_order([title, op("e", 2, Edit(title.id, "x")), delete("d", 3, "title", level=3)]):
        assert talk.fold.edited(title.id) is None
        assert not talk.fold.is_deleted(title.id)


def react(label: str, depth: int, emoji: str, by: IdentityKey, *, on: bool = True) -> Folded:
    return op(label, depth, React(MESSAGE.id, emoji, on), by)


def test_reactions_by_person_and_emoji() -> None:
    ops = [
        react("1", 2, "+", BEN),
        react("2", 3, "-", CAT),
        react("3", 4, "+", CAT),
        react("4", 5, "-", CAT, on=False),
        react("5", 6, "*", ANA),
    ]
    for talk in in_any_order(ops):
        assert list(talk.fold.reactions(MESSAGE.id).items()) == [("+", [BEN, CAT]), ("*", [ANA])]
        assert talk.drop(ops[3]).touched == {MESSAGE.id}
        assert list(talk.fold.reactions(MESSAGE.id).items()) == [("+", [BEN, CAT]), ("-", [CAT]), ("*", [ANA])]
        assert talk.drop(ops[0]).touched == {MESSAGE.id}
        assert list(talk.fold.reactions(MESSAGE.id).items()) == [("-", [CAT]), ("+", [CAT]), ("*", [ANA])]
        for each in ops[1:]:
            talk.drop(each)
        assert talk.fold.reactions(MESSAGE.id) == {}


def test_a_reaction_that_loses_touches_nothing() -> None:
    talk = Talk([react("late", 5, "+", BEN)])
    assert talk.apply(react("early", 2, "+", BEN, on=False)).touched == set()
    assert talk.drop(react("early", 2, "+", BEN, on=False)).touched == set()
    assert talk.fold.reactions(MESSAGE.id) == {"+": [BEN]}
    assert talk.fold.reactions(name("another")) == {}


def test_a_message_that_comes_late_is_told_with_what_it_has() -> None:
    for each in (react("r", 2, "+", BEN), op("p", 2, Pin(MESSAGE.id)), op("e", 2, Edit(MESSAGE.id, "x"))):
        assert Talk([each]).apply(MESSAGE).touched == {MESSAGE.id}
    assert Talk([react("r", 2, "+", BEN, on=False)]).apply(MESSAGE).touched == set()
    assert Talk().apply(MESSAGE).touched == set()


def test_pins_in_the_order_of_pinning() -> None:
    other = op("other", 1, Message("b"), BEN)
    ops = [MESSAGE, other, op("p1", 4, Pin(other.id)), op("p2", 3, Pin(MESSAGE.id)), op("p3", 9, Pin(name("absent")))]
    for talk in in_any_order(ops):
        assert talk.fold.pins == [MESSAGE.id, other.id]
        assert talk.fold.is_pinned(other.id)
        unpin = op("p4", 6, Pin(MESSAGE.id, on=False))
        assert talk.apply(unpin) == Changes(shown={name("p4"): False}, touched={MESSAGE.id}, settings=True)
        assert talk.fold.pins == [other.id]
        assert not talk.fold.is_pinned(MESSAGE.id)
        talk.apply(op("p5", 7, Pin(MESSAGE.id)))
        assert talk.fold.pins == [other.id, MESSAGE.id], "pinned again, so pinned last"
        assert talk.drop(unpin).touched == set()


def test_pins_without_what_is_deleted_or_gone() -> None:
    talk = Talk([MESSAGE, op("p", 2, Pin(MESSAGE.id))])
    assert talk.apply(delete("d", 3)) == Changes(shown={name("d"): False}, touched={MESSAGE.id}, settings=True)
    assert talk.fold.pins == []
    assert talk.drop(delete("d", 3)).settings
    assert talk.fold.pins == [MESSAGE.id]
    assert talk.drop(MESSAGE) == Changes(shown={MESSAGE.id: False}, touched={MESSAGE.id}, settings=True)
    assert talk.fold.pins == []
    assert talk.apply(MESSAGE).settings
    assert talk.fold.pins == [MESSAGE.id]


def test_a_strangers_edits_cost_nothing() -> None:
    """However many there are, finding the author's own does not look at them."""
    talk = Talk([MESSAGE, op("mine", 2, Edit(MESSAGE.id, "mine"))])
    for number in range(3_000):
        assert talk.apply(op(f"theirs {number}", 3 + number, Edit(MESSAGE.id, "theirs"), BEN)).touched == set()
    assert talk.text() == "mine"


def test_a_message_is_awaited_once_it_is_spoken_of() -> None:
    """What nobody speaks of need not be applied at all; it comes to the same."""
    talk = Talk([MESSAGE])
    assert not talk.fold.is_awaited(MESSAGE.id)
    for each in (
        op("e", 2, Edit(MESSAGE.id, "x"), BEN),
        delete("d", 2, by=BEN),
        react("r", 2, "+", BEN),
        op("p", 2, Pin(MESSAGE.id)),
    ):
        assert Talk([each]).fold.is_awaited(MESSAGE.id)


def test_all_edits_by_the_author_are_told_oldest_first_until_the_message_goes() -> None:
    edits = [op("later", 4, Edit(MESSAGE.id, "c")), op("sooner", 3, Edit(MESSAGE.id, "b"))]
    forged = op("forged", 5, Edit(MESSAGE.id, "x"), BEN)
    for talk in in_any_order([MESSAGE, *edits, forged]):
        assert [each.text for each in talk.fold.edits(MESSAGE.id)] == ["b", "c"]
        talk.drop(MESSAGE)
        assert talk.fold.edits(MESSAGE.id) == []
        talk.apply(MESSAGE)
        talk.apply(delete("gone", 6))
        assert talk.fold.edits(MESSAGE.id) == []
