"""The phase of one conversation, as clients of the channel see and change it (S26, S27).

Implements node.gateway.phases.Phases.
"""

from node.conversations.conversation import Conversation
from node.conversations.events import Json
from node.conversations.rights import permitted
from protocol.bodies.content import PhaseAdvance, PhaseProgress
from protocol.phases import Phase
from protocol.sentence import Sentence


class Phases:
    """Looks at it and moves it for this person."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation

    def show(self) -> Json:
        """Return where the conversation stands, and who brought it there."""
        view = self._conversation.view
        return {**view.phase(), **view.moved()}

    async def advance(self, *, from_phase: str) -> Json:
        """Go on from `from_phase`; once it is over, nothing happens (S27)."""
        state = self._conversation.replica.fold.phase.state
        if state.phase == Phase[from_phase.upper()]:
            permitted(self._conversation.replica, "advance", to=Sentence("move it on to another phase"))
            self._conversation.write(PhaseAdvance(state.step))
        return self._conversation.view.phase()

    async def progress(self, value: float) -> Json:
        """Set the progress within the phase."""
        state = self._conversation.replica.fold.phase.state
        permitted(self._conversation.replica, "progress", to=Sentence("set its progress"))
        self._conversation.write(PhaseProgress(state.step, round(value * 10_000)))
        return self._conversation.view.phase()
