"""How the server is set up: one record, from ``POCKETLENS_*`` variables and the command line.

Every field has a variable: ``max_body_bytes`` is ``POCKETLENS_MAX_BODY_BYTES``.  Lists are
written with commas.  A variable that is not known, or whose text is not valid, is an error.
"""

from __future__ import annotations

import os
import re
from ipaddress import ip_network
from pathlib import Path
from typing import (
    TYPE_CHECKING,
    Annotated,
    Literal,
    TypeAlias,
    get_args,
    get_origin,
    get_type_hints,
)

import msgspec

from edge_runtime.errors import PocketLensError
from edge_runtime.spec import Record
from edge_runtime.typed_reading import converted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PREFIX = "POCKETLENS_"
# Variables of the other commands, which the server neither reads nor minds.
FOREIGN = {
    "POCKETLENS_BUNDLE",
    "POCKETLENS_CACHE",
    "POCKETLENS_DEMO",
    "POCKETLENS_KEY",
    "POCKETLENS_MEDIAPIPE_PYTHON",
    "POCKETLENS_ONNX2TF_PYTHON",
    "POCKETLENS_VERBOSE",
}

Positive: TypeAlias = Annotated[int, msgspec.Meta(ge=1)]
Seconds: TypeAlias = Annotated[float, msgspec.Meta(gt=0)]


class SettingsError(PocketLensError):
    """A variable or an option that cannot be used."""


class Settings(Record, frozen=True, kw_only=True):
    """Everything that can be set; the defaults are those of a machine of one's own, and
    ``TEXTS`` says what each is.  Sizes are in bytes and pixels, times in seconds."""

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

    age_and_gender: Literal["yes", "no"] = "no"

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


TEXTS = {
    "host": "the address to listen at",
    "port": "the port to listen at; 0 takes a free one",
    "device": "where heavy models run: cpu, cuda, cuda:1, or auto",
    "threads": "light models that run at once; 0 is one a core",
    "request_threads": "requests worked on at once",
    "waiting": "callers of light tasks that may wait for their turn",
    "bundle": "the folder of the light models; else the one that is found",
    "weights": "the folder of the heavy models' weights",
    "data": "the folder of keys, photos and results",
    "preload": "models to load at the start, with commas",
    "max_body_bytes": "the most bytes of a request, and of a photo by URL",
    "body_seconds": "seconds for a whole body to come",
    "header_seconds": "seconds for the headers to come",
    "send_seconds": "seconds in which a client may take too little of an answer",
    "request_seconds": "seconds for a light task, where the caller names none",
    "heavy_seconds": "the same for a heavy one",
    "max_request_seconds": "the most seconds that X-Deadline-Ms can ask for",
    "drain_seconds": "seconds for what runs when the server is told to end",
    "max_pixels": "the most pixels of a photo",
    "max_output_pixels": "the most pixels of a picture that is made",
    "max_side": "the most pixels of a photo's side",
    "max_connections": "the most connections at once",
    "queue": "heavy requests that may wait",
    "memory_bytes": "bytes for models that are loaded",
    "kept_bytes": "bytes for answers to the same Idempotency-Key; 0 keeps none",
    "kept_seconds": "seconds that these are kept",
    "age_and_gender": "yes to guess them by faces; read the README's warning first",
    "store": "yes, or no to keep no photos and results",
    "database_url": "postgresql://...; else a file of SQLite in the data folder",
    "blobs_url": "s3://bucket/prefix or a folder; else one in the data folder",
    "keep_days": "photos that were kept so long ago are deleted; 0 keeps them for ever",
    "database_seconds": "seconds that a lock of the database is waited for",
    "batch_photos": "the most photos in one job",
    "running_jobs": "the most jobs of one owner at a time",
    "job_days": "jobs that ended so long ago are deleted; 0 keeps them for ever",
    "require_keys": "yes, no, or auto: unless only this machine can connect",
    "requests_per_minute": "the most of one key, or address; 0 is no limit",
    "url_input": "photos by URL: yes, no, or auto: for this machine or who has a key",
    "url_ports": "ports that may be fetched from",
    "url_networks": "private networks that may be fetched from, such as 10.1.0.0/16",
    "cors_origins": "origins of pages that may call, such as https://app.example",
    "hosts": "what the Host header may be, without port; on loopback its names",
    "trusted_proxies": "addresses whose X-Forwarded-For and -Proto are believed",
    "grpc_port": "0 for no gRPC, -1 for any free port",
    "log": "text, or json for collectors",
}
"""What each setting is, for ``edge-serve run --help``."""


def settings_from(
    variables: Mapping[str, str], options: Mapping[str, object] | None = None
) -> Settings:
    """The defaults, then the variables, then the options that are not None.

    Raises ``SettingsError`` naming the variable or option that cannot be used.
    """
    given = _of_variables(variables)
    for name, value in (options or {}).items():
        if value is not None:
            given[name] = _value(name, value) if isinstance(value, str) else value
    try:
        settings = converted(given, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(_refusal(str(error), given)) from None
    _check_forms(settings)
    return settings


def _of_variables(variables: Mapping[str, str]) -> dict[str, object]:
    given: dict[str, object] = {}
    for variable, text in sorted(variables.items()):
        if not variable.startswith(PREFIX) or variable in FOREIGN:
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name not in TEXTS:
            raise SettingsError(f"{variable} is not a setting: see 'edge-serve run --help'")
        given[name] = _value(name, text)
    return given


def _check_forms(settings: Settings) -> None:
    for name, (is_one, such_as) in _FORMS.items():
        for text in getattr(settings, name):
            if not is_one(text):
                raise SettingsError(f"{_named(name)} cannot be {text!r}: say {such_as}")


def _refusal(error: str, given: Mapping[str, object]) -> str:
    """What msgspec says of a value, with the setting's own names and what it may be."""
    why, _, place = error.rpartition(" - at `$.")
    name = place.split("[")[0].rstrip("`")
    kind = get_type_hints(Settings)[name]
    if get_origin(kind) is Literal:
        why = f"say {' or '.join(get_args(kind))}"
    value = given[name]
    shown = ",".join(map(str, value)) if isinstance(value, list) else value
    return f"{_named(name)} cannot be {shown!r}: {why}"


def _named(name: str) -> str:
    return f"--{name.replace('_', '-')} ({PREFIX}{name.upper()})"


def _is_network(text: str) -> bool:
    try:
        ip_network(text)
    except ValueError:
        return False
    return True


# What is a list of texts, and would otherwise be found out by the first caller, or never.
_FORMS: dict[str, tuple[Callable[[str], object], str]] = {
    "url_networks": (_is_network, "a network such as 10.1.0.0/16"),
    "cors_origins": (
        re.compile(r"[a-z][a-z0-9+.-]*://[^/\s*A-Z]+").fullmatch,
        "an origin such as https://app.example, in small letters, without a path",
    ),
    "hosts": (
        re.compile(r"[^/\s:*A-Z]+|\[[0-9a-f:.]+\]").fullmatch,
        "a name such as vision.example, in small letters, without scheme and port",
    ),
}


def _value(name: str, text: str) -> object:
    default = getattr(Settings(), name)
    if isinstance(default, tuple):
        return [part.strip() for part in text.split(",") if part.strip()]
    return text
