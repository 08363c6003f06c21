"""Types are read by any number of threads at once, also when none of them was met before."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from typing import Annotated

import msgspec
import pytest

from edge_runtime.record import Record
from edge_runtime.typed_reading import converted, from_json, from_msgpack, learnt


class Inner(Record, frozen=True, kw_only=True):
    share: Annotated[float, msgspec.Meta(ge=0, le=1)]


class Outer(Record, frozen=True, kw_only=True):
    name: str
    inner: tuple[Inner, ...] = ()


HELD = {"name": "one", "inner": [{"share": 0.5}]}
READ = Outer(name="one", inner=(Inner(share=0.5),))


def test_the_three_ways_to_read_agree() -> None:
    assert from_json(json.dumps(HELD), Outer) == READ
    assert from_json(json.dumps(HELD).encode(), Outer) == READ
    assert from_msgpack(msgspec.msgpack.encode(HELD), Outer) == READ
    assert converted(HELD, Outer) == READ


def test_what_does_not_fit_is_an_error_that_names_the_place() -> None:
    wrong = {"name": "one", "inner": [{"share": 2}]}
    with pytest.raises(msgspec.ValidationError, match=r"inner\[0\]\.share"):
        from_json(json.dumps(wrong), Outer)
    with pytest.raises(msgspec.ValidationError, match=r"inner\[0\]\.share"):
        from_msgpack(msgspec.msgpack.encode(wrong), Outer)
    with pytest.raises(msgspec.ValidationError, match=r"inner\[0\]\.share"):
        converted(wrong, Outer)


def test_text_stands_for_a_number_only_where_that_is_asked() -> None:
    assert converted({"share": "0.5"}, Inner, strict=False) == Inner(share=0.5)
    with pytest.raises(msgspec.ValidationError, match="share"):
        converted({"share": "0.5"}, Inner)


def test_a_union_is_a_type() -> None:
    assert converted(None, Inner | None) is None
    assert converted({"share": 1}, Inner | None) == Inner(share=1.0)


def test_a_type_that_cannot_be_read_is_not_taken_for_learnt() -> None:
    one, other = type("One", (), {}), type("Other", (), {})
    for _ in range(2):
        with pytest.raises(TypeError):
            learnt(one | other)


# Thirty nested types, new in every round, met by three threads at once: by msgspec alone
# this ends the process in the first rounds.
MEETING = textwrap.dedent(
    """
    import json, sys, threading
    import msgspec
    from edge_runtime.typed_reading import from_json

    sys.setswitchinterval(1e-6)
    content = json.dumps({"a": 1})
    for number in range(1, 30):
        content = json.dumps({"a": number, "b": [json.loads(content)]})

    def nested():
        kind = msgspec.defstruct("A0", [("a", int)])
        for number in range(1, 30):
            kind = msgspec.defstruct(f"A{number}", [("a", int), ("b", list[kind])])
        return kind

    def meet(kind, gate, read):
        gate.wait()
        read.append(from_json(content, kind))

    for _ in range(40):
        kind, gate, read = nested(), threading.Barrier(3), []
        threads = [threading.Thread(target=meet, args=(kind, gate, read)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [one.a for one in read] == [29] * 3
    print("well")
    """
)


def test_threads_that_meet_a_type_at_once_all_read_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", MEETING],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "well\n"), done.stderr[-500:]
