"""Presence against a naive oracle: heartbeats in any interleaving, from any clock, over links that come and go.

The oracle keeps every frame that was ever delivered and works out from that history alone who is here.
"""

import math
from dataclasses import dataclass
from functools import cache

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from crypto.certificates import issue
from crypto.ids import DeviceKey, IdentityKey
from protocol.bodies.control import DeviceAdd
from protocol.bodies.signals import Heartbeat, State
from protocol.ephemeral import Ear, Mouth
from protocol.errors import RemoteError
from protocol.offsets import Offsets
from protocol.presence import DOUBT_S, SILENT_INTERVALS, Attendance
from tests.builders import START_MS, Person, Talk, fixed

STALE_MS = 60_000
EVERY = st.sampled_from(("ben desk", "ben phone", "cat desk"))


@dataclass(frozen=True)
class Frame:
    """A heartbeat as it was said: at which moment, by which start of the program, as which of its words."""

    device: str
    boot: int
    count: int
    ts_ms: int
    state: State
    interval_ms: int
    data: bytes


@dataclass(frozen=True)
class Delivered:
    at_ms: int
    frame: Frame
    offset_ms: int


@dataclass(frozen=True)
class Lost:
    at_ms: int
    device: str
    has_others: bool


@cache
def conversation() -> tuple[Talk, dict[str, Person]]:
    """Return a conversation of Ana, Ben at two devices, and Cat; and the others' devices."""
    talk = Talk("ana", "ben", "cat")
    phone = Person.make("ben", device="phone")
    ben = talk.ben.person
    peer_id = phone.certificate.peer_id
    certificate = issue(ben.identity, device=phone.device, peer_id=peer_id, created_ms=START_MS)
    talk.ana.receive([talk.ben.rule(DeviceAdd(talk.ben.proof, certificate.encoded))])
    return talk, {
        "ben desk": ben,
        "ben phone": Person("ben", ben.identity, phone.device, certificate),
        "cat desk": talk.cat.person,
    }


