"""Captions as a heavy model, with a tiny checkpoint in the published form."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch")
pytest.importorskip("tokenizers")

from edge_runtime.errors import WeightsError  # noqa: E402
from edge_runtime.results import Caption  # noqa: E402
from edge_runtime.testcard import draw_portrait  # noqa: E402
from edge_server.api.app import create_app  # noqa: E402
from edge_server.engine.counting import Tally  # noqa: E402
from edge_server.heavy_model import Job, heavy_model  # noqa: E402
from edge_server.networks import blip  # noqa: E402
from edge_server.problems import Cancelled  # noqa: E402
from edge_server.running import local_engine, services_for  # noqa: E402
from edge_server.settings import Settings  # noqa: E402
from edge_server.weights.weights_store import Own, WeightsStore  # noqa: E402

MODEL = heavy_model("caption-blip")
PHOTO = draw_portrait(80, 60)
PIECES = [f"word{index}" for index in range(110)]
OWN = Own(name="tiny", settings={"vision_heads": 2, "text_heads": 2})


@pytest.fixture(scope="module")
def checkpoint_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As it is published: a pickle of tensors, and a file of words beside it."""
    torch.manual_seed(1)
    library: Any = blip.transformers()
    size = {"intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = library.BlipConfig(
        vision_config=size | {"hidden_size": 16, "image_size": 16, "patch_size": 8},
        text_config=size
        | {"hidden_size": 16, "encoder_hidden_size": 16, "vocab_size": 112}
        | {"bos_token_id": 110, "max_position_embeddings": 64, "initializer_range": 0.5},
    )
    folder = tmp_path_factory.mktemp("published")
    network = library.BlipForConditionalGeneration(config)
    torch.save(network.state_dict(), folder / "pytorch_model.bin")
    (folder / "vocab.txt").write_text("\n".join(PIECES) + "\n")
    return folder / "pytorch_model.bin"


@pytest.fixture(scope="module")
def store(checkpoint_file: Path, tmp_path_factory: pytest.TempPathFactory) -> WeightsStore:
    made = WeightsStore(tmp_path_factory.mktemp("weights"))
    made.add("caption-blip", checkpoint_file, OWN)
    return made


@pytest.fixture
def runner(store: WeightsStore) -> Any:
    return MODEL.load(store.get("caption-blip"), "cpu")


def job(*, cancelled: bool = False, **params: Any) -> Job:
    return Job(
        rgb=PHOTO,
        params=MODEL.params(**params),
        progress=lambda _share: None,
        cancelled=lambda: cancelled,
    )


def test_photos_are_described(runner: Any) -> None:
    first, second = runner.run([job(longest=6), job(longest=2, beams=3)])
    assert isinstance(first, Caption)
    assert set(first.text.split()) <= set(PIECES)
    assert 2 < len(first.text.split()) <= 6
    assert len(second.text.split()) <= 2
    assert runner.run([job(longest=6)]) == [first]
    assert runner.memory_bytes > 300e6


def test_nobody_waits(runner: Any) -> None:
    with pytest.raises(Cancelled):
        runner.run([job(cancelled=True)])


def test_words_have_to_lie_beside_the_numbers(checkpoint_file: Path, tmp_path: Path) -> None:
    alone = tmp_path / "pytorch_model.bin"
    alone.write_bytes(checkpoint_file.read_bytes())
    published = MODEL.spec.checkpoints[0]
    with pytest.raises(WeightsError, match=r"no vocab\.txt beside"):
        MODEL.to_tensors(alone, published)
    (tmp_path / "vocab.txt").write_bytes(b"\xff\xfe\x00")
    tiny = msgspec.structs.replace(published, settings=dict(OWN.settings or {}))
    with pytest.raises(WeightsError, match="is no text"):
        MODEL.to_tensors(alone, tiny)


@pytest.mark.parametrize("wrong", [b'{"longest": 0}', b'{"longest": 99}', b'{"beams": 9}'])
def test_parameters_have_ranges(wrong: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(wrong, type=MODEL.params)


def test_what_is_published_is_pinned() -> None:
    (checkpoint,) = MODEL.spec.checkpoints
    origin: Any = checkpoint.origin
    assert all(len(one.sha256) == 64 for one in (origin, *origin.also))
    assert all("/resolve/main/" not in one.url for one in (origin, *origin.also))


def asked(folder: Path, data: Path, accept: str) -> Any:
    settings = Settings(weights=str(folder), data=str(data), threads=1, device="cpu")
    engine = local_engine(settings, tally := Tally())
    try:
        services = services_for(settings, engine, tally, lambda: False)
        content = io.BytesIO()
        Image.fromarray(PHOTO).save(content, "PNG")
        return (
            create_app(services)
            .test_client()
            .post(
                "/v1/caption?longest=5",
                data=content.getvalue(),
                content_type="image/png",
                headers={"Accept": accept},
            )
        )
    finally:
        assert engine.drain(30)


def test_the_server_describes(store: WeightsStore, runner: Any, tmp_path: Path) -> None:
    (expected,) = runner.run([job(longest=5)])
    record = asked(store.folder, tmp_path, "*/*").get_json()
    assert record["result"] == {"caption": expected.text}
    assert (record["model"], record["variant"]) == ("caption-blip", "tiny")
    answer = asked(store.folder, tmp_path, "image/png")
    drawn = np.asarray(Image.open(io.BytesIO(answer.get_data())))
    assert drawn.shape == PHOTO.shape
    assert (drawn != PHOTO).any()


def test_until_it_is_pulled_the_command_is_said(tmp_path: Path) -> None:
    answer = asked(tmp_path, tmp_path, "*/*")
    record = json.loads(answer.get_data())
    assert (answer.status_code, record["code"]) == (503, "weights-missing")
    assert "edge-serve weights pull caption-blip" in record["detail"]
