"""Is the bundle what the code makes?  Hashes, specs, and every file built once more."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from edge_convert.building import Maker
from edge_convert.bundle import manifest_of
from edge_convert.light_model import light_models
from edge_convert.recipe import Build
from edge_runtime.errors import PocketLensError
from edge_runtime.hashes import content_sha256, file_sha256, tree_files

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from edge_runtime.spec import Converter, ModelEntry, ModelFile, ModelSpec

# Formats whose writer puts something of the moment into the file; the manifest says so.
NOT_REPRODUCIBLE: set[str] = set()


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something that is not as the manifest or the code says, and where."""

    where: str
    what: str


def check(
    folder: Path, models: Collection[str] = (), report: Callable[[str], None] = lambda _: None
) -> list[Problem]:
    """Compare a bundle with the code, for all models or for those named.

    ``report`` is told each step.  An empty list means that all is as it should be.
    """
    known = light_models()
    entries = {entry.spec.id: entry for entry in manifest_of(folder).models}
    problems = []
    for model_id in models or sorted(known.keys() | entries.keys()):
        report(model_id)
        if model_id not in entries:
            problems.append(Problem(where=model_id, what="is not in the manifest"))
        elif model_id not in known:
            problems.append(Problem(where=model_id, what="is in the manifest, not in the code"))
        else:
            problems += _of_entry(folder, entries[model_id], report)
    return problems


def _of_entry(
    folder: Path, entry: ModelEntry, report: Callable[[str], None]
) -> Iterator[Problem]:
    spec = light_models()[entry.spec.id].spec
    if spec != entry.spec:
        fields = ", ".join(_differing(spec, entry.spec))
        yield Problem(where=spec.id, what=f"has another spec in the manifest: {fields}")
    for file in entry.files:
        yield from _on_disk(folder, file)
    yield from _strays(folder, entry)
    yield from _rebuilt(folder, entry, report)


def _differing(one: ModelSpec, other: ModelSpec) -> list[str]:
    return [
        name for name in one.__struct_fields__ if getattr(one, name) != getattr(other, name)
    ]


def _on_disk(folder: Path, file: ModelFile) -> Iterator[Problem]:
    path = folder / file.path
    if not path.exists():
        if file.bundled:
            yield Problem(where=file.path, what="is missing")
    elif content_sha256(path) != file.sha256:
        yield Problem(where=file.path, what="is not the file that the manifest names (SHA-256)")


def _strays(folder: Path, entry: ModelEntry) -> Iterator[Problem]:
    named = {folder / file.path for file in entry.files}
    for path in sorted((folder / "models" / entry.spec.id).glob("[!.]*")):
        if path not in named:
            where = path.relative_to(folder).as_posix()
            yield Problem(where=where, what="is in no manifest entry")


def _rebuilt(
    folder: Path, entry: ModelEntry, report: Callable[[str], None]
) -> Iterator[Problem]:
    with tempfile.TemporaryDirectory() as place:
        makers: dict[Converter | None, Maker] = {}
        for file in entry.files:
            if file.format in NOT_REPRODUCIBLE:
                continue
            report(f"building {file.path}")
            via = _via(file)
            sub = Path(place, via or "any")
            sub.mkdir(exist_ok=True)
            maker = makers.setdefault(via, Maker(light_models()[entry.spec.id], sub, via))
            yield from _built_again(folder, maker, file)


def _via(file: ModelFile) -> Converter | None:
    name = file.converter.split()[0]
    return next((known for known in ("litert-torch", "onnx2tf") if known == name), None)


def _built_again(folder: Path, maker: Maker, file: ModelFile) -> Iterator[Problem]:
    build = Build(format=file.format, variant=file.variant, size_hw=file.size_hw)
    try:
        made = maker.make(build)
    except PocketLensError as error:
        yield Problem(where=file.path, what=f"cannot be built again: {error}")
        return
    if content_sha256(made) != file.sha256:
        inside = _differing_files(made, folder / file.path)
        yield Problem(where=file.path, what=f"comes out different when built again{inside}")


def _differing_files(made: Path, kept: Path) -> str:
    """Which files inside a folder differ, to be read behind a sentence."""
    if not (made.is_dir() and kept.is_dir()):
        return ""
    one, other = (
        {name: file_sha256(path) for name, path in tree_files(folder)}
        for folder in (made, kept)
    )
    names = sorted(name for name in one.keys() | other if one.get(name) != other.get(name))
    return f" (in {', '.join(names)})"
