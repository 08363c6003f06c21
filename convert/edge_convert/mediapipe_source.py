"""The package that ships MediaPipe's models, and what its licences are."""

from __future__ import annotations

from edge_runtime.spec import Licence, Source, SourceFile

LICENCE = Licence(code="Apache-2.0", weights="Apache-2.0", data="not published")


def mediapipe(path: str, sha256: str, paper: str, note: str = "") -> Source:
    """A file below ``mediapipe/modules`` of the last wheel that has them."""
    file = SourceFile(path=f"mediapipe/modules/{path}", sha256=sha256)
    return Source(
        index="pypi",
        package="mediapipe",
        version="0.10.21",
        files=(file,),
        paper=paper,
        note=note,
    )
