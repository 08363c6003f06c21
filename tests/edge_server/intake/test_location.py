from __future__ import annotations

from typing import Any

import pytest
from PIL import Image

from edge_server.intake.intake import Intake
from edge_server.intake.location import Location, location_of

NORTH = {1: "N", 2: (48.0, 51.0, 29.6), 3: "E", 4: (2.0, 17.0, 40.2)}


def with_gps(tags: dict[int, Any]) -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    exif.get_ifd(0x8825).update(tags)
    return exif


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_the_place_is_read_where_it_is_asked_for(kind: str, made: Any, intake: Intake) -> None:
    upload = intake.from_bytes(made.of(kind, exif=with_gps(NORTH)))
    found = location_of(upload)
    assert found is not None
    assert found.latitude == pytest.approx(48.858222, abs=1e-5)
    assert found.longitude == pytest.approx(2.2945, abs=1e-5)
    assert found.altitude is None


@pytest.mark.parametrize(
    ("tags", "place"),
    [
        (NORTH | {1: "S", 3: "W"}, Location(latitude=-48.858222, longitude=-2.2945)),
        (
            NORTH | {5: b"\0", 6: 35.5},
            Location(latitude=48.858222, longitude=2.2945, altitude=35.5),
        ),
        (
            NORTH | {5: b"\1", 6: 3.0},
            Location(latitude=48.858222, longitude=2.2945, altitude=-3.0),
        ),
    ],
)
def test_south_west_and_below_the_sea_are_negative(
    tags: dict[int, Any], place: Location, made: Any, intake: Intake
) -> None:
    found = location_of(intake.from_bytes(made.of("JPEG", exif=with_gps(tags))))
    assert found is not None
    assert found.latitude == pytest.approx(place.latitude, abs=1e-5)
    assert found.longitude == pytest.approx(place.longitude, abs=1e-5)
    assert found.altitude == place.altitude


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {1: "N", 2: (48.0, 51.0, 29.6)},
        NORTH | {2: (95.0, 0.0, 0.0)},
        NORTH | {4: (181.0, 0.0, 0.0)},
        NORTH | {2: (48.0,)},
    ],
    ids=["none", "half", "too far north", "too far east", "one number"],
)
def test_what_makes_no_sense_is_no_place(
    tags: dict[int, Any], made: Any, intake: Intake
) -> None:
    assert location_of(intake.from_bytes(made.of("JPEG", exif=with_gps(tags)))) is None
