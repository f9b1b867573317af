"""One desktop a profile: a second start shows the first's window and hands over its link.

They meet at a socket in the profile's folder, which only its owner can enter; where its path is too long for a socket,
at one with a name made of it.
"""

from __future__ import annotations

import hashlib
import logging
import sys
from pathlib import Path
from typing import Final

import orjson
from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

log = logging.getLogger("gui.single")

WITHIN_MS: Final = 3000
MOST_BYTES: Final = 16 * 1024
_LONGEST_PATH: Final = 90


def name_of(home: Path) -> str:
    """Return where the desktops of a profile meet."""
    whole = home.resolve()
    path = whole / "desktop.socket"
    if sys.platform != "win32" and len(str(path).encode()) <= _LONGEST_PATH:
        return str(path)
    return "peer2peer-" + hashlib.blake2s(str(whole).encode(), digest_size=12).hexdigest()


def hand_over(home: Path, link: str) -> bool:
    """Let the desktop that runs for this profile show itself and take the link; return whether there is one."""
    socket = QLocalSocket()
    socket.connectToServer(name_of(home))
    if not socket.waitForConnected(WITHIN_MS):
        return False
    socket.write(orjson.dumps({"link": link}) + b"\n")
    socket.waitForBytesWritten(WITHIN_MS)
    answered = socket.waitForReadyRead(WITHIN_MS)
    socket.disconnectFromServer()
    return answered


class Single(QObject):
    """Waits for further starts.

    Signals:
        started: there was another start, with this link or an empty text.
    """

    started = Signal(str)

    def __init__(self, home: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name_of(home)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._connected)
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not self._server.listen(self._name):
            QLocalServer.removeServer(self._name)  # left by one that crashed: `hand_over` found nobody there
            if not self._server.listen(self._name):
                log.warning("a second start will not be noticed cause=%s", self._server.errorString())

    def end(self) -> None:
        """Wait no longer."""
        self._server.close()

    def _connected(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.readyRead.connect(lambda socket=socket: self._read(socket))
            socket.disconnected.connect(socket.deleteLater)
            if socket.bytesAvailable():
                self._read(socket)

    def _read(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            if socket.bytesAvailable() > MOST_BYTES:
                socket.abort()
            return
        line = bytes(socket.readLine(MOST_BYTES).data())
        try:
            said = orjson.loads(line)
        except orjson.JSONDecodeError:
            socket.abort()
            return
        link = said.get("link") if isinstance(said, dict) else None
        socket.write(b"ok\n")
        socket.flush()
        self.started.emit(link if isinstance(link, str) else "")
