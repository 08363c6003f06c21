"""Image analysis from its client's side: a photo goes in as a stream over gRPC with what is
said of it, is analysed, and comes out again with all that is known of it.

The client is a program of its own that has ``photos.proto`` and nothing else of ours.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

ROOT = Path(__file__).parents[3]
PROTO = ROOT / "server" / "edge_server" / "store" / "photos.proto"
PHOTO = ROOT / "calibration" / "data" / "samples" / "motorcycle.png"
CLIENT = """
import json, sys
import grpc, photos_pb2 as messages, photos_pb2_grpc as stubs

address, what, argument, target = sys.argv[1:]

def requests():
    metadata = messages.Metadata(tags={"album": "garage"})
    yield messages.PutRequest(metadata=metadata)
    with open(argument, "rb") as file:
        while chunk := file.read(10_000):
            yield messages.PutRequest(chunk=chunk)

with grpc.insecure_channel(address) as channel:
    photos = stubs.PhotosStub(channel)
    if what == "put":
        answer = photos.Put(requests(), timeout=30)
        photo = answer.photo
        said = {"id": photo.id, "md5": photo.md5, "tags": dict(photo.tags)}
        print(json.dumps(said | {"created": answer.created}))
    else:
        with open(target, "wb") as file:
            for message in photos.Get(messages.GetRequest(id=argument), timeout=30):
                if message.WhichOneof("choice") == "photo":
                    print(message.photo.document.decode())
                else:
                    file.write(message.chunk)
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    folder = tmp_path_factory.mktemp("client")
    out = [f"--python_out={folder}", f"--grpc_python_out={folder}"]
    protoc = [sys.executable, "-m", "grpc_tools.protoc", f"-I{PROTO.parent}", *out, str(PROTO)]
    subprocess.run(protoc, check=True, cwd=folder)
    (folder / "client.py").write_text(CLIENT)

    def run(*given: str) -> Any:
        command = [sys.executable, str(folder / "client.py"), *given]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def test_a_photo_comes_back_with_all_that_is_known_of_it(
    served: Any,
    client: Callable[..., Any],
    http: requests.Session,
    tmp_path: Path,
) -> None:
    put = client(served.grpc, "put", str(PHOTO), "")
    assert (put["created"], put["tags"]) == (True, {"album": "garage"})
    files = {"image": PHOTO.read_bytes()}
    asked = http.post(f"{served.address}/v1/analyze?analyses=classify,objects", files=files)
    assert asked.json()["results"].keys() == {"classify", "objects"}
    files = {"file": PHOTO.read_bytes()}
    assert http.post(f"{served.address}/upload", files=files).json()["hash"] == put["md5"]
    document = client(served.grpc, "get", put["id"], str(tmp_path / "out"))
    assert (tmp_path / "out").read_bytes() == PHOTO.read_bytes()
    assert document["tags"] == {"album": "garage"}
    results = {one["analysis"]: one for one in document["results"]}
    assert results.keys() == {"classify", "objects", "pic-metric"}
    found = json.dumps(results["objects"]["answer"])
    assert '"label": "motorcycle"' in found
    picture = results["pic-metric"]["pictures"][0]
    shown = http.get(served.address + picture["url"])
    assert shown.headers["Content-Type"] == picture["type"]
    again = client(served.grpc, "put", str(PHOTO), "")
    assert (again["created"], again["id"]) == (False, put["id"])
