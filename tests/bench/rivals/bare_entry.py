"""The least that a signed, sealed, hash-linked log of one author must do per entry, and the table it goes to.

No merge of several authors, no access rules, no conversation: a bound on what Python with C libraries can reach, and
no product.
"""

import hashlib
import json
import os
import sqlite3
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

import msgpack
from nacl import bindings

OP_BYTES = 300
START = bytes(32)
SIGNATURE_BYTES = 64
PROSE = (
    "we could let every thought grow where it was said and bring the best of them together before the meeting starts "
    * 4
)
SCHEMA = """
pragma journal_mode = wal;
pragma synchronous = normal;
create table entry(number integer primary key, id blob not null unique, packed blob not null, text text not null);
create virtual table word using fts5(text, content='');
"""

Row = tuple[bytes, bytes, str, float]
"""Id, the entry as it goes over the wire, its text, and when it was written (ms of the monotonic clock)."""


def now_ms() -> float:
    """Return milliseconds of the monotonic clock, which all processes of one machine share."""
    return time.monotonic_ns() / 1e6


def chat_op(number: int) -> bytes:
    """Return the chat operation `number`, 300 bytes of JSON, stamped with the time now; as in common.mjs."""
    op = {"id": f"{number:08}", "author": "a" * 32, "conv": "c" * 16, "ts": f"{now_ms():018.3f}", "body": ""}
    start = number * 7 % 100
    op["body"] = PROSE[start : start + OP_BYTES - len(_json(op))]
    return _json(op)


class Author:
    """Writes the entries of one log; `content_key` seals them."""

    def __init__(self, content_key: bytes) -> None:
        self.public, self._secret = bindings.crypto_sign_keypair()
        self._content_key = content_key
        self._prev = START
        self._number = 0

    def write(self) -> Row:
        """Return the next entry: sealed, linked to the one before, signed."""
        self._number += 1
        op = chat_op(self._number)
        nonce = os.urandom(24)
        sealed = bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(op, self._prev, nonce, self._content_key)
        inner = msgpack.packb((1, self.public, self._number, self._prev, nonce, sealed))
        signature = bindings.crypto_sign(inner, self._secret)[:SIGNATURE_BYTES]
        self._prev = _digest(inner)
        return self._prev, msgpack.packb((inner, signature)), *_shown(op)


class Checker:
    """Takes in the entries of one log, in order, whose author and content key it knows."""

    def __init__(self, author: bytes, content_key: bytes) -> None:
        self._author = author
        self._content_key = content_key
        self._prev = START

    def take(self, batch: Sequence[bytes], *, every_signature: bool) -> list[Row]:
        """Return rows of the next entries, each checked by its link, and by its signature: every one, or the last.

        Raises:
            ValueError: a link, the author or the number of fields is wrong.
            nacl.exceptions.BadSignatureError: a signature is.
            nacl.exceptions.CryptoError: a body does not open.
        """
        rows: list[Row] = []
        for place, packed in enumerate(batch, start=1):
            inner, signature = msgpack.unpackb(packed)
            _, author, _, prev, nonce, sealed = msgpack.unpackb(inner)
            if prev != self._prev or author != self._author:
                raise ValueError("this entry does not follow the one before")
            if every_signature or place == len(batch):
                bindings.crypto_sign_open(signature + inner, author)
            op = bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(sealed, prev, nonce, self._content_key)
            self._prev = _digest(inner)
            rows.append((self._prev, packed, *_shown(op)))
        return rows


class Table:
    """Entries in SQLite, with a unique index on the id and full-text search on the text."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.executescript(SCHEMA)
        self.count = 0

    def add(self, rows: Iterable[Row]) -> None:
        """Add rows in one transaction."""
        found = list(enumerate(rows, start=self.count + 1))
        with self._database:
            self._database.execute("begin")
            self._database.executemany(
                "insert into entry(number, id, packed, text) values (?, ?, ?, ?)",
                [(number, row[0], row[1], row[2]) for number, row in found],
            )
            self._database.executemany(
                "insert into word(rowid, text) values (?, ?)", [(number, row[2]) for number, row in found]
            )
        self.count += len(found)

    def packed(self, after: int, limit: int) -> list[bytes]:
        """Return up to `limit` entries in order, after the first `after`."""
        query = "select packed from entry where number > ? order by number limit ?"
        with closing(self._database.execute(query, (after, limit))) as rows:
            return [row[0] for row in rows]

    def readable(self) -> int:
        """Return how many entries there are, having read each."""
        with closing(self._database.execute("select text from entry order by number")) as rows:
            return sum(1 for (text,) in rows if text)

    def close(self) -> None:
        self._database.close()


def _json(op: dict[str, str]) -> bytes:
    return json.dumps(op, separators=(",", ":")).encode()


def _shown(op: bytes) -> tuple[str, float]:
    """Return the text of an operation and its time."""
    found = json.loads(op)
    return found["body"], float(found["ts"])


def _digest(inner: bytes) -> bytes:
    return hashlib.blake2b(inner, digest_size=32).digest()
