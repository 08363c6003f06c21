from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

import pytest

from edge_runtime.filters.options import add_options


def parser() -> ArgumentParser:
    made = ArgumentParser()
    add_options(made)
    return made


def test_a_photo_and_where_it_goes() -> None:
    args = parser().parse_args(["a.jpg", "-o", "b.png"])
    assert (args.photos, args.out) == ([Path("a.jpg")], Path("b.png"))
    assert (args.preset, args.recipe, args.server) == ("mood", None, None)


def test_one_filter_at_a_time(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["a.jpg", "--preset", "cat", "--recipe", "mine.json"])
    assert "not allowed with" in capsys.readouterr().err
