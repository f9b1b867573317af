"""Content bodies: each kind there and back, and every bound."""

from dataclasses import replace
from typing import Any

import pytest

from crypto.codec import decode, encode
from crypto.ids import IdentityKey, OpId
from protocol import limits
from protocol.bodies.ai import (
    ENTRIES,
    ENTRY_CHARACTERS,
    FIELDS,
    GIVEN,
    HOPS,
    LEASE_MS,
    AiLease,
    AiPause,
    AiReply,
    AiRetry,
    AiSettings,
    Constraint,
    Provenance,
    dump_settings,
    load_settings,
    reply_key,
)
from protocol.bodies.content import (
    ASK_BYTES,
    EMOJI_CHARACTERS,
    MENTIONS,
    SCHEMAS,
    Archive,
    ContentBody,
    ContentKind,
    Delete,
    Description,
    Edit,
    Message,
    PhaseAdvance,
    PhaseProgress,
    PhaseSet,
    Pin,
    React,
    Title,
    dump_content,
    kind_of,
    load_content,
)
from protocol.errors import RemoteError
from tests.builders import fixed

AI, TRIGGER = fixed("ai"), OpId(fixed("trigger"))
WHO = tuple(IdentityKey(fixed(f"person {number}")) for number in range(MENTIONS + 1))
REPLY = AiReply(AI, reply_key(AI, TRIGGER), 1, fixed("s", 8), TRIGGER, "yes", Provenance("local", "small", 40))
BODIES: list[ContentBody] = [
    Message("hello"),
    Message("x" * limits.TEXT_CHARACTERS, TRIGGER),
    Message("@all", mentions=WHO[:MENTIONS]),
    Edit(TRIGGER, "other words"),
    Edit(TRIGGER, "x" * limits.TEXT_CHARACTERS, WHO[2:0:-1]),
    Delete(TRIGGER),
    React(TRIGGER, "\N{THUMBS UP SIGN}"),
    React(TRIGGER, "x" * EMOJI_CHARACTERS, on=False),
    Pin(TRIGGER),
    Pin(TRIGGER, on=False),
    PhaseSet(1 << 40, 1),
    AiLease(AI, WHO[0], 1, 1),
    AiLease(AI, WHO[0], 1 << 32, LEASE_MS),
    AiRetry(TRIGGER, AI),
    Archive(),
    Archive(on=False),
    AiPause(),
    AiPause(on=False),
    Message("x", not_for_ai=True, ask=b"a" * ASK_BYTES),
    Title("t" * limits.TITLE_CHARACTERS),
    Description(""),
    Description("d" * limits.DESCRIPTION_CHARACTERS),
    PhaseAdvance(0),
    PhaseAdvance(1 << 40),
    PhaseProgress(3, 10_000),
    REPLY,
    replace(
        REPLY,
        hop=HOPS - 1,
        provenance=Provenance("p", "m", 1, "analysis", tuple(map(OpId, WHO[:GIVEN])), ("top_p",), "length", 1 << 32, 1),
    ),
    replace(
        REPLY,
        rule="r" * 32,
        constrained=True,
        fields=(*((str(number), ("x",)) for number in range(FIELDS - 1)), ("y", ("z" * ENTRY_CHARACTERS,) * ENTRIES)),
    ),
]


@pytest.mark.parametrize("body", BODIES, ids=lambda body: type(body).__name__)
def test_there_and_back(body: ContentBody) -> None:
    assert load_content(dump_content(body)) == body


def test_kinds_on_the_wire_never_change() -> None:
    assert {type(body).__name__: int(kind_of(body)) for body in BODIES} == {
        "Message": 1,
        "Edit": 2,
        "Delete": 3,
        "React": 4,
        "Title": 5,
        "Description": 6,
        "Pin": 7,
        "PhaseAdvance": 8,
        "PhaseProgress": 9,
        "PhaseSet": 10,
        "AiLease": 11,
        "AiReply": 12,
        "AiRetry": 13,
        "Archive": 14,
        "AiPause": 17,
    }
    assert dump_content(Message("a")) == bytes.fromhex("92018101a161")


def test_what_is_usual_is_left_out() -> None:
    assert decode(dump_content(Message("a"))) == [1, {1: "a"}]
    assert decode(dump_content(React(TRIGGER, "x"))) == [4, {1: TRIGGER, 2: "x"}]
    assert decode(dump_content(React(TRIGGER, "x", on=False))) == [4, {1: TRIGGER, 2: "x", 3: False}]
    assert decode(dump_content(Pin(TRIGGER))) == [7, {1: TRIGGER}]
    assert decode(dump_content(Archive())) == [14, {}]


