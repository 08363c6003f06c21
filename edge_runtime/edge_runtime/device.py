"""What a machine runs graphs on: for what a choice of accelerator holds."""

from __future__ import annotations

import platform
import re
from functools import cache
from pathlib import Path

_PROCESSORS = Path("/proc/cpuinfo")
_DRIVERS = (Path("/proc/driver/nvidia/version"), Path("/etc/nv_tegra_release"))
_GPUS = Path("/sys/class/drm")


@cache
def describe_device() -> str:
    """Processor, system and drivers: another one has to prove itself again.

    What an update changes is in it: the kernel's release holds the open drivers, the files
    of NVIDIA's drivers (Jetson's too) their own version.
    """
    parts = [platform.system(), platform.release(), platform.machine(), _processor()]
    return "; ".join(part for part in (*parts, *_gpus(), *map(_first_line, _DRIVERS)) if part)


def _processor() -> str:
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", _PROCESSORS.read_text(), re.MULTILINE)
    except OSError:
        found = None
    return found[1].strip() if found else platform.processor()


def _gpus() -> list[str]:
    """The kernel's name and the PCI id of each graphics card."""
    found = []
    for path in sorted(_GPUS.glob("card*/device/uevent")):
        lines = _text(path).splitlines()
        kept = (line for line in lines if line.startswith(("DRIVER=", "PCI_ID=")))
        found.append(" ".join(kept))
    return found


def _first_line(path: Path) -> str:
    return (_text(path).splitlines() or [""])[0].strip()


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
