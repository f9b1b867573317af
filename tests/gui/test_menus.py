"""Every menu offers what the node would accept of this person here and now, and nothing else."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from itertools import pairwise, product
from typing import Any

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolTip, QWidget

from gui.chatview import menu
from gui.chatview.reactions import Chip
from gui.pages.window import Window
from gui.session import Session
from gui.state.message import Provenance
from gui.state.row import Row
from gui.theme.palette import Theme
from tests.gui.fake_node import ALL, ME, MEMBER, FakeNode, Json, message, summary
from tests.gui.test_chatview import NOW
from tests.gui.windows import ONE, running

Until = Callable[..., Awaitable[None]]
OWNER = frozenset(ALL)
NEEDS = {"reply": "message", "react": "react", "pin": "pin", "unpin": "pin"}
KINDS = ("mine", "other", "ai", "stream", "notice")
STATES = ("sending", "waiting", "stored", "read", "failed", "growing", "interrupted")


def rows() -> Iterable[Row]:
    """Return rows of all kinds in all states, with everything that a menu goes by."""
    how = Provenance("openai", "fake-1")
    for kind, state, name, deleted, pinned, edited in product(KINDS, STATES, ("", "1"), *[(False, True)] * 3):
        answer = how if kind == "ai" else None
        text, quoted = ("" if deleted else "said"), ("0" if edited else None)
        yield Row(
            "k",
            kind,
            "a",
            "A",
            text,
            NOW,
            state,
            message_id=name,
            deleted=deleted,
            pinned=pinned,
            edited=edited,
            reply_to=quoted,
            ai=answer,
        )


@pytest.mark.parametrize(
    "may", [OWNER, MEMBER, MEMBER | {"pin"}, MEMBER - {"message"}, frozenset({"leave"}), frozenset()]
)
def test_menus_of_messages_offer_what_is_accepted_and_begin_and_end_with_it(qapp: Any, may: frozenset[str]) -> None:
    above, seen = QWidget(), set[tuple[bool, tuple[str, ...]]]()
    for row, stop, marked in product(rows(), (False, True), (False, True)):
        alike = row.kind == "mine", tuple(menu.actions(row, menu.Rights(may, stop=stop), marked=marked))
        if alike in seen:
            continue
        seen.add(alike)
        made = menu.menu(above, row, menu.Rights(may, stop=stop), marked=marked, act=lambda _: None)
        entries = made.actions()
        names = [str(each.data()) for each in entries if not each.isSeparator()]
        where = f"{row.kind} {row.state} {row.deleted} {sorted(may)}: {names}"
        if entries:
            assert not entries[0].isSeparator(), where
            assert not entries[-1].isSeparator(), where
        pairs = pairwise(entries)
        assert not any(one.isSeparator() and other.isSeparator() for one, other in pairs), where
        assert all(each.text().strip() for each in entries if not each.isSeparator())
        assert len(set(names)) == len(names)
        assert all(NEEDS[name] in may for name in names if name in NEEDS), where
        assert "edit" not in names or (row.kind == "mine" and "edit" in may), where
        assert "delete" not in names or ("leave" if row.kind == "mine" else "delete") in may, where
        stands = row.message_id and not row.deleted and row.kind not in ("notice", "stream")
        if stands:
            assert set(NEEDS) & set(names) == {
                name for name, right in NEEDS.items() if right in may and name != ("pin" if row.pinned else "unpin")
            }, where
        made.deleteLater()
    assert len(seen) > 5
    above.deleteLater()


@asynccontextmanager
async def shown(node: FakeNode, theme: Theme, until: Until) -> AsyncIterator[tuple[Window, Session]]:
    """Show the first conversation of a node."""
    async with running(node, theme) as (window, session):
        await until(lambda: session.conversations.loaded)
        window.open(ONE)
        await until(lambda: session.open_one is not None and session.open_one.loaded)
        yield window, session


def labels(found: QMenu | None) -> list[str]:
    assert found is not None
    entries: list[QAction] = found.actions()
    assert not entries[0].isSeparator()
    assert not entries[-1].isSeparator()
    return [each.text() for each in entries if not each.isSeparator()]


def prepare(node: FakeNode, may: Iterable[str], **more: Any) -> None:
    reacted = {"reactions": [{"emoji": "+", "count": 1, "people": [{"identity": ME, "name": "Me"}], "mine": True}]}
    node.conversations = [summary(1, "Garden", may=sorted(may), **more)]
    node.messages = {ONE: [message(1, "hello", **reacted)]}
    node.members[1]["may"] = ["remove"] if "pin" in may else []


Case = tuple[frozenset[str], Json, set[str], set[str]]
WHOLE = {"Invite people…", "Settings…", "Search in this conversation…", "Archive for everybody", "Leave…"}
CASES: list[Case] = [
    (OWNER, {}, WHOLE, {"Archive", "Leave…", "Open"}),
    (MEMBER, {}, WHOLE - {"Invite people…", "Archive for everybody"}, {"Leave…", "Open"}),
    (
        OWNER,
        {"status": "archived", "archived": True},
        WHOLE - {"Archive for everybody"} | {"Bring back from the archive"},
        {"Take out of the archive", "Leave…", "Open"},
    ),
    (frozenset(), {}, {"Settings…", "Search in this conversation…"}, {"Open"}),
    (frozenset(), {"status": "left"}, {"Settings…", "Search in this conversation…"}, {"Open"}),
    (frozenset(), {"status": "joining"}, {"Settings…", "Search in this conversation…"}, {"Open"}),
]


@pytest.mark.parametrize(("may", "more", "here", "in_list"), CASES)
async def test_header_list_settings_and_input_offer_what_is_accepted(
    node: FakeNode, theme: Theme, until: Until, may: frozenset[str], more: Json, here: set[str], in_list: set[str]
) -> None:
    prepare(node, may, **more)
    async with shown(node, theme, until) as (window, _):
        page, sidebar = window.page, window.sidebar
        assert page is not None
        assert sidebar is not None
        window.resize(1200, 800)
        assert set(labels(page.actions_menu())) == here
        rows = sidebar.list.rows
        rows.fold("archive", folded=False)
        at = rows.row_of(ONE)
        if at >= 0:
            sidebar.list.add_more = lambda *_: None
            assert set(labels(sidebar.list.menu_of(rows.index(at)))) == in_list
        assert page.invite_button.isVisible() is ("invite" in may)
        assert page.input.isVisible() is ("message" in may)
        assert page.closed.isVisible() is ("message" not in may)
        await until(lambda: bool(page.messages.findChildren(Chip)))
        assert all(each.isEnabled() is ("react" in may) for each in page.messages.findChildren(Chip))
        window.settings()
        settings = window.settings_page
        assert settings is not None
        assert settings.about.title.isReadOnly() is ("title" not in may)
        assert settings.about.description.isReadOnly() is ("description" not in may)
        assert settings.phases.advance.isEnabled() is ("advance" in may)
        assert settings.phases.slider.isEnabled() is ("progress" in may)
        assert settings.people.invite_button.isVisible() is ("invite" in may)
        assert settings.participants.add.isVisible() is ("ai" in may)
        assert settings.going.archive.isEnabled() is ("archive" in may)
        assert settings.going.leave.isEnabled() is ("leave" in may)
        about_ana = settings.people.rows["b2" * 32].actions_menu
        assert [each.text() for each in about_ana.actions()] == (["Remove…"] if "pin" in may else [])
        window.close_settings()
        window.invite()
        assert ("can't invite" in window.toast.text()) is ("invite" not in may)
    QToolTip.hideText()
