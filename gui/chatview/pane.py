"""The messages of the open conversation, with everything that is done with them: pins, marks, jumps, dialogs.

`reveal` goes to any message, also one that is not loaded; search uses it.
"""

from __future__ import annotations

from html import escape
from typing import Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QToolTip, QVBoxLayout, QWidget

from gui.chatview import menu, ticks
from gui.chatview.author import shown_name
from gui.chatview.beginning import Beginning
from gui.chatview.choosing import ChoosingLine, as_text
from gui.chatview.hovering import Hovering
from gui.chatview.jumps import Jumps
from gui.chatview.picker import Picker
from gui.chatview.pins import PinLine
from gui.chatview.view import ChatView
from gui.requests import answers, marks
from gui.session import Session
from gui.state.conversation import Conversation
from gui.state.row import Row
from gui.theme.palette import Theme


class Messages(QWidget):
    """Shows the messages of one conversation.

    Signals:
        link: a link in a message was clicked.
        reply, edit_wanted: key of the row that is to be answered, or edited.
        discarded: the text of a message of mine that was not sent and was taken away.
        person: identity of somebody whose circle or name was clicked.
        wanted: something to begin with: `invite`, `add ai`.
        said: something to confirm quietly, or why something could not be done.
    """

    link = Signal(str)
    reply = Signal(str)
    edit_wanted = Signal(str)
    discarded = Signal(str)
    person = Signal(str)
    wanted = Signal(str)
    said = Signal(str)

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._theme = theme
        self._client = session.client
        self.pins = PinLine(theme)
        self.view = ChatView(theme, session.now)
        self.choosing = ChoosingLine()
        self.hovering = Hovering(self.view.viewport())
        self.beginning = Beginning(self.view)
        self.beginning.wanted.connect(self.wanted)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.pins)
        whole.addWidget(self.view, 1)
        whole.addWidget(self.choosing)
        self.jumps = Jumps(session, self.view, self.pins)
        self.jumps.said.connect(self.said)
        self.choosing.copied.connect(self._copy_chosen)
        self.choosing.done.connect(lambda: self._choose(None))
        view = self.view
        view.rows.may_react = lambda: self._one is not None and self._one.may("react")
        view.rows.may_stop = lambda row: menu.may_stop(self._one, row.reply_to)
        view.link.connect(self.link)
        view.copied.connect(lambda: self.said.emit(self.tr("Copied")))
        view.displayed.connect(session.displayed)
        view.acted.connect(self.act)
        view.reacted.connect(self._react)
        view.menu.connect(self._open_menu)
        view.hovered.connect(self._hover)
        view.verticalScrollBar().valueChanged.connect(self.hovering.move_on)
        view.verticalScrollBar().rangeChanged.connect(self.hovering.look_again)
        self.hovering.over.connect(self._hover)
        self.hovering.acted.connect(self.act)
        self.hovering.menu.connect(self._open_menu)
        theme.changed.connect(self._restyle)
        self._restyle()

    def show_conversation(self, one: Conversation) -> None:
        """Show another conversation."""
        self.choosing.hide()
        self.jumps.show_conversation(one)
        self.beginning.watch(one)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the hint in the middle."""
        super().resizeEvent(event)
        layout = self.layout()
        if layout is not None and self.beginning.isVisible():
            layout.activate()
            self.beginning.place()

    def reveal(self, message_id: str) -> None:
        """Go to a message of the open conversation, wherever it is, and light it up; also one that is not loaded."""
        self.jumps.reveal(message_id)

    def _restyle(self) -> None:
        self.hovering.restyle(self._theme.tokens)

    @property
    def _one(self) -> Conversation | None:
        return self.jumps.one

    # --- what is done with a message ---------------------------------------------------------------------------------

    def act(self, action: str, key: str) -> None:
        """Do what a button, a key or the menu asks for with the row of this key."""
        one = self._one
        row = one.row(key) if one is not None else None
        if action == "done":
            self._choose(None)
            return
        if one is None or row is None:
            return
        if action in menu.SHORTCUTS and action not in self._possible(row):
            action = {"pin": "unpin", "unpin": "pin"}.get(action, "")
            if action not in self._possible(row):
                return
        match action:
            case "jump":
                self.reveal(row.reply_to or "")
            case "person":
                self.person.emit(row.author)
            case "unfold":
                self.view.unfold(row.key)
            case "choose":
                self._choose((self.view.rows.chosen or set()) ^ {row.key})
            case "copy" | "copy selection":
                self._copy(row, action)
            case "reply":
                self.reply.emit(row.key)
            case "edit":
                self.edit_wanted.emit(row.key)
            case "retry":
                self._session.retry(row.key)
            case "discard":
                self._session.discard(row.key)
                if row.kind == "mine":
                    self.discarded.emit(row.text)
            case "react":
                self._pick(row)
            case "delete":
                self._delete(one, row)
            case "provenance":
                self._explain(one, row)
            case _:
                self.jumps.ask(self._asked, action, row)

    async def _asked(self, one: Conversation, action: str, row: Row) -> None:
        client = self._client
        match action:
            case "pin" | "unpin":
                await marks.pin(client, one, row.message_id, on=action == "pin")
                self.said.emit(self.tr("Pinned for everybody") if action == "pin" else self.tr("Unpinned"))
            case "receipts" if row.message_id:
                found = await marks.receipts(client, one, row.message_id)
                self._tell(row, ticks.people(found.delivered, found.read, found.waiting))
            case "receipts":
                self._tell(row, ticks.spoken(row))
            case "edits":
                said = await marks.edits(client, one, row.message_id)
                from gui.dialogs.edits import EditsDialog

                EditsDialog(said, self._session.now, self.window()).open()
            case "stop" if row.kind == "stream" and row.reply_to:
                await answers.stop(client, one, row.reply_to, row.author)
            case "stop":
                for work in one.work.answering(lambda message_id: message_id == row.message_id):
                    await answers.stop(client, one, row.message_id, work.ai)
            case "ask again" if row.reply_to:
                await answers.retry(client, one, row.reply_to, row.author)
                one.timeline.discard(row.key)

    def _react(self, key: str, emoji: str) -> None:
        row = self._one.row(key) if self._one is not None else None
        if row is not None and row.message_id:
            given = any(one.emoji == emoji and one.mine for one in row.reactions)
            self.jumps.ask(self._reacted, row, emoji, not given)

    async def _reacted(self, one: Conversation, row: Row, emoji: str, on: bool) -> None:
        await marks.react(self._client, one, row.message_id, emoji, on=on)

    def _pick(self, row: Row) -> None:
        widget = self.view.widget_of(row.key)
        if widget is not None:
            picker = Picker(self)
            picker.picked.connect(lambda emoji: self._react(row.key, emoji))
            picker.destroyed.connect(self.hovering.look_again)
            rect = widget.bubble_rect()
            picker.open_at(widget.mapToGlobal(QPoint(rect.left() + 10, max(0, rect.top()))))

    def _delete(self, one: Conversation, row: Row) -> None:
        async def do() -> None:
            await marks.delete(self._client, one, row.message_id)

        mine = row.kind == "mine"
        text = (
            self.tr("It is taken away for everybody, and can't be brought back.")
            if mine
            else self.tr("It was written by {name}. It is taken away for everybody, and can't be brought back.")
        )
        title = self.tr("Delete this message?")
        text = text.format(name=shown_name(row))
        from gui.dialogs.confirm import ConfirmDialog

        ConfirmDialog(title, text, self.tr("Delete"), do, self.window(), danger=False).open()

    def _explain(self, one: Conversation, row: Row) -> None:
        async def others() -> Any:
            return await answers.alternatives(self._client, one, row.message_id)

        if row.ai is not None:
            name = shown_name(row)
            from gui.dialogs.provenance import ProvenanceDialog

            dialog = ProvenanceDialog(name, row.ai, text=one.message, alternatives=others, parent=self.window())
            dialog.jump.connect(self.reveal)
            dialog.open()

    def _tell(self, row: Row, text: str) -> None:
        """Show a text at the tick of a message."""
        widget = self.view.widget_of(row.key)
        if widget is not None and widget.footer.tick is not None and self.isVisible():
            tick = widget.footer.tick
            tick.setAccessibleDescription(text)
            lines = "<br/>".join(escape(line) for line in text.splitlines())
            QToolTip.showText(tick.mapToGlobal(QPoint(0, tick.height())), f"<p>{lines}</p>", tick)

    # --- menu, copying, choosing -------------------------------------------------------------------------------------

    def _possible(self, row: Row) -> list[str]:
        return menu.actions(row, menu.rights(self._one, row))

    def _hover(self, key: str) -> None:
        row, widget = self._one.row(key) if self._one is not None else None, self.view.widget_of(key)
        possible = self._possible(row) if row is not None and self.view.rows.chosen is None else []
        if widget is not None and possible:
            self.hovering.show_at(widget, possible)
        else:
            self.hovering.leave()

    def _open_menu(self, key: str, place: QPoint) -> None:
        row = self._one.row(key) if self._one is not None else None
        widget = self.view.widget_of(key)
        if row is None or widget is None:
            return
        marked = widget.texts.marked()

        def act(action: str) -> None:
            if action == "copy selection":
                self._put(marked)
            else:
                self.act(action, key)

        made = menu.menu(self, row, menu.rights(self._one, row), marked=bool(marked), act=act)
        made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if made.actions():
            made.aboutToHide.connect(self.hovering.look_again)
            made.popup(place)
            if QGuiApplication.mouseButtons() == Qt.MouseButton.NoButton:
                made.setActiveAction(made.actions()[0])

    def _copy(self, row: Row, action: str) -> None:
        widget = self.view.widget_of(row.key)
        marked = widget.texts.marked() if widget is not None and action == "copy selection" else ""
        self._put(marked or row.text)

    def _put(self, text: str) -> None:
        if text:
            QGuiApplication.clipboard().setText(text)
            self.said.emit(self.tr("Copied"))

    def _choose(self, chosen: set[str] | None) -> None:
        self.hovering.leave()
        self.view.choose(chosen)
        self.choosing.setVisible(chosen is not None)
        self.choosing.show_count(len(chosen or ()))

    def _copy_chosen(self) -> None:
        chosen, timeline = self.view.rows.chosen or set(), self.view.timeline
        rows = [timeline.row(at) for at in range(len(timeline)) if timeline.row(at).key in chosen]
        me = self._session.name or self.tr("Me")
        self._put(as_text((row for row in rows if not row.deleted), me, self._session.now))
        self._choose(None)
