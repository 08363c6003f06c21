from __future__ import annotations

import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet

from edge_server.problems import InvalidParameter
from edge_server.store.photos_messages import PACKAGE, SERVICE, TABLE, checked_tags


@pytest.fixture
def compiled(tmp_path: Path) -> FileDescriptorProto:
    """``photos.proto`` as protobuf's own compiler reads it, in a process of its own: in one
    where TensorFlow is loaded it crashes."""
    with resources.as_file(resources.files("edge_server.store") / "photos.proto") as path:
        out = tmp_path / "out"
        given = [f"-I{path.parent}", f"--descriptor_set_out={out}", str(path)]
        subprocess.run([sys.executable, "-m", "grpc_tools.protoc", *given], check=True)
    (file,) = FileDescriptorSet.FromString(out.read_bytes()).file
    return file


def test_the_table_is_the_proto_file(compiled: FileDescriptorProto) -> None:
    def fields(file: FileDescriptorProto) -> dict[str, set[tuple[Any, ...]]]:
        return {
            one.name: {
                (f.name, f.number, f.type, f.label, f.HasField("oneof_index"), f.type_name)
                for f in one.field
            }
            for one in file.message_type
        }

    assert compiled.package == PACKAGE
    assert fields(compiled) == fields(TABLE.file())
    (service,) = compiled.service
    assert f"{PACKAGE}.{service.name}" == SERVICE
    assert [
        (one.name, one.client_streaming, one.server_streaming) for one in service.method
    ] == [("Put", True, False), ("Get", False, True)]


def test_tags_are_under_the_same_limits_as_over_http() -> None:
    assert checked_tags({"title": "Summer = warm", "b": ""}) == {
        "title": "Summer = warm",
        "b": "",
    }


@pytest.mark.parametrize(
    "sent",
    [
        {"a=b": "c"},
        {"": "c"},
        {"a" * 65: "c"},
        {"a": "c" * 201},
        {"a": "b,c"},
        {"a": "b\0"},
        {str(number): "x" for number in range(33)},
    ],
)
def test_tags_that_are_refused(sent: dict[str, str]) -> None:
    with pytest.raises(InvalidParameter, match="tags"):
        checked_tags(sent)
