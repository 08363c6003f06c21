from __future__ import annotations

import pytest

from edge_calibration.recipes import Layer
from edge_calibration.search.allocation import Option
from edge_calibration.search.sensitivity import Prices, Speeds, group_of

SMALL = Layer(result="small", kind="CONV_2D", elements=1023, macs=10)
LARGE = Layer(result="large", kind="CONV_2D", elements=1024, macs=300)
OTHER = Layer(result="other", kind="CONV_2D", elements=9000, macs=100)
LAYERS = (SMALL, LARGE, OTHER)


@pytest.mark.parametrize(
    ("ratio", "allowed", "gain"),
    [(0.6, True, 0.3), (0.95, True, 0.0), (1.05, True, 0.0), (1.2, False, 0.0)],
)
def test_a_layer_gains_its_part_of_what_its_group_gains(
    ratio: float, allowed: bool, gain: float
) -> None:
    fast = Speeds(ratios={(group_of(LARGE), "dynamic8"): ratio})
    assert fast.allows(LARGE, "dynamic8") is allowed
    assert fast.gain(LARGE, "dynamic8", LAYERS) == pytest.approx(gain)
    assert fast.gain(OTHER, "dynamic8", LAYERS) == pytest.approx(gain / 3)
    assert fast.gain(SMALL, "dynamic8", LAYERS) == 0
    assert fast.gain(LARGE, "w8", LAYERS) == 0
    assert fast.any_faster is (gain > 0)
    mix = {"small": "dynamic8", "large": "dynamic8", "other": "w8"}
    assert fast.time_of(mix, LAYERS) == pytest.approx(1 - gain)  # type: ignore[arg-type]


def test_prices_add_time_as_much_as_it_weighs() -> None:
    fast = Speeds(ratios={(group_of(LARGE), "dynamic8"): 0.6})
    options = [Option(precision="dynamic8", saving=0.2, loss=1.0)]
    alone = {"small": [], "large": options, "other": options}
    for weight, saving in ((0.0, 0.2), (1.0, 0.5), (2.0, 0.8)):
        prices = Prices.of(alone, fast, LAYERS, weight)
        assert prices.options["large"][0].saving == pytest.approx(saving)
    assert prices.covers({"small": "float", "large": "dynamic8", "other": "float"})
    assert not prices.covers({"small": "w8", "large": "float", "other": "float"})
    assert prices.time({"small": "float", "large": "dynamic8", "other": "float"}) == (
        pytest.approx(2 * 0.7)
    )
