"""Which way a page is turned, from the shapes of its lines and which way up they look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge_server.reading.crops import size_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from edge_server.reading.text_boxes import Quad

_TALL = 1.5  # times as high as wide: a line that runs down or up
_LONG = 2.5  # times as long as thick: a line that cannot be one or two letters
_SURE = 0.9
_MOST_VOTES = 10.0
_UPRIGHT_VOTES = 4.0  # most photos are upright: a word or two do not turn one


def is_tall(quad: Quad) -> bool:
    """Whether what is in a box runs down or up, as far as its shape says it."""
    height, width = size_of(quad)
    return height >= _TALL * width


def page_turn(lines: Iterable[tuple[Quad, float]]) -> int:
    """How many quarters clockwise a page is turned, 0..3: what most of its lines say.

    Each line is its box, and the probability that it is upside down when it is read as
    :func:`is_tall` says, along the longer side.  Long lines weigh more.
    """
    votes = [_UPRIGHT_VOTES, 0.0, 0.0, 0.0]
    for quad, upside_down in lines:
        height, width = size_of(quad)
        weight = min(max(height, width) / max(min(height, width), 1.0) - 1, _MOST_VOTES)
        quarter = int(is_tall(quad))
        votes[quarter] += weight * (1 - upside_down)
        votes[quarter + 2] += weight * upside_down
    return votes.index(max(votes))


def readings_to_try(quad: Quad, upside_down: float) -> tuple[int, ...]:
    """The quarters that a line of an upright page may be turned by; the likeliest first.

    A line is as its page, unless its own shape or looks say something else; one or two
    letters may be higher than wide.
    """
    quarter = int(is_tall(quad))
    ways = (quarter + 2, quarter) if upside_down > _SURE else (quarter,)
    if not quarter:
        return ways
    height, width = size_of(quad)
    if 1 - _SURE <= upside_down <= _SURE:
        ways = (quarter, quarter + 2)
    return ways if height >= _LONG * width else (0, *ways)
