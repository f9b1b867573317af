"""What stands in the list, row by row: conversations with those that came out of them, then the archived ones (S3)."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gui.state.objects import Summary

ARCHIVED = "archived"
Activity = tuple[datetime.datetime, str]


@dataclass(frozen=True, slots=True)
class Row:
    """One row: a conversation, or the head of the folder of archived ones.

    Attributes:
        key: the conversation's id; ARCHIVED for the folder.
        summary: None for the folder.
        depth: 0, or how many parents stand above it.
        folds: whether something below it can be folded away.
        folded: whether that is folded away now.
        unread, mentions: its own, and those of what is folded away below it.
        count: how many conversations the folder holds.
    """

    key: str
    summary: Summary | None = None
    depth: int = 0
    folds: bool = False
    folded: bool = False
    unread: int = 0
    mentions: int = 0
    count: int = 0


def listed(
    summaries: Iterable[Summary],
    *,
    folded: Collection[str] = (ARCHIVED,),
    before: Mapping[str, Row] = MappingProxyType({}),
) -> list[Row]:
    """Return the rows, those with the newest activity first; a family counts by its newest member.

    Args:
        summaries: all conversations.
        folded: keys of the rows below which all is folded away.
        before: rows as they were, by key; those of which nothing changed are taken over, being quicker than made anew.
    """
    here, away = list[Summary](), list[Summary]()
    for item in _meant(list(summaries)):
        (away if item.put_away else here).append(item)
    rows = list(_folder(here, folded, before))
    if away:
        unread = sum(item.unread for item in away if item.status == ARCHIVED)
        mentions = sum(item.mentions for item in away if item.status == ARCHIVED)
        is_folded = ARCHIVED in folded
        rows.append(Row(ARCHIVED, folds=True, folded=is_folded, unread=unread, mentions=mentions, count=len(away)))
        if not is_folded:
            rows += _folder(away, folded, before)
    return rows


def above(summaries: Iterable[Summary], key: str) -> Iterator[str]:
    """Yield the ids of the conversations below which one may stand folded away."""
    parents = _parents({item.id: item for item in summaries})
    while key in parents:
        key = parents[key]
        yield key


def _meant(items: list[Summary]) -> Iterator[Summary]:
    """Leave out a second conversation with one person in which nothing was said: both opened one at the same time."""
    lowest: dict[str, str] = {}
    for item in items:
        if item.direct and not item.put_away:
            lowest[item.direct] = min(item.id, lowest.get(item.direct, item.id))
    for item in items:
        is_said = item.last is not None and item.last.kind != "notice"
        if is_said or item.put_away or lowest.get(item.direct, item.id) == item.id:
            yield item


def _folder(items: list[Summary], folded: Collection[str], before: Mapping[str, Row]) -> Iterator[Row]:
    """Yield the families of one folder."""
    by_id = {item.id: item for item in items}
    parents = _parents(by_id)
    if not parents:  # nothing to fold, and no activity but one's own
        for item in sorted(items, key=_own_activity, reverse=True):
            row = before.get(item.id)
            is_same = row is not None and row.summary is item and not row.depth and not row.folds
            yield row if row is not None and is_same else _alone(item)
        return
    children: dict[str, list[Summary]] = {}
    for item in items:
        children.setdefault(parents.get(item.id, ""), []).append(item)
    newest: dict[str, Activity] = {}

    def activity(item: Summary) -> Activity:
        found = newest.get(item.id)
        if found is None:
            found = _own_activity(item)
            if item.id in children:
                found = max([found, *map(activity, children[item.id])])
            newest[item.id] = found
        return found

    def family(item: Summary, depth: int) -> Iterator[Row]:
        if item.id not in children:
            yield _alone(item, depth)
            return
        below = sorted(children[item.id], key=activity, reverse=True)
        is_folded = item.id in folded
        hidden = list(_descendants(item, children)) if is_folded else []
        unread = item.unread + sum(child.unread for child in hidden)
        mentions = item.mentions + sum(child.mentions for child in hidden)
        yield Row(item.id, item, depth, folds=True, folded=is_folded, unread=unread, mentions=mentions)
        if not is_folded:
            for child in below:
                yield from family(child, depth + 1)

    for root in sorted(children.get("", ()), key=activity, reverse=True):
        yield from family(root, 0)


def _alone(item: Summary, depth: int = 0) -> Row:
    """Return the row of a conversation that nothing stands below."""
    return Row(item.id, item, depth, unread=item.unread, mentions=item.mentions)


def _own_activity(item: Summary) -> Activity:
    return (item.activity, item.id)


def _parents(by_id: Mapping[str, Summary]) -> dict[str, str]:
    """Return the parent of each conversation whose parent stands in the same folder; a ring is cut."""
    found: dict[str, str] = {}
    for item in by_id.values():
        if item.parent in by_id:
            found[item.id] = item.parent
    for item in by_id.values():
        for child in item.children:
            if child in by_id:
                found.setdefault(child, item.id)
    for start in list(found):
        seen, at = {start}, start
        while (above := found.get(at)) is not None:
            if above in seen:
                del found[at]
                break
            seen.add(above)
            at = above
    return found


def _descendants(item: Summary, children: Mapping[str, list[Summary]]) -> Iterator[Summary]:
    for child in children.get(item.id, ()):
        yield child
        yield from _descendants(child, children)
