from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from google.protobuf import descriptor_pool
from google.protobuf.descriptor_pb2 import FieldDescriptorProto as Field

from edge_server.oip.message_table import MessageTable
from edge_server.problems import MalformedRequest

TABLE = MessageTable(
    "tests.v1",
    {
        "One": "name:string=1 sizes:int64*=2 notes:string%=3 inner:Other=9",
        "Other": "a:bytes|=1 b:double|=2 c:bool=3",
    },
)


def test_a_table_becomes_messages() -> None:
    fields = {field.name: field for field in TABLE.file().message_type[0].field}
    assert {name: field.number for name, field in fields.items()} == {
        "name": 1,
        "sizes": 2,
        "notes": 3,
        "inner": 9,
    }
    assert fields["sizes"].label == Field.LABEL_REPEATED
    assert fields["inner"].type_name == ".tests.v1.Other"
    other = TABLE.file().message_type[1]
    assert [field.HasField("oneof_index") for field in other.field] == [True, True, False]


def test_what_was_written_is_read() -> None:
    inner = TABLE.message("Other")(b=0.5)
    sent = TABLE.encoded("One", name="x", sizes=[1, -2], notes={"a": "b"}, inner=inner)
    read = TABLE.parsed("One", sent)
    assert (read.name, list(read.sizes), dict(read.notes)) == ("x", [1, -2], {"a": "b"})
    assert read.inner.WhichOneof("choice") == "b"
    assert TABLE.message("One") is TABLE.message("One")


@pytest.mark.usefixtures("many_switches")
def test_threads_that_ask_first_at_once_are_given_messages_that_fit() -> None:
    fields = " ".join(f"f{number}:int64=1{number}" for number in range(50))
    inner = " ".join(f"in{number}:M{number}={100 + number}" for number in range(8))
    names = [f"M{number}" for number in range(8)]
    messages = {"Outer": inner, **dict.fromkeys(names, fields)}
    with ThreadPoolExecutor(9) as threads:
        for _ in range(100):
            table, start = MessageTable("tests.v1", messages), Barrier(9)

            def ask(name: str, table: MessageTable = table, start: Barrier = start) -> None:
                start.wait(10)
                table.message(name)

            list(threads.map(ask, [*names, "Outer"]))
            whole = {f"in{number}": table.message(f"M{number}")(f3=5) for number in range(8)}
            assert table.parsed("Outer", table.encoded("Outer", **whole)).in7.f3 == 5


def test_bytes_that_are_no_message() -> None:
    with pytest.raises(MalformedRequest, match="send its protobuf"):
        TABLE.parsed("One", b"\xff")


def test_the_pool_of_the_process_is_left_alone() -> None:
    TABLE.message("One")
    with pytest.raises(KeyError):
        descriptor_pool.Default().FindMessageTypeByName("tests.v1.One")
