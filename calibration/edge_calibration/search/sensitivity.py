"""What each layer loses when it alone is made cheaper, and which precisions are worth it.

Before any layer is tried, each precision that computes or unpacks in another way is timed
on all layers of a kind together: single layers take too little time to be told apart from
whatever else the machine does.  A precision that makes a kind of layer slower is left out
for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from edge_calibration.search.allocation import Option

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from edge_calibration.recipes import Layer, Precision
    from edge_calibration.search.trials import Mix, Trials

    Group: TypeAlias = tuple[str, bool]

# Unpacked once, before the first run.
SAME_SPEED: tuple[Precision, ...] = ("fp16", "w8", "w8_tensor")
TIMED: tuple[Precision, ...] = ("dynamic8", "w4")
LARGE = 1024  # elements from which a layer is timed with the large ones of its kind
SLOWEST = 1.08
FASTER = 0.93  # less than this is not noise


@dataclass(frozen=True, kw_only=True)
class Speeds:
    """The time of a run, over float's, with all layers of a group in a precision."""

    ratios: Mapping[tuple[Group, Precision], float] = field(default_factory=dict)

    def allows(self, layer: Layer, precision: Precision) -> bool:
        """Whether the precision does not make that kind of layer slower."""
        return self.ratios.get((group_of(layer), precision), 1.0) <= SLOWEST

    def gain(self, layer: Layer, precision: Precision, layers: Sequence[Layer]) -> float:
        """The share of a run's time that the layer saves: its part, by products, of what
        its group saves."""
        ratio = self.ratios.get((group_of(layer), precision), 1.0)
        if ratio > FASTER:
            return 0.0
        group = sum(other.macs for other in layers if group_of(other) == group_of(layer))
        return (1 - ratio) * layer.macs / group

    def time_of(self, mix: Mix, layers: Sequence[Layer]) -> float:
        """The time of a run over float's, as it is to be expected."""
        return 1 - sum(self.gain(layer, mix[layer.result], layers) for layer in layers)

    @property
    def any_faster(self) -> bool:
        """Whether anything is to be gained."""
        return any(ratio <= FASTER for ratio in self.ratios.values())


@dataclass(frozen=True, kw_only=True)
class Prices:
    """The options of each layer with savings as shares: of the float32 file's bytes and,
    times ``weight``, of its time."""

    options: Mapping[str, Sequence[Option]]
    speeds: Speeds
    layers: Sequence[Layer]
    weight: float

    @classmethod
    def of(
        cls,
        alone: Mapping[str, Sequence[Option]],
        fast: Speeds,
        layers: Sequence[Layer],
        weight: float,
    ) -> Prices:
        """Out of what was measured of each layer alone, with savings in shares of bytes."""
        options = {
            layer.result: [
                replace(
                    option,
                    saving=option.saving + weight * fast.gain(layer, option.precision, layers),
                )
                for option in alone[layer.result]
            ]
            for layer in layers
        }
        return cls(options=options, speeds=fast, layers=layers, weight=weight)

    def covers(self, mix: Mix) -> bool:
        """Whether each layer has that precision among its options."""
        return all(
            precision == "float" or any(o.precision == precision for o in self.options[name])
            for name, precision in mix.items()
        )

    def time(self, mix: Mix) -> float:
        """The expected time over float's, as much as it weighs."""
        return self.weight * self.speeds.time_of(mix, self.layers)


def group_of(layer: Layer) -> Group:
    """Layers that are timed together: their kind, and whether they are large."""
    return layer.kind, layer.elements >= LARGE


def speeds(trials: Trials, layers: Sequence[Layer], report: Callable[[str], None]) -> Speeds:
    """Time each precision on each group of layers."""
    ratios: dict[tuple[Group, Precision], float] = {}
    for group in dict.fromkeys(map(group_of, layers)):
        for precision in TIMED:
            report(f"timing {group[0]} in {precision}")
            mix = {x.result: precision if group_of(x) == group else "float" for x in layers}
            ratios[group, precision] = trials.time(mix)
    return Speeds(ratios=ratios)


def sensitivities(
    trials: Trials, layers: Sequence[Layer], fast: Speeds, report: Callable[[str], None]
) -> dict[str, list[Option]]:
    """The options of each layer alone: what it saves as a share of the float32 file's
    bytes, and what it loses."""
    start = trials.alone({layer.result: "float" for layer in layers}).bytes
    found: dict[str, list[Option]] = {}
    for number, layer in enumerate(layers, 1):
        report(f"layer {number} of {len(layers)}: {layer.result}")
        found[layer.result] = []
        for precision in (*SAME_SPEED, *TIMED):
            if fast.allows(layer, precision):
                seen = trials.alone(
                    {x.result: precision if x is layer else "float" for x in layers}
                )
                option = Option(
                    precision=precision, saving=1 - seen.bytes / start, loss=seen.loss
                )
                found[layer.result].append(option)
    return found
