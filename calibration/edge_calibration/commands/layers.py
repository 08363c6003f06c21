"""``edge-calibrate layers``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from edge_calibration.cli import show
from edge_calibration.datasets import SAMPLES, photo_paths
from edge_calibration.layers.layer_errors import layer_errors
from edge_calibration.layers.layer_table import layer_lines
from edge_calibration.layers.model_explorer import write_explorer
from edge_calibration.layers.view_inputs import view_inputs
from edge_calibration.progress import Steps
from edge_calibration.quiet import aside
from edge_calibration.runs import variant_files
from edge_runtime.pipeline import Lens

if TYPE_CHECKING:
    import argparse

    from edge_calibration.layers.layer_report import LayerReport


def add_options(parser: argparse.ArgumentParser) -> None:
    """What may be said behind ``layers``."""
    parser.add_argument("model", metavar="MODEL")
    parser.add_argument("--variant", metavar="V", help="a variant (the TFLite file that ships)")
    parser.add_argument(
        "--format", choices=("tflite", "coreml"), default="tflite", help="of the file (tflite)"
    )
    parser.add_argument(
        "--file", type=Path, help="a TFLite file of that model's float32 graph, instead"
    )
    parser.add_argument(
        "--data", default=SAMPLES, metavar="DIR|NAME", help=f"the photos ({SAMPLES})"
    )
    parser.add_argument("--photos", type=int, default=4, metavar="N", help="how many (4)")
    parser.add_argument(
        "--explorer", type=Path, metavar="FILE", help="write a graph for Model Explorer"
    )
    parser.add_argument(
        "--times", action="store_true", help="how long each node of the variant takes, alone"
    )
    parser.add_argument("--bundle", type=Path, metavar="DIR", help="the folder of the models")
    parser.set_defaults(usage_error=parser.error)


def run(options: argparse.Namespace) -> int:
    """Compare the layers; exit 0 whatever was found."""
    if options.photos < 1:
        options.usage_error("--photos takes a number from 1 on")
    with Steps(1) as steps:
        report = _report(options, steps)
        steps.done()
    show(options, report, list(layer_lines(report)))
    if options.explorer:
        write_explorer(report, options.explorer)
    return 0


def _report(options: argparse.Namespace, steps: Steps) -> LayerReport:
    say = steps.model(options.model)
    lens = Lens(options.bundle)
    spec = lens.bundle.entry(options.model).spec
    variant = options.variant or spec.ships[options.format]
    say("looking at photos")
    photos = view_inputs(lens, spec, photo_paths(options.data).items(), options.photos)
    say(f"comparing the layers of {variant}")
    with aside(f"{spec.id}: comparing layers"):
        if options.format == "coreml":
            from edge_calibration.layers.program_layers import program_errors

            files = variant_files(lens.bundle, lens.bundle.entry(spec.id), (variant,))
            return program_errors(spec, variant, files[0].path, photos)
        return layer_errors(spec.id, variant, photos, options.file, timed=options.times)
