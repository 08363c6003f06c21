"""Stores as they are used: SQLite with a folder, PostgreSQL with S3, both for real."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from edge_server.intake.intake import Intake
from edge_server.intake.upload import Upload
from edge_server.settings import Settings
from edge_server.store.store import Store, open_store

_NUMBERS = count()
BUCKET = "photos"


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server of these tests' own, without a database's name."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin")) or [
        Path(which).parent for which in filter(None, [shutil.which("initdb")])
    ]
    if not found:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("there is no PostgreSQL")
    folder = Path(tempfile.mkdtemp(prefix="pg", dir=quick_folder()))
    user: dict[str, Any] = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    data = str(folder / "data")
    quiet = {"cwd": folder, "stdout": subprocess.DEVNULL} | user
    initdb, pg_ctl = (str(found[-1] / name) for name in ("initdb", "pg_ctl"))
    given = ["-U", "tests", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
    options = f"-F -k {folder} -c listen_addresses="
    try:
        subprocess.run([initdb, "-D", data, *given], check=True, **quiet)
        log = str(folder / "log")
        start = [pg_ctl, "-D", data, "-l", log, "-w", "-o", options, "start"]
        subprocess.run(start, check=True, **quiet)
        yield f"postgresql://tests@/{{name}}?host={folder}"
    finally:
        stop = [pg_ctl, "-D", data, "-m", "immediate", "stop"]
        subprocess.run(stop, check=False, **quiet)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """A database that is empty."""
    import psycopg

    name = f"t{next(_NUMBERS)}"
    url = postgres.format(name="postgres")
    with closing(psycopg.connect(url, autocommit=True)) as asked:
        asked.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
        yield postgres.format(name=name)
        asked.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[call-overload]


@pytest.fixture(scope="session")
def quick() -> Path | None:
    return quick_folder()


def quick_folder() -> Path | None:
    """A folder in memory, where there is one: a disk makes such tests slow, no better."""
    memory = Path("/dev/shm")  # noqa: S108
    if not os.access(memory, os.W_OK) or shutil.disk_usage(memory).free < 2**29:
        return None
    return memory


@pytest.fixture(scope="session")
def s3() -> Iterator[None]:
    """An S3 server on this machine, with a bucket, named by the customary variables."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        patch.setenv("AWS_ALLOW_HTTP", "true")
        patch.setenv("AWS_REGION", "us-east-1")
        patch.setenv("AWS_ACCESS_KEY_ID", "tests")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "tests")
        import boto3

        boto3.client("s3").create_bucket(Bucket=BUCKET)
        yield
    server.stop()


@pytest.fixture
def s3_url(s3: None) -> str:
    """A place in the bucket that is empty."""
    return f"s3://{BUCKET}/{next(_NUMBERS)}"


@pytest.fixture(params=["sqlite and a folder", "postgresql and s3"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Both pairs of a database and blobs."""
    if request.param == "sqlite and a folder":
        return Settings(data=str(tmp_path))
    return Settings(
        data=str(tmp_path),
        database_url=request.getfixturevalue("postgres_url"),
        blobs_url=request.getfixturevalue("s3_url"),
    )


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    """A store that is empty."""
    with closing(opened(settings)) as made:
        yield made


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[Store]:
    """A store in SQLite and a folder, for what is no different elsewhere."""
    with closing(opened(Settings(data=str(tmp_path), database_seconds=0.2))) as made:
        yield made


def opened(settings: Settings) -> Store:
    made = open_store(settings)
    assert made is not None
    return made


@pytest.fixture(scope="session")
def upload() -> Callable[..., Upload]:
    """Makes small photos, each number another one; the same number is the same bytes."""
    intake = Intake()

    def made(number: int = 0, size_wh: tuple[int, int] = (8, 6), **exif: Any) -> Upload:
        return intake.from_bytes(jpeg(number, size_wh, **exif))

    return made


def jpeg(number: int, size_wh: tuple[int, int], **exif: Any) -> bytes:
    tags = Image.Exif()
    names = {"make": 271, "model": 272, "taken": 306}
    for name, text in exif.items():
        tags[names[name]] = text
    width, height = size_wh
    pixels = np.random.default_rng(number).integers(0, 255, (height, width, 3), np.uint8)
    content = BytesIO()
    Image.fromarray(pixels).save(content, "JPEG", exif=tags)
    return content.getvalue()
