"""``edge-run canary``: what runs each model here, what is right, how fast, what is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from edge_runtime.bundle import Bundle
from edge_runtime.canary import Canary, Question
from edge_runtime.errors import BackendError, BundleTampered
from edge_runtime.opening import AUTO
from edge_runtime.terminal import answer, complain, progress

if TYPE_CHECKING:
    from argparse import Namespace

    from edge_runtime.choices import Choice
    from edge_runtime.spec import ModelEntry
    from edge_runtime.trial import Verdict

MEANING = {
    None: "right",
    "slower": "right",
    "absent": "not run",
    "error": "failed",
    "hang": "failed",
    "crash": "failed",
}


def run_canary(args: Namespace) -> int:
    """Print the table of each model that is named, or of all; returns the exit status."""
    bundle = Bundle.open(args.bundle)
    ids = args.models or [entry.spec.id for entry in bundle.manifest.models]
    entries = [bundle.entry(model_id) for model_id in ids]
    canary = Canary(deadline_s=args.deadline, again=args.again)
    if not args.json:
        answer(heading())
    failed = False
    for entry in entries:
        progress(entry.spec.id)
        try:
            choice = canary.choose(_question(bundle, entry, args))
        except (BackendError, BundleTampered) as error:
            complain(error)
            failed = True
        else:
            answer(msgspec.json.encode(choice).decode() if args.json else lines(choice))
    return 1 if failed else 0


def heading() -> str:
    """The first line of the table that :func:`lines` continues; ``*`` marks the chosen."""
    return f"  {'model':<32}{'backend':<9}{'accelerator':<22}{'':<9}{'ms':>9}  why not"


def lines(choice: Choice) -> str:
    """A line for each verdict of a model."""
    return "\n".join(_line(choice, verdict) for verdict in choice.verdicts)


def _line(choice: Choice, verdict: Verdict) -> str:
    this = (verdict.backend, verdict.accelerator) == (choice.backend, choice.accelerator)
    said = MEANING.get(verdict.fault, "wrong")
    ms = "-" if verdict.ms is None else f"{verdict.ms:.2f}"
    head = f"{'* ' if this else '  '}{choice.model:<32}{verdict.backend:<9}"
    return f"{head}{verdict.accelerator:<22}{said:<9}{ms:>9}  {verdict.reason}".rstrip()


def _question(bundle: Bundle, entry: ModelEntry, args: Namespace) -> Question:
    return Question(
        bundle=bundle,
        entry=entry,
        variant=args.variant,
        threads=args.threads,
        backend=None if args.backend == AUTO else args.backend,
        accelerator=None if args.accelerator == AUTO else args.accelerator,
    )
