"""Who belongs to the conversations of the fake backend: literal data, and a list of what was asked."""

from typing import Any

from node.gateway.refusal import Refusal

Json = dict[str, Any]

ADA, BOB, CY = "aa" * 32, "bb" * 32, "cc" * 32
INVITE = "e1" + "0" * 62
TS = "2026-11-21T09:30:00.123Z"
BOB_BRIEF = {"identity": BOB, "name": "Bob\x1b]0;x\x07", "role": "member"}


class FakePeople:
    def __init__(self, conversation_id: str, members: list[Json], calls: list[tuple[Any, ...]]) -> None:
        self._id = conversation_id
        self._members = members
        self._calls = calls

    def members(self) -> list[Json]:
        return self._members

    def former(self) -> list[Json]:
        gone = {"identity": CY, "name": "Cy\u202e", "role": None, "kept": 3, "hidden": 1}
        return [
            {**gone, "how": "removed", "by": ADA, "by_name": "Ada"},
            {**gone, "how": "left", "by": None, "by_name": None},
        ]

    def invites(self) -> list[Json]:
        made = {"id": INVITE, "by": ADA, "by_name": "Ada", "used": 1, "expires": TS}
        return [{**made, "uses": 2, "expired": False}, {**made, "uses": 0, "expired": True}]

    def removal(self, who: str, *, with_invited: bool) -> Json:
        self._calls.append(("removal", self._id, who, with_invited))
        if who == "nobody":
            raise Refusal("unknown_member", "there is nobody named nobody here")
        invited = {"identity": CY, "name": "Cy\u202e", "role": "admin"}
        reason = "only an owner can do that to an admin" if with_invited else None
        return {"who": BOB_BRIEF, "invited": [{**invited, "removed": False, "reason": reason}], "kept": 7, "invites": 1}

    def remove(self, who: str, *, with_invited: bool) -> Json:
        plan = self.removal(who, with_invited=with_invited)
        self._calls[-1] = ("remove", *self._calls[-1][1:])
        return plan

    def set_role(self, who: str, role: str) -> Json:
        self._calls.append(("role", self._id, who, role))
        return {**BOB_BRIEF, "role": role}

    def hand_over(self, who: str) -> Json:
        self._calls.append(("hand_over", self._id, who))
        return {**BOB_BRIEF, "role": "owner"}

    def leave(self) -> Json:
        self._calls.append(("leave", self._id))
        return {"status": "left"}

    def revoke_invite(self, prefix: str) -> Json:
        self._calls.append(("revoke_invite", self._id, prefix))
        return {"id": INVITE}
