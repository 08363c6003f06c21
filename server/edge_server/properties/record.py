"""Properties as JSON: ``null`` where something is not known."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from edge_server.intake.upload import Exif
    from edge_server.properties.facts import NamedColour, Properties, Scene

Json: TypeAlias = dict[str, Any]


def properties_record(value: Properties) -> Json:
    """What stands under ``result``: shares and probabilities to 4 digits, degrees to 6.

    ``location`` is there where it was asked for and the file has one.
    """
    file = value.file
    record = {
        "size": list(file.size_wh),
        "format": file.format,
        "bytes": file.bytes,
        "transparent": file.transparent,
        "camera": _camera(value.exif),
        "taken": value.exif.taken or None,
        "located": value.exif.located,
        "colours": [_colour(one) for one in value.colours],
        **_rounded(asdict(value.tone)),
        "sharpness": _four(value.sharpness),
        "noise": None if value.noise is None else round(value.noise, 2),
        "kind": {"is": value.likeness.kind, "confidence": _four(value.likeness.confidence)},
        "scene": _scene(value.scene),
    }
    if value.location is not None:
        place = value.location
        record["location"] = {
            "latitude": round(place.latitude, 6),
            "longitude": round(place.longitude, 6),
            "altitude": None if place.altitude is None else round(place.altitude, 1),
        }
    return record


def _camera(exif: Exif) -> Json:
    return {
        "make": exif.make or None,
        "model": exif.model or None,
        "focal_mm": exif.focal_mm,
        "focal_35mm": exif.focal_35mm,
        "orientation": exif.orientation,
    }


def _colour(one: NamedColour) -> Json:
    red, green, blue = one.rgb
    return {
        "name": one.name,
        "hex": f"#{red:02x}{green:02x}{blue:02x}",
        "share": _four(one.share),
        "distance": round(one.distance, 2),
    }


def _scene(scene: Scene | None) -> Json | None:
    if scene is None:
        return None
    words = [{"word": word, "score": _four(score)} for word, score in scene.words]
    return {"place": scene.place, "confidence": _four(scene.confidence), "words": words}


def _rounded(values: Json) -> Json:
    return {name: _four(value) for name, value in values.items()}


def _four(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
