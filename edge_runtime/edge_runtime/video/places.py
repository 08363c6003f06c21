"""What is read: a file, a stream's address, or a camera, and how FFmpeg is told."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from edge_runtime.errors import UnknownName, VideoError

if TYPE_CHECKING:
    from collections.abc import Mapping

_ADDRESS = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]+)://")
_LIVE = {"rtsp", "rtsps", "rtmp", "rtmps", "rtp", "srt", "udp"}
_STORED = {"http", "https"}
# Not "nobuffer": it throws away what was read to learn the format, with the first key frame.
_LOW_DELAY = {"flags": "low_delay", "analyzeduration": "1000000"}
_LINUX = Path("/dev")
OPEN_SECONDS, READ_SECONDS = 15.0, 10.0
"""How long a stream may take to answer, and to send its next picture."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """``address`` and ``format`` as FFmpeg takes them, ``name`` as people do.

    A ``live`` one does not wait for whoever reads it.
    """

    name: str
    address: str
    format: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    live: bool = False
    remote: bool = False


def place_of(text: str) -> Place:
    """Of a path, or an address such as ``rtsp://camera/stream``.

    Raises ``VideoError`` where there is no such file, ``UnknownName`` for a scheme that is
    not known.
    """
    found = _ADDRESS.match(text)
    if found is None:
        return _file(Path(text))
    scheme = found[1].lower()
    if scheme not in _LIVE | _STORED:
        raise UnknownName("kind of stream", scheme, _LIVE | _STORED)
    live = scheme in _LIVE
    options = dict(_LOW_DELAY) if live else {}
    if scheme.startswith("rtsp"):
        options["rtsp_transport"] = "tcp"  # over UDP pictures arrive with holes
    return Place(
        name=without_password(text), address=text, options=options, live=live, remote=True
    )


def camera(index: int, platform: str = sys.platform) -> Place:
    """The camera of that number, as the operating system counts them.

    Raises ``VideoError`` where it is known that there is none.
    """
    name = f"camera {index}"
    if platform == "darwin":
        options = {"framerate": "30", **_LOW_DELAY}
        return Place(
            name=name, address=str(index), format="avfoundation", options=options, live=True
        )
    if platform == "win32":
        address = f"video={_directshow(index)}"
        return Place(name=name, address=address, format="dshow", options=_LOW_DELAY, live=True)
    device = _LINUX / f"video{index}"
    if not device.exists():
        there = sorted(path.name for path in _LINUX.glob("video*"))
        raise VideoError(
            f"there is no camera {index}: plug one in (there are: {there or 'none'})"
        )
    return Place(
        name=name, address=str(device), format="video4linux2", options=_LOW_DELAY, live=True
    )


def without_password(address: str) -> str:
    """An address as it may be shown."""
    return re.sub(r"//[^/@]*@", "//", address)


def _file(path: Path) -> Place:
    if not path.exists():
        raise VideoError(f"there is no video {path}: name one that exists")
    if path.is_dir():
        raise VideoError(f"{path} is a folder: name a video")
    return Place(name=str(path), address=f"file:{path}")


def _directshow(index: int) -> str:
    """DirectShow knows cameras by their names only."""
    from av.device import enumerate_input_devices  # noqa: PLC0415  only Windows needs it

    cameras = [one for one in enumerate_input_devices("dshow") if "video" in one.media_types]
    if index >= len(cameras):
        names = [one.description for one in cameras]
        raise VideoError(
            f"there is no camera {index}: plug one in (there are: {names or 'none'})"
        )
    return str(cameras[index].name)
