"""Which blocks could have had a group together."""

from __future__ import annotations

import numpy as np
import pytest

from edge_server.people.blocks import Blocks
from edge_server.people.comparing import Comparing
from edge_server.people.faces import FaceSet

# Faces on a line, by the blocks that they are put into: which are joinable with the first.
TABLE = {
    "far": ([[0.0, 0.1], [5.0, 5.1]], "", []),
    "near": ([[0.0, 0.1], [0.5]], "", [1]),
    "near, and never two of one photo": ([[0.0], [0.1]], "pp", []),
    "one of the first is of the photo of the second": ([[0.0, 0.1], [0.5]], "pqq", []),
    # c is near b, but b was a's before, and both together are too far away
    "taken before": ([[0.0, 0.3], [0.8]], "", []),
    # two that are near while they are young, though their groups end up far apart
    "torn apart": ([[0.0, 0.5], [0.6, 1.1]], "", [1]),
    "at the limit": ([[0.0], [0.6]], "", [1]),
    "beyond": ([[0.0], [0.601]], "", []),
    "several": ([[0.0], [0.5], [-0.5], [3.0]], "", [1, 2]),
}


@pytest.mark.parametrize("name", TABLE)
@pytest.mark.parametrize("backwards", [False, True])
def test_joinable(name: str, backwards: bool) -> None:
    places, photos, wanted = TABLE[name]
    labels = [label for label, block in enumerate(places) for _ in block]
    flat = [place for block in places for place in block]
    of = photos or "abcdefgh"
    faces = FaceSet.of((str(i), of[i], np.array([place])) for i, place in enumerate(flat))
    blocks = Blocks(faces, np.array(labels), [])
    blocks.wait_all()
    numbered = sorted(blocks.waiting(), key=lambda block: block.number)
    comparing = Comparing(faces, blocks, [])
    if backwards:
        found = [
            one.number
            for one, others in comparing.joinable(numbered[1:])
            if numbered[0] in others
        ]
    else:
        ((_, others),) = comparing.joinable(numbered[:1])
        found = [one.number for one in others]
    assert found == wanted
