"""A process that keeps photos and kills itself; run by ``test_store_killed.py``.

It is given the settings of a store, as JSON, and the number of photos.  It imports what is
needed once, then makes a child for every line ``first kill_after`` that it reads: the child
keeps the photos of the batch from number ``first`` on, says each number once it is kept, and
kills itself after so many calls of functions.  It has no other threads.
"""

from __future__ import annotations

import hashlib
import os
import signal
import sys
from functools import partial
from typing import Any

# What a child would else import, and what is in the calls that are counted.
import alembic.command
import alembic.config
import msgspec
import psycopg
import sqlalchemy.dialects.postgresql.psycopg
import sqlalchemy.dialects.sqlite

from edge_server.intake.upload import Upload
from edge_server.settings import Settings
from edge_server.store import every_table, folder_blobs, migrating, object_blobs
from edge_server.store.records import MadePicture, Outcome, Question
from edge_server.store.store import open_store

QUESTION = Question(analysis="faces", versions={"m": "1"})
LOADED = (alembic, psycopg, sqlalchemy, every_table, folder_blobs, migrating, object_blobs)


def content(number: int) -> bytes:
    return hashlib.sha256(str(number).encode()).digest() * 20


def upload(number: int) -> Upload:
    photo: Any = None
    return Upload(photo=photo, format="jpeg", size_wh=(1, 1), encoded=content(number))


def keep_from(settings: Settings, photos: int, first: int) -> None:
    store = open_store(settings)
    assert store is not None
    for number in range(first, photos):
        photo = store.keep("ann", upload(number)).photo
        # Two photos share a picture.
        shared = str(number // 2).encode()
        picture = MadePicture(name="p", media_type="image/png", content=shared)
        said = Outcome(answer=b"{}", pictures=(picture,))
        store.put_result("ann", photo.sha256, QUESTION, said)
        if number % 5 == 4:  # every fifth is deleted again
            store.delete("ann", photo.id)
        os.write(1, b"%d\n" % number)
    store.close()


class Killer:
    """Counts calls, and ends the process when there were enough."""

    def __init__(self, left: int) -> None:
        self.left = left

    def __call__(self, frame: Any, event: str, argument: Any) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def main(settings: Settings, photos: int) -> None:
    every_table.every_table()
    for line in iter(partial(os.read, 0, 100), b""):
        first, kill_after = map(int, line.split())
        made = os.fork()
        if not made:
            try:
                if kill_after:
                    sys.setprofile(Killer(kill_after))
                keep_from(settings, photos, first)
            finally:
                os._exit(0)
        os.waitpid(made, 0)
        os.write(1, b"ended\n")


if __name__ == "__main__":
    main(msgspec.json.decode(sys.argv[1], type=Settings), int(sys.argv[2]))
