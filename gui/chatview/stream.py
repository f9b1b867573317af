"""Cuts growing Markdown into parts that are finished and one tail, so that only the tail is rendered anew."""

from __future__ import annotations

PART_CHARACTERS = 700


class Parts:
    """The finished parts of one growing text; a part once given never changes."""

    def __init__(self) -> None:
        self._finished: list[str] = []
        self._done = 0  # characters in the finished parts

    def take(self, text: str) -> tuple[list[str], str]:
        """Return the finished parts of `text` and what is left; `text` is the whole text so far.

        A text that does not go on from the one before starts anew.
        """
        if not text.startswith(self._finished[-1] if self._finished else "", self._last_start()):
            self._finished, self._done = [], 0
        while (cut := _safe_cut(text, self._done)) is not None:
            self._finished.append(text[self._done : cut])
            self._done = cut
        return list(self._finished), text[self._done :]

    def _last_start(self) -> int:
        return self._done - len(self._finished[-1]) if self._finished else 0


def _safe_cut(text: str, start: int) -> int | None:
    """Return where a part that begins at `start` may end: after enough text, at a blank line that splits no block."""
    if len(text) - start < PART_CHARACTERS:
        return None
    fence = ""
    blank = False
    at = start
    for line in text[start:].splitlines(keepends=True):
        plain = line.strip()
        starts_block = blank and not fence and line[0] not in " \t" and not _continues_list(plain)
        if starts_block and at - start >= PART_CHARACTERS:
            return at
        mark = plain[:3]
        if mark in ("```", "~~~") and (not fence or (mark == fence and not plain.strip(mark[0]))):
            fence = "" if fence else mark
        blank = not plain
        at += len(line)
    return None


def _continues_list(line: str) -> bool:
    head = line.split(" ", 1)[0]
    return head in ("-", "*", "+") or (len(head) > 1 and head[:-1].isdigit() and head[-1] in ".)")
