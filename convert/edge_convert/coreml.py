"""A PyTorch module to a Core ML package: ML program, float16, optionally 8-bit weights.

The picture goes in as an image (RGB, scale 1, bias 0), so that an app hands over a pixel
buffer; normalisation is in the graph, as in every other format.  Pictures come out as
images, everything else as float32 arrays of the spec's shapes.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

from edge_calibration.quiet import aside
from edge_convert.bundle import label_files
from edge_convert.descriptions import author, described, licence
from edge_convert.layout import output_names
from edge_convert.mlpackage import WEIGHTED, canonicalise, is_picture, smallest_of
from edge_runtime.errors import ConversionError
from edge_runtime.spec import PortraitSegmentation

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from edge_runtime.spec import ModelSpec, SizeHW, Variant
    from edge_runtime.spec import Tensor as Output

NAME = "coremltools"
PREFIX = "pocketlens"
PREVIEW = "com.apple.coreml.model.preview"


class _CoreMLBorder(nn.Module):
    """Pictures in and out NCHW, as Core ML's images are; other outputs as the spec says."""

    def __init__(self, network: nn.Module, spec: ModelSpec) -> None:
        super().__init__()
        self.network = network
        self._turned = tuple(o.image and not is_picture(o) for o in spec.outputs)
        self.eval()

    def forward(self, image: Tensor, *vectors: Tensor) -> tuple[Tensor, ...]:
        return tuple(
            value.permute(0, 2, 3, 1) if turned else value
            for value, turned in zip(self.network(image, *vectors), self._turned, strict=True)
        )


def export(
    network: nn.Module, spec: ModelSpec, variant: Variant, size_hw: SizeHW, out: Path
) -> None:
    """Write the ``.mlpackage`` of a network for one input size, canonical.

    Raises ``ConversionError`` naming the model and the cause.
    """
    if variant not in {"fp16", "w8"}:
        raise ConversionError(f"{spec.id}: Core ML has no variant {variant!r}; see the spec")
    with aside(f"{spec.id}: Core ML conversion"):
        program = _converted(network, spec, size_hw)
        if variant == "w8":
            program = _with_8_bit_weights(program, smallest_weight(network))
        _describe(program, spec)
        program.save(str(out))
    canonicalise(out, f"{spec.id} {variant} {size_hw}")


def _converted(network: nn.Module, spec: ModelSpec, size_hw: SizeHW) -> Any:
    import coremltools as ct

    vectors = [torch.full(v.shape, 1.0 / max(v.shape)) for v in spec.vectors]
    examples = (torch.full((1, 3, *size_hw), 127.0), *vectors)
    with torch.no_grad():
        border = _CoreMLBorder(network, spec)
        traced = torch.jit.trace(border, examples, check_trace=False)  # type: ignore[no-untyped-call]
    return ct.convert(
        traced,
        inputs=[
            ct.ImageType(
                name=spec.image.name,
                shape=examples[0].shape,
                scale=1.0,
                bias=[0.0, 0.0, 0.0],
                color_layout=ct.colorlayout.RGB,
            ),
            *(
                ct.TensorType(name=v.name, shape=v.shape, dtype=np.float32)
                for v in spec.vectors
            ),
        ],
        outputs=[_output_type(output) for output in spec.outputs],
        minimum_deployment_target=ct.target.iOS16,
        compute_precision=ct.precision.FLOAT16,
        convert_to="mlprogram",
        skip_model_load=True,
    )


def _output_type(output: Output) -> Any:
    import coremltools as ct

    if is_picture(output):
        return ct.ImageType(name=output.name, color_layout=ct.colorlayout.RGB)
    return ct.TensorType(name=output.name, dtype=np.float32)


def smallest_weight(network: nn.Module) -> int:
    """Of how many numbers a layer's weights have to be to become 8 bits."""
    matrices = (weight.numel() for weight in network.parameters() if weight.ndim > 1)
    return smallest_of(sum(matrices))


def _with_8_bit_weights(program: Any, smallest: int) -> Any:
    from coremltools.optimize import coreml as compress

    config = compress.OpLinearQuantizerConfig(
        mode="linear_symmetric",
        weight_threshold=smallest - 1,  # "larger than"
    )
    return compress.linear_quantize_weights(
        program, compress.OptimizationConfig(op_type_configs=dict.fromkeys(WEIGHTED, config))
    )


def _describe(program: Any, spec: ModelSpec) -> None:
    """What Xcode shows of a model, and what an app may ask it for."""
    program.short_description, program.version = spec.title, spec.version
    program.author, program.license = author(spec), licence(spec)
    for tensor in spec.vectors:
        program.input_description[tensor.name] = described(tensor)
    for name, output in zip(output_names(spec), spec.outputs, strict=True):
        program.output_description[name] = described(output)
    program.input_description[spec.image.name] = "RGB, 0..255; normalisation is inside"
    for key in list(program.user_defined_metadata):
        del program.user_defined_metadata[key]
    program.user_defined_metadata.update(user_metadata(spec))


def user_metadata(spec: ModelSpec) -> dict[str, str]:
    """The user-defined entries: id, task, classes as a JSON list; a segmenter's preview.

    Xcode's preview of a classifier needs Core ML's own kind of classifier, which gives a
    dictionary; ours gives the array that every runtime gives, so it has none.
    """
    said = {f"{PREFIX}.id": spec.id, f"{PREFIX}.task": spec.kind}
    for content in label_files(spec).values():
        said[f"{PREFIX}.classes"] = json.dumps(content.decode().splitlines())
    if isinstance(spec.task, PortraitSegmentation):
        drawn = {"labels": ["background", "person"], "colors": ["000000", "FFFFFF"]}
        said[f"{PREVIEW}.type"] = "imageSegmenter"
        said[f"{PREVIEW}.parameters"] = json.dumps(drawn)
    return said
