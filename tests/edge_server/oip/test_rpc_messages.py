from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tritonclient.grpc import model_config_pb2, service_pb2

from edge_runtime import Bundle
from edge_server.engine.interface import Answer, Times
from edge_server.oip.messages import message, parsed
from edge_server.oip.rpc_messages import (
    config_response,
    infer_response,
    inputs_from,
    metadata_response,
    outputs_from,
    parameters_of,
)
from edge_server.oip.tensors import Tensor
from edge_server.problems import MalformedRequest
from edge_server.tasks.light import light_tasks

TASKS = light_tasks(Bundle.open())
ANSWER = Answer(
    value=None,
    model="m",
    variant="",
    sha256="ab",
    device="cpu",
    times=Times(queued=0.0, run=0.0, batch=1),
)


def request(**given: Any) -> Any:
    return parsed(
        "ModelInferRequest", message("ModelInferRequest")(**given).SerializeToString()
    )


def tensor(datatype: str, shape: list[int], **contents: Any) -> Any:
    filled = {"contents": message("InferTensorContents")(**contents)} if contents else {}
    return message("InferInput")(name="x", datatype=datatype, shape=shape, **filled)


@pytest.mark.parametrize(
    ("datatype", "contents", "dtype"),
    [
        ("BOOL", {"bool_contents": [True, False]}, np.bool_),
        ("INT8", {"int_contents": [-128, 127]}, np.int8),
        ("INT64", {"int64_contents": [-(2**63), 1]}, np.int64),
        ("UINT8", {"uint_contents": [0, 255]}, np.uint8),
        ("UINT64", {"uint64_contents": [2**64 - 1, 1]}, np.uint64),
        ("FP32", {"fp32_contents": [0.5, -1]}, np.float32),
        ("FP64", {"fp64_contents": [0.1, -1]}, np.float64),
    ],
)
def test_typed_values_and_raw_ones_are_the_same(
    datatype: str, contents: dict[str, list[Any]], dtype: Any
) -> None:
    expected = np.array(next(iter(contents.values())), dtype)
    (typed,) = inputs_from(request(inputs=[tensor(datatype, [2], **contents)]))
    (raw,) = inputs_from(
        request(inputs=[tensor(datatype, [2])], raw_input_contents=[expected.tobytes()])
    )
    for one in (typed, raw):
        assert one.array.dtype == dtype
        assert one.array.tolist() == expected.tolist()


def test_texts() -> None:
    (one,) = inputs_from(request(inputs=[tensor("BYTES", [1], bytes_contents=[b"\xff\0"])]))
    assert one.array.tolist() == [b"\xff\0"]


def test_parameters_keep_their_kind() -> None:
    made = message("ModelInferRequest")()
    made.parameters["text"].string_param = "a"
    made.parameters["yes"].bool_param = True
    made.parameters["many"].int64_param = -5
    made.parameters["share"].double_param = 0.5
    assert parameters_of(made) == {"text": ["a"], "yes": True, "many": -5, "share": 0.5}
    made.parameters["none"].SetInParent()
    with pytest.raises(MalformedRequest, match="'none' has no value"):
        parameters_of(made)


def test_outputs_that_are_wanted() -> None:
    wanted = message("InferRequestedOutput")
    assert outputs_from(request(outputs=[wanted(name="b"), wanted(name="a")])) == ["b", "a"]
    odd = wanted(name="a")
    odd.parameters["classification"].int64_param = 3
    with pytest.raises(MalformedRequest, match="leave them out"):
        outputs_from(request(outputs=[odd]))


def test_an_answer_is_read_by_a_client_that_we_did_not_write() -> None:
    outputs = [
        Tensor(name="a", datatype="FP32", array=np.array([[1.5, 2]], np.float32)),
        Tensor(name="b", datatype="UINT8", array=np.array([7], np.uint8)),
    ]
    task = TASKS[0]
    content = infer_response(request(id="one"), task, ANSWER, outputs)
    read = service_pb2.ModelInferResponse.FromString(content)
    assert (read.id, read.model_name, read.parameters["sha256"].string_param) == (
        "one",
        task.name,
        "ab",
    )
    assert [list(one.shape) for one in read.outputs] == [[1, 2], [1]]
    assert np.frombuffer(read.raw_output_contents[0], np.float32).tolist() == [1.5, 2]


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_every_task_describes_itself_to_it(task: Any) -> None:
    metadata = service_pb2.ModelMetadataResponse.FromString(metadata_response(task))
    config = service_pb2.ModelConfigResponse.FromString(config_response(task)).config
    kinds = model_config_pb2.DataType
    for described, configured in (
        (metadata.inputs, config.input),
        (metadata.outputs, config.output),
    ):
        assert described
        assert [one.name for one in described] == [one.name for one in configured]
        for one, other in zip(described, configured, strict=True):
            name = "STRING" if one.datatype == "BYTES" else one.datatype
            assert kinds.Name(other.data_type) == f"TYPE_{name}"
