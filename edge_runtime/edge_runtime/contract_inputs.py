"""The steps of the contract up to the run: bytes of a photo to outputs of a graph."""

from __future__ import annotations

from typing import ClassVar, Literal

from edge_runtime.record import Step

HALVE_FROM = 4
"""Pictures are halved while they are this many times as large as they have to be."""


class DecodePhoto(Step, frozen=True, kw_only=True, tag="decode-photo"):
    """Bytes of a picture file to the photo as a person sees it: RGB, 8 bits, upright.

    ``orientation``: the EXIF tag 0x0112 is carried out on the stored pixels: 2 mirrors left
    and right, 3 turns by 180 degrees, 4 mirrors top and bottom, 5 swaps x and y, 6 turns 90
    degrees clockwise, 7 swaps x and y and turns by 180 degrees, 8 turns 90 degrees
    anticlockwise; 1, no tag or any other value changes nothing.

    ``colour``: an ICC profile is turned into sRGB (perceptual intent); without one, and for
    one that cannot be read, the values are taken as sRGB.  Grey is repeated in all three
    channels, palettes and CMYK become RGB, of 16 bits the upper 8 stay.

    ``alpha``: transparency is dropped, not blended; of an animation the first frame counts.
    """

    takes: ClassVar = "bytes"
    gives: ClassVar = "photo"
    orientation: Literal["exif"] = "exif"
    colour: Literal["srgb"] = "srgb"
    alpha: Literal["dropped"] = "dropped"


class FindFaces(Step, frozen=True, kw_only=True, tag="find-faces"):
    """Run the program of another model on the photo and go on once for each face of it.

    ``model``: the id of that model.  The steps that follow run for one face after the
    other, in its order; what they give is added to that face.
    """

    takes: ClassVar = "photo"
    gives: ClassVar = "face"
    model: str


class Resize(Step, frozen=True, kw_only=True, tag="resize"):
    """Bring the photo, W x H, to the size of the input, w x h: uint8 pixels [h, w, 3].

    **Rectangles** (x, y, width, height).  ``centred(F, S)``, the largest rectangle of the
    proportions S in the middle of F: ``scale = min(Fw / Sw, Fh / Sh)``; each side
    is ``min(F, max(1, floor(S * scale + 0.5)))``, each corner ``(F - side) // 2``.

    * ``fit: stretch``: the source is the whole photo, the target the whole input.
    * ``fit: letterbox``: the source is the whole photo, the target ``centred((w, h),
      (W, H))``; the rest of the input is ``pad`` (0..255) in every channel.
    * ``fit: crop``: the source is ``centred((W, H), (w, h))``, the target the whole input.

    **Halving.**  ``n`` times, the smallest number from 0 up for which a side of the source
    ``// 2**n`` is below ``halve_from`` times that of the target, the source is halved by
    means of 2 x 2 pixels: ``(a + b + c + d + 2) >> 2`` in each channel.  An odd row or column
    at the bottom or right is left out first.

    **Bilinear** (``kernel: bilinear``), from ``have`` to ``want`` pixels along each axis:
    output ``i`` lies at ``at = float32((i + 0.5) * (1 / (want / have)) - 0.5)``; ``low =
    floor(at)``; ``part = at - low``; the neighbours ``low`` and ``low + 1``, each brought into
    ``0..have - 1``, weigh ``rint((1 - part) * 2048)`` and ``rint(part * 2048)``.  Along x:
    ``row = (left * weight + right * weight) >> 4``.  Then along y, ``((upper_row * weight >>
    16) + (lower_row * weight >> 16) + 2) >> 2``.

    **Placement**, which takes a point (u, v) of the input, 0..1, to a pixel of the photo.
    With the source's corner (sx, sy) and its sides (``(side >> n) << n``), the target's
    corner (tx, ty) and its sides: ``kx = source_width / target_width``, ``ky`` likewise;
    ``x = u * w * kx + sx - tx * kx``, ``y = v * h * ky + sy - ty * ky``.
    """

    takes: ClassVar = "photo"
    gives: ClassVar = "pixels"
    fit: Literal["stretch", "letterbox", "crop"]
    halve_from: int = HALVE_FROM
    kernel: Literal["bilinear"] = "bilinear"
    pad: int = 0


class CutWindows(Step, frozen=True, kw_only=True, tag="cut-windows"):
    """Go on once for each window of the photo, row by row: uint8 pixels [h, w, 3], as they are.

    **Windows** along an axis, from ``have`` pixels of the photo and ``want`` of the input: one
    that starts at 0, where ``have <= want``; what lies beyond the photo's end repeats its last
    pixel.  Else ``n = ceil((have - 2 * margin) / (want - 2 * margin))`` of them; window i
    starts at ``i * (have - want) // (n - 1)``.

    **Kept** of window i is what lies from ``(start_before + want + start) // 2`` (of the
    first: 0) up to that of the next window (of the last: ``have``): near its end a window
    does not see all that the photo has, so two neighbours meet at least ``margin`` pixels
    from it.

    Golden vectors and dumps are of the first window.  The placement is its rectangle.
    """

    takes: ClassVar = "photo"
    gives: ClassVar = "pixels"
    margin: int


