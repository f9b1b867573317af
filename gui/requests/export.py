"""The whole of a conversation, read page by page and written into a file (S5)."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QIODevice, QSaveFile

from gui.api.client import Client
from gui.api.errors import ApiError
from gui.state import objects
from protocol.transcript import Transcript

PAGE = 200
SLOW_S = 30.0


class NotWrittenError(ApiError):
    """The file could not be written."""

    code = "not_written"


async def export(
    client: Client,
    conversation_id: str,
    transcript: Transcript,
    path: str,
    *,
    now: str,
    progress: Callable[[float], None],
) -> None:
    """Write a conversation into a file, which is in its place once all of it is written; a cancel leaves none.

    Args:
        client: the connection.
        conversation_id: one that is open.
        transcript: makes the text.
        path: of the file; one of this name is replaced.
        now: the time, ISO 8601.
        progress: is told from 0.0 to 1.0 how much is written, as far as that can be known.
    """
    file = QSaveFile(path)
    if not file.open(QIODevice.OpenModeFlag.WriteOnly):
        raise NotWrittenError(file.errorString())
    try:
        about = await client.call("node", "show", {"conversation": conversation_id}, timeout=SLOW_S)
        _put(file, transcript.head(about, now=now))
        most = max(1, int(about.get("ops") or 1))
        ask: dict[str, object] = {"first": True}
        while True:
            topic = f"conversation:{conversation_id}"
            reply = await client.call(topic, "history", {"limit": PAGE, **ask}, timeout=SLOW_S)
            messages = objects.dicts(reply.get("messages"))
            _put(file, transcript.messages(messages))
            progress(min(1.0, transcript.count / most))
            if reply.get("newer") is not True or not messages:
                break
            ask = {"after": str(messages[-1].get("id", ""))}
        _put(file, transcript.end())
    except BaseException:
        file.cancelWriting()
        raise
    if not file.commit():
        raise NotWrittenError(file.errorString())
    progress(1.0)


def _put(file: QSaveFile, text: str) -> None:
    data = text.encode("utf-8", "replace")
    if file.write(data) != len(data):
        raise NotWrittenError(file.errorString())
