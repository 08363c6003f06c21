"""The server as a user has it: started by its command, called by clients of others."""

from __future__ import annotations

import http.client
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from edge_server import running
from edge_server.running import device_of
from edge_server.settings import Settings, SettingsError

SAMPLES = Path(__file__).parents[2] / "calibration" / "data" / "samples"
OBAMA = SAMPLES / "obama.jpg"


def test_curl_gets_an_answer_and_a_picture(serve: Callable[..., Any], tmp_path: Path) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("there is no curl")
    address = serve().address
    record = json.loads(
        subprocess.check_output([curl, "-sF", f"image=@{OBAMA}", f"{address}/v1/faces"])
    )
    assert len(record["result"]["faces"]) == 1
    picture = tmp_path / "cut.png"
    subprocess.run(
        [curl, "-sF", f"image=@{OBAMA}", f"{address}/v1/background", "-o", picture], check=True
    )
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_told_to_end_it_finishes_what_runs(serve: Callable[..., Any]) -> None:
    server = serve()
    content, sent = OBAMA.read_bytes(), {"Content-Type": "image/jpeg"}
    host = server.address.removeprefix("http://")
    asking = [http.client.HTTPConnection(host, timeout=60) for _ in range(3)]
    for one in asking:
        one.request("POST", "/v1/background?background=blur", content, sent)
    _until(lambda: _ran(server.address, "portrait-segmentation"))
    assert server.end() == 0
    answers = [one.getresponse().status for one in asking]
    for one in asking:
        one.close()
    assert set(answers) <= {200, 503}
    assert 200 in answers
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{server.address}/healthz")


def test_what_takes_longer_than_the_drain_is_told_so(serve: Callable[..., Any]) -> None:
    server = serve("--drain-seconds", "0.5")
    url = f"{server.address}/v1/super-resolution?model=super-resolution-compact"
    answers: list[httpx.Response] = []

    def ask() -> None:
        headers = {"X-Deadline-Ms": "300000", "Content-Type": "image/jpeg"}
        content = OBAMA.read_bytes()
        answers.append(httpx.post(url, content=content, headers=headers, timeout=120))

    asking = threading.Thread(target=ask)
    asking.start()
    _until(lambda: _enlarges(server.address))
    began = time.monotonic()
    assert server.end() == 1
    asking.join(20)
    assert time.monotonic() - began < 15  # the photo would have taken a minute
    assert (answers[0].status_code, answers[0].json()["code"]) == (503, "draining")


def _until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)


def _ran(address: str, model: str) -> bool:
    told = httpx.get(f"{address}/metrics").text
    return re.search(rf'runs_total\{{model="{model}"\}} [1-9]', told) is not None


def _enlarges(address: str) -> bool:
    told = httpx.get(f"{address}/metrics").text
    return re.search(r'busy_slots\{lane="light-long"\} 1', told) is not None


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_server_ends_at_once(sign: signal.Signals, serve: Callable[..., Any]) -> None:
    server = serve()
    began = time.monotonic()
    assert server.end(sign) == 0
    assert time.monotonic() - began < 5


def test_logs_are_json_and_name_the_request(serve: Callable[..., Any]) -> None:
    server = serve("--log", "json")
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    httpx.get(
        f"{server.address}/v1/models",
        headers={"traceparent": trace, "X-Request-Id": "mine-0001"},
    )
    server.end()
    lines = [json.loads(line) for line in server.errors]
    seen = next(line for line in lines if line.get("request_id") == "mine-0001")
    assert seen["trace_id"] == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert seen["status"] == 200


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--port", "{taken}"], "say another --port"),
        (["--port", "many"], "port"),
        (["--bundle", "nowhere"], "manifest.json"),
        (["--device", "cuda:9"], "no device cuda:9"),
        (["--preload", "nothing"], "no model of that id"),
    ],
)
def test_what_cannot_start_says_why_in_one_line(
    options: list[str], said: str, serve: Callable[..., Any]
) -> None:
    taken = str(serve().port)
    given = [option.replace("{taken}", taken) for option in options]
    done = subprocess.run(
        [sys.executable, "-m", "edge_server", *given],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_device_that_is_there() -> None:
    assert device_of("cpu") == "cpu"
    if not Path("/dev/nvidia0").exists():
        assert device_of("auto") == "cpu"
        with pytest.raises(SettingsError, match="no device cuda"):
            device_of("cuda")


def test_threads_sleep_where_they_wait_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[str | None] = []

    async def served(_settings: Settings) -> int:
        seen.append(os.environ.get("OMP_WAIT_POLICY"))
        return 0

    monkeypatch.setattr(running, "_serve", served)
    monkeypatch.setattr(running, "start_logging", lambda _log: None)
    options = Namespace(**{field.name: None for field in msgspec.structs.fields(Settings)})
    for given in (None, "ACTIVE"):
        monkeypatch.setenv("OMP_WAIT_POLICY", given or "")
        if not given:
            monkeypatch.delenv("OMP_WAIT_POLICY")
        assert running.serve(options) == 0
    assert seen == ["PASSIVE", "ACTIVE"]


_PHOTO_AFTER_PHOTO = """
import resource, sys, threading
from edge_server.running import thrifty_malloc
if sys.argv[1] == "thrifty":
    thrifty_malloc()
def photos():
    for _ in range(50):
        [bytearray(7 * 2**20) for _ in range(4)]
thread = threading.Thread(target=photos)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
thread.start()
thread.join()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another malloc")
def test_what_one_photo_took_is_there_for_the_next() -> None:
    faults = {
        how: int(subprocess.check_output([sys.executable, "-c", _PHOTO_AFTER_PHOTO, how]))
        for how in ("thrifty", "as it comes")
    }
    assert faults["thrifty"] < faults["as it comes"] / 5
