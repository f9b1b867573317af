"""The people with whom this person shares conversations, whichever those are (docs/channel.md, "People I know")."""

from typing import Any

from crypto.certificates import Certificate
from crypto.ids import IdentityKey
from crypto.words import check_words
from node.conversations.conversation import Conversation
from node.conversations.library import Library
from node.conversations.membership import OUTSIDE
from node.store.preferences import Preferences
from protocol.bodies.signals import State
from protocol.errors import UsageError

Json = dict[str, Any]

VERIFIED = "verified:"
"""Preferences of this name and an identity say that the check words were compared."""


class Acquaintances:
    """Everybody known from a conversation, seen across all of them."""

    def __init__(self, library: Library, preferences: Preferences) -> None:
        self._library = library
        self._preferences = preferences
        library.known_as = self.name

    @property
    def _own(self) -> IdentityKey:
        return self._library.profile.secrets.identity.public

    def _shared(self, identity: IdentityKey) -> list[Conversation]:
        """Return the conversations in which both take part."""
        return [
            conversation
            for conversation in self._library.conversations.values()
            if conversation.status not in OUTSIDE and conversation.replica.authority.member(identity) is not None
        ]

    def name(self, identity: IdentityKey) -> str:
        """Return the name that somebody goes by in any conversation; empty where none is known."""
        for conversation in self._shared(identity):
            member = conversation.replica.authority.member(identity)
            for certificate in member.certificates if member is not None else ():
                name = conversation.view.roster.device_name(certificate.device)
                if name:
                    return name
        return ""

    def certificates(self, identity: IdentityKey) -> list[Certificate]:
        """Return the certificates of somebody's devices, by all conversations shared with them; the newest of each."""
        found: dict[bytes, Certificate] = {}
        for conversation in self._shared(identity):
            member = conversation.replica.authority.member(identity)
            for each in member.certificates if member is not None else ():
                known = found.get(each.device)
                if known is None or known.created_ms < each.created_ms:
                    found[each.device] = each
        return [found[device] for device in sorted(found)]

    def directs(self, identity: IdentityKey) -> list[Conversation]:
        """Return the conversations of two with somebody in which both still are, those that both mean first."""
        found = [each for each in self._shared(identity) if each.view.direct == identity]
        return sorted(found, key=lambda each: each.id)

    def direct(self, identity: IdentityKey) -> Conversation | None:
        """Return the conversation of two with somebody; None where there is none."""
        return next(iter(self.directs(identity)), None)

    # --- as the channel shows them -----------------------------------------------------------------------------------

    def all(self) -> list[Json]:
        """Return the person objects, by name."""
        found: dict[IdentityKey, list[Conversation]] = {}
        for conversation in self._library.conversations.values():
            if conversation.status not in OUTSIDE:
                for identity in conversation.replica.authority.members():
                    found.setdefault(identity, []).append(conversation)
        found.pop(self._own, None)
        people = [self._described(identity, shared) for identity, shared in found.items()]
        return sorted(people, key=lambda one: (one["name"].casefold(), one["identity"]))

    def get(self, identity: IdentityKey) -> Json:
        """Return one person object with our check words.

        Raises:
            UsageError: `unknown_member`: no conversation is shared with them.
        """
        shared = self._shared(identity)
        if not shared or identity == self._own:
            raise UsageError("unknown_member", "you share no conversation with that person")
        return {**self._described(identity, shared), "words": list(check_words(self._own, identity))}

    def verify(self, identity: IdentityKey, *, on: bool) -> Json:
        """Keep whether the check words were compared with somebody; return the person object."""
        person = self.get(identity)
        self._preferences.set(f"{VERIFIED}{identity.hex()}", True if on else None)
        return {**person, "verified": on}

    def _described(self, identity: IdentityKey, shared: list[Conversation]) -> Json:
        here = [each.view.here[identity].state for each in shared if identity in each.view.here]
        direct = self.direct(identity)
        return {
            "identity": identity.hex(),
            "name": self.name(identity) or identity.hex()[:8],
            "presence": max(here, default=State.OFFLINE).name.lower(),
            "conversations": [each.name for each in shared],
            "direct": direct.name if direct is not None else None,
            "verified": bool(self._preferences.get(f"{VERIFIED}{identity.hex()}", False)),
        }
