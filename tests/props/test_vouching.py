"""Vouching against a naive judge: what is accepted is what the rule says, whatever the frame is like."""

from hypothesis import given
from hypothesis import strategies as st

from crypto.ids import DeviceKey, OpId
from protocol.ops import CONTENT, CONTROL
from protocol.vouching import RUN, Link, Runs
from tests.builders import fixed

DEVICES = [DeviceKey(fixed(f"device {number}")) for number in range(3)]


@st.composite
def frames(draw: st.DrawFn) -> tuple[list[Link], set[int]]:
    """Return the links of a frame, forks and foreign predecessors among them, and the places of true signatures."""
    count = draw(st.integers(0, 90))
    made: list[Link] = []
    tips: dict[DeviceKey, OpId] = {}
    is_calm = draw(st.booleans())
    for number in range(count):
        device = DEVICES[0] if is_calm and number % 9 else draw(st.sampled_from(DEVICES))
        prev = tips.get(device)
        if made and not is_calm and draw(st.integers(0, 9)) == 0:
            prev = draw(st.sampled_from(made)).id
        plane = CONTROL if draw(st.integers(0, 30)) == 0 else CONTENT
        link = Link(OpId(fixed(f"op {number}")), plane, device, prev, draw(st.integers(0, 15)) == 0)
        made.append(link)
        tips[device] = link.id
    if draw(st.booleans()):
        made = draw(st.permutations(made))
    false = draw(st.sets(st.integers(0, max(0, count - 1)))) if draw(st.booleans()) else set()
    return made, set(range(count)) - false


def judged(frame: list[Link], true: set[int]) -> tuple[set[int], dict[int, OpId], set[int]]:
    """Return what a node finds: the false, the vouched for, and the places it looked at."""
    runs = Runs(frame)
    looked = {*runs.asked}
    false = looked - true
    beneath = runs.beneath(false)
    looked.update(beneath)
    checked = runs.settled(looked - true, beneath)
    return checked.false, checked.vouched, looked


@given(frames())
def test_whatever_is_accepted_has_a_true_signature_near_above_it(frame: tuple[list[Link], set[int]]) -> None:
    made, true = frame
    false, vouched, looked = judged(made, true)
    places = {link.id: at for at, link in enumerate(made)}
    assert false == looked - true
    assert set(range(len(made))) == looked | vouched.keys()
    assert not looked & vouched.keys()
    for at in vouched:
        link, steps, here = made[at], 0, at
        while here in vouched:
            after = made[places[vouched[here]]]
            assert after.prev == made[here].id
            assert (after.device, after.plane, after.is_proven) == (link.device, CONTENT, False)
            here, steps = places[after.id], steps + 1
        assert here in looked
        assert here in true
        assert steps < RUN


@given(frames())
def test_a_frame_that_is_signed_throughout_loses_nothing(frame: tuple[list[Link], set[int]]) -> None:
    made, _ = frame
    false, _, looked = judged(made, set(range(len(made))))
    assert not false
    successors = {link.prev for link in made}
    least = [at for at, link in enumerate(made) if link.id not in successors or link.plane == CONTROL]
    assert looked.issuperset(least)
