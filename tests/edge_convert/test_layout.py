from __future__ import annotations

import pytest
import torch
from torch import nn

from edge_convert.layout import (
    NhwcBorder,
    example_inputs,
    input_names,
    output_names,
    output_shape,
)
from edge_convert.light_model import light_model, light_models

STYLE = light_model("style-transfer").spec


class Swap(nn.Module):
    """Returns its picture and its vector."""

    def forward(self, image: torch.Tensor, vector: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return (image,)


def test_a_picture_goes_through_as_it_came() -> None:
    image = torch.rand(1, 4, 6, 3)
    (made,) = NhwcBorder(Swap(), STYLE)(image, torch.zeros(1, 26))
    assert torch.equal(made, image)


def test_names_come_in_the_order_of_the_spec() -> None:
    assert input_names(STYLE) == ("image", "style_weights")
    assert output_names(STYLE) == ("picture",)


@pytest.mark.parametrize("model_id", list(light_models()))
def test_examples_have_the_shapes_of_the_spec(model_id: str) -> None:
    spec = light_model(model_id).spec
    image, *vectors = example_inputs(spec, spec.image.size_hw)
    assert image.shape == (1, *spec.image.size_hw, 3)
    assert [tuple(v.shape) for v in vectors] == [v.shape for v in spec.vectors]


def test_a_picture_that_comes_out_grows_with_the_input() -> None:
    assert output_shape(STYLE, 0, (256, 256)) == (1, 256, 256, 3)
    faces = light_model("face-detection-short").spec
    assert output_shape(faces, 0, (128, 128)) == (1, 896, 4)
