"""The text of a photo: PP-OCRv6's networks over ONNX Runtime, the way through them our own.

Three networks: where lines are (DB), whether a line is upside down, and what it says (CTC).
They are kept as the files that they are published as, one array of bytes each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
import numpy as np

from edge_runtime.errors import WeightsError
from edge_runtime.results import Text
from edge_runtime.spec import Licence, Record, Source, SourceFile, Tensor
from edge_runtime.writing_drawn import draw_text
from edge_server.heavy_model import Checkpoint, HeavyModel, HeavySpec, Packaged

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from edge_server.heavy_model import Job, Weights
    from edge_server.reading.reader import Reader

# What a photo takes while it is read, beside the networks, as measured.
_WORKING_BYTES = 900_000_000
_FOLDER = "rapidocr/models"
_FILES = {
    "detector": (
        "PP-OCRv6_det_small.onnx",
        "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f",
    ),
    "direction": (
        "ch_ppocr_mobile_v2.0_cls_mobile.onnx",
        "e47acedf663230f8863ff1ab0e64dd2d82b838fceb5957146dab185a89d6215c",
    ),
    "recogniser": (
        "PP-OCRv6_rec_small.onnx",
        "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
    ),
}


class Params(Record, frozen=True, kw_only=True):
    """Lines that are read with at least ``confidence``.  ``turn``: how many degrees clockwise
    the page is turned in the photo, where that is known.  ``side``: how many pixels the
    longer side of the photo may have for the network that finds lines; more find smaller
    letters, and take longer.
    """

    confidence: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.5
    turn: Literal["auto", "0", "90", "180", "270"] = "auto"
    side: Annotated[int, msgspec.Meta(ge=320, le=3072)] = 2048


@dataclass(kw_only=True)
class _Runner:
    """The three networks on a device."""

    reader: Reader | None
    memory_bytes: int

    def run(self, jobs: Sequence[Job]) -> Sequence[Text]:
        return [self._read(job) for job in jobs]

    def close(self) -> None:
        self.reader = None

    def _read(self, job: Job) -> Text:
        from edge_server.reading.reader import Wish

        params: Any = job.params
        wish = Wish(
            confidence=params.confidence,
            quarters=None if params.turn == "auto" else int(params.turn) // 90,
            longest=params.side,
        )
        if self.reader is None:
            raise RuntimeError("the model was closed")
        return self.reader.read(job.rgb, wish, job.done)


def _load(weights: Weights, device: str) -> _Runner:
    from safetensors.numpy import load_file

    files = load_file(weights.path)
    size = sum(content.nbytes for content in files.values())
    return _Runner(reader=_reader(files, device), memory_bytes=4 * size + _WORKING_BYTES)


def _reader(files: Mapping[str, NDArray[np.uint8]], device: str) -> Reader:
    from edge_server.onnx_session import OnnxSession
    from edge_server.reading.characters import alphabet
    from edge_server.reading.reader import Networks, Reader

    network = {name: OnnxSession(files[name].tobytes(), device) for name in _FILES}
    recogniser = network["recogniser"]
    listed = recogniser.metadata.get("character", "")
    networks = Networks(
        detector=network["detector"],
        direction=network["direction"],
        recogniser=recogniser,
        characters=alphabet(listed, recogniser.classes),
    )
    return Reader(networks=networks)


def _to_tensors(path: Path, _checkpoint: Checkpoint) -> Mapping[str, NDArray[Any]]:
    """The three files, checked to be networks that belong together."""
    folder, files = path.parent, {}
    for name, (file, _) in _FILES.items():
        if not (folder / file).is_file():
            raise WeightsError(f"there is no {file} beside {path.name}: all three are needed")
        files[name] = np.frombuffer((folder / file).read_bytes(), np.uint8)
    try:
        _reader(files, "cpu")
    except ImportError:
        raise WeightsError(
            "ONNX Runtime is not installed: pip install 'pocketlens[text]'"
        ) from None
    return files


_SOURCE = Source(
    index="pypi",
    package="rapidocr",
    version="3.10.0",
    files=tuple(
        SourceFile(path=f"{_FOLDER}/{file}", sha256=sha256) for file, sha256 in _FILES.values()
    ),
    note="PP-OCRv6 small and PP-OCR mobile v2 by PaddleOCR, as ONNX",
)
MODELS = (
    HeavyModel(
        spec=HeavySpec(
            id="text-ppocr",
            task="text",
            title="The text of a photo: its lines, where they are, in the order of reading",
            version="1",
            paper="Liao et al., Real-time Scene Text Detection with Differentiable "
            "Binarization, 2020; Du et al., PP-OCR: A Practical Ultra Lightweight OCR "
            "System, 2020",
            checkpoints=(
                Checkpoint(
                    name="ppocr-v6-small",
                    licence=Licence(
                        code="Apache-2.0",
                        weights="Apache-2.0 (PaddleOCR, Baidu)",
                        data="not published",
                    ),
                    origin=Packaged(source=_SOURCE),
                ),
            ),
            outputs=(
                Tensor(
                    name="polygons",
                    shape=(-1, 4, 2),
                    meaning="the corners of each line, clockwise from where its text begins",
                    unit="pixel of the photo",
                ),
                Tensor(
                    name="confidences",
                    shape=(-1,),
                    meaning="how sure it is of a line's characters, in the mean",
                    unit="probability",
                ),
            ),
        ),
        params=Params,
        result=Text,
        load=_load,
        to_tensors=_to_tensors,
        draw=draw_text,
    ),
)