class CropSquare(Step, frozen=True, kw_only=True, tag="crop-square"):
    """Take a square around the face, perhaps turned: uint8 pixels [h, w, 3].

    **Placement.**  The centre (cx, cy) is that of the face's box; ``side`` is ``scale`` times
    the longer side of the box.  ``level`` names two points of the face: ``angle =
    atan2(y1 - y0, x1 - x0)`` of the line from the first to the second; without it, 0.  With
    ``a = side * cos(angle)``, ``d = side * sin(angle)``: a point (u, v) of the input is the
    pixel ``x = a * u - d * v + x0``, ``y = d * u + a * v + y0``, where
    ``x0 = cx - (a - d) / 2`` and ``y0 = cy - (d + a) / 2``.

    **Part.**  Only the upright part of the photo that is read matters: its left is ``trunc(x0 +
    min(a, 0) + min(-d, 0) - 2)``, its right ``trunc(x0 + max(a, 0) + max(-d, 0) + 2)``, both
    brought into ``0..W - 1``, and both columns belong to it; top and bottom likewise from
    ``y0, d, a``.

    **Halving** (``halve_from``).  ``shrinks = min(hypot(a / w, d / w), hypot(d / h, a / h))``.
    With n = 0 at first: while ``shrinks >= halve_from * 2**n`` and both sides of the part are
    above 1, the part is halved as in ``resize`` and n grows by 1.

    **Bilinear** (``kernel: bilinear``).  With ``s = 0.5**n``, output pixel (i, j), column and
    row, is read at ``px = i * A + (j * B + C)`` with ``A = a / w * s``, ``B = -d / h * s``,
    ``C = (x0 - left + (a / w - d / h) / 2) * s - 0.5``, and at ``py``, for which ``A = d / w *
    s``, ``B = a / h * s``, ``C = (y0 - top + (d / w + a / h) / 2) * s - 0.5``.  With ``low =
    floor(p)`` and ``part = p - low``, first along x, then along y: ``value = first + part *
    (second - first)``; ``rint`` of the last.  Neighbours outside the part are its nearest pixel
    (``outside: edge``).

    **Rounding.**  ``f`` rounds to float32.  A, B and C are computed in float64, then rounded:
    ``start = f(f(j * B) + C)``, ``p = f(i * A + start)``, ``part = f(p - low)``, ``value =
    f(first + part * f(second - first))``; the sums with ``i * A`` and ``part * ...`` are
    rounded once, as by a fused multiply-add.  A processor without one is off by one grey level
    here and there.
    """

    takes: ClassVar = "face"
    gives: ClassVar = "pixels"
    scale: float
    level: tuple[str, str] | None = None
    halve_from: int = HALVE_FROM
    kernel: Literal["bilinear"] = "bilinear"
    outside: Literal["edge"] = "edge"


class WriteTensor(Step, frozen=True, kw_only=True, tag="write-tensor"):
    """Widen the pixels into the graph's input tensor ``input``.

    ``layout`` and ``channels`` say the order, ``dtype`` the type; ``values: "0..255"`` says
    that each number is the pixel's own, neither scaled nor shifted: normalisation is in the
    graph.
    Core ML files take the pixels as an image, which is the same.
    """

    takes: ClassVar = "pixels"
    gives: ClassVar = "tensors"
    input: str = "image"
    layout: Literal["NHWC"] = "NHWC"
    channels: Literal["RGB"] = "RGB"
    values: Literal["0..255"] = "0..255"
    dtype: Literal["float32"] = "float32"


class MixStyles(Step, frozen=True, kw_only=True, tag="mix-styles"):
    """Write the parts of the learnt styles into the input ``input``, float32 [1, styles].

    Each of the ``styles`` has a part from 0 up; together they are 1 (each is divided by their
    sum).  A single style n is 1 at index n.
    """

    takes: ClassVar = "tensors"
    gives: ClassVar = "tensors"
    input: str
    styles: int


class EmbedStyle(Step, frozen=True, kw_only=True, tag="embed-style"):
    """Run the program of ``model`` on the picture that gives the style; its vector goes
    into the input ``input`` as it is."""

    takes: ClassVar = "tensors"
    gives: ClassVar = "tensors"
    input: str
    model: str


class Run(Step, frozen=True, kw_only=True, tag="run"):
    """Run the graph: tensors by name go in, the ``outputs`` of the spec come out, float32.

    In a TFLite file the names are those of the signature ``serving_default``.
    """

    takes: ClassVar = "tensors"
    gives: ClassVar = "outputs"
