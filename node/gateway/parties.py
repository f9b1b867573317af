"""What the gateway asks of the node about the people and the AIs of one conversation."""

from collections.abc import Sequence
from typing import Any, Protocol

from crypto.ids import OpId

Json = dict[str, Any]


class People(Protocol):
    """Who belongs to one conversation, to be looked at and changed; refusals as those of `Backend`.

    Somebody is named (`who`) by their id, their name, or the beginning of either; where that names nobody the code is
    `unknown_member`, where several `ambiguous`.
    """

    def members(self) -> list[Json]:
        """Return the member objects."""

    def former(self) -> list[Json]:
        """Return `{identity, name, role, how, by, by_name, kept, hidden}` of those who belonged and do not."""

    def invites(self) -> list[Json]:
        """Return `{id, by, by_name, uses, used, expires, expired}` of each invite that is not taken back."""

    def removal(self, who: str, *, with_invited: bool) -> Json:
        """Return `{who, invited, kept, invites}`: what removing them would do; nothing is done."""

    def remove(self, who: str, *, with_invited: bool) -> Json:
        """Remove somebody, durably; return what `removal` said."""

    def set_role(self, who: str, role: str) -> Json:
        """Give somebody a role; return `{identity, name, role}`."""

    def hand_over(self, who: str) -> Json:
        """Make somebody an owner and step down; return them as `{identity, name, role}`."""

    def leave(self) -> Json:
        """Leave; return `{status}`."""

    def revoke_invite(self, prefix: str) -> Json:
        """Take an invite back whose id `prefix` (1 to 64 lower-case hex digits) begins; return `{id}`.

        Raises:
            Refusal: `unknown_invite` or `ambiguous`.
        """


class Participants(Protocol):
    """The AIs of one conversation, to be looked at and changed; refusals as those of `Backend`.

    An AI is named by its id, a unique prefix of it, or its name; else the code is `unknown_ai` or `ambiguous`.
    """

    def all(self) -> list[Json]:
        """Return the AI objects."""

    async def offers(self, ai: str) -> Json:
        """Return `{providers, default}` of the node that answers for it (Refusal `unreachable`: it is silent)."""

    async def add(self, settings: Json) -> Json:
        """Add an AI hosted here (`name`, and other settings where given); return it."""

    def set(self, ai: str, settings: Json) -> Json:
        """Change those settings that are given; return it."""

    def set_hosts(self, ai: str, people: Sequence[str]) -> Json:
        """Say whose nodes answer for it, in their order; return it."""

    def accept(self, ai: str, *, on: bool) -> Json:
        """Agree that this node answers for an AI that somebody else set up, or no longer; return it."""

    async def remove(self, ai: str) -> None:
        """Remove it."""

    def pause(self, *, on: bool) -> None:
        """Let no AI answer in this conversation, or let them again."""

    def retry(self, message: OpId, ai: str | None) -> list[Json]:
        """Ask once more for an answer to a message; return the AIs that were asked."""

    def stop(self, message: OpId, ai: str) -> Json:
        """End an answer in flight; return the AI."""
