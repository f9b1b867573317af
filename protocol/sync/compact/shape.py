"""What both ends of a stream of operations hold alike."""

from dataclasses import dataclass
from typing import Final

from crypto.ids import OpId

Stored = tuple[OpId, bytes, bytes, bytes]
"""An operation as it is stored: id, header, signature, and its body or nothing."""

VERSION: Final = 1
MOST_OPS: Final = 2048
"""In one frame."""
WINDOW: Final = 4096
"""Operations that are remembered."""
MOST_CONTEXTS: Final = 1024
HEADER_FIELDS: Final = 12


@dataclass(slots=True)
class Chain:
    """The last operation of a device in a plane that went over this stream."""

    tip: OpId | None = None
    seq: int = 0
