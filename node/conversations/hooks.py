"""What the rest of the node does when something changes in a conversation."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from crypto.ids import IdentityKey, OpId
from protocol.ops import Op
from protocol.outcome import Outcome
from protocol.registers import Register


def _nothing(*_: object) -> None:
    """Do nothing: nobody has asked to be called."""


@dataclass(slots=True)
class Hooks:
    """What one conversation calls; each does nothing until it is set."""

    on_written: Callable[[Sequence[Op]], None] = _nothing
    """Called with operations that were written here, once they are on disk."""
    on_register: Callable[[Register], None] = _nothing
    """Called with a register that was written here."""
    on_stored: Callable[[Outcome], None] = _nothing
    """Called with what came of operations, once it is on disk and told."""
    on_spoken: Callable[[IdentityKey, int], None] = _nothing
    """Called with the author and the time of each message of a person that is new here, after it was told."""
    on_shown: Callable[[Collection[OpId]], None] = _nothing
    """Called with the messages that are new, read differently or are gone, once that is on disk."""
    on_named: Callable[[], None] = _nothing
    """Called when somebody may go by another name."""
    on_contacts: Callable[[], None] = _nothing
    """Called when a member may have become reachable at another address."""
    on_control: Callable[[], None] = _nothing
    """Called when members or keys may have changed."""
