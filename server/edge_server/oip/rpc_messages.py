"""What gRPC's messages say, as the models take it, and the models' answers as messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from edge_server.oip.messages import encoded, message
from edge_server.oip.models import MAX_ID, NAME, VERSION, inputs_of, outputs_of
from edge_server.oip.tensors import (
    Tensor,
    checked_shape,
    from_raw,
    from_texts,
    from_values,
    to_raw,
)
from edge_server.problems import MalformedRequest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from edge_server.engine.interface import Answer
    from edge_server.oip.models import Described
    from edge_server.tasks.task import Task

# Which field of the typed contents has the values of a datatype; FP16 comes as bytes alone.
_CONTENTS = {
    "BOOL": "bool_contents",
    **dict.fromkeys(("INT8", "INT16", "INT32"), "int_contents"),
    "INT64": "int64_contents",
    **dict.fromkeys(("UINT8", "UINT16", "UINT32"), "uint_contents"),
    "UINT64": "uint64_contents",
    "FP32": "fp32_contents",
    "FP64": "fp64_contents",
    "BYTES": "bytes_contents",
}
# Datatypes by the numbers that a model's configuration has for them.
_NUMBERS = {"BOOL": 1, "UINT8": 2, "FP32": 11, "BYTES": 13}


def parameters_of(request: Any) -> dict[str, Any]:
    """The request's parameters; a text may stand for a list, or for a number."""
    found: dict[str, Any] = {}
    for name, parameter in request.parameters.items():
        kind = parameter.WhichOneof("choice")
        if kind is None:
            raise MalformedRequest(f"the parameter {name[:60]!r} has no value: send one")
        value = getattr(parameter, kind)
        found[name] = [value] if isinstance(value, str) else value
    return found


def inputs_from(request: Any) -> list[Tensor]:
    """The tensors of a request; raises ``MalformedRequest``."""
    raws = request.raw_input_contents
    if raws and len(raws) != len(request.inputs):
        raise MalformedRequest("raw_input_contents are not as many as the inputs: mend them")
    _check_plain(request.inputs)
    if len(request.id) > MAX_ID:
        raise MalformedRequest(f"the id is not a text of up to {MAX_ID} characters: shorten it")
    if not raws:
        return [_typed(one) for one in request.inputs]
    return [_raw(one, content) for one, content in zip(request.inputs, raws, strict=True)]


def outputs_from(request: Any) -> list[str]:
    """The names of the wanted outputs."""
    _check_plain(request.outputs)
    return [one.name for one in request.outputs]


def infer_response(
    request: Any, task: Task, answer: Answer, outputs: Sequence[Tensor]
) -> bytes:
    """The answer, every tensor as bytes."""
    response = message("ModelInferResponse")(
        model_name=task.name,
        model_version=VERSION,
        id=request.id,
        outputs=[
            message("InferOutput")(name=one.name, datatype=one.datatype, shape=one.shape)
            for one in outputs
        ],
        raw_output_contents=map(to_raw, outputs),
    )
    response.parameters["model"].string_param = answer.model
    response.parameters["sha256"].string_param = answer.sha256
    content: bytes = response.SerializeToString()
    return content


def metadata_response(task: Task) -> bytes:
    """Inputs and outputs of a model."""
    return encoded(
        "ModelMetadataResponse",
        name=task.name,
        versions=[VERSION],
        platform=NAME,
        inputs=map(_described, inputs_of(task)),
        outputs=map(_described, outputs_of(task)),
    )


def config_response(task: Task) -> bytes:
    """The same as Triton's extension has it: requests are not batched by callers."""
    config = message("ModelConfig")(
        name=task.name,
        platform=NAME,
        input=_configured("ModelInput", inputs_of(task)),
        output=_configured("ModelOutput", outputs_of(task)),
    )
    return encoded("ModelConfigResponse", config=config)


def _raw(one: Any, content: bytes) -> Tensor:
    if one.HasField("contents"):
        raise MalformedRequest(f"{one.name[:60]!r} has contents and raw contents: send one")
    return from_raw(one.name, one.datatype, checked_shape(one.name, list(one.shape)), content)


def _typed(one: Any) -> Tensor:
    shape = checked_shape(one.name, list(one.shape))
    if one.datatype not in _CONTENTS:
        known = ", ".join(_CONTENTS)
        raise MalformedRequest(
            f"the datatype of {one.name[:60]!r} is not known, or has no typed contents: they "
            f"are of {known}"
        )
    values = list(getattr(one.contents, _CONTENTS[one.datatype]))
    if one.datatype == "BYTES":
        return from_texts(one.name, shape, values)
    return from_values(one.name, one.datatype, shape, values)


def _check_plain(tensors: Iterable[Any]) -> None:
    """Shared memory, classification and the like are asked for by a tensor's parameters."""
    if any(one.parameters for one in tensors):
        raise MalformedRequest(
            "a tensor has parameters, of which none is known: leave them out"
        )


def _described(one: Described) -> Any:
    return message("TensorMetadata")(name=one.name, datatype=one.datatype, shape=one.shape)


def _configured(kind: str, tensors: Iterable[Described]) -> list[Any]:
    return [
        message(kind)(name=one.name, data_type=_NUMBERS[one.datatype], dims=one.shape)
        for one in tensors
    ]
