"""A camera that speaks RTSP (RFC 2326) over one connection: H.264 over RTP (RFC 6184)."""

from __future__ import annotations

import base64
import re
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import av

_LARGEST = 60_000
_PAUSE = 0.01


def _units(path: Path) -> tuple[list[bytes], list[list[bytes]]]:
    """The parameter sets of a film, and the units of each of its pictures."""
    with av.open(str(path)) as film:
        stream = film.streams.video[0]
        annexb = av.BitStreamFilterContext("h264_mp4toannexb", stream)
        packets = [one for packet in film.demux(stream) for one in annexb.filter(packet)]
    pictures = [re.split(rb"\x00\x00\x00?\x01", bytes(one))[1:] for one in packets]
    sets = [unit for unit in pictures[0] if unit[0] & 31 in {7, 8}]
    return sets, [[unit for unit in picture if len(unit) < _LARGEST] for picture in pictures]


def _description(sets: list[bytes]) -> bytes:
    coded = ",".join(base64.b64encode(one).decode() for one in sets)
    lines = (
        "v=0",
        "o=- 0 0 IN IP4 127.0.0.1",
        "s=camera",
        "t=0 0",
        "m=video 0 RTP/AVP 96",
        "c=IN IP4 127.0.0.1",
        "a=rtpmap:96 H264/90000",
        f"a=fmtp:96 packetization-mode=1;sprop-parameter-sets={coded}",
        "a=control:track1",
    )
    return "\r\n".join((*lines, "")).encode()


def _answers(connection: socket.socket, asked: BinaryIO, sets: list[bytes]) -> None:
    """What a client asks, until it has said PLAY."""
    while True:
        lines = []
        while (line := asked.readline().strip()) or not lines:
            lines.append(line.decode())
        sequence = next(one for one in lines if one.lower().startswith("cseq"))
        head, body = [sequence], b""
        verb = lines[0].split()[0]
        if verb == "DESCRIBE":
            body = _description(sets)
            head += ["Content-Type: application/sdp", f"Content-Length: {len(body)}"]
        elif verb == "SETUP":
            head += ["Transport: RTP/AVP/TCP;unicast;interleaved=0-1", "Session: 7"]
        elif verb == "OPTIONS":
            head += ["Public: OPTIONS, DESCRIBE, SETUP, PLAY"]
        text = "\r\n".join(("RTSP/1.0 200 OK", *head, "", "")).encode()
        connection.sendall(text + body)
        if verb == "PLAY":
            return


def _play(connection: socket.socket, pictures: list[list[bytes]]) -> None:
    number = 0
    for index, units in enumerate(pictures):
        for unit in units:
            marker = 128 if unit is units[-1] else 0
            header = struct.pack(">BBHII", 128, 96 | marker, number, index * 3000, 9)
            packet = header + unit
            connection.sendall(b"$\x00" + struct.pack(">H", len(packet)) + packet)
            number += 1
        time.sleep(_PAUSE)
    connection.shutdown(socket.SHUT_WR)
    while connection.recv(4096):  # closing at once would take back what is on its way
        pass


@contextmanager
def plugged_in(path: Path) -> Iterator[str]:
    """Serves a film once, and then is unplugged."""
    sets, pictures = _units(path)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(60)

        def serve() -> None:
            connection, _ = server.accept()
            with suppress(ConnectionError), connection, connection.makefile("rb") as asked:
                _answers(connection, asked, sets)
                _play(connection, pictures)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"rtsp://127.0.0.1:{server.getsockname()[1]}/live"
        thread.join()
