"""The protocol's messages for gRPC, made of a table in a pool of their own.

Nothing is generated, and no name is taken in protobuf's pool of this process: a client
library's own module of the same messages may be loaded beside.  Names and numbers of fields
are those of the protocol (KServe's Open Inference Protocol) and, of a model's configuration
and of an error's details, those of Triton and of Google's RPC.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
)
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import DecodeError
from google.protobuf.message_factory import GetMessageClass

from edge_server.problems import MalformedRequest

PACKAGE = "inference"
SERVICE = f"{PACKAGE}.GRPCInferenceService"

_NAMED = "name:string=1"
_TENSOR = "name:string=1 datatype:string=2 shape:int64*=3"
_ASKED = "name:string=1 version:string=2"
_CONFIGURED = "name:string=1 data_type:int32=2"
# Message: its fields as name:type=number; "*" repeated, "%" a map from text, "|" one of those.
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


@cache
def message(name: str) -> type[Any]:
    """The class of a message of the table."""
    made: type[Any] = GetMessageClass(_pool().FindMessageTypeByName(f"{PACKAGE}.{name}"))
    return made


def encoded(kind: str, /, **fields: object) -> bytes:
    """A message with these fields, on the wire."""
    content: bytes = message(kind)(**fields).SerializeToString()
    return content


def parsed(name: str, content: bytes) -> Any:
    """The message that these bytes are; raises ``MalformedRequest``."""
    try:
        return message(name).FromString(content)
    except DecodeError:
        raise MalformedRequest(
            "the message is not one of the protocol: send its protobuf"
        ) from None


@cache
def _pool() -> DescriptorPool:
    pool = DescriptorPool()
    file = FileDescriptorProto(name="pocketlens_oip.proto", package=PACKAGE, syntax="proto3")
    for name, fields in _MESSAGES.items():
        made = file.message_type.add(name=name)
        for text in fields.split():
            _add_field(made, text)
    pool.Add(file)
    return pool


def _add_field(to: DescriptorProto, text: str) -> None:
    declared, _, number = text.partition("=")
    name, _, kind = declared.partition(":")
    form, kind = kind[-1], kind.rstrip("*%|")
    field = to.field.add(
        name=name, number=int(number), label=FieldDescriptorProto.LABEL_OPTIONAL
    )
    if form in "*%":
        field.label = FieldDescriptorProto.LABEL_REPEATED
    if form == "|":
        if not to.oneof_decl:
            to.oneof_decl.add(name="choice")
        field.oneof_index = 0
    _set_type(field, _map_entry(to, name, kind) if form == "%" else kind)


def _set_type(field: FieldDescriptorProto, kind: str) -> None:
    if kind[0].islower():
        field.type = FieldDescriptorProto.Type.Value(f"TYPE_{kind.upper()}")
        return
    field.type = FieldDescriptorProto.TYPE_MESSAGE
    field.type_name = f".{PACKAGE}.{kind}"


def _map_entry(to: DescriptorProto, name: str, kind: str) -> str:
    """A map is a list of keys with values, by a message that only it has."""
    entry = to.nested_type.add(name=f"{name.title()}Entry")
    entry.options.map_entry = True
    _add_field(entry, "key:string=1")
    _add_field(entry, f"value:{kind}=2")
    return f"{to.name}.{entry.name}"
