"""A photo to its text: where lines are, which way up, what they say, in which order."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Protocol, TypeAlias

import numpy as np

from edge_runtime.results import Text, TextLine
from edge_server.reading.characters import Reading, decode
from edge_server.reading.crops import (
    angle_of,
    crop,
    line_input,
    network_input,
    places_of,
    scaled,
    size_of,
    turned,
)
from edge_server.reading.page_turn import is_tall, page_turn, readings_to_try
from edge_server.reading.reading_order import reading_order
from edge_server.reading.text_boxes import boxes_of, detector_size

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from edge_server.reading.text_boxes import Quad

    Pixels: TypeAlias = NDArray[np.uint8]

_HEIGHT = 48  # of a line, for both networks
_DIRECTION_WIDTH = 192
_STEP = 64  # widths of lines are rounded up to these, so that some are alike
_NARROWEST, _WIDEST = 320, 3200
_MOST_COLUMNS = 3200  # of lines that are read together
_BATCH = 8
_HARDLY = 0.8  # the confidence of lines that are read the other way round as well


class Network(Protocol):
    """A network of one input and one output."""

    def run(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """The output for an input."""
        ...


@dataclass(frozen=True, kw_only=True)
class Networks:
    """The three networks, and the characters that the last tells apart."""

    detector: Network
    direction: Network
    recogniser: Network
    characters: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is wanted: lines of at least this ``confidence``; ``quarters`` that the page is
    turned clockwise, None to find out; ``longest`` side that the detector is given.
    """

    confidence: float = 0.5
    quarters: int | None = None
    longest: int = 2048


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Reads photos; ``after`` is told the share that is done, and what it raises ends it."""

    networks: Networks

    def read(self, rgb: Pixels, wish: Wish, after: Callable[[float], None]) -> Text:
        """The text of a photo uint8 [H, W, 3], in the order of reading."""
        quads = self._boxes(rgb, wish.longest)
        after(0.2)
        looks = self._upside_down(rgb, quads)
        found = page_turn(zip(quads, looks, strict=True))
        quarters = found if wish.quarters is None else wish.quarters
        upright = np.ascontiguousarray(np.rot90(rgb, quarters))
        if quarters:
            quads = self._boxes(upright, wish.longest)
            looks = self._upside_down(upright, quads)
        after(0.4)
        lines = self._lines(upright, list(zip(quads, looks, strict=True)), after)
        kept = [line for line in lines if line[1].confidence >= wish.confidence]
        order = reading_order([quad for quad, _ in kept])
        size_hw = (rgb.shape[0], rgb.shape[1])
        return Text(
            lines=tuple(_line(*kept[index], quarters, size_hw) for index in order),
            turn=90 * quarters,
        )

    def _boxes(self, rgb: Pixels, longest: int) -> list[Quad]:
        size_hw = (rgb.shape[0], rgb.shape[1])
        seen = network_input(scaled(rgb, detector_size(size_hw, longest)))
        probability = self.networks.detector.run(seen[None])[0, 0]
        return [box.quad for box in boxes_of(probability, size_hw)]

    def _upside_down(self, rgb: Pixels, quads: Sequence[Quad]) -> list[float]:
        """The probability that what is in each box is upside down, read along its longer
        side: the mean over some places of the line, as it was trained on words."""
        looks: list[float] = []
        for start in range(0, len(quads), _BATCH):
            lines = [
                crop(rgb, turned(quad, int(is_tall(quad))))
                for quad in quads[start : start + _BATCH]
            ]
            places = [places_of(line, _DIRECTION_WIDTH / _HEIGHT) for line in lines]
            batch = [
                line_input(place, _HEIGHT, _DIRECTION_WIDTH)
                for some in places
                for place in some
            ]
            found = self.networks.direction.run(np.stack(batch))[:, 1]
            ends = np.cumsum([len(some) for some in places])[:-1]
            looks += [float(some.mean()) for some in np.split(found, ends)]
        return looks

    def _lines(
        self,
        rgb: Pixels,
        looked_at: Sequence[tuple[Quad, float]],
        after: Callable[[float], None],
    ) -> list[tuple[Quad, Reading]]:
        """What each box says, turned the way that is read best; empty ones are left out."""
        ways = [
            (index, turned(quad, quarters))
            for index, (quad, look) in enumerate(looked_at)
            for quarters in readings_to_try(quad, look)
        ]
        best: dict[int, tuple[Quad, Reading]] = {}
        self._read_ways(rgb, ways, best, after)
        # What is hardly read may be upside down all the same.
        again = [
            (index, turned(quad, 2))
            for index, (quad, reading) in best.items()
            if reading.confidence < _HARDLY
        ]
        self._read_ways(rgb, again, best, lambda _share: after(1.0))
        return [line for line in best.values() if line[1].text.strip()]

    def _read_ways(
        self,
        rgb: Pixels,
        ways: Sequence[tuple[int, Quad]],
        best: dict[int, tuple[Quad, Reading]],
        after: Callable[[float], None],
    ) -> None:
        """Put the best reading of each box, by its index, into ``best``."""
        read = self._readings(rgb, [quad for _, quad in ways], after)
        for (index, quad), reading in zip(ways, read, strict=True):
            if index not in best or reading.confidence > best[index][1].confidence:
                best[index] = quad, reading

    def _readings(
        self, rgb: Pixels, quads: Sequence[Quad], after: Callable[[float], None]
    ) -> list[Reading]:
        """What is in each box, as it is turned; boxes of like width go together."""
        done: dict[int, Reading] = {}
        for width, batch in _batches([_width(quad) for quad in quads]):
            values = np.stack([_input(rgb, quads[index], width) for index in batch])
            for index, probability in zip(
                batch, self.networks.recogniser.run(values), strict=True
            ):
                done[index] = decode(probability, self.networks.characters)
            after(0.4 + 0.6 * len(done) / len(quads))
        return [done[index] for index in range(len(quads))]


def _input(rgb: Pixels, quad: Quad, width: int) -> NDArray[np.float32]:
    return line_input(crop(rgb, quad), _HEIGHT, width)


def _width(quad: Quad) -> int:
    """How wide a line is for the recogniser: its own width at that height, rounded up."""
    height, width = size_of(quad)
    wide = _HEIGHT * width / max(height, 1.0)
    steps = int(np.ceil(min(max(wide, _NARROWEST), _WIDEST) / _STEP))
    return steps * _STEP


def _batches(widths: Sequence[int]) -> Iterable[tuple[int, list[int]]]:
    """Indices of lines of one width, as many as are read together."""
    order = sorted(range(len(widths)), key=lambda index: widths[index])
    for width, group in groupby(order, key=lambda index: widths[index]):
        alike, most = list(group), max(1, _MOST_COLUMNS // width)
        for start in range(0, len(alike), most):
            yield width, alike[start : start + most]


def _line(quad: Quad, reading: Reading, quarters: int, size_hw: tuple[int, int]) -> TextLine:
    """A line of the upright page where it is in the photo."""
    there = _turned_back(quad, quarters, size_hw)
    return TextLine(
        text=reading.text.strip(),
        confidence=reading.confidence,
        polygon=tuple((float(x), float(y)) for x, y in there),
        angle=angle_of(there),
    )


def _turned_back(quad: Quad, quarters: int, size_hw: tuple[int, int]) -> Quad:
    """Points of the page after it was turned ``quarters`` against the clock, in the photo."""
    height, width = size_hw
    x, y = quad[:, 0], quad[:, 1]
    places = ((x, y), (width - y, x), (width - x, height - y), (y, height - x))
    return np.stack(places[quarters], axis=1)
