"""What the official client's Presence is told: here it is applied as that client does it."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from node.conversations.roll import Roll

Json = dict[str, Any]

PEOPLE = st.dictionaries(
    st.sampled_from(("ana", "ben", "cat")),
    st.fixed_dictionaries({"name": st.sampled_from(("A", "B")), "status": st.sampled_from(("online", "away"))}),
)


def synced(state: Json, diff: Json) -> Json:
    """Apply a diff: metas are known by their `phx_ref`; joins go first, a key without metas is gone."""
    metas = {key: list(entry["metas"]) for key, entry in state.items()}
    for key, entry in diff["joins"].items():
        joined = {meta["phx_ref"] for meta in entry["metas"]}
        kept = [meta for meta in metas.get(key, []) if meta["phx_ref"] not in joined]
        metas[key] = [*kept, *entry["metas"]]
    for key, entry in diff["leaves"].items():
        gone = {meta["phx_ref"] for meta in entry["metas"]}
        metas[key] = [meta for meta in metas[key] if meta["phx_ref"] not in gone]
    return {key: {"metas": left} for key, left in metas.items() if left}


def test_joining_changing_and_leaving() -> None:
    roll = Roll()
    assert roll.state() == {}
    joined = roll.update({"ben": {"name": "Ben", "status": "online"}})
    assert joined is not None
    ((key, entry),) = joined["joins"].items()
    (meta,) = entry["metas"]
    assert (key, meta["name"], meta["status"], joined["leaves"]) == ("ben", "Ben", "online", {})
    assert "phx_ref_prev" not in meta
    assert roll.state() == {"ben": {"metas": [meta]}}
    assert roll.update({"ben": {"name": "Ben", "status": "online"}}) is None
    changed = roll.update({"ben": {"name": "Ben", "status": "away"}})
    assert changed is not None
    (now,) = changed["joins"]["ben"]["metas"]
    assert changed["leaves"] == {"ben": {"metas": [meta]}}
    assert (now["status"], now["phx_ref_prev"]) == ("away", meta["phx_ref"])
    assert now["phx_ref"] != meta["phx_ref"]
    assert roll.update({}) == {"joins": {}, "leaves": {"ben": {"metas": [now]}}}
    assert roll.state() == {}


@given(st.lists(PEOPLE, max_size=8))
def test_a_client_that_applies_each_diff_has_what_a_new_one_is_told(steps: list[Json]) -> None:
    roll, seen, refs = Roll(), dict[str, Any](), set[str]()
    for people in steps:
        diff = roll.update(people)
        if diff is None:
            assert {key: entry["metas"][0]["status"] for key, entry in seen.items()} == {
                key: person["status"] for key, person in people.items()
            }
        else:
            new = {entry["metas"][0]["phx_ref"] for entry in diff["joins"].values()}
            assert not new & refs, "a ref is of one meta only"
            refs |= new
            seen = synced(seen, diff)
        assert seen == roll.state()
        assert set(seen) == set(people)
