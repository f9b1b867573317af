"""A short history in which people are removed, leave and lose devices, with what every operation counts for in the end.

Whoever writes another program for this protocol can check its authority against it, in any order of arrival.
"""

from typing import Any

from protocol.authority import Claim
from protocol.bodies.content import ContentKind, Message, Title
from protocol.bodies.control import DeviceAdd, DeviceRevoke, Leave, Level, Policy
from protocol.ops import CONTENT, Op
from tests.builders import Member, Person, Talk, content_op, give, person

PEOPLE = ("ana", "ben", "cat", "dan", "eve")


class Story:
    """The conversation, its operations by what they are called."""

    def __init__(self) -> None:
        self.talk = Talk("ana", "ben", "cat", levels=[Level.OWNER, Level.ADMIN, Level.MEMBER])
        self.names = {self.talk.genesis.id: "genesis", self.talk.epoch: "first epoch"}
        for op in self.talk.ana.ops.values():
            self.names.setdefault(op.id, "title")
        self._admin_removed_while_he_acts()
        self._somebody_leaves()
        self._titles_for_admins()
        self._a_device_is_lost()
        self.end = Member(person("ana"), self.talk.id)
        self.end.receive([op for member in self.talk.members.values() for op in member.ops.values()])

    def _admin_removed_while_he_acts(self) -> None:
        talk = self.talk
        ana, ben = talk.ana, talk.ben
        invite = ben.invite("dan's")
        self._name("ben's invite", *self._new(ben))
        self._name("dan admitted", ben.admit(person("dan"), invite))
        self._name("dan's key", *ben.wrap(person("dan")))
        seen = ben.say("seen")
        self._name("ben: seen", seen)
        talk.copy_for(person("dan"))
        talk.meet("ana", "ben", "cat", "dan")
        self._name("dan: hello", talk.dan.say("hello"))
        self._name("ben removed, what was seen stays", ana.remove(ben.person, seen.id))
        self._name("ben, not knowing: not seen", ben.say("not seen"))
        self._name("ben, not knowing: eve granted", ben.grant(person("eve")))
        self._name("ben, not knowing: cat removed", ben.remove(person("cat")))
        give(ana, talk.cat)
        give(ana, talk.dan)
        give(talk.dan, ana)

    def _somebody_leaves(self) -> None:
        cat = self.talk.cat
        before = cat.say("before")
        self._name("cat: before", before)
        self._name("cat leaves", cat.rule(Leave(cat.proof, 0)))
        after = content_op(cat, Message("after"))
        self._name("cat, having left: after", after)
        cat.receive([after])
        give(cat, self.talk.ana)

    def _titles_for_admins(self) -> None:
        ana, dan = self.talk.ana, self.talk.dan
        table = ((CONTENT, int(ContentKind.TITLE), int(Level.ADMIN)),)
        self._name("titles are for admins now", ana.rule(Policy(ana.proof, table, 0)))
        self._name("ana's title", ana.write(Title("cells")))
        give(ana, dan)
        self._name("dan's title", dan.write(Title("rooms")))
        give(dan, ana)

    def _a_device_is_lost(self) -> None:
        ana, laptop = self.talk.ana, Person.make("ana", device="laptop")
        self._name("ana's laptop added", ana.rule(DeviceAdd(ana.proof, laptop.certificate.encoded)))
        self._name("the laptop's key", *ana.wrap(laptop))
        copy = Member(laptop, self.talk.id)
        give(ana, copy)
        kept = copy.say("from the laptop")
        self._name("laptop: kept", kept)
        give(copy, ana)
        self._name("the laptop revoked", ana.rule(DeviceRevoke(ana.proof, laptop.device_id, (kept.id,))))
        self._name("laptop, stolen: more", copy.say("more"))
        give(copy, ana)

    def _new(self, member: Member) -> list[Op]:
        return [op for op in member.ops.values() if op.id not in self.names]

    def _name(self, label: str, *ops: Op) -> None:
        for op in ops:
            self.names[op.id] = label

    # --- what it comes to --------------------------------------------------------------------------------------------

    def rows(self) -> list[dict[str, Any]]:
        """Return every operation with its verdict: a level for content, 0 where it is not valid; for control 0 or 1."""
        rows = []
        for op in sorted(self.end.ops.values(), key=lambda op: (op.header.plane, op.key)):
            rows.append(
                {
                    "name": self.names[op.id],
                    "id": op.id.hex(),
                    "plane": op.header.plane,
                    "verdict": verdict(self.end, op),
                    "quarantined": op.id in self.end.replica.plane(op.header.plane).quarantine,
                    "header": op.header_bytes.hex(),
                    "signature": op.signature.hex(),
                    "body": op.body.hex(),
                }
            )
        return rows


def verdict(member: Member, op: Op) -> int:
    """Return what an operation counts for in somebody's copy."""
    authority, header = member.replica.authority, op.header
    if header.plane != CONTENT:
        return int(authority.is_valid(op.id))
    author = authority.person(header.device)
    assert author is not None
    return max(0, authority.verdict(Claim(op.id, header.device, header.seq, author, header.auth)))


def title(member: Member) -> str:
    found = member.replica.fold.title
    assert found is not None
    return found.text


def scenario() -> dict[str, Any]:
    """Return the vectors."""
    story = Story()
    members = {who.id: name for name in PEOPLE for who in (person(name),)}
    return {
        "conversation": story.talk.id.hex(),
        "people": {name: person(name).id.hex() for name in PEOPLE},
        "operations": story.rows(),
        "members": {
            members[identity]: int(member.level) for identity, member in story.end.replica.authority.members().items()
        },
        "texts": story.end.texts(),
        "title": title(story.end),
        "control_heads_hash": story.end.replica.control.heads_hash().hex(),
        "content_heads_hash": story.end.replica.content.heads_hash().hex(),
        "state_hash": story.end.state_hash().hex(),
    }
