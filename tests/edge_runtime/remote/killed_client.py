"""A client that is killed: asks, drains, tells, in children of one process.

``go`` on standard input begins a child, whose id is printed and which prints each job it was
promised; ``reap`` waits for its end.  Arguments: the server's URL, the queue's file.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import numpy as np

from edge_runtime.images import Photo
from edge_runtime.offline_queue import OfflineQueue
from edge_runtime.outcomes import Ok
from edge_runtime.remote import RemoteLens, RemoteSettings

PHOTO = Photo(np.full((8, 8, 3), 90, np.uint8))


def say(text: str) -> None:
    os.write(1, f"{text}\n".encode())


def told(job: str, outcome: Any) -> None:
    faces = len(outcome.value.faces) if isinstance(outcome, Ok) else 0
    say(f"told {job} {faces}")


def live(url: str, path: str) -> None:
    queue = OfflineQueue(path)
    remote = RemoteLens(url, settings=RemoteSettings(seconds=5))
    while True:
        say(f"put {queue.put('faces', PHOTO)}")
        queue.drain(remote, told)


for order in sys.stdin:
    if order == "go\n":
        child = os.fork()
        if not child:
            live(*sys.argv[1:])
        say(f"child {child}")
    else:
        os.waitpid(child, 0)
        say("ended")
