"""Which faces are one person: the same groups, whatever the order in which faces came.

The groups are what :mod:`edge_server.people.linkage` makes of all faces at once: a function
of the set of faces and of the user's rules.  They are not computed so.  Faces are divided into
blocks, each is grouped as if there were no other, and then every two blocks are compared.  If
at no height a group of one could have joined a group of the other, then all together grow as
each does alone: the nearest two of all are the nearest two of some block, at every step.  Two
blocks of which that is not so are made one, and grouped again.

So any blocks lead to the same groups; good ones lead there fast.  What is new begins with a
guess.  What changed begins with the groups that there were: these grew alone as they do, so
that only what was touched is grouped and compared again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edge_server.people.blocks import Blocks
from edge_server.people.comparing import Comparing
from edge_server.people.guessing import guessed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from edge_server.people.faces import FaceSet
    from edge_server.people.rules import Rule


def groups(faces: FaceSet, rules: Sequence[Rule] = ()) -> dict[str, str]:
    """The group of every face; a group is called by the smallest id of its faces."""
    blocks = Blocks(faces, guessed(faces), rules)
    blocks.wait_all()
    return _settled(faces, blocks, rules)


def groups_around(
    faces: FaceSet,
    before: Mapping[str, str],
    starts: Iterable[str],
    rules: Sequence[Rule] = (),
) -> dict[str, str]:
    """The group of every face that may be in another one than ``before``, now that ``starts``
    came, were spoken of, or lost one of their group.

    ``before`` has a name for the group of every face: those that there were, without the
    faces that are gone; for a face that is new, one of its own.
    """
    names = np.array([before[id_] for id_ in faces.ids])
    blocks = Blocks(faces, np.unique(names, return_inverse=True)[1], rules)
    blocks.wait(starts)
    return _settled(faces, blocks, rules)


def _settled(faces: FaceSet, blocks: Blocks, rules: Sequence[Rule]) -> dict[str, str]:
    """The groups of the blocks that wait and of those that they have to be joined with."""
    comparing = Comparing(faces, blocks, rules)
    while some := blocks.waiting():
        count = blocks.count()
        for block, others in comparing.joinable(some):
            if others:
                blocks.join([block, *others])
            else:
                blocks.compared(block, count)
    found: dict[str, str] = {}
    for block in blocks.done():
        ids = [faces.ids[place] for place in block.places.tolist()]
        person = comparing.tree(block).person.tolist()
        found |= {id_: ids[first] for id_, first in zip(ids, person, strict=True)}
    return found
