"""The node behind the desktop: found where one runs, else started, and started again when it dies.

Only a node started here is ended here. A passphrase reaches the node through a file that only its owner can read and
that is removed as soon as the node has started.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
import tempfile
from collections import deque
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import orjson

from gui.api.endpoint import Endpoint
from gui.api.errors import NodeFailed, NodeLocked
from gui.api.profile import Profile
from gui.tasks import spawn
from gui.wording import spoken

log = logging.getLogger("gui.node")

READY_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 3.0
PROBE_TIMEOUT_S = 1.0
STREAM_LIMIT_BYTES = 1024 * 1024
KEPT_LINES = 200


def node_command() -> list[str]:
    """Return how a node is run with this program."""
    return [sys.executable, "-m", "node"]


class NodeProcess:
    """Finds or starts the node of one profile."""

    def __init__(self, profile: Profile, *, command: Sequence[str] | None = None) -> None:
        self.profile = profile
        self.passphrase: str | None = None
        self._command = list(command or node_command())
        self._process: asyncio.subprocess.Process | None = None
        self._reading: set[asyncio.Task[None]] = set()
        self._errors: deque[str] = deque(maxlen=20)
        self._said: deque[str] = deque(maxlen=KEPT_LINES)
        self._lock = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        """The process started here, while it runs."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    @property
    def lines(self) -> list[str]:
        """What the nodes started here wrote last, those that ended included."""
        return list(self._said)

    async def endpoint(self) -> Endpoint:
        """Return where the profile's node listens; start one where none answers.

        Raises:
            NodeLocked: the profile needs a passphrase, or another one.
            NodeFailed: the node ended, or was not ready within a minute.
        """
        async with self._lock:
            found = self.profile.endpoint()
            if found is not None and await _answers(found.url):
                return found
            await self.stop()
            if self.passphrase is None and await asyncio.to_thread(self.profile.is_locked):
                raise NodeLocked("")
            return await self._start()

    async def make_identity(self, name: str, passphrase: str = "") -> None:
        """Make the keys of this profile, locked where there is a passphrase.

        Raises:
            NodeFailed: with the sentence that the program gave.
        """
        await self._run_once("init", "--name", name, passphrase_file=passphrase)

    async def change_passphrase(self, before: str, after: str) -> None:
        """Lock the keys with another passphrase; an empty one is none.

        Raises:
            NodeFailed: with the sentence that the program gave, `before` was wrong for example.
        """
        arguments = ["passphrase"] if after else ["passphrase", "--remove"]
        await self._run_once(*arguments, passphrase_file=before, new_passphrase_file=after)
        if self.passphrase is not None or after:
            self.passphrase = after or None

    async def _run_once(self, *arguments: str, **secrets: str) -> None:
        """Run a command to its end; each secret that is not empty reaches it in a file, by an option of that name."""
        files: list[Path] = []
        options: list[str] = []
        try:
            for name, secret in secrets.items():
                if secret:
                    files.append(_secret_file(secret))
                    options += [f"--{name.replace('_', '-')}", str(files[-1])]
            home = ["--home", str(self.profile.home)]
            line = [*self._command, arguments[0], *home, *arguments[1:], *options, "--json"]
            process = await _started(line, stdin=asyncio.subprocess.DEVNULL)
            try:
                _, errors = await process.communicate()
            except asyncio.CancelledError:
                await _end(process)
                raise
        finally:
            for file in files:
                file.unlink(missing_ok=True)
        if process.returncode != 0:
            _, reason = _complaint(errors.decode("utf-8", "replace").splitlines())
            raise NodeFailed(reason or spoken("This could not be done."))

    async def stop(self) -> None:
        """End the node started here, if any: asked first, killed after 3 s."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            try:
                async with asyncio.timeout(STOP_TIMEOUT_S):
                    await process.wait()
            except TimeoutError:
                log.warning("node did not end when asked, killing it pid=%d", process.pid)
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        for task in tuple(self._reading):
            task.cancel()
        await asyncio.gather(*self._reading, return_exceptions=True)

    async def _start(self) -> Endpoint:
        arguments = [*self._command, "node", "--home", str(self.profile.home)]
        secret = _secret_file(self.passphrase) if self.passphrase is not None else None
        if secret is not None:
            arguments += ["--passphrase-file", str(secret)]
        self._errors.clear()
        try:
            process = await _started(arguments, stdin=asyncio.subprocess.PIPE)
            self._process = process
            assert process.stdout is not None
            assert process.stderr is not None
            errors = self._read(process.stderr)
            try:
                async with asyncio.timeout(READY_TIMEOUT_S):
                    line = await process.stdout.readline()
            except TimeoutError:
                await self.stop()
                raise NodeFailed("Your node did not start within a minute. Its log may say why.") from None
        finally:
            if secret is not None:
                secret.unlink(missing_ok=True)
        url = _ready_url(line)
        if url is None:
            await errors
            await self.stop()
            raise self._failure()
        self._read(process.stdout)
        log.info("node started pid=%d", process.pid)
        found = self.profile.endpoint()
        if found is None:
            raise NodeFailed("Your node started, but its key file can't be read.")
        return Endpoint(url, found.api_key)

    def _failure(self) -> NodeFailed:
        code, reason = _complaint(self._errors)
        reason = reason or spoken("Your node could not be started.")
        if code == "locked" or "passphrase" in reason.lower():
            return NodeLocked(reason)
        return NodeFailed(reason)

    def _read(self, stream: asyncio.StreamReader) -> asyncio.Task[None]:
        task = spawn(self._drain(stream))
        self._reading.add(task)
        task.add_done_callback(self._reading.discard)
        return task

    async def _drain(self, stream: asyncio.StreamReader) -> None:
        """Read until the end, so that the node never blocks on a full pipe; keep the last lines for an error text."""
        with contextlib.suppress(ValueError):
            async for line in stream:
                text = line.decode("utf-8", "replace").rstrip()
                self._errors.append(text)
                self._said.append(text)


async def _started(line: Sequence[str], *, stdin: int) -> asyncio.subprocess.Process:
    """Return the process of a command; where this is cancelled meanwhile, none is left behind."""
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            *line,
            stdin=stdin,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=STREAM_LIMIT_BYTES,
        )
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        await _end(await starting)
        raise


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kill a process of which nothing is wanted any more."""
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.communicate()


def _ready_url(line: bytes) -> str | None:
    try:
        said = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(said, dict) or said.get("event") != "ready":
        return None
    url = said.get("api")
    return url if isinstance(url, str) else None


def _complaint(lines: Iterable[str]) -> tuple[str, str]:
    """Return code and reason of the last line that says something: JSON with `error` and `reason`, or plain words."""
    last = next((line.strip() for line in reversed(list(lines)) if line.strip()), "")
    try:
        said = orjson.loads(last)
    except orjson.JSONDecodeError:
        return "", last.removeprefix("peer2peer: ").removeprefix("Error: ")
    if not isinstance(said, dict):
        return "", last
    return str(said.get("error") or said.get("code") or ""), str(said.get("reason") or last)


def _secret_file(secret: str) -> Path:
    descriptor, name = tempfile.mkstemp(prefix="peer2peer-")  # made with mode 0600
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(secret)
    return Path(name)


async def _answers(url: str) -> bool:
    """Tell whether something accepts connections there; a file left behind by a crash points at nothing."""
    address = urlsplit(url)
    try:
        async with asyncio.timeout(PROBE_TIMEOUT_S):
            _, writer = await asyncio.open_connection(address.hostname, address.port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True
