"""Where a page of search results begins, as a client hands it back."""

import re
from dataclasses import dataclass
from typing import Final

from node.store.fulltext import RELEVANCE, WEIGHED, Match
from node.store.shown import Place
from protocol.errors import UsageError

_FORM: Final = re.compile(r"(?:([0-9a-f]{1,12})-([0-9a-f]{1,15})-([0-9a-f]{64}))|(?:best-([0-9]{1,4}))")


@dataclass(frozen=True, slots=True)
class Cursor:
    """After which message the page begins; by relevance, after how many."""

    place: Place | None = None
    skip: int = 0

    def __str__(self) -> str:
        if self.place is None:
            return f"best-{self.skip}"
        vts_ms, depth, name = self.place
        return f"{vts_ms:x}-{depth:x}-{name.hex()}"

    def next(self, match: Match, order: str) -> "Cursor":
        """Return the place after one more result."""
        return Cursor(skip=self.skip + 1) if order == RELEVANCE else Cursor(match.place)


def parse_cursor(text: str, order: str) -> Cursor:
    """Return the cursor of a reply (UsageError where it is none, or one of another order)."""
    form = _FORM.fullmatch(text)
    if form is not None and (form[4] is not None) == (order == RELEVANCE):
        if form[4] is not None:
            return Cursor(skip=min(int(form[4]), WEIGHED))
        return Cursor((int(form[1], 16), int(form[2], 16), bytes.fromhex(form[3])))
    raise UsageError("bad_request", "after must be the cursor of an earlier reply to the same search")
