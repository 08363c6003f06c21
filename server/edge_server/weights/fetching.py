"""A published file onto the disk: resumed, retried, checked, and whole or not there."""

from __future__ import annotations

import errno
import hashlib
import re
import shutil
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import httpx
import msgspec

from edge_runtime.errors import WeightsError
from edge_runtime.spec import Record
from edge_runtime.typed_reading import from_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from edge_server.heavy_model import Released

    # Bytes that are here, and of how many where the server says.
    Progress: TypeAlias = Callable[[int, int | None], None]

MAX_BYTES = 4 * 2**30
_TRY_AGAIN = {408, 425, 429, 500, 502, 503, 504}
_RANGE = re.compile(r"bytes (\d+)-\d+/(?:\d+|\*)")


@dataclass(frozen=True, kw_only=True)
class Patience:
    """Seconds to wait for a connection and for the next bytes, how often to try, and the
    pause after the first failure, which doubles each time."""

    connect: float = 15.0
    read: float = 60.0
    attempts: int = 5
    pause: float = 1.0


class _Begun(Record, frozen=True, kw_only=True):
    """What a file that is only partly here was part of."""

    url: str
    validator: str


class _Again(Exception):
    """An attempt failed; another one may not."""


def fetch(
    origin: Released, target: Path, progress: Progress, patience: Patience | None = None
) -> str:
    """Download to ``target`` and return the SHA-256 of what is there now.

    What an attempt brought stays beside it as ``.part``, and the next goes on from there
    if the server says that its file is still the same.  ``target`` appears only once it is
    whole and its hash begins as ``origin.sha256`` says.  Raises ``WeightsError``.
    """
    patience = patience or Patience()
    part = target.with_name(target.name + ".part")
    with _one_line_errors(origin, part), _client(patience) as client:
        resumed = _downloaded(client, origin, part, progress, patience)
        digest = sha256_of(part)
        if resumed and not digest.startswith(origin.sha256):
            _forget(part)  # two versions of the file may have met in it
            _downloaded(client, origin, part, progress, patience)
            digest = sha256_of(part)
        if not digest.startswith(origin.sha256):
            _forget(part)
            raise WeightsError(
                f"what {origin.url} gives has SHA-256 {digest}, published was"
                f" {origin.sha256}: it was thrown away; do not use it from elsewhere either"
            )
        part.replace(target)
        _forget(part)
    return digest


