"""The Dart types are those of the Python records."""

from __future__ import annotations

import re

from edge_convert.dart_types import TARGET, dart_source
from edge_runtime.contract import AnyStep


def test_the_file_in_the_package_is_the_one_that_is_made() -> None:
    assert TARGET.read_text() == dart_source(), "run 'python -m edge_convert.dart_types'"


def test_every_step_is_a_class_with_what_it_takes_and_gives() -> None:
    source = dart_source()
    for step in AnyStep.__args__:
        flow = f"takes: '{step.takes}', gives: '{step.gives}'"
        tag = step.__struct_config__.tag
        assert f"final class {step.__name__} extends Step" in source
        assert f": super('{tag}', {flow})" in source
        assert f"'{tag}' => {step.__name__}.fromJson(json, place)" in source


def test_fields_keep_their_names_defaults_and_types() -> None:
    source = dart_source()
    crop = source[source.index("final class CropSquare") :]
    crop = crop[: crop.index("\n}\n")]
    assert "required this.scale, this.level, this.halveFrom = 4" in crop
    assert "halveFrom: fields.maybe('halve_from', asInt) ?? 4," in crop
    assert "final (String, String)? level;" in crop
    assert "'halve_from': halveFrom," in crop


def test_docstrings_become_comments() -> None:
    assert not re.search(r"^///.*``", dart_source(), re.MULTILINE)
    assert "/// Bring the photo, W x H, to the size of the input" in dart_source()
