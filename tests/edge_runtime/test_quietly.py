from __future__ import annotations

import warnings
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from threading import Barrier

import numpy as np
import pytest
from PIL import Image

from edge_runtime.images import open_photo
from edge_runtime.quietly import quietly


def test_nothing_is_said_within_and_everything_after() -> None:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        with quietly():
            warnings.warn("within", stacklevel=1)
            with quietly():
                warnings.warn("further within", stacklevel=1)
            warnings.warn("still within", stacklevel=1)
        warnings.warn("after", stacklevel=1)
    assert [str(one.message) for one in said] == ["after"]


def test_an_error_within_ends_it_too() -> None:
    before = list(warnings.filters)
    with pytest.raises(ValueError, match="broken"), quietly():
        raise ValueError("broken")
    assert warnings.filters == before


@pytest.mark.usefixtures("many_switches")
def test_threads_that_open_photos_leave_the_programs_warnings_as_they_were() -> None:
    content = BytesIO()
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(content, "PNG")
    before, changed = list(warnings.filters), 0
    with warnings.catch_warnings(), ThreadPoolExecutor(6) as threads:
        for _ in range(60):
            start = Barrier(6)

            def look(_: int, start: Barrier = start) -> None:
                start.wait(10)
                open_photo(content.getvalue())

            list(threads.map(look, range(6)))
            changed += warnings.filters != before
            warnings.filters[:] = before  # type: ignore[index]
    assert not changed
