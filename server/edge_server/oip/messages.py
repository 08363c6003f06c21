"""The protocol's messages for gRPC.

Names and numbers of fields are those of the protocol (KServe's Open Inference Protocol) and,
of a model's configuration and of an error's details, those of Triton and of Google's RPC.
"""

from __future__ import annotations

from edge_server.oip.message_table import MessageTable

PACKAGE = "inference"
SERVICE = f"{PACKAGE}.GRPCInferenceService"

_NAMED = "name:string=1"
_TENSOR = "name:string=1 datatype:string=2 shape:int64*=3"
_ASKED = "name:string=1 version:string=2"
_CONFIGURED = "name:string=1 data_type:int32=2"
_MESSAGES: dict[str, str] = {
    "ServerLiveRequest": "",
    "ServerLiveResponse": "live:bool=1",
    "ServerReadyRequest": "",
    "ServerReadyResponse": "ready:bool=1",
    "ServerMetadataRequest": "",
    "ServerMetadataResponse": "name:string=1 version:string=2 extensions:string*=3",
    "ModelReadyRequest": _ASKED,
    "ModelReadyResponse": "ready:bool=1",
    "ModelMetadataRequest": _ASKED,
    "ModelMetadataResponse": (
        "name:string=1 versions:string*=2 platform:string=3 "
        "inputs:TensorMetadata*=4 outputs:TensorMetadata*=5"
    ),
    "TensorMetadata": _TENSOR,
    "ModelConfigRequest": _ASKED,
    "ModelConfigResponse": "config:ModelConfig=1",
    "ModelConfig": (
        "name:string=1 platform:string=2 max_batch_size:int32=4 "
        "input:ModelInput*=5 output:ModelOutput*=6"
    ),
    "ModelInput": f"{_CONFIGURED} dims:int64*=4",
    "ModelOutput": f"{_CONFIGURED} dims:int64*=3",
    "InferParameter": (
        "bool_param:bool|=1 int64_param:int64|=2 string_param:string|=3 "
        "double_param:double|=4 uint64_param:uint64|=5"
    ),
    "InferTensorContents": (
        "bool_contents:bool*=1 int_contents:int32*=2 int64_contents:int64*=3 "
        "uint_contents:uint32*=4 uint64_contents:uint64*=5 fp32_contents:float*=6 "
        "fp64_contents:double*=7 bytes_contents:bytes*=8"
    ),
    "InferInput": f"{_TENSOR} parameters:InferParameter%=4 contents:InferTensorContents=5",
    "InferRequestedOutput": f"{_NAMED} parameters:InferParameter%=2",
    "ModelInferRequest": (
        "model_name:string=1 model_version:string=2 id:string=3 "
        "parameters:InferParameter%=4 inputs:InferInput*=5 "
        "outputs:InferRequestedOutput*=6 raw_input_contents:bytes*=7"
    ),
    "InferOutput": f"{_TENSOR} parameters:InferParameter%=4",
    "ModelInferResponse": (
        "model_name:string=1 model_version:string=2 id:string=3 "
        "parameters:InferParameter%=4 outputs:InferOutput*=5 raw_output_contents:bytes*=6"
    ),
    "Status": "code:int32=1 message:string=2 details:Any*=3",
    "Any": "type_url:string=1 value:bytes=2",
    "ErrorInfo": "reason:string=1 domain:string=2",
    "RetryInfo": "retry_delay:Duration=1",
    "Duration": "seconds:int64=1 nanos:int32=2",
}

_TABLE = MessageTable(PACKAGE, _MESSAGES)
message, encoded, parsed = _TABLE.message, _TABLE.encoded, _TABLE.parsed
