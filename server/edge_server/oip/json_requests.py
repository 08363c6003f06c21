"""A request of the protocol as JSON, with tensors as bytes behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from edge_server.oip.models import MAX_ID
from edge_server.oip.tensors import Tensor, checked_shape, from_raw, from_values
from edge_server.problems import MalformedJson, MalformedRequest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BINARY_INPUT = "binary_data_size"
BINARY_OUTPUT = "binary_data"
BINARY_OUTPUTS = "binary_data_output"
_NUMBER = re.compile("[0-9]{1,12}")


@dataclass(frozen=True, kw_only=True)
class Request:
    """What was asked: ``outputs`` are the wanted ones, and whether each is wanted as bytes;
    none means all, as bytes where ``binary``.
    """

    id: str
    parameters: Mapping[str, Any]
    inputs: Sequence[Tensor]
    outputs: Mapping[str, bool]
    binary: bool


def read_request(body: bytes, json_length: str | None) -> Request:
    """A body whose first ``json_length`` bytes are JSON, all where it is None.

    Raises ``MalformedJson`` or ``MalformedRequest``.
    """
    head, content = _split(body, json_length)
    parameters = _object(head, "parameters")
    binary = _flag(parameters, BINARY_OUTPUTS, default=False)
    given = {name: value for name, value in parameters.items() if name != BINARY_OUTPUTS}
    return Request(
        id=_identity(head),
        parameters={k: [v] if isinstance(v, str) else v for k, v in given.items()},
        inputs=_inputs(_objects(head, "inputs"), content),
        outputs=_outputs(head, binary=binary),
        binary=binary,
    )


def _split(body: bytes, json_length: str | None) -> tuple[dict[str, Any], bytes]:
    """The JSON and what follows it."""
    text = str(len(body)) if json_length is None else json_length
    length = int(text) if _NUMBER.fullmatch(text) else -1
    if not 0 <= length <= len(body):
        raise MalformedRequest("Inference-Header-Content-Length is not the JSON's: mend it")
    try:
        head = msgspec.json.decode(memoryview(body)[:length])
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise MalformedJson("the request is not JSON: send an object") from None
    if not isinstance(head, dict):
        raise MalformedRequest("the request is not an object: send {...}")
    return head, body[length:]


def _identity(head: Mapping[str, Any]) -> str:
    identity = head.get("id", "")
    if not isinstance(identity, str) or len(identity) > MAX_ID:
        raise MalformedRequest(f"the id is not a text of up to {MAX_ID} characters: shorten it")
    return identity


def _inputs(described: Sequence[Mapping[str, Any]], content: bytes) -> list[Tensor]:
    made, at = [], 0
    for one in described:
        size = _binary_size(one)
        made.append(_input(one, None if size is None else content[at : at + size]))
        at += size or 0
    if at != len(content):
        raise MalformedRequest(f"{BINARY_INPUT} of the inputs is not what was sent: mend it")
    return made


def _input(one: Mapping[str, Any], raw: bytes | None) -> Tensor:
    name, datatype = one.get("name"), one.get("datatype")
    if not isinstance(name, str) or not isinstance(datatype, str):
        raise MalformedRequest("an input has no name or no datatype: send both")
    shape = checked_shape(name, one.get("shape"))
    if raw is None:
        values = one.get("data")
        if not isinstance(values, list):
            raise MalformedRequest(f"{name[:60]!r} has no list 'data': send it")
        return from_values(name, datatype, shape, values)
    if "data" in one:
        raise MalformedRequest(f"{name[:60]!r} has data and {BINARY_INPUT}: send one")
    return from_raw(name, datatype, shape, raw)


def _binary_size(one: Mapping[str, Any]) -> int | None:
    parameters = _object(one, "parameters")
    if not parameters.keys() <= {BINARY_INPUT}:
        raise MalformedRequest(f"an input has no parameter but {BINARY_INPUT}: leave it out")
    size = parameters.get(BINARY_INPUT)
    if size is not None and (type(size) is not int or size < 0):
        raise MalformedRequest(f"{BINARY_INPUT} is not a whole number: mend it")
    return size


def _outputs(head: Mapping[str, Any], *, binary: bool) -> dict[str, bool]:
    wanted: dict[str, bool] = {}
    for one in _objects(head, "outputs") if "outputs" in head else ():
        name, parameters = one.get("name"), _object(one, "parameters")
        if not isinstance(name, str) or name in wanted:
            raise MalformedRequest("an output has no name, or is there twice: mend it")
        if not parameters.keys() <= {BINARY_OUTPUT}:
            raise MalformedRequest(f"an output has no parameter but {BINARY_OUTPUT}")
        wanted[name] = _flag(parameters, BINARY_OUTPUT, default=binary)
    return wanted


def _flag(parameters: Mapping[str, Any], name: str, *, default: bool) -> bool:
    value = parameters.get(name, default)
    if not isinstance(value, bool):
        raise MalformedRequest(f"{name} is not true or false: mend it")
    return value


def _object(of: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = of.get(name, {})
    if not isinstance(value, dict):
        raise MalformedRequest(f"{name} is not an object: send {{...}}")
    return value


def _objects(of: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    value = of.get(name)
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise MalformedRequest(f"{name} is not a list of objects: mend it")
    return value
