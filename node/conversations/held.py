"""What there is of a conversation in memory."""

from typing import Protocol

from node.conversations.receipts import Receipts
from node.conversations.view import View
from protocol.registers import Registers
from protocol.replica import Replica


class Held(Protocol):
    """A conversation as it is in memory now: its parts are others after it was loaded again."""

    replica: Replica
    registers: Registers
    receipts: Receipts
    view: View
