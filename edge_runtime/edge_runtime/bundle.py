"""The models on disk: the manifest, and files that are the ones it names."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from edge_runtime.discovery import MANIFEST, find_bundle
from edge_runtime.errors import BundleError, BundleTampered, SchemaTooNew, UnknownName
from edge_runtime.hashes import content_sha256
from edge_runtime.spec import SCHEMA_VERSION, Manifest
from edge_runtime.typed_reading import from_json

if TYPE_CHECKING:
    from pathlib import Path

    from edge_runtime.spec import Format, ModelEntry, ModelFile, ModelSpec, SizeHW


class _Version(msgspec.Struct):
    """Read before the rest, which a later schema may have changed."""

    schema_version: int


@dataclass(frozen=True)
class Bundle:
    """A folder with a manifest, labels and models."""

    folder: Path
    manifest: Manifest

    @classmethod
    def open(cls, path: Path | None = None) -> Bundle:
        """Read the manifest of the folder at ``path``, or of the bundle that is found.

        Raises ``BundleNotFound``, ``SchemaTooNew`` or, for a manifest that does not say
        what it should, ``BundleError``.
        """
        folder = find_bundle(path)
        return cls(folder, read_manifest(folder / MANIFEST))

    @cached_property
    def _entries(self) -> dict[str, ModelEntry]:
        return {entry.spec.id: entry for entry in self.manifest.models}

    def entry(self, model_id: str) -> ModelEntry:
        """The model of that id; ``UnknownName`` lists those there are."""
        if model_id not in self._entries:
            raise UnknownName("model", model_id, self._entries)
        return self._entries[model_id]

    def file(
        self,
        entry: ModelEntry,
        variant: str | None = None,
        size_hw: SizeHW | None = None,
        kind: Format = "tflite",
    ) -> tuple[ModelFile, Path]:
        """The file of a variant (the shipped one), size (the default one) and format.

        Where no file has that size, the default one: a graph may let itself be resized.
        Raises ``BundleError`` for a format and ``UnknownName`` for a variant that was not
        built, ``BundleTampered`` where the bytes are not those of the manifest.
        """
        built = [file.variant for file in entry.files if file.format == kind]
        if not built:
            raise BundleError(
                f"the bundle has no {kind} file of {entry.spec.id}: make one with "
                f"'edge-convert {entry.spec.id} --formats tflite,{kind} --out DIR'"
            )
        variant = variant or entry.spec.ships.get(kind) or built[0]
        if variant not in built:
            raise UnknownName(f"variant of {entry.spec.id}", variant, set(built))
        sizes = {
            file.size_hw: file
            for file in entry.files
            if (file.format, file.variant) == (kind, variant)
        }
        wanted = size_hw if size_hw in sizes else entry.spec.image.size_hw
        file = sizes.get(wanted) or next(iter(sizes.values()))
        return file, self._verified(entry.spec.id, file)

    def labels(self, spec: ModelSpec) -> tuple[str, ...]:
        """The class names in the order of the output; none where the model has none.

        Raises ``BundleTampered`` where they are not those of the manifest.
        """
        if not spec.labels:
            return ()
        path = self.folder / "labels" / spec.labels
        try:
            content = path.read_bytes()
        except OSError:
            raise BundleTampered(f"the labels {path} are missing: restore that file") from None
        if sha256(content).hexdigest() != self.entry(spec.id).labels_sha256:
            raise BundleTampered(
                f"{path} is not the file that the manifest names (SHA-256 differs): restore it"
            )
        return tuple(content.decode().splitlines())

    def _verified(self, model_id: str, file: ModelFile) -> Path:
        path = self.folder / file.path
        try:
            digest = content_sha256(path)
        except OSError:
            reason = "is missing" if file.bundled else "is too large to be kept"
            raise BundleTampered(
                f"{path} {reason}: build it with 'edge-convert {model_id}'"
            ) from None
        if digest != file.sha256:
            raise BundleTampered(
                f"{path} is not the file that the manifest names (SHA-256 differs): "
                f"build it with 'edge-convert {model_id}'"
            )
        return path


def read_manifest(path: Path) -> Manifest:
    """The manifest at that path; what does not fit is named by its place."""
    try:
        raw = path.read_bytes()
        version = from_json(raw, _Version).schema_version
        if version > SCHEMA_VERSION:
            raise SchemaTooNew(
                f"{path} has schema {version}, this PocketLens reads {SCHEMA_VERSION}: "
                "update PocketLens"
            )
        if version < SCHEMA_VERSION:
            raise BundleError(
                f"{path} has schema {version}, this PocketLens reads {SCHEMA_VERSION}: build "
                "it again with 'edge-convert --all'"
            )
        return from_json(raw, Manifest)
    except (msgspec.DecodeError, OSError) as error:
        raise BundleError(
            f"{path} cannot be read: {error}; build it again with 'edge-convert --all'"
        ) from None
