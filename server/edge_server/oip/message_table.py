"""Messages of protobuf made of a table in a pool of their own.

Nothing is generated, and no name is taken in protobuf's pool of this process: a client
library's own module of the same messages may be loaded beside.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
)
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import DecodeError
from google.protobuf.message_factory import GetMessageClass

from edge_server.problems import MalformedRequest

if TYPE_CHECKING:
    from collections.abc import Mapping


class MessageTable:
    """The messages of a package; any number of threads may use one.

    Each is its fields as ``name:type=number``, apart by spaces; after the type stands "*" for
    a repeated field, "%" for a map from text, "|" for one of those of which there is one.
    """

    def __init__(self, package: str, messages: Mapping[str, str]) -> None:
        self._package, self._messages = package, messages
        self._lock = Lock()
        self._pool: DescriptorPool | None = None
        self._made: dict[str, type[Any]] = {}

    def message(self, name: str) -> type[Any]:
        """The class of a message of the table.

        All are of one pool, whichever threads ask first: of another pool, protobuf takes no
        message into a message.
        """
        with self._lock:
            if self._pool is None:
                self._pool = DescriptorPool()
                self._pool.Add(self.file())
            if name not in self._made:
                found = self._pool.FindMessageTypeByName(f"{self._package}.{name}")
                self._made[name] = GetMessageClass(found)
            return self._made[name]

    def encoded(self, kind: str, /, **fields: object) -> bytes:
        """A message with these fields, on the wire."""
        content: bytes = self.message(kind)(**fields).SerializeToString()
        return content

    def parsed(self, name: str, content: bytes) -> Any:
        """The message that these bytes are; raises ``MalformedRequest``."""
        try:
            return self.message(name).FromString(content)
        except DecodeError:
            raise MalformedRequest(
                "the message is not one of the protocol: send its protobuf"
            ) from None

    def file(self) -> FileDescriptorProto:
        """The table as protobuf describes it."""
        file = FileDescriptorProto(
            name=f"pocketlens_{self._package}.proto", package=self._package, syntax="proto3"
        )
        for name, fields in self._messages.items():
            made = file.message_type.add(name=name)
            for text in fields.split():
                _add_field(made, text, self._package)
        return file


def _add_field(to: DescriptorProto, text: str, package: str) -> None:
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
    _set_type(field, _map_entry(to, name, kind, package) if form == "%" else kind, package)


def _set_type(field: FieldDescriptorProto, kind: str, package: str) -> None:
    if kind[0].islower():
        field.type = FieldDescriptorProto.Type.Value(f"TYPE_{kind.upper()}")
        return
    field.type = FieldDescriptorProto.TYPE_MESSAGE
    field.type_name = f".{package}.{kind}"


def _map_entry(to: DescriptorProto, name: str, kind: str, package: str) -> str:
    """A map is a list of keys with values, by a message that only it has."""
    entry = to.nested_type.add(name=f"{name.title()}Entry")
    entry.options.map_entry = True
    _add_field(entry, "key:string=1", package)
    _add_field(entry, f"value:{kind}=2", package)
    return f"{to.name}.{entry.name}"
