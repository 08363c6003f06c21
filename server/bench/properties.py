"""How often ``/v1/properties`` is right about photos that people have tagged.

``python server/bench/properties.py``: photos called screenshots, and indoor or outdoor against
the tags of ``calibration/data`` (``indoor``; ``street`` and ``landscape`` are outdoor), with
the names of those that are wrong.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from edge_runtime import Lens
from edge_runtime.images import open_photo
from edge_server.intake.upload import Exif
from edge_server.properties.likeness import likeness_of
from edge_server.properties.scenes import scene_of
from edge_server.tasks.classifying import distribution_by

DATA = Path(__file__).parents[2] / "calibration" / "data"


def tagged() -> dict[Path, str]:
    """Each photo and where it was taken, empty where its tags do not say."""
    found = {}
    for folder in ("samples", "evaluation", "calibration"):
        for line in (DATA / folder / "SOURCE.md").read_text().splitlines():
            cells = [cell.strip() for cell in line.split("|")]
            if len(cells) > 5 and (DATA / folder / cells[1]).is_file():
                found[DATA / folder / cells[1]] = place_of(set(cells[4].split()))
    return found


def place_of(tags: set[str]) -> str:
    """The place that tags say."""
    if "indoor" in tags:
        return "indoor"
    return "outdoor" if tags & {"street", "landscape"} else ""


def main() -> None:
    """Look at every photo, then print the counts."""
    lens = Lens()
    kinds: Counter[str] = Counter()
    places: Counter[str] = Counter()
    for path, place in tagged().items():
        photo = open_photo(path)
        seen = distribution_by(lens, photo).value
        scene = scene_of(seen.probabilities, seen.labels)
        kind = likeness_of(photo.rgb, Exif(), "jpeg").kind
        kinds[kind] += 1
        answer = scene.place if scene.place in {place, "unknown"} else "wrong"
        places[answer if place else "untagged"] += 1
        if kind == "screenshot" or (place and answer == "wrong"):
            print(f"{path.name}: {kind}, {scene.place}, tagged {place or 'neither'}")
    print(f"{sum(kinds.values())} photos: {dict(kinds)}")
    print(f"indoor or outdoor: {dict(places)}")


if __name__ == "__main__":
    main()
