"""A keyring in a file, for processes that a test starts: named by PYTHON_KEYRING_BACKEND, the file by KEYRING_FILE."""

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend

BACKEND = "tests.fakes.file_keyring.FileKeyring"
FILE = "KEYRING_FILE"


class FileKeyring(KeyringBackend):
    priority = -1  # only for who names it

    @property
    def _path(self) -> Path:
        return Path(os.environ[FILE])

    def get_password(self, service: str, username: str) -> str | None:
        found: str | None = self._read().get(f"{service} {username}")
        return found

    def set_password(self, service: str, username: str, password: str) -> None:
        self._write({**self._read(), f"{service} {username}": password})

    def delete_password(self, service: str, username: str) -> None:
        kept = self._read()
        del kept[f"{service} {username}"]
        self._write(kept)

    def _read(self) -> dict[str, str]:
        return json.loads(self._path.read_text()) if self._path.exists() else {}

    def _write(self, keys: dict[str, str]) -> None:
        self._path.write_text(json.dumps(keys))
