"""``edge-run dump``: what Python computes, in the layout in which an app writes it down."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np

from edge_runtime.backends import backend
from edge_runtime.doctor.dump import DUMP_VERSION, FILE
from edge_runtime.images import open_photo
from edge_runtime.outputs import write_bytes
from edge_runtime.results import StyleVector
from edge_runtime.runner import open_lens
from edge_runtime.terminal import answer
from edge_runtime.tracing import Request, result_of, trace
from edge_runtime.wire import result_record

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from edge_runtime.contract import Steps
    from edge_runtime.pipeline import Lens
    from edge_runtime.tracing import Stage

_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # so that the same run gives the same bytes


@dataclass(frozen=True, kw_only=True)
class DumpedPhoto:
    """The photo's file name and bytes; ``keep`` puts it into the dump."""

    name: str
    content: bytes
    keep: bool = False


def dumped(lens: Lens, model: str, request: Request, photo: DumpedPhoto) -> dict[str, bytes]:
    """The files of a dump by their names, of a model run on a photo."""
    predictor = lens.predictor(model, object, request.size_hw)
    stages = list(trace(lens, model, request))
    head = {
        **_provenance(lens, model, request),
        "runtime": "python",
        "photo": photo.name,
        "photo_sha256": sha256(photo.content).hexdigest(),
        "size_hw": list(predictor.size_hw),
        "result": _result(result_of(predictor.spec.program, stages)),
    }
    kept = {f"photo/{photo.name}": photo.content} if photo.keep else {}
    return {**files_of(head, predictor.spec.program, stages), **kept}


def files_of(
    head: Mapping[str, Any], program: Steps, stages: Sequence[Stage]
) -> dict[str, bytes]:
    """``dump.json`` with that head, and the arrays of the stages of a program."""
    files: dict[str, bytes] = {}
    listed = [_stage(stage, program[stage.index], files) for stage in stages]
    record = {"dump_version": DUMP_VERSION, **head, "stages": listed}
    return {FILE: (json.dumps(record, indent=1) + "\n").encode(), **files}


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The bytes of a ZIP file, the same for the same files."""
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _LONG_AGO), content, zipfile.ZIP_DEFLATED)
    return into.getvalue()


def run_dump(args: Namespace) -> int:
    """Run a model on a photo and write the dump, a ZIP file or a folder."""
    content = args.photo.read_bytes() if args.photo.is_file() else b""
    request = Request(
        photo=open_photo(args.photo),
        size_hw=args.size,
        mix=args.style,
        style=open_photo(args.style_image) if args.style_image else None,
    )
    photo = DumpedPhoto(name=args.photo.name, content=content, keep=args.keep_photo)
    files = dumped(open_lens(args), args.model, request, photo)
    _write(args.out, files)
    said = {"dump": str(args.out), "model": args.model, "files": len(files)}
    answer(json.dumps(said) if args.json else f"{args.out}: {len(files)} files")
    return 0


def _write(out: Path, files: Mapping[str, bytes]) -> None:
    if out.suffix.lower() == ".zip":
        write_bytes(out, zipped(files))
        return
    for name, content in files.items():
        write_bytes(out / name, content)


def _provenance(lens: Lens, model: str, request: Request) -> dict[str, str]:
    predictor = lens.predictor(model, object, request.size_hw)
    entry = lens.bundle.entry(model)
    kind = backend(predictor.backend).format
    file, _ = lens.bundle.file(entry, predictor.variant, predictor.size_hw, kind)
    return {
        "model": model,
        "version": entry.spec.version,
        "variant": predictor.variant,
        "sha256": file.sha256,
        "backend": predictor.backend,
        "accelerator": predictor.accelerator,
    }


def _stage(stage: Stage, step: Any, files: dict[str, bytes]) -> dict[str, Any]:
    start = str(stage.index) if stage.face is None else f"{stage.index}-face{stage.face}"
    values = [
        _values(name, f"{start}-{name}.bin", array, files)
        for name, array in stage.arrays.items()
    ]
    tag = step.__struct_config__.tag
    return {"index": stage.index, "step": tag, "face": stage.face, "values": values}


def _values(
    name: str, path: str, array: np.ndarray[Any, Any], files: dict[str, bytes]
) -> dict[str, Any]:
    raw = np.ascontiguousarray(array, array.dtype.newbyteorder("<")).tobytes()
    files[path] = raw
    return {
        "name": name,
        "dtype": array.dtype.name,
        "shape": list(array.shape),
        "sha256": sha256(raw).hexdigest(),
        "path": path,
    }


def _result(value: Any) -> dict[str, Any]:
    if isinstance(value, StyleVector):
        return {"values": value.values.ravel().tolist()}
    return result_record(value)
