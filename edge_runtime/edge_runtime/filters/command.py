"""``edge-run filter``: photos through a filter, the list of filters, the schema, the tables."""

from __future__ import annotations

import os
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from edge_runtime.batch import check_target, expand, is_folder, targets
from edge_runtime.errors import PhotoError
from edge_runtime.filters.filter import Filter
from edge_runtime.filters.library import Library
from edge_runtime.filters.schema import schema_text
from edge_runtime.filters.tables import tables_text
from edge_runtime.images import open_photo
from edge_runtime.outcomes import Degraded
from edge_runtime.outputs import write_picture
from edge_runtime.runner import open_lens
from edge_runtime.terminal import answer, complain, progress, readable
from edge_runtime.wire import outcome_record

if TYPE_CHECKING:
    from argparse import Namespace
    from pathlib import Path

    from edge_runtime.pipeline import Lens
    from edge_runtime.remote.remote_lens import RemoteLens


def run_filter(args: Namespace) -> int:
    """The command; returns the exit status."""
    if args.list:
        return _list(args)
    if args.schema:
        answer(schema_text().rstrip())
        return 0
    if args.tables:
        answer(tables_text(Library.open(args.bundle)).rstrip())
        return 0
    return _photos(args)


def _list(args: Namespace) -> int:
    library = Library.open(args.bundle)
    recipes = {name: library.recipe(name) for name in library.recipes()}
    if args.json:
        rows = [
            {"name": name, "title": recipe.title, "about": recipe.about}
            for name, recipe in recipes.items()
        ]
        answer(msgspec.json.encode(rows).decode())
        return 0
    wide = max(map(len, recipes), default=0)
    for name, recipe in recipes.items():
        answer(f"{name:{wide}}  {recipe.about}")
    return 0


@dataclass(frozen=True, eq=False)
class _Camera:
    """What takes a photo to its filtered picture."""

    chosen: Filter
    lens: Lens
    remote: RemoteLens | None


def _photos(args: Namespace) -> int:
    photos = expand(args.photos)
    outs = _outs(args, photos)
    chosen = _filter(args)
    failed = False
    with ExitStack() as stack:
        camera = _Camera(chosen, open_lens(args), _remote(args, stack))
        for number, (path, out) in enumerate(zip(photos, outs, strict=True), start=1):
            progress(f"{number}/{len(photos)} {path}")
            try:
                _one(camera, path, out, as_json=args.json)
            except PhotoError as error:
                complain(error)
                failed = True
    return 1 if failed else 0


def _outs(args: Namespace, photos: list[Path]) -> list[Path]:
    if not photos:
        args.usage_error("name a photo, or --list")
    if args.out is None:
        args.usage_error("filter makes a picture: say where with -o OUT")
    if is_folder(args.out, args.photos):
        outs = targets(photos, args.out, None)
    elif len(photos) == 1:
        outs = [args.out]
    else:
        args.usage_error(f"{len(photos)} photos need a folder: -o {args.out.with_suffix('')}")
    for photo, out in zip(photos, outs, strict=True):
        check_target(photo, out, transparent=False)
    return outs


def _filter(args: Namespace) -> Filter:
    if args.recipe is not None:
        return Filter.load(args.recipe, args.bundle)
    return Filter.preset(args.preset, args.bundle)


def _remote(args: Namespace, stack: ExitStack) -> RemoteLens | None:
    if args.server is None:
        return None
    from edge_runtime.remote import RemoteLens  # noqa: PLC0415  only where there is a server
    from edge_runtime.server_options import KEY  # noqa: PLC0415

    return stack.enter_context(closing(RemoteLens(args.server, key=os.environ.get(KEY, ""))))


def _one(camera: _Camera, path: Path, out: Path, *, as_json: bool) -> None:
    photo = open_photo(path)
    outcome = camera.chosen(camera.lens, photo, camera.remote)
    write_picture(out, outcome.value.pixels)
    why = outcome.why if isinstance(outcome, Degraded) else ""
    if as_json:
        record: dict[str, Any] = {
            "task": "filter",
            "filter": camera.chosen.name,
            "image": readable(path),
            "size": list(photo.size_wh),
            "ms": {name: round(ms, 3) for name, ms in outcome.provenance.ms.items()},
            "degraded": why,
            "result": {"channels": "RGB", "output": readable(out)},
        }
        if camera.remote is not None:  # as the tasks do where a server is named
            record |= outcome_record(outcome)
        answer(msgspec.json.encode(record).decode())
        return
    if why:
        complain(why)
    width, height = photo.size_wh
    answer(f"{path}: {camera.chosen.name}, {width}x{height}\n  -> {out}")
