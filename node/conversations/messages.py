"""What a person does with messages: say, edit, delete, react, pin; and with a conversation: name it, put it away.

Everything that can be refused is refused before anything is written, with a sentence for the person who asked. Asking
for what is so already writes nothing and is no error: two clicks, or two clients, are no fault of anybody's.
"""

from collections.abc import Callable
from typing import Any, Final

from crypto.ids import IdentityKey, OpId
from node.conversations.conversation import Conversation
from node.conversations.mentions import mentioned
from node.conversations.rights import permitted
from node.store.shown import Shown
from protocol.bodies.ask import NOTHING, Ask, dump_ask
from protocol.bodies.content import (
    EMOJI_CHARACTERS,
    MENTIONS,
    Archive,
    ContentKind,
    Delete,
    Description,
    Edit,
    Message,
    Pin,
    React,
    Title,
)
from protocol.errors import UsageError
from protocol.ops import CONTENT, Op
from protocol.sentence import Sentence

Json = dict[str, Any]

_MARKED: Final = (ContentKind.MESSAGE, ContentKind.AI_REPLY)


def say(
    conversation: Conversation,
    text: str,
    *,
    reply_to: bytes = b"",
    not_for_ai: bool = False,
    ask: Ask = NOTHING,
    before: Callable[[OpId], None] | None = None,
) -> Op:
    """Write a message; members and AI participants whom it names by `@Name` are mentioned in it.

    Args:
        conversation: where.
        text: 1 to 4,000 characters.
        reply_to: the message it replies to.
        not_for_ai: no AI may answer it, or be given it to read.
        ask: what is asked of the AI that answers.
        before: is given the message's id just before it is stored.
    """
    _check_may(conversation, "message", Sentence("write messages"))
    body = Message(text, reply_to, _mentions(conversation, text), not_for_ai=not_for_ai, ask=dump_ask(ask))
    return conversation.write(body, before=before)


def edit(conversation: Conversation, name: OpId, text: str) -> None:
    """Give a message of one's own another text.

    Raises:
        UsageError: `unknown_message`, `deleted`, or `not_allowed`: it is somebody else's, or an AI's.
    """
    _check_may(conversation, "edit", Sentence("edit messages"))
    shown = _message(conversation, name)
    if shown.kind != ContentKind.MESSAGE or shown.author != _own(conversation):
        raise UsageError("not_allowed", "only the author of a message can edit it: reply to it instead")
    edited = conversation.replica.fold.edited(name)
    body = conversation.replica.read(shown.op)
    if text != (edited.text if edited is not None else body.text if isinstance(body, Message) else None):
        conversation.write(Edit(name, text, _mentions(conversation, text)))


def delete(conversation: Conversation, name: OpId) -> None:
    """Delete a message for everybody: one's own, or anyone's where the conversation's rules allow that.

    Raises:
        UsageError: `unknown_message`, `deleted` or `not_allowed`.
    """
    conversation.check_open()
    shown = _message(conversation, name)
    if shown.author != _own(conversation):
        _check_may(conversation, "delete", Sentence("delete other people's messages"))
    conversation.write(Delete(name))


def react(conversation: Conversation, name: OpId, emoji: str, *, on: bool) -> None:
    """Put an emoji under a message, or take it away again.

    Raises:
        UsageError: `unknown_message`, `deleted`, `bad_request`: that is no emoji; or `not_allowed`.
    """
    _check_may(conversation, "react", Sentence("react"))
    emoji = emoji.strip()
    if not 1 <= len(emoji) <= EMOJI_CHARACTERS or not all(map(_is_drawn, emoji)):
        raise UsageError(
            "bad_request", "a reaction is one emoji, or up to {most} characters on one line", most=EMOJI_CHARACTERS
        )
    _message(conversation, name)
    is_on = _own(conversation) in conversation.replica.fold.reactions(name).get(emoji, ())
    if is_on != on:
        conversation.write(React(name, emoji, on))


