"""API keys: made here, told once, kept as hashes, with scopes, an end, and a way to rotate.

A key is ``pl_<id>_<secret>``; the secret has 256 random bits, so its SHA-256 can be kept
without a salt, and cannot be searched for.  The id is public and stands in logs.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from time import time
from typing import TYPE_CHECKING, Literal

import msgspec

from edge_runtime.errors import PocketLensError, UnknownName
from edge_runtime.exclusive import exclusive
from edge_runtime.outputs import write_bytes
from edge_runtime.spec import Record
from edge_runtime.typed_reading import from_json
from edge_server.problems import Forbidden, StorageUnavailable, Unauthenticated

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

Scope = Literal["infer", "store", "admin"]
SCOPES: tuple[Scope, ...] = ("infer", "store", "admin")
MOST_DAYS = 36_500
MOST_NAME = 200
_KEY = re.compile(r"pl_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
DAY = 86400
_BUSY_SECONDS = 30.0


class KeyRecord(Record, frozen=True, kw_only=True):
    """What is kept of a key; times are seconds since 1970, ``ends`` 0 for never.

    ``owner`` is whose the things are that are stored with it: its own id, or that of the
    key that it was rotated from.
    """

    id: str
    name: str
    sha256: str
    scopes: tuple[Scope, ...]
    made: float
    ends: float = 0
    revoked: bool = False
    owner: str = ""

    def valid(self, now: float) -> bool:
        """Whether it may still be used."""
        return not self.revoked and not (self.ends and now >= self.ends)


@dataclass
class KeyStore:
    """The keys in a file that only its owner may read; read anew when the file changes.

    Several threads and processes may use it, and change the keys: one after the other.
    """

    path: Path
    _records: dict[str, KeyRecord] = field(default_factory=dict)
    _seen: tuple[int, ...] = ()
    _lock: Lock = field(default_factory=Lock)

    def check(self, text: str, scope: Scope) -> KeyRecord:
        """The record of a key; ``Unauthenticated`` or ``Forbidden`` where it may not,
        ``StorageUnavailable`` while the file cannot be read."""
        match = _KEY.fullmatch(text)
        record = self._all().get(match.group(1)) if match else None
        sent = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
        # Compared even where there is no such key: the time taken tells nothing.
        same = hmac.compare_digest(sent, record.sha256 if record else "0" * 64)
        if record is None or not same or not record.valid(time()):
            raise Unauthenticated("the key is not valid: send 'Authorization: Bearer KEY'")
        if scope not in record.scopes:
            raise Forbidden(f"the key has not the scope {scope!r}: ask for one that has")
        return record

    def list(self) -> Sequence[KeyRecord]:
        """Every key, revoked ones too, the oldest first."""
        return sorted(self._all().values(), key=lambda record: record.made)

    def add(
        self,
        name: str,
        scopes: Sequence[Scope] = ("infer",),
        days: float = 0,
        *,
        owner: str = "",
    ) -> str:
        """Make a key and return it: this is the only time that it can be seen.

        ``days``: after so many, up to 36,500, it ends; 0 is never.  ``owner``: see
        ``KeyRecord``; the key's own id unless another is named.  Raises ``PocketLensError``.
        """
        if not 0 <= days <= MOST_DAYS:  # NaN, too, which the file could not hold
            raise PocketLensError(f"a key cannot end after {days} days: say 0 to {MOST_DAYS:,}")
        if not (name.isprintable() and 0 < len(name) <= MOST_NAME):
            raise PocketLensError(
                f"a key's name is one line of 1 to {MOST_NAME} characters: say whose it is"
            )
        with self._changing() as records:
            text, record = _made(name, scopes, days, owner)
            records[record.id] = record
        return text

    def revoke(self, key_id: str) -> None:
        """The key is refused from the next request on."""
        with self._changing() as records:
            old = _known(records, key_id)
            records[key_id] = msgspec.structs.replace(old, revoked=True)

    def rotate(self, key_id: str, grace_days: float = 1) -> str:
        """A new key with the same name, scopes, owner and length of life; the old one ends
        after the grace."""
        with self._changing() as records:
            old = _known(records, key_id)
            days = (old.ends - old.made) / DAY if old.ends else 0
            text, record = _made(old.name, old.scopes, days, old.owner)
            ends = time() + grace_days * DAY
            records[key_id] = msgspec.structs.replace(old, ends=min(ends, old.ends or ends))
            records[record.id] = record
        return text

    @contextmanager
    def _changing(self) -> Iterator[dict[str, KeyRecord]]:
        """The keys as they are now, which nobody else changes; written when left."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with exclusive(self.path.with_suffix(".lock"), _BUSY_SECONDS) as alone:
                if not alone:
                    raise self._unwritable()
                records = dict(self._all())
                yield records
                self._write(records)
        except (OSError, sqlite3.Error):
            raise self._unwritable() from None

    def _all(self) -> dict[str, KeyRecord]:
        with self._lock:
            try:
                status = self.path.stat()
            except FileNotFoundError:
                return {}
            except OSError:
                raise self._unreadable() from None
            # Of two changes within one tick of the file system's clock, the file is another.
            seen = status.st_mtime_ns, status.st_ino, status.st_size
            if seen != self._seen:
                self._records = self._read()
                self._seen = seen
            return self._records

    def _read(self) -> dict[str, KeyRecord]:
        try:
            found = from_json(self.path.read_bytes(), list[KeyRecord])
        except (OSError, msgspec.DecodeError):
            raise self._unreadable() from None
        owned = (
            msgspec.structs.replace(record, owner=record.owner or record.id) for record in found
        )
        return {record.id: record for record in owned}

    def _unreadable(self) -> StorageUnavailable:
        return StorageUnavailable(
            f"the server's file of keys {self.path.name} is damaged or cannot be read: its "
            "owner has to restore it, or to delete it and make new keys"
        )

    def _write(self, records: dict[str, KeyRecord]) -> None:
        content = msgspec.json.format(msgspec.json.encode(list(records.values())))
        try:
            write_bytes(self.path, content + b"\n")
            self.path.chmod(0o600)
        except (OSError, PocketLensError):
            raise self._unwritable() from None

    def _unwritable(self) -> PocketLensError:
        return PocketLensError(
            f"the keys cannot be written to {self.path.parent}, and are as they were: make "
            "room there, or name another folder with POCKETLENS_DATA"
        )


def _known(records: dict[str, KeyRecord], key_id: str) -> KeyRecord:
    if key_id not in records:
        raise UnknownName("key", key_id, records)
    return records[key_id]


def _made(name: str, scopes: Sequence[Scope], days: float, owner: str) -> tuple[str, KeyRecord]:
    """A new key, and what is kept of it."""
    key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    text, now = f"pl_{key_id}_{secret}", time()
    record = KeyRecord(
        id=key_id,
        name=name,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        scopes=tuple(scopes),
        made=now,
        ends=now + days * DAY if days else 0,
        owner=owner or key_id,
    )
    return text, record
