"""Weights out of a TensorFlow.js graph model, and TensorFlow.js as its reference.

The ``.json`` lists the tensors in the order in which the ``.bin`` holds them (dtype
float32, or float16 where ``quantization`` says so).  The reference runs the original graph
in Node.js on TensorFlow.js' own CPU backend, taken from its package only for the import.
"""

from __future__ import annotations

import base64
import json
import subprocess
from typing import TYPE_CHECKING, Any

import numpy as np

from edge_convert.packages import source_files
from edge_runtime.errors import WeightsError
from edge_runtime.spec import Source, SourceFile

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

RUNTIME = Source(
    index="npm",
    package="@tensorflow/tfjs",
    version="4.22.0",
    files=(
        SourceFile(
            path="dist/tf.min.js",
            sha256="300dfae273d20b4046f46a06d735688f03675a807561e9bcb5f664eb2f3d2831",
        ),
    ),
)
_SCRIPT = """
const tf = require(process.argv[1]);
const given = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const bytes = Buffer.from(given.weights, 'base64');
const graph = {
  ...given.topology,
  weightData: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
};
(async () => {
  await tf.setBackend('cpu');
  const model = await tf.loadGraphModel({ load: async () => graph });
  const output = model.predict(tf.tensor(given.values, given.shape));
  const values = [...(await output.data())];
  process.stdout.write(JSON.stringify({ shape: output.shape, values }));
})();
"""


def read_tensors(topology: Path, weights: Path) -> dict[str, NDArray[np.float32]]:
    """Read every float tensor by its name, in TensorFlow's order (kernels HWIO)."""
    data = weights.read_bytes()
    tensors, start = {}, 0
    for entry in _listed(topology):
        dtype = _dtype(entry)
        count = int(np.prod(entry["shape"]))
        values = np.frombuffer(data, dtype, count, start)
        start += values.nbytes
        if entry["dtype"] == "float32":
            tensors[entry["name"]] = values.astype(np.float32).reshape(entry["shape"])
    if start != len(data):
        raise WeightsError(f"{weights.name} has {len(data)} bytes, its topology names {start}")
    return tensors


def run_source(
    topology: Path, weights: Path, value: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Run the graph by TensorFlow.js on its one input; return its one output."""
    script = source_files(RUNTIME)["dist/tf.min.js"]
    content = json.loads(topology.read_text(encoding="utf-8"))
    given = {
        "topology": {
            "modelTopology": content["modelTopology"],
            "weightSpecs": _listed(topology),
            "format": content["format"],
        },
        "weights": base64.b64encode(weights.read_bytes()).decode(),
        "shape": value.shape,
        "values": [float(v) for v in value.reshape(-1)],
    }
    answer = json.loads(_node(script, json.dumps(given)))
    return np.array(answer["values"], np.float32).reshape(answer["shape"])


def _listed(topology: Path) -> list[Mapping[str, Any]]:
    content = json.loads(topology.read_text(encoding="utf-8"))
    return [entry for group in content["weightsManifest"] for entry in group["weights"]]


def _dtype(entry: Mapping[str, Any]) -> str:
    packed = entry.get("quantization", {}).get("dtype", entry["dtype"])
    known = {"float32": "<f4", "float16": "<f2", "int32": "<i4"}
    if packed not in known:
        raise WeightsError(f"{entry['name']} is stored as {packed}, which is not known here")
    return known[packed]


def _node(script: Path, given: str) -> str:
    command = ["node", "-e", _SCRIPT, str(script.resolve())]
    try:
        done = subprocess.run(  # noqa: S603
            command, input=given, capture_output=True, text=True, check=True
        )
    except FileNotFoundError:
        raise WeightsError("the reference runs in Node.js: install it") from None
    except subprocess.CalledProcessError as error:
        raise WeightsError(f"TensorFlow.js failed: {error.stderr.splitlines()[-1]}") from None
    return done.stdout