@pytest.mark.parametrize(
    "body",
    [
        Message(""),
        Message(" \n"),
        Message("x" * (limits.TEXT_CHARACTERS + 1)),
        Message("x", b"short"),
        Title(""),
        Title("x" * (limits.TITLE_CHARACTERS + 1)),
        Description("x" * (limits.DESCRIPTION_CHARACTERS + 1)),
        PhaseAdvance(-1),
        PhaseAdvance((1 << 40) + 1),
        PhaseProgress(0, 10_001),
        PhaseProgress(0, -1),
        PhaseProgress(-1, 0),
        Edit(TRIGGER, ""),
        Edit(TRIGGER, "x" * (limits.TEXT_CHARACTERS + 1)),
        Edit(OpId(b"short"), "x"),
        Delete(OpId(bytes(33))),
        React(TRIGGER, ""),
        React(TRIGGER, "x" * (EMOJI_CHARACTERS + 1)),
        React(TRIGGER, "a\nb"),
        React(OpId(b""), "x"),
        Pin(OpId(b"")),
        PhaseSet(-1, 1),
        PhaseSet(0, 0),
        PhaseSet(0, (1 << 40) + 1),
        AiRetry(OpId(b""), AI),
        AiRetry(TRIGGER, b""),
    ],
    ids=str,
)
def test_bounds(body: ContentBody) -> None:
    with pytest.raises(ValueError, match=r"."):
        dump_content(body)
    fields = {
        number: value
        for number, value in zip((1, 2), (getattr(body, name) for name in body.__slots__), strict=False)
        if value != b"" or not isinstance(body, Message)
    }
    refuse(int(kind_of(body)), fields)


def test_what_is_asked_along_has_a_bound() -> None:
    with pytest.raises(ValueError, match="bytes"):
        dump_content(Message("x", ask=b"a" * (ASK_BYTES + 1)))
    refuse(1, {1: "x", 5: b"a" * (ASK_BYTES + 1)})


def refuse(kind: int, table: dict[int, Any]) -> None:
    with pytest.raises(RemoteError) as caught:
        load_content(encode([kind, table]))
    assert caught.value.code == "bad_body"


@pytest.mark.parametrize("body", BODIES, ids=lambda body: type(body).__name__)
def test_no_field_may_be_of_another_type_or_missing(body: ContentBody) -> None:
    kind, table = decode(dump_content(body))
    for number, value in table.items():
        others: list[Any] = [-1, 1 << 63, True, b"", b"x" * 31, "", "\0", [], [[]], [1, 2], {}, {1: 1}]
        for other in others:
            if type(other) is not type(value) and not (isinstance(value, tuple | list) and other == []):
                refuse(kind, {**table, number: other})
        if value != b"" and number == 1 and kind not in (ContentKind.ARCHIVE, ContentKind.AI_PAUSE):
            refuse(kind, {name: each for name, each in table.items() if name != number})


@pytest.mark.parametrize("kind", [ContentKind.MESSAGE, ContentKind.EDIT])
@pytest.mark.parametrize(
    "mentions",
    [
        list(WHO),
        [WHO[0], WHO[1], WHO[0]],
        [WHO[0], b"short"],
        [WHO[0].hex()],
        [[WHO[0]]],
        WHO[0],
        {},
    ],
    ids=lambda value: str(value)[:20],
)
def test_mentions_are_people_each_once(kind: int, mentions: Any) -> None:
    table: dict[int, Any] = {1: "a"} if kind == ContentKind.MESSAGE else {1: TRIGGER, 2: "a"}
    assert load_content(encode([kind, {**table, 3: [WHO[1], WHO[0]]}])) is not None
    refuse(kind, {**table, 3: mentions})


