"""Which file an app ran, by its hash: the bundle's, another of its files, or a stranger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edge_runtime.doctor.reporting import Finding
from edge_runtime.predictor import Runtime

if TYPE_CHECKING:
    from edge_runtime.bundle import Bundle
    from edge_runtime.doctor.dump import DumpHead
    from edge_runtime.spec import ModelEntry, ModelFile

RUNNABLE = {"tflite": "litert", "onnx": "onnx"}
_DO = "ship the files of one bundle, and check each file's SHA-256 against the manifest"


@dataclass(frozen=True, kw_only=True)
class Identity:
    """What is run here in comparison, and what is wrong with what the app ran.

    ``same`` is false where it cannot be the same file: numbers then differ by what the
    variants may differ.
    """

    runtime: Runtime
    same: bool = True
    findings: tuple[Finding, ...] = ()


def identify(bundle: Bundle, head: DumpHead) -> Identity:
    """The file of a dump; raises ``UnknownName`` for a model that the bundle does not have."""
    entry = bundle.entry(head.model)
    file = next((f for f in entry.files if f.sha256 == head.sha256), None)
    if file is None:
        return Identity(
            runtime=Runtime(variant=_near(entry, head)),
            same=not head.sha256,
            findings=(_stranger(bundle, entry, head),) if head.sha256 else (),
        )
    findings = tuple(_contradictions(entry, file, head))
    if file.format not in RUNNABLE:
        return Identity(runtime=Runtime(), same=False, findings=findings)
    runtime = Runtime(variant=file.variant, backend=RUNNABLE[file.format])
    return Identity(runtime=runtime, findings=findings)


def _near(entry: ModelEntry, head: DumpHead) -> str | None:
    built = {file.variant for file in entry.files if file.format == "tflite"}
    return head.variant if head.variant in built else None


def _stranger(bundle: Bundle, entry: ModelEntry, head: DumpHead) -> Finding:
    spec = entry.spec
    for other in bundle.manifest.models:
        if head.sha256 in {file.sha256 for file in other.files}:
            return _finding(
                "other-model",
                f"ran the file of {other.spec.id} where it says {spec.id}",
            )
    known = f"this bundle has {spec.version}, {', '.join({f.variant for f in entry.files})}"
    return _finding(
        "other-file",
        f"ran a file that this bundle does not have ({head.sha256[:12]}..., version "
        f"{head.version or '?'}, {head.variant or '?'}; {known})",
    )


def _contradictions(entry: ModelEntry, file: ModelFile, head: DumpHead) -> list[Finding]:
    found = []
    if head.version and head.version != entry.spec.version:
        found.append(
            _finding(
                "other-version",
                f"says version {head.version}, the bundle says {entry.spec.version}",
            )
        )
    if head.variant and head.variant != file.variant:
        found.append(
            _finding(
                "other-variant",
                f"says that it ran {head.variant}, its file is the {file.variant} one",
            )
        )
    return found


def _finding(name: str, says: str) -> Finding:
    return Finding(step="model file", diagnosis=name, says=says, do=_DO)
