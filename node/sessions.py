"""This person's AI sessions, as clients of the channel see and change them (S51, S55).

Implements node.gateway.sessions.Session and PrivateSession.
"""

from node.ai.private import PrivateTalks, history
from node.conversations.conversation import Conversation
from node.conversations.events import Json
from node.gateway.wishes import Wishes, asked, table
from node.store.sessions import AiSessions
from protocol.bodies.ask import CONTEXT_CHARACTERS


class SharedSession:
    """The AI session of a conversation."""

    def __init__(self, conversation: Conversation, sessions: AiSessions) -> None:
        self._conversation = conversation
        self._sessions = sessions

    def id(self) -> str:
        """Return its id."""
        return self._sessions.get(self._conversation.name).id.hex()

    def begin(self) -> str:
        """Begin it anew: its models are given nothing of what was said so far; return its id."""
        newest = self._conversation.records.shown.page(before=None, limit=1)
        since = newest[-1].op.id if newest else b""
        return self._sessions.begin(self._conversation.name, since=since).id.hex()

    def lay(self, context: Json) -> Json:
        """Lay facts over those there are; return all of them."""
        return _laid(self._sessions, self._conversation.name, context)


class PrivateSession:
    """A private session."""

    def __init__(self, name: str, sessions: AiSessions, talks: PrivateTalks) -> None:
        self._name = name
        self._sessions = sessions
        self._talks = talks

    def id(self) -> str:
        """Return its id."""
        return self._sessions.get(self._name).id.hex()

    def begin(self) -> str:
        """Begin it anew; return its id."""
        return self._sessions.begin(self._name).id.hex()

    def lay(self, context: Json) -> Json:
        """Lay facts over those there are; return all of them."""
        return _laid(self._sessions, self._name, context)

    def show(self) -> Json:
        """Return `{session_id, context, history}`."""
        session = self._sessions.get(self._name)
        return {"session_id": session.id.hex(), "context": session.context, "history": history(session.turns)}

    def ask(self, query: str, wishes: Wishes) -> None:
        """Ask its AI; events of its topic tell the rest."""
        self._talks.ask(self._name, query, asked(wishes, self._sessions.get(self._name).context, since=b""))


def _laid(sessions: AiSessions, name: str, context: Json) -> Json:
    table({"context": {**sessions.get(name).context, **context}}, "context", most=CONTEXT_CHARACTERS)
    return sessions.set_context(name, context).context
