"""TFLite files as objects: names that mean something, and nothing of the machine.

A converter names tensors after Python classes and the order it met them; a reader wants
the spec's names at the border and the module's path inside.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
from ai_edge_litert import schema_py_generated
from ai_edge_litert.tools import flatbuffer_utils

from edge_convert.flat_tables import aligned_bytes
from edge_runtime.errors import ConversionError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from edge_runtime.spec import ModelSpec

SIGNATURE = b"serving_default"
_KEPT_METADATA = {b"min_runtime_version"}
# "package.module.Class_attribute.0": the class says nothing that the attribute does not.
_CLASS = re.compile(r"^(?:\w+\.)*[A-Z][A-Za-z0-9]*_")


def tidy(file: bytes, spec: ModelSpec, inputs: Sequence[str], outputs: Sequence[str]) -> bytes:
    """The same graph with one signature, the spec's names at its border and short ones inside.

    ``inputs`` and ``outputs`` are the converter's names of the spec's inputs and outputs,
    in the spec's order.  Raises ``ConversionError`` where the graph has others.
    """
    model = flatbuffer_utils.read_model_from_bytearray(bytearray(file))
    graph, signature = model.subgraphs[0], _signature(model, spec)
    wanted = [spec.image.name, *(v.name for v in spec.vectors)]
    made = [output.name for output in spec.outputs]
    signature.inputs = _renamed(signature.inputs, dict(zip(inputs, wanted, strict=True)))
    signature.outputs = _renamed(signature.outputs, dict(zip(outputs, made, strict=True)))
    signature.signatureKey = SIGNATURE
    graph.inputs = [entry.tensorIndex for entry in signature.inputs]
    graph.outputs = [entry.tensorIndex for entry in signature.outputs]
    _name_tensors(graph, [*signature.inputs, *signature.outputs])
    model.description = f"{spec.id} {spec.version}".encode()
    model.metadata = [m for m in model.metadata or [] if m.name in _KEPT_METADATA]
    return bytes(flatbuffer_utils.convert_object_to_bytearray(model))


def short_name(name: str) -> str:
    """The module's path out of a converter's name: ``"block.0/conv;1"``."""
    deepest = max(name.split(";;"), key=lambda part: part.count("/"))  # of what was fused
    parts = [_CLASS.sub("", part) for part in deepest.split("/") if "NhwcBorder" not in part]
    inside = parts[1:] if parts[:1] == ["network"] and parts[1:] else parts
    return "/".join(filter(None, inside)).rstrip(";") or "border"


def tensor_names(file: bytes) -> tuple[str, ...]:
    """The names of all tensors of the main graph."""
    model = flatbuffer_utils.read_model_from_bytearray(bytearray(file))
    return tuple(tensor.name.decode() for tensor in model.subgraphs[0].tensors)


def with_entry(file: bytes, name: bytes, content: bytes) -> bytes:
    """The file with one more entry of metadata."""
    model = flatbuffer_utils.read_model_from_bytearray(bytearray(file))
    buffer, entry = schema_py_generated.BufferT(), schema_py_generated.MetadataT()
    buffer.data = np.frombuffer(content, np.uint8)
    model.buffers.append(buffer)
    entry.name, entry.buffer = name, len(model.buffers) - 1
    model.metadata = [*(model.metadata or []), entry]
    return _packed(model)


def without_entry(file: bytes, name: bytes) -> bytes:
    """The graph alone, without what stands behind it and without that entry of metadata."""
    model = flatbuffer_utils.read_model_from_bytearray(bytearray(file))
    for entry in [one for one in model.metadata or [] if one.name == name]:
        model.metadata.remove(entry)
        _drop_buffer(model, entry.buffer)
    return _packed(model)


def _drop_buffer(model: Any, index: int) -> None:
    """Take a buffer out that nothing refers to; those behind it move up."""
    del model.buffers[index]
    tensors = [tensor for graph in model.subgraphs for tensor in graph.tensors]
    for holder in (*tensors, *model.metadata):
        holder.buffer -= holder.buffer > index


def _packed(model: Any) -> bytes:
    """A model object as a file whose weights begin at multiples of 16, as the schema asks.

    The generated classes align them to 4, which delegates that map weights may refuse.
    """
    model.buffers = [_Aligned.of(buffer) for buffer in model.buffers]
    return bytes(flatbuffer_utils.convert_object_to_bytearray(model))


class _Aligned(schema_py_generated.BufferT):  # type: ignore[misc]
    """A buffer that is written aligned."""

    @classmethod
    def of(cls, buffer: Any) -> _Aligned:
        made = cls()
        made.data, made.offset, made.size = buffer.data, buffer.offset, buffer.size
        return made

    def Pack(self, builder: Any) -> int:  # noqa: N802  the generated name
        data = None if self.data is None else aligned_bytes(builder, bytes(self.data))
        schema_py_generated.BufferStart(builder)
        if data is not None:
            schema_py_generated.BufferAddData(builder, data)
        schema_py_generated.BufferAddOffset(builder, self.offset)
        schema_py_generated.BufferAddSize(builder, self.size)
        return int(schema_py_generated.BufferEnd(builder))


def _signature(model: Any, spec: ModelSpec) -> Any:
    """The one signature, or one made of the graph's own inputs and outputs."""
    signatures = model.signatureDefs or []
    if len(signatures) > 1:
        raise ConversionError(f"{spec.id}: the converter wrote several signatures; report it")
    if not signatures:
        signatures.append(_of_graph(model.subgraphs[0]))
    model.signatureDefs = signatures
    return signatures[0]


def _of_graph(graph: Any) -> Any:
    made = schema_py_generated.SignatureDefT()
    made.subgraphIndex = 0
    made.inputs, made.outputs = (
        [_entry(graph.tensors[index].name, index) for index in side]
        for side in (graph.inputs, graph.outputs)
    )
    return made


def _entry(name: bytes, index: int) -> Any:
    entry = schema_py_generated.TensorMapT()
    entry.name, entry.tensorIndex = name, index
    return entry


def _renamed(entries: Sequence[Any], names: Mapping[str, str]) -> list[Any]:
    """The signature's entries in the order of ``names``, renamed."""
    found = {entry.name.decode(): entry for entry in entries}
    if found.keys() != names.keys():
        raise ConversionError(f"the converter named {sorted(found)}, not {sorted(names)}")
    for old, new in names.items():
        found[old].name = new.encode()
    return [found[old] for old in names]


def _name_tensors(graph: Any, border: Sequence[Any]) -> None:
    fixed = {entry.tensorIndex: entry.name.decode() for entry in border}
    used = dict.fromkeys(fixed.values(), 0)
    for index, tensor in enumerate(graph.tensors):
        name = fixed.get(index) or _unused(short_name(tensor.name.decode()), used)
        tensor.name = name.encode()


def _unused(name: str, used: dict[str, int]) -> str:
    """The name itself, or with the first free number behind it."""
    candidate = name
    while candidate in used:
        used[name] = used.get(name, 0) + 1
        candidate = f"{name}#{used[name]}"
    used[candidate] = 0
    return candidate