@pytest.mark.parametrize(
    "changes",
    [
        {"hop": HOPS},
        {"rule": "x" * 33},
        {"fields": (("a", ("b",)),) * (FIELDS + 1)},
        {"fields": (("", ("b",)),)},
        {"fields": (("a", ()),)},
        {"fields": (("a", (" ",)),)},
        {"fields": (("a", ("b",) * (ENTRIES + 1)),)},
        {"fields": (("a", ("b" * (ENTRY_CHARACTERS + 1),)),)},
        {"provenance": REPLY.provenance._replace(given=tuple(map(OpId, WHO[: GIVEN + 1])))},
        {"provenance": REPLY.provenance._replace(ignored=("",))},
        {"provenance": REPLY.provenance._replace(kind="x" * 33)},
        {"provenance": REPLY.provenance._replace(prompt_tokens=-1)},
    ],
    ids=str,
)
def test_bounds_of_an_answer(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        dump_content(replace(REPLY, **changes))


@pytest.mark.parametrize(
    "changes", [{1: b""}, {2: b"short"}, {3: 0}, {3: (1 << 32) + 1}, {4: 0}, {4: LEASE_MS + 1}], ids=str
)
def test_each_field_of_a_lease(changes: dict[int, Any]) -> None:
    kind, table = decode(dump_content(AiLease(AI, WHO[0], 1, 6_000)))
    refuse(kind, {**table, **changes})


@pytest.mark.parametrize(
    "data",
    [
        b"",
        encode(1),
        encode([1]),
        encode([1, []]),
        encode([1, {1: "a"}, 0]),
        encode(["1", {}]),
        encode([True, {1: "a"}]),
        encode([1, {}]),
        encode([1, {1: b"a"}]),
        encode([1, {1: "a"}]) + b"\0",
        encode([1, {1: "a", 9: b"x" * limits.CONTENT_BODY_BYTES}]),
    ],
)
def test_what_is_no_body(data: bytes) -> None:
    with pytest.raises(RemoteError) as caught:
        load_content(data)
    assert caught.value.code == "bad_body"


def test_kinds_of_the_future_are_none() -> None:
    for kind in {ContentKind.CARRY, ContentKind.REOPEN, 0, 18, 200, -1}:
        assert load_content(encode([int(kind), {}])) is None
    assert set(SCHEMAS) == {*range(1, 15), 17}
    assert load_content(encode([1, {1: "a", 200: "later"}])) == Message("a")


@pytest.mark.parametrize("number", range(1, 8))
def test_a_reply_needs_each_field(number: int) -> None:
    kind, table = decode(dump_content(REPLY))
    del table[number]
    with pytest.raises(RemoteError):
        load_content(encode([kind, table]))


@pytest.mark.parametrize(
    "changes",
    [
        {1: b"short"},
        {2: b""},
        {3: -1},
        {3: (1 << 32) + 1},
        {4: b"123456789"},
        {5: b""},
        {6: ""},
        {6: "x" * (limits.AI_TEXT_CHARACTERS + 1)},
        {7: ["local", "small"]},
        {7: ["local", "small", -1]},
        {7: ["x" * 65, "small", 0]},
        {7: ["local", "x" * 201, 0]},
        {8: b"x"},
    ],
    ids=str,
)
def test_each_field_of_a_reply(changes: dict[int, Any]) -> None:
    kind, table = decode(dump_content(REPLY))
    with pytest.raises(RemoteError):
        load_content(encode([kind, dict(sorted({**table, **changes}.items()))]))


def test_settings() -> None:
    settings = AiSettings(
        "Ada", "openai", "a model", "kind", "be brief", 2_000, 3, 5, Constraint.NEVER, second_opinion=True
    )
    assert load_settings(dump_settings(settings)) == settings
    assert load_settings(dump_settings(AiSettings("A", "b", ""))) == AiSettings("A", "b", "")
    for bad in (
        AiSettings("", "b", ""),
        AiSettings("x" * (limits.NAME_CHARACTERS + 1), "b", ""),
        AiSettings("A", "", ""),
        AiSettings("A", "b", "x" * 201),
        AiSettings("A", "b", "", "x" * (limits.PERSONA_CHARACTERS + 1)),
        AiSettings("A", "b", "", "", "x" * (limits.PROMPT_CHARACTERS + 1)),
        AiSettings("A", "b", "", "", "", 2_001),
        AiSettings("A", "b", "", "", "", 0, 4),
        AiSettings("A", "b", "", constrained=3),
    ):
        with pytest.raises(ValueError, match=r"."):
            dump_settings(bad)
    for data in (b"", encode([]), encode({1: "A"}), encode({1: "A", 2: "b", 3: 1})):
        with pytest.raises(RemoteError):
            load_settings(data)


def test_reply_key_binds_ai_and_trigger() -> None:
    keys = {reply_key(AI, TRIGGER), reply_key(TRIGGER, OpId(AI)), reply_key(AI, OpId(fixed("other")))}
    assert len(keys) == 3
