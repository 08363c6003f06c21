from __future__ import annotations

from typing import Any

import pytest
from tritonclient.grpc import model_config_pb2, service_pb2

from edge_server.oip.messages import _MESSAGES, SERVICE, encoded, message, parsed
from edge_server.problems import MalformedRequest

# Where a client has a message under another name, or inside another.
THEIRS = {
    "InferInput": service_pb2.ModelInferRequest.InferInputTensor,
    "InferRequestedOutput": service_pb2.ModelInferRequest.InferRequestedOutputTensor,
    "InferOutput": service_pb2.ModelInferResponse.InferOutputTensor,
    "TensorMetadata": service_pb2.ModelMetadataResponse.TensorMetadata,
    "ModelConfig": model_config_pb2.ModelConfig,
    "ModelInput": model_config_pb2.ModelInput,
    "ModelOutput": model_config_pb2.ModelOutput,
}
GOOGLES = {"Status", "Any", "ErrorInfo", "RetryInfo", "Duration"}


@pytest.mark.parametrize("name", sorted(set(_MESSAGES) - GOOGLES))
def test_fields_are_those_of_a_client_that_many_use(name: str) -> None:
    theirs = THEIRS.get(name) or getattr(service_pb2, name)
    known = theirs.DESCRIPTOR.fields_by_name
    for field in message(name).DESCRIPTOR.fields:
        other = known[field.name]
        assert (field.number, field.is_repeated) == (other.number, other.is_repeated)
        assert field.type == other.type or (field.name, other.type) == ("data_type", 14)
        assert (field.containing_oneof is None) == (other.containing_oneof is None)


def test_both_read_what_the_other_wrote() -> None:
    ours = message("ModelInferRequest")(model_name="x", raw_input_contents=[b"a"])
    ours.parameters["a"].string_param = "b"
    one: Any = ours.inputs.add(name="image", datatype="UINT8", shape=[1, -2])
    one.contents.uint_contents.extend([1, 2])
    theirs = service_pb2.ModelInferRequest.FromString(ours.SerializeToString())
    assert theirs.parameters["a"].string_param == "b"
    assert list(theirs.inputs[0].shape) == [1, -2]
    assert parsed("ModelInferRequest", theirs.SerializeToString()) == ours


def test_the_service_is_the_protocols() -> None:
    assert SERVICE in {
        one.full_name for one in service_pb2.DESCRIPTOR.services_by_name.values()
    }


def test_bytes_that_are_no_message() -> None:
    assert parsed("ModelReadyResponse", encoded("ModelReadyResponse", ready=True)).ready
    with pytest.raises(MalformedRequest, match="not one of the protocol"):
        parsed("ModelReadyRequest", b"\xff")
