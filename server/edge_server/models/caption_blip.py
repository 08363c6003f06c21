"""A sentence about a photo: BLIP's captioner, through transformers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import numpy as np

from edge_runtime.errors import WeightsError
from edge_runtime.results import Caption
from edge_runtime.spec import Licence, Record, Tensor
from edge_runtime.writing_drawn import draw_caption
from edge_server.heavy_model import Checkpoint, HeavyModel, HeavySpec, Released

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from edge_server.heavy_model import Job, Weights
    from edge_server.networks.blip import Captioner, Heads

# What one photo takes while it is computed, beside the weights, as measured.
_WORKING_BYTES = 400_000_000
_VOCABULARY = "vocabulary"  # the tensor that has the file of words, byte by byte
_PIECES = "vocab.txt"
_MOST_PIECES_BYTES = 2**24
_REVISION = "82a37760796d32b1411fe092ab5d4e227313294b"
_HUB = f"https://huggingface.co/Salesforce/blip-image-captioning-base/resolve/{_REVISION}"


class Params(Record, frozen=True, kw_only=True):
    """``longest``: how many words the sentence has at most, or pieces of long ones.
    ``beams``: how many beginnings of a sentence are followed at once; more say it better,
    and take longer.
    """

    longest: Annotated[int, msgspec.Meta(ge=1, le=60)] = 30
    beams: Annotated[int, msgspec.Meta(ge=1, le=5)] = 1


@dataclass(kw_only=True)
class _Runner:
    """The captioner on a device."""

    captioner: Captioner
    memory_bytes: int

    def run(self, jobs: Sequence[Job]) -> Sequence[Caption]:
        return [self._described(job) for job in jobs]

    def close(self) -> None:
        self.captioner.close()

    def _described(self, job: Job) -> Caption:
        params: Any = job.params
        text = self.captioner.describe(
            job.rgb, most_pieces=params.longest, beams=params.beams, after=job.done
        )
        return Caption(text=text)


def _heads(checkpoint: Checkpoint) -> Heads:
    from edge_server.networks.blip import Heads

    said = {name: int(value) for name, value in checkpoint.settings.items()}
    return Heads(vision=said.get("vision_heads", 12), text=said.get("text_heads", 12))


def _load(weights: Weights, device: str) -> _Runner:
    from safetensors.torch import load_file

    from edge_server.networks.blip import loaded

    tensors = load_file(weights.path)
    pieces = tensors.pop(_VOCABULARY).numpy().tobytes().decode().split("\n")
    return _Runner(
        captioner=loaded(tensors, pieces, _heads(weights.checkpoint), device),
        memory_bytes=sum(tensor.nbytes for tensor in tensors.values()) + _WORKING_BYTES,
    )


def _to_tensors(path: Path, checkpoint: Checkpoint) -> Mapping[str, NDArray[Any]]:
    """The numbers of a checkpoint, and the file of words that lies beside it."""
    from edge_server.weights.checkpoint_files import read_tensors

    words = path.parent / _PIECES
    if not words.is_file() or words.stat().st_size > _MOST_PIECES_BYTES:
        raise WeightsError(f"there is no {_PIECES} beside {path.name}: put the model's there")
    tensors = read_tensors(path)
    try:
        from edge_server.networks.blip import imported

        kept = imported(tensors, _heads(checkpoint))
    except ImportError:
        raise WeightsError(
            "transformers is not installed: pip install 'pocketlens[captions]'"
        ) from None
    return kept | {_VOCABULARY: np.frombuffer(_read(words), np.uint8)}


def _read(words: Path) -> bytes:
    try:
        return words.read_bytes().decode().rstrip("\n").encode()
    except UnicodeDecodeError:
        raise WeightsError(f"{words.name} is no text: get it again") from None


MODELS = (
    HeavyModel(
        spec=HeavySpec(
            id="caption-blip",
            task="caption",
            title="A sentence about the photo, in English (BLIP)",
            version="1",
            paper="Li et al., BLIP: Bootstrapping Language-Image Pre-training for Unified "
            "Vision-Language Understanding and Generation, 2022",
            checkpoints=(
                Checkpoint(
                    name="base",
                    licence=Licence(
                        code="Apache-2.0 (transformers)",
                        weights="BSD-3-Clause (Salesforce)",
                        data="COCO, Visual Genome, Conceptual Captions, SBU, LAION: photos "
                        "and texts by their authors",
                    ),
                    origin=Released(
                        url=f"{_HUB}/pytorch_model.bin",
                        sha256="d6638651a5526cc2ede56f2b5104d6851b0755816d220e5e04687043"
                        "0180c767",
                        bytes=989_820_849,
                        also=(
                            Released(
                                url=f"{_HUB}/{_PIECES}",
                                sha256="07eced375cec144d27c900241f3e339478dec958f92fddbc"
                                "551f295c992038a3",
                                bytes=231_508,
                            ),
                        ),
                    ),
                    settings={"vision_heads": 12, "text_heads": 12},
                ),
            ),
            outputs=(Tensor(name="caption", shape=(1,), meaning="the sentence", unit="text"),),
        ),
        params=Params,
        result=Caption,
        load=_load,
        to_tensors=_to_tensors,
        draw=draw_caption,
    ),
)
