"""Who is in a photo, as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from edge_server.people.results import KnownFace, People

Json: TypeAlias = dict[str, Any]


def people_json(value: People) -> Json:
    """``person`` is the id of somebody who is known, None for nobody; ``distance`` that of
    the nearest, None where nobody is known at all."""
    return {"threshold": value.threshold, "faces": [_face(one) for one in value.faces]}


def _face(one: KnownFace) -> Json:
    points = one.face.points.items()
    distance = one.match.distance
    return {
        "box": [round(side, 3) for side in one.face.box_xyxy],
        "score": round(one.face.score, 6),
        "points": {name: [round(x, 3), round(y, 3)] for name, (x, y) in points},
        "person": one.match.person or None,
        "name": one.match.name or "unknown",
        "distance": None if distance is None else round(distance, 4),
    }
