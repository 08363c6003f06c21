"""A photo in a style: which models run, with which vectors, and what is done after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edge_runtime import stylise
from edge_runtime.contract import EmbedStyle, MixStyles
from edge_runtime.results import Prediction
from edge_runtime.spec import StylePrediction, StyleTransfer, StyleTransferAny

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from edge_runtime.images import Photo
    from edge_runtime.pipeline import Lens
    from edge_runtime.results import Picture
    from edge_runtime.spec import SizeHW

    Pixels = NDArray[np.uint8]

MIX_MODEL = "style-transfer"
ANY_MODEL = "style-transfer-any"


@dataclass(frozen=True, kw_only=True, eq=False)
class Style:
    """How to paint: a learnt style (``"7"``) or a mix of them (``"3:0.5,12:0.5"``), or any
    ``picture`` as the style; ``strength`` 0..1 of it, with the photo's own colours if
    ``keep_colours``; ``size_hw`` is the size it is painted at (the model's default)."""

    mix: str = "0"
    picture: Photo | None = None
    strength: float = 1.0
    keep_colours: bool = False
    size_hw: SizeHW | None = None


def paint_mix(lens: Lens, rgb: Pixels, style: Style, model: str | None) -> Prediction[Picture]:
    """The photo in a mix of the learnt styles."""
    network = lens.predictor(model or MIX_MODEL, StyleTransfer, style.size_hw)
    step = network.step(MixStyles)
    return network.predict(rgb, {step.input: stylise.parse_style(style.mix, step.styles)})


def paint_like(lens: Lens, rgb: Pixels, style: Style, model: str | None) -> Prediction[Picture]:
    """The photo in the style of a picture, which a second model looks at."""
    network = lens.predictor(model or ANY_MODEL, StyleTransferAny, style.size_hw)
    step = network.step(EmbedStyle)
    predictor = lens.helper(step.model, StylePrediction)
    seen = predictor.predict(rgb if style.picture is None else style.picture.rgb)
    painted = network.predict(rgb, {step.input: seen.value.values})
    return Prediction(
        value=painted.value,
        model=painted.model,
        variant=painted.variant,
        ms=seen.ms + painted.ms,
    )


def finished(rgb: Pixels, painted: Pixels, style: Style) -> Pixels:
    """With the photo's colours, and as much of the style, as was asked for."""
    if style.keep_colours:
        painted = stylise.keep_colours(rgb, painted)
    return stylise.blend(rgb, painted, style.strength)
