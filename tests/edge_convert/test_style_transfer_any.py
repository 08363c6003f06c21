from __future__ import annotations

import numpy as np
import pytest

from edge_convert.light_model import light_model
from edge_convert.models.style_transfer_any import PAINTER, PREDICTOR
from edge_convert.reference import recorded
from edge_convert.torch_runner import TorchRunner
from edge_convert.weights import load_network


def test_the_painter_is_proven_on_styles_that_the_predictor_saw() -> None:
    styles = [outputs["style_vector"] for _, outputs in recorded(PREDICTOR).values()]
    used = [inputs["style_vector"] for inputs, _ in recorded(PAINTER).values()]
    assert all(any(np.array_equal(one, style) for style in styles) for one in used)
    assert not np.allclose(used[0], used[1], atol=0.1)


@pytest.mark.parametrize("photo", ["china", "coffee"])
def test_the_style_colours_the_picture(photo: str) -> None:
    """Of a warm and of a cool style, the warm one gives the redder picture."""
    model = light_model(PAINTER.id)
    runner = TorchRunner(load_network(model), PAINTER)
    image = recorded(PAINTER)["astronaut"][0]["image"][:, 100:196, 100:196].copy()
    style = recorded(PREDICTOR)[photo][1]["style_vector"]
    red, _, blue = runner.run({"image": image, "style_vector": style})["picture"][0].mean(
        (0, 1)
    )
    assert (red - blue > 60) == (photo == "coffee")