def sha256_of(path: Path) -> str:
    """The hash of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _client(patience: Patience) -> httpx.Client:
    return httpx.Client(
        timeout=httpx.Timeout(patience.read, connect=patience.connect),
        follow_redirects=True,
        headers={"Accept-Encoding": "identity"},  # so that lengths and ranges are the file's
        event_hooks={"response": [_refuse_downgrade]},
    )


def _refuse_downgrade(response: httpx.Response) -> None:
    following = response.next_request
    if following and response.url.scheme == "https" and following.url.scheme != "https":
        raise WeightsError(
            f"{response.url.host} leads from https to {following.url.scheme}: not followed"
        )


def _downloaded(
    client: httpx.Client,
    origin: Released,
    part: Path,
    progress: Progress,
    patience: Patience,
) -> bool:
    """Bring the file into ``part``; whether any of it was there before."""
    had = part.is_file() and part.stat().st_size > 0
    for attempt in range(1, patience.attempts + 1):
        try:
            _attempt(client, origin, part, progress)
        except httpx.UnsupportedProtocol:
            raise
        except (_Again, httpx.TransportError) as error:
            if attempt == patience.attempts:
                raise WeightsError(
                    f"{origin.url} could not be fetched in {attempt} attempts"
                    f" ({_line(error)}): check the connection and run the command again,"
                    " it goes on from where it stopped"
                ) from None
            time.sleep(patience.pause * 2 ** (attempt - 1))
        else:
            return had or attempt > 1
    raise AssertionError("a download without attempts")


def _attempt(client: httpx.Client, origin: Released, part: Path, progress: Progress) -> None:
    with client.stream("GET", origin.url, headers=_resuming(origin, part)) as response:
        _check_status(response, origin, part)
        start = _start(response, part)
        length = response.headers.get("Content-Length")
        total = start + int(length) if length and length.isdecimal() else None
        _check_size(origin, total)
        _check_room(part, total, start)
        if start == 0:
            _note(origin, response, part)
        _write(response, part, start, lambda done: progress(done, total))
    size = part.stat().st_size
    if total is not None and size != total:
        raise _Again(f"{size} of {total} bytes came")


def _resuming(origin: Released, part: Path) -> dict[str, str]:
    """The headers that ask for the rest, where going on is safe."""
    have = part.stat().st_size if part.is_file() else 0
    try:
        begun = from_json(_notes(part).read_bytes(), _Begun)
    except (OSError, msgspec.MsgspecError):
        begun = _Begun(url="", validator="")
    known = begun.url == origin.url and bool(begun.validator or origin.sha256)
    if not have or not known:
        part.unlink(missing_ok=True)
        return {}
    same = {"If-Range": begun.validator} if begun.validator else {}
    return {"Range": f"bytes={have}-", **same}


def _check_status(response: httpx.Response, origin: Released, part: Path) -> None:
    if response.status_code in {200, 206}:
        return
    if response.status_code == 416:  # there is nothing after what is here
        _forget(part)
        raise _Again("the server has less than was here")
    if response.status_code in _TRY_AGAIN:
        raise _Again(f"the server answers {response.status_code}")
    raise WeightsError(
        f"{origin.url} answers {response.status_code}: it is not published there any more;"
        " if you have the file, 'edge-serve weights add' takes it"
    )


def _start(response: httpx.Response, part: Path) -> int:
    """Where in the file the answer begins; an answer with the whole file begins at 0."""
    if response.status_code == 200:
        return 0
    match = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
    have = part.stat().st_size if part.is_file() else 0
    if match is None or int(match[1]) != have:
        _forget(part)
        raise _Again("the server gives another range than was asked for")
    return have


def _check_size(origin: Released, total: int | None) -> None:
    if total is None:
        return
    if origin.bytes is not None and total != origin.bytes:
        raise WeightsError(
            f"{origin.url} has {total} bytes, published were {origin.bytes}: not fetched"
        )
    if total > MAX_BYTES:
        raise WeightsError(f"{origin.url} has {total / 1e9:.1f} GB, more than any checkpoint")


def _check_room(part: Path, total: int | None, start: int) -> None:
    if total is not None and shutil.disk_usage(part.parent).free < total - start:
        raise OSError(errno.ENOSPC, "no space")


def _write(
    response: httpx.Response, part: Path, start: int, progress: Callable[[int], None]
) -> None:
    done = start
    with part.open("ab" if start else "wb") as file:
        for piece in response.iter_raw():  # as it arrives: a break loses nothing
            done += len(piece)
            if done > MAX_BYTES:
                raise WeightsError(f"{response.url} does not end: stopped after {MAX_BYTES} B")
            file.write(piece)
            progress(done)


def _notes(part: Path) -> Path:
    return part.with_name(part.name + ".json")


def _note(origin: Released, response: httpx.Response, part: Path) -> None:
    tag = response.headers.get("ETag", "")
    strong = tag if tag.startswith('"') else response.headers.get("Last-Modified", "")
    begun = _Begun(url=origin.url, validator=strong)
    _notes(part).write_bytes(msgspec.json.encode(begun))


def _forget(part: Path) -> None:
    part.unlink(missing_ok=True)
    _notes(part).unlink(missing_ok=True)


@contextmanager
def _one_line_errors(origin: Released, part: Path) -> Iterator[None]:
    try:
        yield
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise WeightsError(f"{origin.url} cannot be fetched: {_line(error)}") from None
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            _forget(part)
            size = f" of {origin.bytes / 1e6:.0f} MB" if origin.bytes else ""
            raise WeightsError(
                f"{part.parent} has no room for the file{size}: make some, or name another"
                " folder with POCKETLENS_WEIGHTS"
            ) from None
        raise WeightsError(
            f"{part.parent} cannot be written ({error.strerror}): name another folder with"
            " POCKETLENS_WEIGHTS"
        ) from None


def _line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:160]
