"""Which vector of the classifier finds a changed copy first, among 235 photos.

``python server/bench/embeddings.py``: each sample photo changed in 34 ways (as in search.py);
how often the photo itself has the largest cosine, and is among the first 10 and 30, for the
1280 features before the last layer (read out of the graph, which a server does not do), for the
centred logarithms of the class probabilities, for those projected as the search does, and for
the roots of the probabilities (Hellinger).  Takes minutes.
"""

from __future__ import annotations

import warnings
from collections import defaultdict
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray
from PIL import Image
from search import DATA, changed

from edge_runtime import Lens
from edge_runtime.contract import Run, WriteTensor
from edge_runtime.program import execute
from edge_runtime.spec import ImageClassification
from edge_server.search.embedding import embedding
from edge_server.tasks.classifying import CLASSIFIER

if TYPE_CHECKING:
    from pathlib import Path

Vectors: TypeAlias = dict[str, NDArray[np.float64]]
_FEATURES = 1280


class Looking:
    """The classifier, as the server runs it, and once more with all its tensors kept."""

    def __init__(self) -> None:
        lens = Lens()
        self._network = lens.predictor(CLASSIFIER, ImageClassification)
        path = lens.bundle.file(lens.bundle.entry(CLASSIFIER))[1]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._graph: Any = Interpreter(
                model_path=str(path), num_threads=2, experimental_preserve_all_tensors=True
            )
        self._graph.allocate_tensors()
        self._input = self._graph.get_input_details()[0]["index"]
        found = [t["index"] for t in self._graph.get_tensor_details() if _is_feature(t)]
        self._features = found[-1]

    def vectors(self, rgb: NDArray[np.uint8]) -> Vectors:
        """Each kind of vector of a photo."""
        steps = execute(self._network.spec.program, self._network.view(rgb))
        values = {type(step): value for step, value in steps}
        probabilities = values[Run]["probabilities"][0]
        pixels = np.asarray(values[WriteTensor]["image"], np.float32)
        self._graph.set_tensor(self._input, pixels.reshape(1, 224, 224, 3))
        self._graph.invoke()
        logarithms = np.log(np.maximum(probabilities.astype(np.float64), 1e-12))
        return {
            "1280 features": self._graph.get_tensor(self._features).ravel().astype(np.float64),
            "logarithms, centred": logarithms - logarithms.mean(),
            "logarithms, projected": embedding(probabilities).astype(np.float64),
            "roots (Hellinger)": np.sqrt(probabilities.astype(np.float64)),
        }


def _is_feature(tensor: dict[str, Any]) -> bool:
    return tuple(tensor["shape"]) == (1, _FEATURES)


def opened(path: Path) -> NDArray[np.uint8]:
    """The photo's pixels."""
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def main() -> None:
    """Look at everything, compare, print."""
    looking = Looking()
    samples = sorted((DATA / "samples").glob("*.[jp][pn]g"))
    others = [*(DATA / "evaluation").glob("*.jpg"), *(DATA / "calibration").glob("*.jpg")]
    kept = [looking.vectors(opened(path)) for path in [*samples, *others]]
    places = defaultdict[str, list[int]](list)
    for at, path in enumerate(samples):
        for _, rgb in changed(opened(path)):
            for kind, vector in looking.vectors(rgb).items():
                all_ = np.array([one[kind] for one in kept])
                cosines = all_ @ vector / np.linalg.norm(all_, axis=1)
                places[kind].append(int((cosines > cosines[at]).sum()))
    for kind, found in places.items():
        shares = ", ".join(f"{np.mean(np.array(found) < n):.3f} in {n}" for n in (1, 10, 30))
        print(f"{kind:22} {shares}")


if __name__ == "__main__":
    main()
