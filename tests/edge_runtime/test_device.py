from __future__ import annotations

import platform
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_runtime import device


@pytest.fixture(autouse=True)
def _asked_anew() -> Iterator[None]:
    device.describe_device.cache_clear()
    yield
    device.describe_device.cache_clear()


def test_processor_system_and_drivers_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cpuinfo").write_text("processor : 0\nmodel name\t: Some Chip 9\n")
    (tmp_path / "nvidia").write_text("NVRM version: 580.1\nGCC\n")
    card = tmp_path / "drm" / "card0" / "device"
    card.mkdir(parents=True)
    (card / "uevent").write_text("DRIVER=amdgpu\nPCI_CLASS=30000\nPCI_ID=1002:73BF\n")
    monkeypatch.setattr(device, "_PROCESSORS", tmp_path / "cpuinfo")
    monkeypatch.setattr(device, "_DRIVERS", (tmp_path / "nvidia", tmp_path / "none"))
    monkeypatch.setattr(device, "_GPUS", tmp_path / "drm")
    said = device.describe_device()
    assert said.startswith(f"{platform.system()}; {platform.release()}; ")
    assert "Some Chip 9; DRIVER=amdgpu PCI_ID=1002:73BF; NVRM version: 580.1" in said


def test_where_nothing_is_known_the_system_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_PROCESSORS", "_GPUS"):
        monkeypatch.setattr(device, name, Path("/nowhere"))
    monkeypatch.setattr(device, "_DRIVERS", ())
    assert device.describe_device().startswith(platform.system())
