"""Downloads from a server that fails in every way that it can."""

from __future__ import annotations

import hashlib
from collections import namedtuple
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from edge_runtime.errors import WeightsError
from edge_server.heavy_model import Released
from edge_server.weights import fetching
from edge_server.weights.fetching import Patience, fetch, sha256_of

CONTENT = np.random.default_rng(0).bytes(700_000)
DIGEST = hashlib.sha256(CONTENT).hexdigest()
HALF = f"bytes={len(CONTENT) // 2}-"


@pytest.fixture
def get(server: Any, tmp_path: Path, patience: Patience) -> Any:
    """Fetches ``file`` with the faults in turn, and says what it told of its progress."""
    server.files["file"] = CONTENT

    def fetched(
        *faults: str, sha256: str = DIGEST, size: int | None = None, read: float = 60
    ) -> list[Any]:
        server.faults[:] = faults
        said: list[Any] = []
        origin = Released(url=server.url("file"), sha256=sha256, bytes=size)
        digest = fetch(
            origin,
            tmp_path / "arrived",
            lambda done, total: said.append((done, total)),
            replace(patience, read=read),
        )
        assert digest == DIGEST
        return said

    return fetched


def left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("faults", "asked"),
    [
        ((), [""]),
        (("truncates",), ["", HALF]),
        (("stalls",), ["", HALF]),
        (("500", "503"), ["", "", ""]),
        (("truncates", "500"), ["", HALF, HALF]),
        (("truncates", "ignores range"), ["", HALF]),
        (("truncates", "wrong range"), ["", HALF, ""]),
        (("truncates", "416"), ["", HALF, ""]),
        (("no length",), [""]),
    ],
    ids=str,
)
def test_what_fails_for_a_while_is_mended(
    server: Any, get: Any, tmp_path: Path, faults: tuple[str, ...], asked: list[str]
) -> None:
    said = get(*faults, read=2 if "stalls" in faults else 60)
    assert server.seen == asked
    assert said[-1][0] == len(CONTENT)
    assert left(tmp_path) == {"arrived"}
    assert (tmp_path / "arrived").read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("faults", "words"),
    [
        (("404",), "answers 404"),
        (("403",), "answers 403"),
        (("500",) * 3, "in 3 attempts"),
        (("truncates",) * 3, "goes on from where it stopped"),
        (("stalls",) * 3, "goes on from where it stopped"),
        (("tampered",), "was thrown away"),
        (("to:ftp://127.0.0.1/file",), "cannot be fetched|could not be fetched"),
    ],
    ids=str,
)
def test_what_stays_wrong_is_an_error(
    get: Any, tmp_path: Path, faults: tuple[str, ...], words: str
) -> None:
    with pytest.raises(WeightsError, match=words) as raised:
        get(*faults, read=0.3 if "stalls" in faults else 60)
    assert "\n" not in str(raised.value)
    assert "arrived" not in left(tmp_path)


def test_a_download_goes_on_in_the_next_run(server: Any, get: Any, tmp_path: Path) -> None:
    with pytest.raises(WeightsError):
        get("truncates", "500", "500")
    server.seen.clear()
    said = get()
    assert server.seen == [HALF]
    assert said[0][0] > len(CONTENT) // 2
    assert left(tmp_path) == {"arrived"}


def test_a_file_that_changed_between_is_fetched_whole(server: Any, get: Any) -> None:
    server.files["file"] = b"another version" * 5000
    with pytest.raises(WeightsError):
        get("truncates", "500", "500")
    server.files["file"] = CONTENT
    get()
    assert server.seen[-1] == "bytes=37500-"  # asked for, and refused by its tag


def test_two_versions_in_one_file_are_found_by_the_hash(server: Any, get: Any) -> None:
    server.tagged = False  # nothing says that the file changed
    server.files["file"] = b"x" * len(CONTENT)
    with pytest.raises(WeightsError):
        get("truncates", "500", "500")
    server.files["file"] = CONTENT
    server.seen.clear()
    get()
    assert server.seen == [HALF, ""]


def test_without_hash_or_tag_nothing_is_resumed(server: Any, get: Any) -> None:
    server.tagged = False
    get("truncates", sha256="")
    assert server.seen == ["", ""]


def test_the_digits_of_a_file_name_are_enough(get: Any) -> None:
    get(sha256=DIGEST[:8])
    with pytest.raises(WeightsError, match="published was 00000000"):
        get(sha256="00000000")


def test_another_length_than_published_is_not_fetched(get: Any, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="has 700000 bytes, published were 5"):
        get(size=5)
    assert left(tmp_path) == set()


def test_more_than_was_promised_is_cut_by_the_limit(
    get: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "MAX_BYTES", 100_000)
    with pytest.raises(WeightsError, match="more than any checkpoint"):
        get()
    with pytest.raises(WeightsError, match="does not end"):
        get("no length")
    assert "arrived" not in left(tmp_path)


def test_a_full_disk_leaves_nothing_behind(
    get: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: object, part: Path, *__: object) -> None:
        part.write_bytes(b"what fitted")
        with Path("/dev/full").open("wb") as file:
            file.write(CONTENT)

    monkeypatch.setattr(fetching, "_write", full)
    with pytest.raises(WeightsError, match="has no room"):
        get()
    assert left(tmp_path) == set()


def test_a_disk_too_small_is_seen_before(
    get: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")  # noqa: PYI024  as shutil's own
    monkeypatch.setattr(fetching.shutil, "disk_usage", lambda _: usage(1, 1, 0))
    with pytest.raises(WeightsError, match="has no room"):
        get()
    assert left(tmp_path) == set()


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/x", "file:///etc/passwd", "http://[::1", ""]
)
def test_an_address_that_leads_nowhere_is_an_error(
    tmp_path: Path, patience: Patience, url: str
) -> None:
    with pytest.raises(WeightsError):
        fetch(Released(url=url), tmp_path / "arrived", lambda *_: None, patience)
    assert left(tmp_path) == set()


def test_https_is_not_left() -> None:
    request = httpx.Request("GET", "https://127.0.0.1/a")
    response = httpx.Response(302, request=request)
    response.next_request = httpx.Request("GET", "http://127.0.0.1/a")
    with pytest.raises(WeightsError, match="not followed"):
        fetching._refuse_downgrade(response)
    response.next_request = httpx.Request("GET", "https://127.0.0.1/b")
    fetching._refuse_downgrade(response)


def test_redirects_are_followed(server: Any, get: Any) -> None:
    get(f"to:{server.url('file')}")
    assert len(server.seen) == 2


def test_the_hash_is_that_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(CONTENT)
    assert sha256_of(tmp_path / "a") == DIGEST
