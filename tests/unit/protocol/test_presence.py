"""Who is here, by what their devices say."""

import math

from crypto.ids import DeviceKey, IdentityKey
from protocol.bodies.signals import State
from protocol.presence import DOUBT_S, LONGEST_S, SHORTEST_S, SILENT_INTERVALS, Attendance, Here
from tests.builders import fixed

ME, BEN, CAT = (IdentityKey(fixed(name)) for name in ("me", "ben", "cat"))
HERE, DESK, PHONE, LAPTOP = (DeviceKey(fixed(f"device {name}")) for name in ("here", "desk", "phone", "laptop"))
LASTS_S = SILENT_INTERVALS * 5.0


def attendance() -> Attendance:
    return Attendance(ME, HERE)


def heard(
    here: Attendance,
    device: DeviceKey,
    state: State,
    *,
    owner: IdentityKey = BEN,
    boot: bytes = b"first",
    interval_s: float = 5.0,
    now_s: float = 0.0,
) -> bool:
    return here.heard(owner, device, state, boot=boot, interval_s=interval_s, now_s=now_s)


def states(here: Attendance) -> dict[IdentityKey, State]:
    return {who: each.state for who, each in here.people().items()}


def test_a_device_comes_changes_and_goes() -> None:
    here = attendance()
    assert (here.people(), here.due_s()) == ({}, math.inf)
    assert heard(here, DESK, State.ONLINE)
    assert here.people() == {BEN: Here(State.ONLINE, (DESK,))}
    assert here.knows(DESK, b"first")
    assert here.due_s() == LASTS_S
    assert not heard(here, DESK, State.ONLINE, now_s=5.0)
    assert here.due_s() == 5.0 + LASTS_S
    assert heard(here, DESK, State.AWAY, now_s=6.0)
    assert states(here) == {BEN: State.AWAY}
    for last in (State.GOODBYE, State.OFFLINE):
        assert heard(here, DESK, last, now_s=7.0)
        assert here.people() == {}
        assert not heard(here, DESK, last, now_s=7.0)
        heard(here, DESK, State.ONLINE, now_s=8.0)


def test_silence_is_measured_by_what_the_device_states_itself() -> None:
    here = attendance()
    heard(here, DESK, State.ONLINE, interval_s=20.0)
    heard(here, PHONE, State.ONLINE, owner=CAT)
    assert not here.expire(12.4)
    assert here.expire(12.5)
    assert states(here) == {BEN: State.ONLINE}
    assert not here.expire(49.9)
    assert here.expire(50.0)
    assert here.people() == {}


def test_nobody_may_state_an_interval_out_of_range() -> None:
    here = attendance()
    heard(here, DESK, State.ONLINE, interval_s=1e9)
    heard(here, PHONE, State.ONLINE, interval_s=0.0, owner=CAT)
    assert here.due_s() == SILENT_INTERVALS * SHORTEST_S
    here.expire(SILENT_INTERVALS * SHORTEST_S)
    assert here.due_s() == SILENT_INTERVALS * LONGEST_S


def test_two_devices_are_one_person_and_the_most_present_counts() -> None:
    here = attendance()
    heard(here, PHONE, State.AWAY)
    assert heard(here, DESK, State.ONLINE)
    assert here.people() == {BEN: Here(State.ONLINE, tuple(sorted((DESK, PHONE))))}
    heard(here, DESK, State.GOODBYE)
    assert here.people() == {BEN: Here(State.AWAY, (PHONE,))}


def test_ones_own_devices() -> None:
    here = attendance()
    assert here.be(State.AWAY)
    assert not here.be(State.AWAY)
    assert here.due_s() == math.inf
    assert not here.expire(1e9)
    assert heard(here, LAPTOP, State.ONLINE, owner=ME)
    assert states(here) == {ME: State.ONLINE}
    assert here.others() == [LAPTOP]
    assert not heard(here, HERE, State.GOODBYE, owner=ME), "nobody tells us how we are"
    assert not here.link_lost(HERE, has_others=False, now_s=0.0)
    assert here.be(State.OFFLINE)
    assert here.people() == {ME: Here(State.ONLINE, (LAPTOP,))}


def test_a_lost_link() -> None:
    here = attendance()
    assert not here.link_lost(DESK, has_others=False, now_s=0.0), "who is not here cannot be lost"
    heard(here, DESK, State.ONLINE)
    assert here.link_lost(DESK, has_others=False, now_s=1.0)
    assert here.people() == {}

    heard(here, DESK, State.ONLINE, interval_s=60.0, now_s=10.0)
    assert not here.link_lost(DESK, has_others=True, now_s=11.0)
    assert here.due_s() == 11.0 + DOUBT_S
    assert not here.expire(15.9)
    heard(here, DESK, State.ONLINE, now_s=15.9)
    assert not here.expire(16.0), "it was heard by another way"
    assert not here.link_lost(DESK, has_others=True, now_s=28.0)
    assert here.expire(28.4), "a doubt does not lengthen anything"


def test_only_members_are_kept() -> None:
    here = attendance()
    here.be(State.ONLINE)
    heard(here, DESK, State.ONLINE)
    heard(here, PHONE, State.ONLINE, owner=CAT)
    owners = {HERE: ME, DESK: BEN, PHONE: CAT}
    assert not here.keep(owners.get)
    del owners[DESK]
    assert here.keep(owners.get)
    assert states(here) == {ME: State.ONLINE, CAT: State.ONLINE}
    owners[PHONE] = BEN
    assert here.keep(owners.get), "a device that is another's now"
    assert states(here) == {ME: State.ONLINE}
