"""What strangers send is counted before it is unpacked, and refused with a reason."""

from __future__ import annotations

import io
import json
import stat
import warnings
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from edge_runtime.doctor.screening import DumpLimits, screened
from edge_runtime.doctor.writing import zipped
from edge_runtime.errors import DumpError, DumpTooLarge

NUMBERS = np.arange(6, dtype="<f4").reshape(1, 2, 3)


def head(**changes: Any) -> dict[str, Any]:
    values = {"name": "image", "dtype": "float32", "shape": [1, 2, 3], "path": "2.bin"}
    stage = {"index": 2, "step": "write-tensor", "values": [values | changes]}
    return {"model": "smile", "stages": [stage]}


def files(record: Any = None, content: bytes = NUMBERS.tobytes()) -> dict[str, bytes]:
    return {"dump.json": json.dumps(record or head()).encode(), "2.bin": content}


def archive(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = 8) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", method) as made, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a name that is there twice
        for name, content in members:
            made.writestr(name, content, method)
    return into.getvalue()


def link() -> zipfile.ZipInfo:
    made = zipfile.ZipInfo("2.bin")
    made.external_attr = (stat.S_IFLNK | 0o777) << 16
    return made


def of(record: dict[str, Any], **values: Any) -> dict[str, Any]:
    stages = record["stages"]
    return {**record, "stages": [{**stages[0], **values}]}


def test_a_dump_is_read() -> None:
    dump = screened(zipped(files()))
    assert dump.head.model == "smile"
    assert np.array_equal(dump.stages[2, None]["image"], NUMBERS)


JSON = ("dump.json", files()["dump.json"])
NPY = io.BytesIO()
np.save(NPY, np.array([{"a": 1}], dtype=object), allow_pickle=True)
DEEP = {"model": "smile", "result": {}}
for _ in range(20):
    DEEP = {"model": "smile", "result": DEEP}

BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "no ZIP file"),
    "text": (lambda: b"hello" * 10, "no ZIP file"),
    "cut": (lambda: zipped(files())[:-7], "cut short"),
    "a comment": (lambda: zipped(files()) + b"more", "cut short"),
    "large archives": (
        lambda: zipped(files())[:-22] + b"PK\x06\x07" + bytes(16) + zipped(files())[-22:],
        "ZIP64",
    ),
    "a wrong directory": (
        lambda: zipped(files())[:-10] + bytes(4) + zipped(files())[-6:],
        "has no dump.json",
    ),
    "no dump.json": (lambda: archive(("2.bin", b"")), "has no dump.json"),
    "a member twice": (lambda: archive(JSON, JSON), "twice"),
    "a path up": (lambda: archive(JSON, ("../2.bin", b"")), "outside"),
    "an absolute path": (lambda: archive(JSON, ("/etc/passwd", b"")), "outside"),
    "a path of Windows": (lambda: archive(JSON, ("C:\\2.bin", b"")), "outside"),
    "a link": (lambda: archive(JSON, (link(), b"/etc/passwd")), "a link"),
    "bzip2": (lambda: archive(JSON, method=zipfile.ZIP_BZIP2), "not deflated"),
    "an object array": (lambda: zipped(files(None, NPY.getvalue())), "a NumPy file"),
    "a pickle": (lambda: zipped(files(None, b"\x80\x04N.")), "a pickle"),
    "a missing member": (
        lambda: zipped(files(head(path="missing.bin"))),
        "has no missing.bin",
    ),
    "NaN in JSON": (lambda: zipped({"dump.json": b'{"model": NaN}'}), "NaN is no number"),
    "no JSON": (lambda: zipped({"dump.json": b"{"}), "not JSON"),
    "deep": (lambda: zipped({"dump.json": json.dumps(DEEP).encode()}), "nested too deep"),
    "very deep": (lambda: zipped({"dump.json": b"[" * 100_000}), "not JSON"),
    "a negative side": (lambda: zipped(files(head(shape=[-1, 6]))), "impossible shape"),
    "a huge side": (lambda: zipped(files(head(shape=[2**40, 0]))), "impossible shape"),
    "many sides": (lambda: zipped(files(head(shape=[1] * 9 + [6]))), "impossible shape"),
    "another shape": (lambda: zipped(files(head(shape=[1, 2, 4]))), "has not the 8 numbers"),
    "objects": (lambda: zipped(files(head(dtype="object"))), "Invalid enum"),
    "not a number": (
        lambda: zipped(files(None, np.full(6, np.nan, "<f4").tobytes())),
        "NaN or infinite",
    ),
    "a face before the first": (lambda: zipped(files(of(head(), face=-1))), "the face -1"),
    "a stage twice": (
        lambda: zipped(files({**head(), "stages": head()["stages"] * 2})),
        "a stage twice",
    ),
    "an array twice": (
        lambda: zipped(files(of(head(), values=head()["stages"][0]["values"] * 2))),
        "'image' twice",
    ),
    "no size": (lambda: zipped(files({**head(), "size_hw": [0, 5]})), "size_hw is"),
    "a number too large": (
        lambda: zipped(files(head(path="", dtype="int8", shape=[1], numbers=[1e300]))),
        "do not fit their type",
    ),
    "a path as a photo": (lambda: zipped(files({**head(), "photo": "../me.jpg"})), "a path"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_dump_is_refused(name: str) -> None:
    make, message = BAD[name]
    with pytest.raises(DumpError) as caught:
        screened(make())
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def stages(count: int) -> dict[str, Any]:
    listed = [{"index": n, "step": "run", "values": []} for n in range(count)]
    return {"model": "smile", "stages": listed}


def scores(count: int, step: str) -> dict[str, bytes]:
    values = [{"name": "scores", "dtype": "int8", "shape": [count], "path": "2.bin"}]
    record = {"model": "smile", "stages": [{"index": 4, "step": step, "values": values}]}
    return files(record, bytes(count))


def again(count: int) -> dict[str, bytes]:
    """One member of a thousand bytes that is named so many times."""
    values = [
        {"name": str(n), "dtype": "uint8", "shape": [1000], "path": "2.bin"}
        for n in range(count)
    ]
    return files(of(head(), values=values), bytes(1000))


LARGE: dict[str, tuple[Callable[[], bytes], str]] = {
    "bytes": (lambda: zipped(files(head(shape=[20_000], dtype="uint8"), bytes(20_000))), "un"),
    "arrays of one member": (lambda: zipped(again(12)), "of arrays"),
    "shapes that are not there": (
        lambda: zipped(
            files(
                of(
                    head(),
                    values=[
                        {"name": str(n), "dtype": "uint8", "shape": [900, 10], "path": "2.bin"}
                        for n in (1, 2)
                    ],
                )
            )
        ),
        "of arrays",
    ),
    "json": (lambda: zipped({"dump.json": b" " * 6000}), "dump.json"),
    "files": (lambda: archive(*((str(n), b"") for n in range(20))), "files"),
    "names": (lambda: archive(*(("n" * 3000 + str(n), b"") for n in range(3))), "names"),
    "stages": (lambda: zipped(files(stages(9))), "stages"),
    "boxes": (lambda: zipped(scores(60, "map-boxes")), "boxes"),
    "faces": (lambda: zipped(scores(6, "find-faces")), "faces"),
    "values": (lambda: zipped({"dump.json": b'{"model": [%s1]}' % (b"1," * 300)}), "values"),
    "the photo": (
        lambda: zipped({**files({**head(), "photo": "me.jpg"}), "photo/me.jpg": bytes(1000)}),
        "photo",
    ),
    "the input": (lambda: zipped(files({**head(), "size_hw": [64, 4096]})), "side"),
}
SMALL = DumpLimits(
    bytes=10_000,
    array_bytes=10_000,
    photo_bytes=900,
    json_bytes=5000,
    entries=10,
    stages=8,
    rows=50,
    faces=5,
    leaves=200,
)


@pytest.mark.parametrize("name", LARGE)
def test_what_is_over_a_limit_is_refused(name: str) -> None:
    make, what = LARGE[name]
    with pytest.raises(DumpTooLarge, match=what) as caught:
        screened(make(), SMALL)
    assert caught.value.actual > caught.value.limit > 0


def test_a_bomb_is_refused_by_its_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = zipped({**files(), "bomb.bin": bytes(200 * 2**20)})
    assert len(bomb) < 400_000
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("it was unpacked"))
    with pytest.raises(DumpTooLarge, match="unpacked"):
        screened(bomb)


def test_a_member_that_is_more_than_it_says_is_cut_where_it_said() -> None:
    whole = bytearray(zipped(files(None, bytes(50_000))))
    at = whole.rindex(b"PK\x01\x02")
    whole[at + 24 : at + 28] = (24).to_bytes(4, "little")
    with pytest.raises(DumpError, match="damaged"):
        screened(bytes(whole))


def test_numbers_that_are_none_may_come_out_of_a_graph() -> None:
    record = of(head(), step="run")
    dump = screened(zipped(files(record, np.full(6, np.nan, "<f4").tobytes())))
    assert np.isnan(dump.stages[2, None]["image"]).all()


def test_a_stage_of_very_many_numbers_is_left_out() -> None:
    """As that of every pixel of a photo; it is never read."""
    small = head()["stages"][0]
    large = small | {"index": 0, "step": "decode-photo"}
    large |= {"values": [small["values"][0] | {"shape": [4000, 3000, 3], "path": "none.bin"}]}
    dump = screened(zipped(files({**head(), "stages": [large, small]})))
    assert dump.left_out == ("decode-photo",)
    assert list(dump.stages) == [(2, None)]


def test_the_limits_hold_what_apps_write() -> None:
    limits = DumpLimits()
    pixels = 4000 * 3000  # of a phone's photo: decoded, and as a mask of floats
    assert limits.bytes > pixels * (3 + 4) + 3 * 4 * 512 * 512 * 4
    assert limits.stage_bytes > 1024 * 1024 * 3 * 4
