"""BLIP's captioner, tiny and untrained, beside transformers' own way through it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("tokenizers")

from edge_runtime.errors import WeightsError  # noqa: E402
from edge_server.networks import blip  # noqa: E402
from edge_server.problems import Cancelled  # noqa: E402

HEADS = blip.Heads(vision=2, text=2)
WORDS = 120
SPECIAL = {0: "[PAD]", 100: "[UNK]", 101: "[CLS]", 102: "[SEP]", 103: "[MASK]"}
PIECES = [
    SPECIAL.get(index, f"##e{index}" if index % 5 == 0 else f"w{index}")
    for index in range(WORDS - 2)
]
RGB = np.random.default_rng(0).integers(0, 256, (50, 70, 3)).astype(np.uint8)


@pytest.fixture(scope="module")
def network() -> Any:
    """Of the same class as the published one, with random numbers."""
    torch.manual_seed(0)
    library: Any = blip.transformers()
    config = library.BlipConfig(
        vision_config={
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_hidden_layers": 3,
            "num_attention_heads": 2,
            "image_size": 32,
            "patch_size": 8,
            "initializer_range": 0.5,
        },
        text_config={
            "vocab_size": WORDS,
            "hidden_size": 24,
            "encoder_hidden_size": 32,
            "intermediate_size": 48,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "max_position_embeddings": 40,
            "bos_token_id": WORDS - 2,
            "initializer_range": 0.5,
        },
    )
    return library.BlipForConditionalGeneration(config).eval()


@pytest.fixture(scope="module")
def tensors(network: Any) -> dict[str, Any]:
    return {name: value.numpy().copy() for name, value in network.state_dict().items()}


@pytest.fixture
def captioner(tensors: dict[str, Any]) -> blip.Captioner:
    kept = {name: torch.tensor(v) for name, v in blip.imported(tensors, HEADS).items()}
    return blip.loaded(kept, PIECES, HEADS, "cpu")


@pytest.mark.parametrize("beams", [1, 3])
def test_the_sentence_is_transformers_own(
    beams: int, network: Any, captioner: blip.Captioner, tmp_path: Path
) -> None:
    from transformers import BertTokenizer
    from transformers.models.blip.image_processing_pil_blip import BlipImageProcessorPil

    (tmp_path / "vocab.txt").write_text("\n".join(PIECES))
    processor = BlipImageProcessorPil(size={"height": 32, "width": 32})
    given = processor(RGB, return_tensors="pt")["pixel_values"]
    np.testing.assert_allclose(blip.prepared(RGB, 32), given.numpy(), atol=2e-6)
    ids = network.generate(
        pixel_values=given, max_new_tokens=12, num_beams=beams, do_sample=False
    )[0]
    tokenizer = BertTokenizer(str(tmp_path / "vocab.txt"))
    known = [index for index in ids.tolist() if index < len(PIECES)]
    expected = tokenizer.decode(known, skip_special_tokens=True)
    said = captioner.describe(RGB, most_pieces=12, beams=beams)
    assert len(said.split()) > 3
    assert said == expected


def test_sizes_are_read_off_the_tensors(network: Any, tensors: dict[str, Any]) -> None:
    built: Any = blip.build(tensors, HEADS).config
    for part in ("vision_config", "text_config"):
        mine, theirs = (getattr(config, part).to_dict() for config in (built, network.config))
        differing = {name for name in theirs if mine.get(name) != theirs[name]}
        assert differing <= {"initializer_range"}


def test_what_old_releases_kept_is_taken(tensors: dict[str, Any]) -> None:
    tied = "text_decoder.cls.predictions.decoder."
    old = {name: v for name, v in tensors.items() if not name.startswith(tied)}
    old["text_decoder.bert.embeddings.position_ids"] = np.arange(40)[None]
    kept = blip.imported(old, HEADS)
    assert kept.keys() == tensors.keys()
    for name in kept:
        np.testing.assert_array_equal(kept[name], tensors[name])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda t: t.clear() or t.update(other=np.zeros(3)), "holds no captioner of BLIP"),
        (lambda t: t.pop("vision_model.post_layernorm.weight"), "lacks vision_model.post"),
        (lambda t: t.update(more=np.zeros(3)), "has not, more"),
        (lambda t: t.pop("vision_model.encoder.layers.0.mlp.fc1.weight"), "do not fit"),
    ],
)
def test_a_file_of_something_else_is_refused(
    change: Any, says: str, tensors: dict[str, Any]
) -> None:
    wrong = dict(tensors)
    change(wrong)
    with pytest.raises(WeightsError, match=says):
        blip.imported(wrong, HEADS)


def test_it_is_told_after_each_piece_and_may_end_it(captioner: blip.Captioner) -> None:
    shares: list[float] = []
    captioner.describe(RGB, most_pieces=4, beams=2, after=shares.append)
    assert shares == sorted(shares)
    assert 0 < shares[0] <= shares[-1] <= 1

    def gone(_share: float) -> None:
        raise Cancelled("nobody waits")

    with pytest.raises(Cancelled):
        captioner.describe(RGB, most_pieces=4, beams=2, after=gone)


def test_memory_is_given_back(captioner: blip.Captioner) -> None:
    captioner.close()
    assert captioner.network is None


def test_the_hub_is_shut_whatever_was_set() -> None:
    script = """
from edge_server.networks.blip import transformers
transformers()
import huggingface_hub.constants as hub
print(hub.HF_HUB_OFFLINE, hub.HF_HUB_DISABLE_TELEMETRY)
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"HF_HUB_OFFLINE": "0", "HF_HUB_DISABLE_TELEMETRY": "0"},
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == ["True", "True"]
