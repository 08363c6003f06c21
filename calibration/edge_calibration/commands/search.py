"""``edge-calibrate search``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from edge_calibration.cli import show
from edge_calibration.datasets import SAMPLES
from edge_calibration.factory import open_factory
from edge_calibration.progress import Steps
from edge_calibration.recipes import recipe_path, write_recipe
from edge_calibration.search.recipe_search import Question, find_recipe, photos_for_search
from edge_calibration.search.walk import Goal
from edge_runtime.pipeline import Lens

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from edge_calibration.search.recipe_search import Row, SearchReport


def add_options(parser: argparse.ArgumentParser) -> None:
    """What may be said behind ``search``."""
    goal = Goal()
    parser.add_argument("model", metavar="MODEL")
    parser.add_argument(
        "--data",
        default=SAMPLES,
        metavar="DIR|NAME",
        help=f"photos to score on, none of those that reports evaluate on ({SAMPLES})",
    )
    parser.add_argument("--seed", type=int, default=goal.seed, help=f"({goal.seed})")
    parser.add_argument(
        "--budget",
        type=int,
        default=goal.budget,
        metavar="N",
        help=f"files that refinement may try ({goal.budget})",
    )
    parser.add_argument(
        "--within",
        type=float,
        default=goal.within,
        metavar="SHARE",
        help=f"of what the accuracy gates allow ({goal.within})",
    )
    parser.add_argument("--bundle", type=Path, metavar="DIR", help="the folder of the models")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="write the recipe")
    parser.add_argument("--record", action="store_true", help="keep it in calibration/recipes")
    parser.set_defaults(usage_error=parser.error)


def run(options: argparse.Namespace) -> int:
    """Search, and write the recipe where one was asked for."""
    if not 0 <= options.within <= 1:  # nor NaN
        options.usage_error("--within takes a share from 0 to 1")
    if options.budget < 0:
        options.usage_error("--budget takes a number from 0 on")
    goal = Goal(within=options.within, budget=options.budget, seed=options.seed)
    question = Question(photos=photos_for_search(options.data), goal=goal)
    with Steps(1) as steps:
        said = steps.model(options.model)
        lens = Lens(options.bundle)
        found = find_recipe(lens, open_factory(), options.model, question, said)
        steps.done()
    if options.output:
        write_recipe(options.output, found.recipe)
    if options.record:
        write_recipe(recipe_path(options.model), found.recipe)
    show(options, found, list(_lines(found)))
    return 0


def _lines(found: SearchReport) -> Iterator[str]:
    """A table: what ships, the mixes that need no search, the front, the recipe."""
    yield f"{found.model}: {'bytes':>29} {'over fp32':>9} {'time':>5} {'of gates':>8}  metrics"
    for row in (found.ships, *found.known):
        yield _line(row)
    yield "front:"
    for row in found.front:
        yield _line(row)
    yield "recipe:"
    yield _line(found.best)


def _line(row: Row) -> str:
    cost = row.cost
    time = "" if cost.latency_ratio is None else f"{cost.latency_ratio:.2f}"
    metrics = ", ".join(f"{name} {value:.5g}" for name, value in cost.metrics.items())
    mix = ", ".join(f"{count} {name}" for name, count in row.precisions.items())
    numbers = f"{cost.bytes:>11,} {cost.bytes_ratio:>9.3f} {time:>5} {cost.used:>8.2f}"
    return f"  {row.name:32} {numbers}  {metrics}  [{mix}]"
