"""``edge-convert bundle``: only what an app needs, in a folder of its own.

The models that are named, those that they call, one platform's files, their labels and
golden vectors, and a manifest that names nothing else.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec

from edge_convert.bundle import pretty
from edge_convert.bundle_filters import copy_filters
from edge_convert.golden_folder import BASICS, photos_of
from edge_convert.placing import put, workshop, write_whole
from edge_convert.web_files import copy_runtime
from edge_runtime.discovery import MANIFEST
from edge_runtime.errors import BundleTampered, PocketLensError
from edge_runtime.golden import FILE, read_basics, read_golden
from edge_runtime.hashes import content_bytes, content_sha256
from edge_runtime.spec import Manifest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from edge_runtime.bundle import Bundle
    from edge_runtime.spec import Format, ModelEntry, ModelFile

Target: TypeAlias = Literal["android", "ios", "all", "web"]
FORMATS_OF: Mapping[Target, tuple[Format, ...]] = {
    "android": ("tflite",),
    "ios": ("coreml",),
    "all": ("tflite", "coreml"),
    "web": ("tflite",),
}
NOTICE = Path(__file__).parents[2] / "NOTICE"
GOLDEN = "golden"


@dataclass(frozen=True, kw_only=True)
class Part:
    """What a model weighs in the bundle; ``needed_by`` is who calls it, if nobody named it."""

    model: str
    files: int
    bytes: int
    golden_bytes: int
    needed_by: str = ""


@dataclass(frozen=True, kw_only=True)
class AppBundle:
    """A bundle that was written; ``bytes`` is all of it, ``runtime_bytes`` what runs it.
    ``filters`` are those that its models are enough for.
    """

    out: str
    platform: Target
    models: tuple[Part, ...]
    bytes: int
    runtime_bytes: int = 0
    filters: tuple[str, ...] = ()


def write_bundle(
    source: Bundle, models: Sequence[str], platform: Target, out: Path
) -> AppBundle:
    """Copy what the models need from ``source`` to ``out``, which is replaced as a whole.

    Raises ``UnknownName`` for a model that there is not, ``BundleTampered`` for a file that is
    missing or not the one of the manifest, ``PocketLensError`` where ``out`` holds something
    else than a bundle, or where the web runtime was not built.
    """
    _check_out(out)
    callers = callers_of(source, models)
    entries = [_for_platform(source.entry(model), platform) for model in sorted(callers)]
    with workshop(out.absolute().parent) as place:
        made = place / out.name
        parts = tuple(_part(source, entry, callers[entry.spec.id], made) for entry in entries)
        _copy_basics(source, made)
        filters = copy_filters(source.folder, frozenset(callers), made)
        runtime = copy_runtime(source.folder, made) if platform == "web" else 0
        write_whole(made / MANIFEST, pretty(Manifest(models=tuple(entries))))
        if NOTICE.is_file():
            write_whole(made / NOTICE.name, NOTICE.read_bytes())
        put(made, out)
    return AppBundle(
        out=str(out),
        platform=platform,
        models=parts,
        bytes=content_bytes(out),
        runtime_bytes=runtime,
        filters=filters,
    )


def callers_of(source: Bundle, models: Iterable[str]) -> dict[str, str]:
    """The models that are named, and those that their programs call, with who calls them."""
    found = dict.fromkeys(models, "")
    waiting = list(found)
    while waiting:
        model = waiting.pop()
        for step in source.entry(model).spec.program:
            called = getattr(step, "model", "")
            if called and called not in found:
                found[called] = model
                waiting.append(called)
    return found


def lines(bundle: AppBundle) -> list[str]:
    """What a person is told of it."""
    whole = f"{bundle.out}: {bundle.bytes:,} bytes for {bundle.platform}"
    runtime = f"{'the runtime':32} {bundle.runtime_bytes:>19,} B"
    told = [runtime] if bundle.runtime_bytes else []
    if bundle.filters:
        told.append(f"filters: {', '.join(bundle.filters)}")
    return [*map(_line, bundle.models), *told, whole]


def _line(part: Part) -> str:
    why = f"  (needed by {part.needed_by})" if part.needed_by else ""
    size = f"{part.files} files {part.bytes:>11,} B  golden {part.golden_bytes:>9,} B"
    return f"{part.model:32} {size}{why}"


def _check_out(out: Path) -> None:
    strange = out.exists() and not (out.is_dir() and _is_bundle(out))
    if strange or not out.name:
        raise PocketLensError(
            f"{out} is there and is no bundle: name another folder with --out"
        )


def _is_bundle(folder: Path) -> bool:
    return (folder / MANIFEST).is_file() or not any(folder.iterdir())


def _for_platform(entry: ModelEntry, platform: Target) -> ModelEntry:
    """The entry with the files that ship for the platform, and nothing of the other."""
    formats = FORMATS_OF[platform]
    ships = entry.spec.ships
    files = tuple(
        file
        for file in entry.files
        if file.format in formats and ships.get(file.format) == file.variant
    )
    if {file.format for file in files} != set(formats):
        raise PocketLensError(
            f"{entry.spec.id} has no file for {platform}: build it with "
            f"'edge-convert {entry.spec.id}'"
        )
    chosen = tuple(a for a in entry.accelerators if a.format in formats)
    return msgspec.structs.replace(entry, files=files, accelerators=chosen)


def _part(source: Bundle, entry: ModelEntry, caller: str, out: Path) -> Part:
    spec = entry.spec
    for file in entry.files:
        _copy_model(source, spec.id, file, out)
    if spec.labels:
        source.labels(spec)
        _copy(source.folder, [f"labels/{spec.labels}"], out)
    golden = read_golden(source.folder, spec.id)
    photos = {f"{GOLDEN}/{path}" for path in photos_of(golden)}
    own = {
        path.relative_to(source.folder).as_posix()
        for path in (source.folder / GOLDEN / spec.id).iterdir()
    }
    _copy(source.folder, photos | own | {f"{GOLDEN}/{spec.id}/{FILE}"}, out)
    return Part(
        model=spec.id,
        files=len(entry.files),
        bytes=sum(file.bytes for file in entry.files),
        golden_bytes=content_bytes(out / GOLDEN / spec.id),
        needed_by=caller,
    )


def _copy_model(source: Bundle, model_id: str, file: ModelFile, out: Path) -> None:
    path, target = source.folder / file.path, out / file.path
    if not path.exists() or content_sha256(path) != file.sha256:
        raise BundleTampered(
            f"{path} is missing or is not the one of the manifest: build it with "
            f"'edge-convert {model_id}'"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(path, target) if path.is_dir() else shutil.copyfile(path, target)


def _copy_basics(source: Bundle, out: Path) -> None:
    basics = read_basics(source.folder)
    paths = [path for frame in basics.frames for path in (*frame.planes, frame.rgb.path)]
    paths += [path for photo in basics.photos for path in (photo.photo, photo.rgb.path)]
    _copy(source.folder, [f"{GOLDEN}/{path}" for path in [BASICS, *paths] if path], out)


def _copy(folder: Path, paths: Iterable[str], out: Path) -> None:
    for path in paths:
        try:
            write_whole(out / path, (folder / path).read_bytes())
        except OSError as error:
            raise BundleTampered(
                f"{folder / path} cannot be read ({error.strerror}): make it again with "
                "'edge-convert golden --all'"
            ) from None
