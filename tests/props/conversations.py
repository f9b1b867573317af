"""Honest conversations of three people, drawn by Hypothesis: apart, together again, talking at once, falling out."""

from contextlib import suppress
from dataclasses import dataclass

from hypothesis import strategies as st

from crypto.ids import OpId
from protocol.bodies.ai import AiReply
from protocol.bodies.content import (
    Archive,
    ContentKind,
    Delete,
    Description,
    Edit,
    Message,
    PhaseAdvance,
    PhaseProgress,
    Pin,
    React,
    Title,
)
from protocol.bodies.control import Leave, Policy, Revoke
from protocol.errors import RemoteError, UsageError
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
TURMOIL = [
    *("say", "say", "say", "title", "advance", "progress", "ask", "answer", "edit", "edit", "delete", "react", "pin"),
    *("archive", "meet", "meet", "meet", "meet", "remove", "remove", "remove", "lower", "leave", "again", "policy"),
]
acts = st.lists(
    st.builds(Act, st.integers(0, 2), st.sampled_from(ACTS), st.integers(0, 7)),
    min_size=4,
    max_size=26,
)
turmoils = st.lists(
    st.builds(Act, st.integers(0, 2), st.sampled_from(TURMOIL), st.integers(0, 7)),
    min_size=8,
    max_size=32,
)
"""What happens where people also change and delete what was said, and remove each other or leave."""


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


def fall_out(script: list[Act]) -> Talk:
    """Return the conversation that a turmoil leads to; whoever knows that they do not belong any more is silent."""
    talk = Talk(*NAMES, levels=[3, 2, 1])
    ai = talk.ana.set_ai([person("ben"), person("cat")]).id
    talk.meet()
    for number, act in enumerate(script):
        member = talk.members[NAMES[act.who]]
        member.now_ms += act.number * 300
        if act.what == "meet" or member.replica.authority.member(member.person.id) is not None:
            with suppress(RemoteError, UsageError):  # what the rules do not allow, nobody's program writes
                perform(talk, member, act, ai, number)
                perform_worse(talk, member, act)
    return talk


def perform_worse(talk: Talk, member: Member, act: Act) -> None:
    """Do one of the things that take something back, from a message or from a person."""
    said = known_messages(member)
    target = said[act.number % len(said)] if said else None
    subject = talk.members[NAMES[(act.who + 1 + act.number % 2) % 3]].person
    tip = member.replica.content.tips.get(subject.device_id)
    cut = ((subject.device_id, (tip[1],)),) if tip and act.number % 3 else ()
    match act.what:
        case "edit" if target:
            own = [name for name in said if member.ops[name].header.device == member.person.device_id]
            member.write(Edit(own[act.number % len(own)] if own else target, f"edited {act.number}"))
        case "delete" if target:
            member.write(Delete(target))
        case "react" if target:
            member.write(React(target, "👍", on=act.number % 3 > 0))
        case "pin" if target:
            member.write(Pin(target, on=act.number % 3 > 0))
        case "archive":
            member.write(Archive(on=act.number % 2 > 0))
        case "remove" if subject.name != "ana":
            member.rule(Revoke(member.proof, ((subject.id, 0),), cut))
        case "lower" if subject.name == "ben":
            member.rule(Revoke(member.proof, ((subject.id, 2),), cut))
        case "leave" if act.who:
            member.rule(Leave(member.proof, 0))
        case "again":
            member.grant(subject, 1 + act.number % 2)
        case "policy":
            kinds = [(CONTENT, int(kind), 1 + act.number % 3) for kind in (ContentKind.TITLE, ContentKind.DELETE)]
            member.rule(Policy(member.proof, tuple(kinds[: act.number % 3]), 0))


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
    return known_messages(member)[:2]


def known_messages(member: Member) -> list[OpId]:
    found = []
    for op in member.ops.values():
        if op.header.plane == CONTENT and isinstance(member.replica.read(op), Message):
            found.append(op.id)
    return sorted(found)


def answers(member: Member) -> int:
    """Return how many answers a copy holds, shown or not."""
    bodies = (member.replica.read(op) for op in member.ops.values() if op.header.plane == CONTENT)
    return sum(isinstance(body, AiReply) for body in bodies)