class PresenceMachine(RuleBasedStateMachine):
    """Ana hears Ben, at two devices, and Cat."""

    frames = Bundle("frames")

    @initialize()
    def begin(self) -> None:
        self.talk, self.people = conversation()
        self.now_ms = START_MS
        self.offsets = Offsets()
        ana = self.talk.ana.replica
        self.ear = Ear(ana.authority, ana.keyring, offset_ms=self.offsets.of)
        self.attendance = Attendance(self.talk.ana.person.id, self.talk.ana.person.device_id)
        self.attendance.be(State.ONLINE)
        self.boots = dict.fromkeys(self.people, 0)
        self.wrong_ms = dict.fromkeys(self.people, 0)
        self.told_ms = dict.fromkeys(self.people, 0)
        self.mouths = {name: self.mouth(name) for name in self.people}
        self.counts = dict.fromkeys(self.people, 0)
        self.history: list[Delivered | Lost] = []
        self.codes: set[str] = set()

    def mouth(self, name: str) -> Mouth:
        boot = fixed(f"boot {name} {self.boots[name]}", 8)
        return Mouth(self.talk.ben.replica.keyring, self.people[name].device, boot=boot)

    @property
    def now_s(self) -> float:
        return (self.now_ms - START_MS) / 1000

    # --- what happens ------------------------------------------------------------------------------------------------

    @rule(by_ms=st.sampled_from((1, 900, 4_000, 9_000, 12_000, 55_000, 200_000)))
    def time_passes(self, by_ms: int) -> None:
        self.now_ms += by_ms

    @rule(name=EVERY, by_ms=st.sampled_from((-3_600_000, -70_000, -900, 0, 45_000, 61_000, 86_400_000)))
    def a_clock_is_set(self, name: str, by_ms: int) -> None:
        self.wrong_ms[name] = by_ms

    @rule(name=EVERY)
    def a_hello_tells_the_clock(self, name: str) -> None:
        person = self.people[name]
        remote_ms = self.now_ms + self.wrong_ms[name]
        peer = person.certificate.peer_id
        self.offsets.learn(peer, person.id, remote_ms=remote_ms, asked_ms=self.now_ms, now_ms=self.now_ms)
        self.told_ms[name] = self.wrong_ms[name]

    @rule(name=EVERY)
    def a_program_starts_again(self, name: str) -> None:
        self.boots[name] += 1
        self.counts[name] = 0
        self.mouths[name] = self.mouth(name)

    @rule(
        target=frames,
        name=EVERY,
        state=st.sampled_from(State),
        interval_ms=st.sampled_from((5_000, 12_345, 50_000, 60_000)),
    )
    def somebody_says(self, name: str, state: State, interval_ms: int) -> Frame:
        return self.say(name, state, interval_ms)

    @rule(
        target=frames,
        name=EVERY,
        state=st.sampled_from((State.AWAY, State.ONLINE)),
        interval_ms=st.sampled_from((5_000, 60_000)),
    )
    def somebody_says_and_it_arrives(self, name: str, state: State, interval_ms: int) -> Frame:
        frame = self.say(name, state, interval_ms)
        self.deliver(frame)
        return frame

    def say(self, name: str, state: State, interval_ms: int) -> Frame:
        ts_ms = self.now_ms + self.wrong_ms[name]
        heartbeat = Heartbeat(int(state), interval_ms)
        data = self.mouths[name].say(heartbeat, epoch=self.talk.epoch, now_ms=ts_ms, nonce=bytes(24))
        self.counts[name] += 1
        return Frame(name, self.boots[name], self.counts[name], ts_ms, state, interval_ms, data)

    @rule(frame=frames)
    def it_arrives_and_may_again(self, frame: Frame) -> None:
        self.deliver(frame)

    @rule(frame=consumes(frames))
    def it_arrives_twice(self, frame: Frame) -> None:
        self.deliver(frame)
        self.deliver(frame)

    @rule(frame=frames, by=st.sampled_from(("ana", "ben desk", "cat desk")))
    def somebody_else_repeats_it(self, frame: Frame, by: str) -> None:
        person = self.talk.ana.person if by == "ana" else self.people[by]
        if by != frame.device:
            assert not self.hear(frame, origin=person.certificate.peer_id)

    @rule(frame=frames, at=st.integers(0, 200))
    def it_arrives_changed(self, frame: Frame, at: int) -> None:
        changed = bytearray(frame.data)
        changed[at % len(changed)] ^= 0x40
        origin = self.people[frame.device].certificate.peer_id
        try:
            self.ear.hear(bytes(changed), origin=origin, now_ms=self.now_ms, now_s=self.now_s)
        except RemoteError:
            return
        raise AssertionError("a forged frame was believed")

    @rule(name=EVERY, has_others=st.booleans())
    def a_link_is_lost(self, name: str, has_others: bool) -> None:
        self.settle()
        self.attendance.link_lost(self.people[name].device_id, has_others=has_others, now_s=self.now_s)
        self.history.append(Lost(self.now_ms, name, has_others))

    def deliver(self, frame: Frame) -> None:
        self.settle()
        self.hear(frame, origin=self.people[frame.device].certificate.peer_id)
        self.history.append(Delivered(self.now_ms, frame, self.told_ms[frame.device]))

    def hear(self, frame: Frame, *, origin: bytes) -> bool:
        try:
            heard = self.ear.hear(frame.data, origin=origin, now_ms=self.now_ms, now_s=self.now_s)
        except RemoteError as error:
            self.codes.add(error.code)
            return False
        assert isinstance(heard.signal, Heartbeat)
        self.attendance.heard(
            heard.author,
            heard.device,
            State(heard.signal.state),
            boot=heard.boot,
            interval_s=heard.signal.interval_ms / 1000,
            now_s=self.now_s,
        )
        return True

    def settle(self) -> None:
        if self.attendance.due_s() <= self.now_s:
            self.attendance.expire(self.now_s)

    # --- what must be ------------------------------------------------------------------------------------------------

    @invariant()
    def people_are_here_as_their_history_says(self) -> None:
        assert self.codes <= {"stale", "replayed", "misplaced"}
        self.settle()
        found = {who: (here.state, set(here.devices)) for who, here in self.attendance.people().items()}
        expected: dict[IdentityKey, tuple[State, set[DeviceKey]]] = {
            self.talk.ana.person.id: (State.ONLINE, {self.talk.ana.person.device_id})
        }
        for name, person in self.people.items():
            state = self.oracle(name)
            if state > State.OFFLINE:
                before, devices = expected.get(person.id, (State.GOODBYE, set()))
                expected[person.id] = (max(before, state), devices | {person.device_id})
        assert found == expected

    def oracle(self, name: str) -> State:
        """Return how a device is here now, by everything that ever came from it."""
        state, until_ms = State.OFFLINE, math.inf
        believed: list[Frame] = []
        for event in self.history:
            if (event.frame.device if isinstance(event, Delivered) else event.device) != name:
                continue
            if event.at_ms >= until_ms:
                state, until_ms = State.OFFLINE, math.inf
            if isinstance(event, Lost):
                if not event.has_others:
                    state = State.OFFLINE
                elif state > State.OFFLINE:
                    until_ms = min(until_ms, event.at_ms + DOUBT_S * 1000)
                continue
            frame = event.frame
            if abs(event.at_ms + event.offset_ms - frame.ts_ms) > STALE_MS:
                continue
            if any(
                frame.count <= other.count if other.boot == frame.boot else frame.ts_ms <= other.ts_ms
                for other in believed[-1:]
            ):
                continue
            believed.append(frame)
            state = frame.state
            until_ms = event.at_ms + SILENT_INTERVALS * frame.interval_ms
        return State.OFFLINE if self.now_ms >= until_ms else state


PresenceMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
TestPresence = PresenceMachine.TestCase
