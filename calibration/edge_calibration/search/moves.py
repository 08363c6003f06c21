"""Small changes to a mix of precisions, the most promising first."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, TypeAlias

from edge_calibration.search.allocation import FLOAT, Option

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from random import Random

    from edge_calibration.recipes import Precision

    Mix: TypeAlias = Mapping[str, Precision]

MOST_OF_EACH = 12  # finer and cheaper changes that are put together in pairs


@dataclass(frozen=True, kw_only=True)
class Change:
    """One layer in another precision: what it saves more and loses more, as predicted from
    the layer alone."""

    layer: str
    precision: Precision
    saving: float
    loss: float

    @property
    def rate(self) -> float:
        """The loss for each unit that is saved, or the loss that each unit spent undoes."""
        return self.loss / self.saving


class Moves:
    """The changes that the options of the layers allow."""

    def __init__(self, options: Mapping[str, Sequence[Option]], random: Random) -> None:
        self._options = {
            layer: {option.precision: option for option in (FLOAT, *of_layer)}
            for layer, of_layer in options.items()
        }
        self._random = random

    def around(self, mix: Mix, *, finer: bool) -> Iterator[dict[str, Precision]]:
        """Mixes one change away, in turns with pairs of a finer and a cheaper layer.

        The single changes are ``finer`` (least bytes for what they win back) or cheaper
        (least loss for what they save).
        """
        up, down = self.finer(mix), self.cheaper(mix)
        singles = ({change.layer: change.precision} for change in (up if finer else down))
        both = zip_longest(singles, self._pairs(up, down))
        for changes in chain.from_iterable(both):
            if changes is not None:
                yield {**mix, **changes}

    def cheaper(self, mix: Mix) -> list[Change]:
        """Changes that save something, the least loss for it first."""
        return sorted((c for c in self._all(mix) if c.saving > 0), key=lambda c: c.rate)

    def finer(self, mix: Mix) -> list[Change]:
        """Changes that win back some loss, the most for what they cost first."""
        changes = (c for c in self._all(mix) if c.saving < 0 and c.loss < 0)
        return sorted(changes, key=lambda c: -c.rate)

    def _pairs(
        self, up: Sequence[Change], down: Sequence[Change]
    ) -> Iterator[dict[str, Precision]]:
        """A finer and a cheaper layer, by chance among the most promising of each."""
        pairs = [
            {fine.layer: fine.precision, cheap.layer: cheap.precision}
            for fine in up[:MOST_OF_EACH]
            for cheap in down[:MOST_OF_EACH]
            if fine.layer != cheap.layer
        ]
        self._random.shuffle(pairs)
        yield from pairs

    def _all(self, mix: Mix) -> Iterator[Change]:
        for layer, known in self._options.items():
            now = known[mix[layer]]
            for option in known.values():
                if option is not now:
                    yield Change(
                        layer=layer,
                        precision=option.precision,
                        saving=option.saving - now.saving,
                        loss=option.loss - now.loss,
                    )
