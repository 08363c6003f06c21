"""BLIP's captioner (Li et al., 2022), as transformers has it; the only place that knows it.

The network is built from the sizes of its tensors: nothing is asked of the hub, which is
shut before transformers is imported, nor told to anybody.
"""

from __future__ import annotations

import logging
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch
from PIL import Image

from edge_runtime.errors import WeightsError
from edge_server.networks.state_dict import fitting
from edge_server.torchvision_ops import torchvision
from edge_server.wordpieces import sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import ModuleType

    from numpy.typing import NDArray

# Of the colours of the pictures that CLIP, and after it BLIP, were trained with.
_MEAN = np.array((0.48145466, 0.4578275, 0.40821073), np.float32)
_DEVIATION = np.array((0.26862954, 0.26130258, 0.27577711), np.float32)
_POSITIONS = "vision_model.embeddings.position_embedding"
_PATCHES = "vision_model.embeddings.patch_embedding.weight"
_WORDS = "text_decoder.bert.embeddings.word_embeddings.weight"
_PLACES = "text_decoder.bert.embeddings.position_embeddings.weight"
_TIED = "text_decoder.cls.predictions.decoder."
# Numbers that old releases of transformers kept, and new ones count.
_COUNTED = "text_decoder.bert.embeddings.position_ids"


@dataclass(frozen=True, kw_only=True)
class Heads:
    """How many heads attention has: the one thing that shapes do not say."""

    vision: int = 12
    text: int = 12


def transformers() -> ModuleType:
    """The imported ``transformers``, which asks and tells nobody anything."""
    for name in ("HF_HUB_OFFLINE", "HF_HUB_DISABLE_TELEMETRY", "TRANSFORMERS_OFFLINE"):
        os.environ[name] = "1"
    torchvision()
    logging.getLogger("torchao").setLevel(logging.ERROR)
    import transformers as module

    module.logging.set_verbosity_error()
    return module


def build(tensors: Mapping[str, Any], heads: Heads) -> torch.nn.Module:
    """transformers' network, untrained, of the sizes of these tensors."""
    module: Any = transformers()
    config = module.BlipConfig(
        vision_config=_vision(tensors, heads), text_config=_text(tensors, heads)
    )
    return cast("torch.nn.Module", module.BlipForConditionalGeneration(config).eval())


def _vision(tensors: Mapping[str, Any], heads: Heads) -> dict[str, Any]:
    width, _, patch, _ = tensors[_PATCHES].shape
    side = round((tensors[_POSITIONS].shape[1] - 1) ** 0.5)
    return {
        "hidden_size": width,
        "intermediate_size": tensors["vision_model.encoder.layers.0.mlp.fc1.weight"].shape[0],
        "num_hidden_layers": _layers(tensors, r"vision_model\.encoder\.layers\.(\d+)\."),
        "num_attention_heads": heads.vision,
        "image_size": side * patch,
        "patch_size": patch,
    }


def _text(tensors: Mapping[str, Any], heads: Heads) -> dict[str, Any]:
    words, width = tensors[_WORDS].shape
    layer = "text_decoder.bert.encoder.layer.0.intermediate.dense.weight"
    return {
        "vocab_size": words,
        "hidden_size": width,
        "encoder_hidden_size": tensors[_PATCHES].shape[0],
        "intermediate_size": tensors[layer].shape[0],
        "num_hidden_layers": _layers(tensors, r"text_decoder\.bert\.encoder\.layer\.(\d+)\."),
        "num_attention_heads": heads.text,
        "max_position_embeddings": tensors[_PLACES].shape[0],
        "bos_token_id": words - 2,  # the two that were added to BERT's: [DEC], [ENC]
    }


def _layers(tensors: Mapping[str, Any], pattern: str) -> int:
    found = (re.match(pattern, name) for name in tensors)
    return 1 + max(int(match.group(1)) for match in found if match)


def imported(tensors: Mapping[str, Any], heads: Heads) -> dict[str, Any]:
    """Those of a checkpoint's tensors that are stored, checked to be a whole captioner.

    Raises ``WeightsError`` where they are none.
    """
    if not {_POSITIONS, _PATCHES, _WORDS, _PLACES} <= tensors.keys():
        raise WeightsError(
            "the file holds no captioner of BLIP: give a state dict of transformers' "
            "BlipForConditionalGeneration"
        )
    try:
        with torch.device("meta"):
            network = build(tensors, heads)
    except (KeyError, ValueError, IndexError):
        raise WeightsError("the captioner's sizes do not fit together: get it again") from None
    kept = {name: value for name, value in tensors.items() if not name.startswith(_COUNTED)}
    missing = {name for name in network.state_dict() if name.startswith(_TIED)} - kept.keys()
    tied = {name: tensors[_same(name)] for name in missing if _same(name) in tensors}
    return fitting(kept | tied, network)


def _same(name: str) -> str:
    """The tensor that one of the last layer is the same as."""
    weight = name.endswith("weight")
    return _WORDS if weight else "text_decoder.cls.predictions.bias"


def loaded(
    tensors: dict[str, torch.Tensor], pieces: Sequence[str], heads: Heads, device: str
) -> Captioner:
    """The captioner of these tensors on a device; ``pieces`` of words by their number."""
    network = build(tensors, heads)
    network.load_state_dict(tensors, strict=False)
    return Captioner(network, pieces, device)


class Captioner:
    """A trained network on a device."""

    def __init__(self, network: torch.nn.Module, pieces: Sequence[str], device: str) -> None:
        self.network: Any = network.to(device)
        self.device = torch.device(device)
        self._pieces = pieces

    def close(self) -> None:
        """Give the memory back."""
        self.network = None
        if self.device.type == "cuda":
            torch.cuda.empty_cache()

    @torch.inference_mode()
    def describe(
        self,
        rgb: NDArray[np.uint8],
        *,
        most_pieces: int,
        beams: int,
        after: Callable[[float], None] = lambda _share: None,
    ) -> str:
        """A sentence of at most ``most_pieces`` about a photo uint8 [H, W, 3].

        ``beams``: how many beginnings of sentences are followed at once; the same photo is
        described alike each time.  ``after`` is told the share that is done, at most, after
        each piece; what it raises ends the work.
        """
        side = int(self.network.config.vision_config.image_size)
        pixels = torch.from_numpy(prepared(rgb, side)).to(self.device)
        given = self.network.generate(
            pixel_values=pixels,
            max_new_tokens=most_pieces,
            num_beams=beams,
            do_sample=False,
            stopping_criteria=[_telling(after, most_pieces)],
        )
        return sentence(given[0].tolist(), self._pieces)


def prepared(rgb: NDArray[np.uint8], side: int) -> NDArray[np.float32]:
    """The photo as the network takes it: float32 [1, 3, side, side], squeezed into a square,
    bicubic, normalised as CLIP's pictures were.
    """
    square = Image.fromarray(np.ascontiguousarray(rgb)).resize(
        (side, side), Image.Resampling.BICUBIC
    )
    share = np.asarray(square, np.float32) / np.float32(255)
    normal = (share - _MEAN) / _DEVIATION
    return np.ascontiguousarray(normal.transpose(2, 0, 1)[None], np.float32)


def _telling(after: Callable[[float], None], most: int) -> Callable[..., torch.Tensor]:
    """What transformers asks after each piece whether to stop: never, but it is told on."""
    steps = 0

    def criterion(ids: torch.Tensor, _scores: object, **_: object) -> torch.Tensor:
        nonlocal steps
        steps += 1
        after(min(1.0, steps / most))
        return torch.zeros(len(ids), dtype=torch.bool, device=ids.device)

    return criterion
