"""A look as bytes, and again: about 26 thousand of them for a photo full of details."""

from __future__ import annotations

import msgspec
import numpy as np

from edge_runtime.spec import Record
from edge_runtime.typed_reading import from_msgpack
from edge_server.search.description import Look
from edge_server.search.keypoints import Keypoints


class _Packed(Record, frozen=True, kw_only=True, array_like=True):
    size_wh: tuple[int, int]
    keypoints: bytes
    small_hw: tuple[int, int]
    small: bytes


def pack(look: Look) -> bytes:
    """The look as MessagePack."""
    height, width = look.small.shape
    packed = _Packed(
        size_wh=look.size_wh,
        keypoints=look.keypoints.packed(),
        small_hw=(height, width),
        small=look.small.tobytes(),
    )
    return msgspec.msgpack.encode(packed)


def unpack(content: bytes) -> Look:
    """That look again; ``ValueError`` for bytes that are none."""
    try:
        packed = from_msgpack(content, _Packed)
    except msgspec.DecodeError:
        raise ValueError("not a look") from None
    return Look(
        size_wh=packed.size_wh,
        keypoints=Keypoints.unpacked(packed.keypoints),
        small=np.frombuffer(packed.small, np.uint8).reshape(packed.small_hw),
    )


def pack_vector(vector: np.typing.NDArray[np.float32]) -> bytes:
    """A vector's numbers with 16 bits each."""
    return vector.astype("<f2").tobytes()


def unpack_vectors(rows: list[bytes]) -> np.typing.NDArray[np.float32]:
    """Vectors float32 [n, 256]; ``ValueError`` where one has another length."""
    return np.frombuffer(b"".join(rows), "<f2").reshape(len(rows), -1).astype(np.float32)
