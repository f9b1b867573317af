"""Which level a kind of operation needs, as far as an owner may say otherwise (docs/protocol.md, "Authority")."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from protocol.bodies.content import ContentKind
from protocol.bodies.control import ControlKind, Level
from protocol.ops import CONTENT, CONTROL

Governed = tuple[int, int]
"""`(plane, kind)`: the numbers of content and of control kinds overlap."""

BUILT_IN: Final[Mapping[Governed, Level]] = MappingProxyType(
    {
        (CONTENT, ContentKind.TITLE): Level.MEMBER,
        (CONTENT, ContentKind.DESCRIPTION): Level.MEMBER,
        (CONTENT, ContentKind.PHASE_ADVANCE): Level.MEMBER,
        (CONTENT, ContentKind.PHASE_PROGRESS): Level.MEMBER,
        (CONTENT, ContentKind.PHASE_SET): Level.ADMIN,
        (CONTENT, ContentKind.PIN): Level.ADMIN,
        (CONTENT, ContentKind.DELETE): Level.ADMIN,  # of somebody else's message
        (CONTENT, ContentKind.ARCHIVE): Level.ADMIN,
        (CONTENT, ContentKind.AI_PAUSE): Level.ADMIN,
        (CONTROL, ControlKind.INVITE_CREATE): Level.ADMIN,
        (CONTROL, ControlKind.AI_SET): Level.ADMIN,
        (CONTROL, ControlKind.MITOSIS_COMMIT): Level.ADMIN,
    }
)
"""Every other content kind needs a member; what every other control kind needs, no policy changes."""


def table_of(rows: Iterable[tuple[int, int, int]]) -> Mapping[Governed, Level]:
    """Return the whole table that a genesis or a policy with these rows puts in force."""
    table = dict(BUILT_IN)
    for plane, kind, level in rows:
        table[plane, kind] = Level(level)
    return MappingProxyType(table)
