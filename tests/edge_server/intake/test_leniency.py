from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import ImageFile

from edge_server.intake.leniency import leniently


def test_it_holds_in_its_block_and_in_its_thread_alone() -> None:
    with ThreadPoolExecutor(1) as other:
        assert not ImageFile.LOAD_TRUNCATED_IMAGES
        with leniently():
            assert ImageFile.LOAD_TRUNCATED_IMAGES
            assert other.submit(bool, ImageFile.LOAD_TRUNCATED_IMAGES).result() is False
            with leniently():
                assert ImageFile.LOAD_TRUNCATED_IMAGES
            assert ImageFile.LOAD_TRUNCATED_IMAGES
        assert not ImageFile.LOAD_TRUNCATED_IMAGES


def test_it_ends_with_an_error_too() -> None:
    with pytest.raises(KeyError), leniently():
        raise KeyError
    assert not ImageFile.LOAD_TRUNCATED_IMAGES