def pin(conversation: Conversation, name: OpId, *, on: bool) -> None:
    """Pin a message for everybody, or take it down.

    Raises:
        UsageError: `unknown_message`, `deleted` or `not_allowed`.
    """
    _check_may(conversation, "pin", Sentence("pin messages"))
    _message(conversation, name)
    if conversation.replica.fold.is_pinned(name) != on:
        conversation.write(Pin(name, on))


def edits(conversation: Conversation, name: OpId) -> list[Json]:
    """Return `{text, ts}` of what a message said and says, oldest first.

    Raises:
        UsageError: `unknown_message`, `deleted`, or `not_allowed`: it is a notice.
    """
    _message(conversation, name)
    return conversation.view.timeline.edits(name)


def receipts(conversation: Conversation, name: OpId) -> Json:
    """Return `{delivered, read, waiting}`, people, of a message of one's own.

    Raises:
        UsageError: `unknown_message`, or `not_allowed`: it is somebody else's.
    """
    if conversation.records.shown.get(name) is None:
        raise UsageError("unknown_message", "there is no message {id} in this conversation", id=name.hex()[:12])
    found = conversation.view.timeline.receipts(name)
    if found is None:
        raise UsageError("not_allowed", "only of your own messages it is told who has them: name one that you wrote")
    return found


def archive(conversation: Conversation, *, on: bool) -> None:
    """Put the conversation away for everybody, or bring it back (UsageError `not_allowed`)."""
    _check_may(conversation, "archive", Sentence("archive it"))
    if conversation.replica.fold.archived != on:
        conversation.write(Archive(on))


def describe(conversation: Conversation, *, title: str | None = None, description: str | None = None) -> None:
    """Give the conversation another title, another description, or both; None leaves it as it is.

    Raises:
        UsageError: `not_allowed`; then nothing of both is written.
    """
    fold = conversation.replica.fold
    if title is not None:
        _check_may(conversation, "title", Sentence("change the title"))
    if description is not None:
        _check_may(conversation, "description", Sentence("change the description"))
    if title is not None and (fold.title is None or fold.title.text != title):
        conversation.write(Title(title))
    if description is not None and (fold.description.text if fold.description else "") != description:
        conversation.write(Description(description))


def _is_drawn(character: str) -> bool:
    """Return whether a character has a place in an emoji: joiners and the tags of flags have."""
    return character.isprintable() or character == "\u200d" or "\U000e0020" <= character <= "\U000e007f"


def _own(conversation: Conversation) -> IdentityKey:
    return conversation.profile.secrets.identity.public


def _check_may(conversation: Conversation, right: str, to: Sentence) -> None:
    """Return if this person has that right now (UsageError, naming what `to` do)."""
    conversation.check_open()
    permitted(conversation.replica, right, to=to)


def _message(conversation: Conversation, name: OpId) -> Shown:
    """Return a message of a person or an AI that stands in the timeline and is not deleted."""
    shown = conversation.records.shown.get(name)
    if shown is None:
        raise UsageError("unknown_message", "there is no message {id} in this conversation", id=name.hex()[:12])
    if shown.op.header.plane != CONTENT or shown.kind not in _MARKED:
        raise UsageError("not_allowed", "that is a notice, not a message: it stays as it is")
    if conversation.replica.fold.is_deleted(name):
        raise UsageError("deleted", "that message was deleted already")
    return shown


def _mentions(conversation: Conversation, text: str) -> tuple[IdentityKey, ...]:
    """Return whom a text mentions, as identities: they hold where a name changes later."""
    if "@" not in text:
        return ()
    view = conversation.view
    people = [(view.person(identity), identity) for identity in conversation.replica.authority.members()]
    ais = [(ai["name"], IdentityKey(bytes.fromhex(ai["id"]))) for ai in view.ais()]
    return mentioned(text, [*people, *ais])[:MENTIONS]
