"""How the server is set up: one record, from ``POCKETLENS_*`` variables and the command line.

Every field has a variable: ``max_body_bytes`` is ``POCKETLENS_MAX_BODY_BYTES``.  Lists are
written with commas.  A variable that is not known, or whose text is not valid, is an error.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import msgspec

from edge_runtime.errors import PocketLensError
from edge_runtime.spec import Record

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "POCKETLENS_"
# Variables of the other commands, which the server neither reads nor minds.
FOREIGN = {"POCKETLENS_BUNDLE", "POCKETLENS_DEMO", "POCKETLENS_MEDIAPIPE_PYTHON"}

Positive: TypeAlias = Annotated[int, msgspec.Meta(ge=1)]
Seconds: TypeAlias = Annotated[float, msgspec.Meta(gt=0)]


class SettingsError(PocketLensError):
    """A variable or an option that cannot be used."""


class Settings(Record, frozen=True, kw_only=True):
    """Everything that can be set; the defaults are those of a machine of one's own.

    ``require_keys``: ``auto`` asks for a key unless the server listens on loopback alone.
    ``url_input``: ``auto`` fetches URLs for callers on loopback, or who have a key.
    ``url_networks``: private networks, such as ``10.1.0.0/16``, that may be fetched from.
    ``cors_origins``: exact origins whose pages may call; none by default.
    ``hosts``: what the Host header may be, without port; on loopback the names of loopback.
    ``trusted_proxies``: addresses whose X-Forwarded-For and -Proto are believed.
    ``grpc_port``: 0 for no gRPC, -1 for any free port.
    ``waiting``: callers of light tasks that may wait for their turn; see api/gate.py.
    ``queue``: heavy requests that may wait.
    ``store``: whether photos and results are kept; ``no`` keeps nothing.
    ``database_url``: ``postgresql://...``; by default a file of SQLite in the data folder.
    ``blobs_url``: ``s3://bucket/prefix`` or a folder; by default one in the data folder.
    ``keep_days``: photos that were kept so long ago are deleted; 0 keeps them for ever.
    ``batch_photos``: photos in one job; ``running_jobs``: jobs of one owner at a time.
    ``job_days``: jobs that ended so long ago are deleted; 0 keeps them for ever.
    ``database_seconds``: how long a lock of the database is waited for.
    ``kept_bytes``, ``kept_seconds``: answers that are kept for attempts with the same
    Idempotency-Key; 0 bytes keep none.
    Sizes are in bytes and pixels, times in seconds.
    """

    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 8000
    device: str = "auto"
    threads: Annotated[int, msgspec.Meta(ge=0)] = 0
    request_threads: Positive = 96
    waiting: Annotated[int, msgspec.Meta(ge=0)] = 32
    bundle: str = ""
    weights: str = ""
    data: str = ""
    preload: tuple[str, ...] = ()

    max_body_bytes: Positive = 20 * 2**20
    body_seconds: Seconds = 15.0
    header_seconds: Seconds = 10.0
    send_seconds: Seconds = 30.0
    request_seconds: Seconds = 30.0
    heavy_seconds: Seconds = 300.0
    max_request_seconds: Seconds = 600.0
    drain_seconds: Seconds = 25.0
    max_pixels: Positive = 50_000_000
    max_output_pixels: Positive = 100_000_000
    max_side: Positive = 16_384
    max_connections: Positive = 1024
    queue: Positive = 8
    memory_bytes: Positive = 8 * 2**30
    kept_bytes: Annotated[int, msgspec.Meta(ge=0)] = 64 * 2**20
    kept_seconds: Seconds = 600.0

    store: Literal["yes", "no"] = "yes"
    database_url: str = ""
    blobs_url: str = ""
    keep_days: Annotated[float, msgspec.Meta(ge=0)] = 0
    database_seconds: Seconds = 5.0
    batch_photos: Positive = 100
    running_jobs: Positive = 20
    job_days: Annotated[float, msgspec.Meta(ge=0)] = 7

    require_keys: Literal["auto", "yes", "no"] = "auto"
    requests_per_minute: Annotated[int, msgspec.Meta(ge=0)] = 600
    url_input: Literal["auto", "yes", "no"] = "auto"
    url_ports: tuple[Annotated[int, msgspec.Meta(ge=1, le=65535)], ...] = (80, 443)
    url_networks: tuple[str, ...] = ()
    cors_origins: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    grpc_port: Annotated[int, msgspec.Meta(ge=-1, le=65535)] = 0
    log: Literal["text", "json"] = "text"

    @property
    def on_loopback(self) -> bool:
        """Whether nobody but this machine can connect."""
        return self.host in {"127.0.0.1", "::1", "localhost"}

    @property
    def keys_required(self) -> bool:
        """Whether a request needs a key."""
        return self.require_keys == "yes" or (
            self.require_keys == "auto" and not self.on_loopback
        )

    @property
    def urls_taken(self) -> bool:
        """Whether an image may be named by its URL."""
        return self.url_input == "yes" or (
            self.url_input == "auto" and (self.on_loopback or self.keys_required)
        )

    @property
    def folder(self) -> Path:
        """Where keys and stored things lie."""
        cache = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
        return Path(self.data) if self.data else cache / "pocketlens"


def settings_from(
    variables: Mapping[str, str], options: Mapping[str, object] | None = None
) -> Settings:
    """The defaults, then the variables, then the options that are not None.

    Raises ``SettingsError`` naming the variable or option that cannot be used.
    """
    fields = {field.name for field in msgspec.structs.fields(Settings)}
    given: dict[str, object] = {}
    for variable, text in sorted(variables.items()):
        if not variable.startswith(PREFIX) or variable in FOREIGN:
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name not in fields:
            raise SettingsError(f"{variable} is not a setting: see 'edge-serve --help'")
        given[name] = _value(name, text)
    for name, value in (options or {}).items():
        if value is not None:
            given[name] = _value(name, value) if isinstance(value, str) else value
    try:
        return msgspec.convert(given, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(f"a setting cannot be used: {error}") from None


def _value(name: str, text: str) -> object:
    default = getattr(Settings(), name)
    if isinstance(default, tuple):
        return [part.strip() for part in text.split(",") if part.strip()]
    return text
