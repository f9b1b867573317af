"""Honest conversations of three people, drawn by Hypothesis: apart, together again, talking at once."""

from dataclasses import dataclass

from hypothesis import strategies as st

from crypto.ids import OpId
from protocol.bodies.content import AiReply, Description, Message, PhaseAdvance, PhaseProgress, Title
from protocol.ops import CONTENT
from tests.builders import Member, Talk, give, person

NAMES = ("ana", "ben", "cat")


@dataclass(frozen=True)
class Act:
    """One thing that somebody does."""

    who: int
    what: str
    number: int

    def __repr__(self) -> str:
        return f"{NAMES[self.who]} {self.what} {self.number}"


ACTS = ["say"] * 5 + [
    "title",
    "describe",
    "advance",
    "progress",
    "ask",
    "answer",
    "answer",
    "meet",
    "meet",
    "set",
    "turn",
]
acts = st.lists(
    st.builds(Act, st.integers(0, 2), st.sampled_from(ACTS), st.integers(0, 7)),
    min_size=4,
    max_size=26,
)


def play(script: list[Act]) -> Talk:
    """Return the conversation that `script` leads to; its members have not all met at the end."""
    talk = Talk(*NAMES, levels=[3, 2, 1])
    ai = talk.ben.set_ai([person("ben"), person("cat")]).id
    talk.meet()
    for number, act in enumerate(script):
        member = talk.members[NAMES[act.who]]
        member.now_ms += act.number * 300 * (-1 if act.number == 7 else 1)  # clocks differ, and may go back
        perform(talk, member, act, ai, number)
    return talk


def perform(talk: Talk, member: Member, act: Act, ai: bytes, number: int) -> None:
    """Do one thing; what an honest program would not do is passed over."""
    match act.what:
        case "say" | "ask":
            member.say(f"{act.what} {number}")
        case "title":
            member.write(Title(f"title {number}"))
        case "describe":
            member.write(Description(f"description {number}"))
        case "advance":
            member.write(PhaseAdvance(max(0, member.replica.fold.phase.state.step - (act.number == 6))))
        case "progress":
            member.write(PhaseProgress(member.replica.fold.phase.state.step, act.number * 1_000))
        case "answer":
            questions = known_questions(member)
            if questions:
                member.reply(ai, questions[act.number % len(questions)], term=act.number % 2, text=f"answer {number}")
        case "meet":
            other = talk.members[NAMES[(act.who + 1 + act.number % 2) % 3]]
            give(other, member)
            if act.number > 3:
                give(member, other)
        case "set" if act.who < 2:
            hosts = [person(NAMES[(act.number + at) % 3]) for at in range(act.number % 3)]
            member.set_ai(hosts, ai=ai, name=f"Ada {number}")
        case "turn" if act.who < 2:
            member.rotate(f"{number}", talk.people, linked=act.number < 4)


def known_questions(member: Member) -> list[OpId]:
    """Return up to two messages; an AI is asked the same thing often, so that answers compete."""
    found = []
    for op in member.ops.values():
        if op.header.plane == CONTENT and isinstance(member.replica.read(op), Message):
            found.append(op.id)
    return sorted(found)[:2]


def answers(member: Member) -> int:
    """Return how many answers a copy holds, shown or not."""
    bodies = (member.replica.read(op) for op in member.ops.values() if op.header.plane == CONTENT)
    return sum(isinstance(body, AiReply) for body in bodies)
