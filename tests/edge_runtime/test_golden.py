from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest

from edge_runtime.errors import BundleError, BundleTampered, SchemaTooNew
from edge_runtime.golden import (
    Golden,
    Values,
    array_sha256,
    difference,
    load,
    read_basics,
    read_golden,
)

ARRAY = np.arange(12, dtype=np.float32).reshape(3, 4)


def values(array: np.ndarray, **kept: object) -> Values:
    return Values(
        name="a",
        dtype=str(array.dtype),  # type: ignore[arg-type]
        shape=array.shape,
        sha256=array_sha256(array),
        **kept,  # type: ignore[arg-type]
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "golden").mkdir()
    (tmp_path / "golden" / "a.bin").write_bytes(ARRAY.tobytes())
    (tmp_path / "golden" / "every5.bin").write_bytes(ARRAY.reshape(-1)[::5].tobytes())
    return tmp_path


@pytest.mark.parametrize(
    "kept",
    [
        {"numbers": tuple(range(12))},
        {"path": "a.bin"},
        {"path": "every5.bin", "stride": 5},
    ],
)
def test_a_difference_is_found_wherever_the_numbers_are_kept(
    folder: Path, kept: dict[str, object]
) -> None:
    golden = values(ARRAY, **kept)
    assert difference(folder, golden, ARRAY) == (0, 0)
    other = ARRAY.copy()
    other[2, 2] += 3  # flat index 10
    worst, mean = difference(folder, golden, other)
    assert worst == 3
    assert 0 < mean <= 1
    assert difference(folder, golden, ARRAY[:2]) == (np.inf, np.inf)


def test_a_hash_alone_is_the_same_or_not(folder: Path) -> None:
    golden = values(ARRAY)
    assert load(folder, golden) is None
    assert difference(folder, golden, ARRAY) == (0, 0)
    assert difference(folder, golden, ARRAY + 1) == (np.inf, np.inf)


def test_an_array_of_nothing_is_no_hash_alone(folder: Path) -> None:
    nothing = np.zeros((0, 4))
    assert difference(folder, values(nothing), nothing) == (0, 0)


def test_the_hash_does_not_depend_on_the_order_of_bytes_in_memory() -> None:
    assert array_sha256(ARRAY.astype(">f4")) == array_sha256(ARRAY)
    assert array_sha256(ARRAY.T) == array_sha256(np.ascontiguousarray(ARRAY.T))


@pytest.mark.parametrize("content", [None, b"", b"\1\2\3"])
def test_a_damaged_file_is_named(folder: Path, content: bytes | None) -> None:
    path = folder / "golden" / "a.bin"
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(BundleTampered, match=r"a\.bin is missing or dam.*edge-convert golden"):
        load(folder, values(ARRAY, path="a.bin"))


@pytest.mark.parametrize(
    ("content", "error", "said"),
    [
        (b"", BundleError, "cannot be read"),
        (b"[]", BundleError, "cannot be read"),
        (b'{"model": 7}', BundleError, r"\$\.model"),
        (b'{"golden_version": 99, "model": 7}', SchemaTooNew, "update PocketLens"),
    ],
)
def test_what_cannot_be_read_is_said(
    folder: Path, content: bytes, error: type[Exception], said: str
) -> None:
    (folder / "golden" / "some").mkdir()
    (folder / "golden" / "some" / "golden.json").write_bytes(content)
    with pytest.raises(error, match=said):
        read_golden(folder, "some")


def test_no_vectors_are_said(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="edge-convert golden"):
        read_basics(tmp_path)


def test_json_both_ways() -> None:
    golden = Golden(model="m", version="1", variant="fp32", cases=())
    assert msgspec.json.decode(msgspec.json.encode(golden), type=Golden) == golden
