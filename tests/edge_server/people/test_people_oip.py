"""``people`` over the Open Inference Protocol: for the same keys, of the same people."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest
import requests

from edge_server.keys import KeyStore
from edge_server.models.face_detection_mtcnn import FACES
from edge_server.models.face_recognition import RECOGNITION
from edge_server.oip.messages import SERVICE, message

SAMPLES = Path(__file__).parents[3] / "calibration" / "data" / "samples"
ENROLLED, OTHER = SAMPLES / "obama.jpg", SAMPLES / "obama2.jpg"
URL = "/v2/models/people"
OWNER = ("infer", "store")
SCOPES = {"mine": OWNER, "theirs": OWNER, "gone": OWNER, "infer": ("infer",)}


@dataclass
class Server:
    """A server that asks for keys, where ``mine`` knows somebody."""

    address: str
    grpc: str
    keys: dict[str, str]

    def enrol(self, key: str) -> None:
        """Make somebody known to a key."""
        fields = {"name": "Barack Obama", "consent_by": "a test", "consent_at": "2026-11-20"}
        made = requests.post(
            f"{self.address}/v1/people/enrolments",
            data=fields,
            files={"image": ENROLLED.read_bytes()},
            headers={"X-API-Key": self.keys[key]},
            timeout=60,
        )
        assert made.status_code == 201, made.text

    def rest(self, key: str) -> tuple[int, Any]:
        """Status and JSON, with the photo's file as bytes behind the request's JSON."""
        photo = OTHER.read_bytes()
        content = (len(photo)).to_bytes(4, "little") + photo
        head = json.dumps(
            {
                "inputs": [
                    {
                        "name": "image_encoded",
                        "datatype": "BYTES",
                        "shape": [1],
                        "parameters": {"binary_data_size": len(content)},
                    }
                ]
            }
        ).encode()
        answer = requests.post(
            f"{self.address}{URL}/infer",
            data=head + content,
            headers={
                "Authorization": f"Bearer {self.keys[key]}",
                "Inference-Header-Content-Length": str(len(head)),
            },
            timeout=60,
        )
        return answer.status_code, answer.json()

    def rpc(self, key: str) -> Any:
        """The output's text."""
        photo = OTHER.read_bytes()
        one = message("InferInput")(name="image_encoded", datatype="BYTES", shape=[1])
        one.contents.bytes_contents.append(photo)
        content = message("ModelInferRequest")(model_name="people", inputs=[one])
        metadata = (("authorization", f"Bearer {self.keys[key]}"),)
        with grpc.insecure_channel(self.grpc) as channel:
            call = channel.unary_unary(f"/{SERVICE}/ModelInfer")
            sent = call(content.SerializeToString(), metadata=metadata, timeout=60)
        answer = message("ModelInferResponse").FromString(sent)
        return answer.raw_output_contents[0][4:].decode()


@pytest.fixture(scope="module")
def server(
    serve_long: Callable[..., Any],
    pulled: Callable[..., Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Server]:
    weights, data = pulled(FACES, RECOGNITION), tmp_path_factory.mktemp("people")
    store = KeyStore(data / "keys.json")
    keys = {name: store.add(name, scopes) for name, scopes in SCOPES.items()}
    served = serve_long(
        "--grpc-port", "-1", data=str(data), weights=str(weights), require_keys="yes"
    )
    made = Server(served.address, served.grpc, keys)
    made.enrol("mine")
    yield made
    assert served.end() == 0


def test_who_has_enrolled_somebody_is_told_the_name(server: Server) -> None:
    ours = requests.post(
        f"{server.address}/v1/people",
        files={"image": OTHER.read_bytes()},
        headers={"X-API-Key": server.keys["mine"]},
        timeout=60,
    ).json()["result"]
    assert [face["name"] for face in ours["faces"]] == ["Barack Obama"]
    status, record = server.rest("mine")
    assert status == 200, record
    (output,) = record["outputs"]
    assert (output["name"], output["datatype"]) == ("json", "BYTES")
    assert json.loads(output["data"][0]) == ours
    assert json.loads(server.rpc("mine")) == ours


def test_another_key_knows_nobody(server: Server) -> None:
    _, record = server.rest("theirs")
    for text in (record["outputs"][0]["data"][0], server.rpc("theirs")):
        assert [face["name"] for face in json.loads(text)["faces"]] == ["unknown"]
        assert "Obama" not in text


def test_a_key_that_may_not_store_is_refused(server: Server) -> None:
    status, record = server.rest("infer")
    assert (status, record["code"]) == (403, "forbidden")
    assert "'store'" in record["error"]
    with pytest.raises(grpc.RpcError) as caught:
        server.rpc("infer")
    assert caught.value.code() is grpc.StatusCode.PERMISSION_DENIED


def test_who_is_forgotten_is_unknown_here_too(server: Server) -> None:
    server.enrol("gone")
    assert "Obama" in server.rpc("gone")
    headers = {"X-API-Key": server.keys["gone"]}
    people = f"{server.address}/v1/people"
    (known,) = requests.get(people, headers=headers, timeout=30).json()["people"]
    assert requests.delete(f"{people}/{known['id']}", headers=headers, timeout=30).ok
    assert "Obama" not in server.rpc("gone")
    assert "Obama" not in str(server.rest("gone"))
