"""What a TFLite file says of itself, where TFLite Support and MediaPipe Tasks look for it.

A FlatBuffer in the model's buffer ``TFLITE_METADATA``, and the label files in an archive
behind the model: a reader of the graph alone sees neither.
"""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import numpy as np

from edge_convert import metadata_schema as schema
from edge_convert.descriptions import author, described, licence
from edge_convert.flat_tables import Nested, pack
from edge_convert.flatbuffer import with_entry, without_entry
from edge_convert.layout import output_shape
from edge_runtime.spec import ObjectDetection, PortraitSegmentation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edge_runtime.spec import ModelSpec, SizeHW, Tensor

    Labels = Mapping[str, bytes]

ENTRY = b"TFLITE_METADATA"
PERSON = "person.txt"
_DAY_ONE = (1980, 1, 1, 0, 0, 0)  # the first that an archive can name
_BOXES = schema.BoundingBoxProperties(  # left, top, right, bottom: no other kind is taken
    index=np.arange(4, dtype=np.uint32),
    type=schema.BOUNDARIES,
    coordinate_type=schema.RATIO,
)
_IMAGE = "RGB, 0..255, float32; normalisation is inside the graph"


def with_metadata(
    file: bytes,
    spec: ModelSpec,
    size_hw: SizeHW,
    labels: Labels,
    options: tuple[schema.CustomMetadata, ...] = (),
) -> bytes:
    """The same graph with its metadata, and the label files behind it.

    ``labels``: by name, the content of the label file that the spec names, if any;
    ``options``: those of a task, if any.  What was there of both is replaced.
    """
    labels = {PERSON: b"person\n"} if _is_portrait(spec) else labels
    model = with_entry(without_metadata(file), ENTRY, metadata(spec, size_hw, labels, options))
    return _with_files(model, labels)


def without_metadata(file: bytes) -> bytes:
    """The graph alone."""
    return without_entry(file, ENTRY)


def metadata(
    spec: ModelSpec,
    size_hw: SizeHW,
    labels: Labels,
    options: tuple[schema.CustomMetadata, ...] = (),
) -> bytes:
    """The metadata of one file, without the model around it."""
    custom = options or _segmenter_options(spec)
    inputs = (_image(spec, size_hw), *map(_vector, spec.vectors))
    outputs = tuple(_output(spec, index, size_hw, labels) for index in range(len(spec.outputs)))
    graph = schema.SubGraphMetadata(
        name=spec.id,
        description=spec.title,
        input_tensor_metadata=inputs,
        output_tensor_metadata=outputs,
        custom_metadata=custom or None,
    )
    root = schema.ModelMetadata(
        name=spec.id,
        description=spec.title,
        version=spec.version,
        subgraph_metadata=(graph,),
        author=author(spec),
        license=licence(spec),
        min_parser_version=schema.PARSER_OF_CUSTOM_METADATA if custom else schema.PARSER,
    )
    return pack(root, schema.IDENTIFIER)


def _image(spec: ModelSpec, size_hw: SizeHW) -> schema.TensorMetadata:
    """Values go in as they are: mean 0, deviation 1."""
    as_it_is = schema.NormalizationOptions(mean=_floats(0), std=_floats(1))
    return schema.TensorMetadata(
        name=spec.image.name,
        description=_IMAGE,
        content=_picture(schema.RGB, size_hw),
        process_units=(schema.ProcessUnit(options=as_it_is),),
        stats=schema.Stats(max=_floats(255), min=_floats(0)),
    )


def _vector(tensor: Tensor) -> schema.TensorMetadata:
    return schema.TensorMetadata(
        name=tensor.name,
        description=described(tensor),
        content=schema.Content(content_properties=schema.FeatureProperties()),
    )


def _output(
    spec: ModelSpec, index: int, size_hw: SizeHW, labels: Labels
) -> schema.TensorMetadata:
    tensor, shape = spec.outputs[index], output_shape(spec, index, size_hw)
    classes = {name: text for name, text in labels.items() if _lines(text) == shape[-1]}
    return schema.TensorMetadata(
        name=tensor.name,
        description=described(tensor),
        content=_content(spec, tensor, shape),
        stats=_stats(tensor),
        associated_files=tuple(map(_label_file, classes)) or None,
    )


def _content(spec: ModelSpec, tensor: Tensor, shape: tuple[int, ...]) -> schema.Content:
    if tensor.image:
        colours = schema.RGB if shape[-1] == 3 else schema.GRAYSCALE
        return _picture(colours, (shape[1], shape[2]))
    if isinstance(spec.task, ObjectDetection) and shape[-1] == 4:
        return schema.Content(content_properties=_BOXES)
    return schema.Content(content_properties=schema.FeatureProperties())


def _picture(colours: np.int8, size_hw: SizeHW) -> schema.Content:
    height, width = size_hw
    size = schema.ImageSize(width=np.uint32(width), height=np.uint32(height))
    properties = schema.ImageProperties(color_space=colours, default_size=size)
    return schema.Content(content_properties=properties)


def _stats(tensor: Tensor) -> schema.Stats | None:
    """The range of probabilities and pixels; other numbers have none that is known."""
    if tensor.unit not in {"probability", "0..255"}:
        return None
    return schema.Stats(max=_floats(tensor.span), min=_floats(0))


def _label_file(name: str) -> schema.AssociatedFile:
    return schema.AssociatedFile(
        name=name,
        description="a label a line, in the order of the last dimension",
        type=schema.TENSOR_AXIS_LABELS,
    )


def _segmenter_options(spec: ModelSpec) -> tuple[schema.CustomMetadata, ...]:
    if not _is_portrait(spec):
        return ()
    options = schema.ImageSegmenterOptions(activation=schema.NO_ACTIVATION)
    content = Nested(pack(options, schema.OPTIONS_IDENTIFIER))
    return (schema.CustomMetadata(name=schema.SEGMENTER, data=content),)


def _is_portrait(spec: ModelSpec) -> bool:
    return isinstance(spec.task, PortraitSegmentation)


def _floats(value: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.array([value], np.float32)


def _lines(text: bytes) -> int:
    return len(text.splitlines())


def _with_files(model: bytes, files: Labels) -> bytes:
    """The files stored behind the model, unpacked: readers map them into memory."""
    if not files:
        return model
    whole = io.BytesIO(model)
    with zipfile.ZipFile(whole, "a", zipfile.ZIP_STORED) as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _DAY_ONE)
            entry.create_system, entry.external_attr = 3, 0o644 << 16  # as Unix writes it
            archive.writestr(entry, content)
    return whole.getvalue()
