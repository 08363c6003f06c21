from __future__ import annotations

from pathlib import Path

import pytest

from edge_runtime.errors import UnknownName, VideoError
from edge_runtime.video import places
from edge_runtime.video.places import camera, place_of, without_password


def test_a_file_is_read_as_one_whatever_its_name_says(tmp_path: Path) -> None:
    path = tmp_path / "concat:a|b.mp4"
    path.touch()
    place = place_of(str(path))
    assert place.address == f"file:{path}"
    assert not place.live


@pytest.mark.parametrize(
    ("name", "said"), [("missing.mp4", "no video .*missing.mp4"), ("", "is a folder")]
)
def test_what_is_no_file_is_said(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(VideoError, match=said):
        place_of(str(tmp_path / name))


def test_a_stream_is_live_and_its_password_is_not_shown() -> None:
    place = place_of("rtsp://me:secret@camera.example:554/live")
    assert place.live
    assert place.name == "rtsp://camera.example:554/live"
    assert "secret" in place.address
    assert place.options["rtsp_transport"] == "tcp"
    assert without_password("rtsp://camera/a@b") == "rtsp://camera/a@b"


def test_a_film_on_a_web_server_is_not_live() -> None:
    place = place_of("https://films.example/a.mp4")
    assert (place.live, place.remote) == (False, True)


def test_an_unknown_kind_of_stream_lists_the_known_ones() -> None:
    with pytest.raises(UnknownName, match="did you mean 'rtsps'"):
        place_of("rtps://camera/live")


def test_cameras_by_their_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "_LINUX", tmp_path)
    (tmp_path / "video2").touch()
    linux, mac = camera(2, "linux"), camera(0, "darwin")
    assert (linux.address, linux.format) == (str(tmp_path / "video2"), "video4linux2")
    assert (mac.address, mac.format) == ("0", "avfoundation")
    assert linux.live
    assert mac.live
    with pytest.raises(VideoError, match="no camera 0: plug one in .*video2"):
        camera(0, "linux")


def test_windows_knows_cameras_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    device = pytest.importorskip("av.device")
    found = [
        device.DeviceInfo("mic", "A microphone", False, ["audio"]),
        device.DeviceInfo("cam", "A camera", False, ["video"]),
    ]
    monkeypatch.setattr(device, "enumerate_input_devices", lambda _: found)
    assert camera(0, "win32").address == "video=cam"
    with pytest.raises(VideoError, match="no camera 1.*A camera"):
        camera(1, "win32")
