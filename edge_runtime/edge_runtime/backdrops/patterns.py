"""The patterns of the backdrops: functions of the place in the picture and a palette.

Coordinates run over 0..1 from left to right and from top to bottom; lengths are relative
to the picture's height, so that another size is the same composition.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from edge_runtime.backdrops.palettes import Palette

    Plane: TypeAlias = NDArray[np.float32]
    Pattern: TypeAlias = Callable[["Canvas"], None]


class Canvas:
    """What is painted: ``rgb`` float32 [h, w, 3] in 0..1, the grid ``x`` (in heights) and
    ``y``, the palette, and a source of random numbers that the words decide."""

    def __init__(self, size_wh: tuple[int, int], palette: Palette, seed: int) -> None:
        width, height = size_wh
        self.aspect = width / height
        self.x = ((np.arange(width, dtype=np.float32) + 0.5) / height)[None]
        self.y = ((np.arange(height, dtype=np.float32) + 0.5) / height)[:, None]
        self.palette = palette
        self.random = np.random.default_rng(seed)
        self.rgb = palette.ramp(np.broadcast_to(self.y, (height, width)))

    def noise(self, cells: float, octaves: int = 4) -> Plane:
        """Smooth noise in 0..1 [h, w]; the coarsest bumps are ``cells`` to a height."""
        height, width = self.rgb.shape[:2]
        total, weight = np.zeros((height, width), np.float32), 0.0
        for octave in range(octaves):
            rows = max(2, round(cells * 2**octave)) + 1
            columns = max(2, round(cells * 2**octave * self.aspect)) + 1
            grid = self.random.random((rows, columns), np.float32)
            part = cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)
            total += part * 0.5**octave
            weight += 0.5**octave
        return total / np.float32(weight)

    def tint(self, shade: Plane, strength: float) -> None:
        """Lighten where ``shade`` is above 0.5, darken where it is below."""
        self.rgb *= 1 + np.float32(strength) * (2 * shade - 1)[..., None]

    def lay(self, colour: NDArray[np.float32], cover: Plane) -> None:
        """Paint a colour [3] where ``cover`` (0..1) says."""
        self.rgb += cover[..., None] * (colour - self.rgb)


def gradient(canvas: Canvas) -> None:
    """The palette from top to bottom, leaning a little, with a soft light on it."""
    lean = canvas.y + 0.18 * (canvas.x / np.float32(canvas.aspect) - 0.5)
    canvas.rgb = canvas.palette.ramp(np.clip(lean, 0, 1))
    canvas.tint(_glow(canvas, 0.35, 0.3, 0.9), 0.06)


def texture(canvas: Canvas) -> None:
    """The tooth of good paper: fine grain over slow unevenness."""
    grain = canvas.random.random(canvas.rgb.shape[:2], np.float32)
    fine = cv2.GaussianBlur(grain, (0, 0), max(0.6, canvas.rgb.shape[0] / 900))
    canvas.tint(0.5 + (fine - 0.5) * 1.6, 0.16)
    canvas.tint(canvas.noise(3), 0.14)


def clouds(canvas: Canvas) -> None:
    """Banks of cloud in the palette's light colours."""
    cover = np.clip((canvas.noise(2.2, 6) - 0.42) * 3.2, 0, 1)
    canvas.lay(canvas.palette.at(1.0, lighten=0.12, mute=0.5), cover * cover * np.float32(0.85))


def marble(canvas: Canvas) -> None:
    """Veins: the palette along lines that noise bends."""
    bent = canvas.x * 1.1 + canvas.y * 0.7 + 1.9 * canvas.noise(2.0, 5)
    canvas.rgb = canvas.palette.ramp((0.5 + 0.5 * np.sin(bent * 5.5)).astype(np.float32))


def waves(canvas: Canvas) -> None:
    """Rolling bands, each a little further along the palette, with a soft upper edge."""
    for number in range(7):
        phase, share = canvas.random.random() * 6.28, (number + 0.5) / 7
        swell = 0.05 * np.sin(canvas.x * (2.2 + number * 0.35) + phase)
        edge = canvas.y - (share + swell.astype(np.float32))
        canvas.lay(canvas.palette.at(share, lighten=0.02 * number), _step(edge, canvas, 1.5))


def stripes(canvas: Canvas) -> None:
    """Slanted stripes, alternately lighter."""
    slanted = (canvas.x + canvas.y * 0.6) * 9
    canvas.tint(0.5 + 0.5 * np.tanh(np.sin(slanted * np.pi) * 14), 0.07)


def dots(canvas: Canvas) -> None:
    """Even dots in a colour from the other end of the palette."""
    cell = np.float32(1 / 14)
    row = np.floor(canvas.y / cell)
    u = (canvas.x / cell + 0.5 * (row % 2)) % 1 - 0.5
    away = np.hypot(u, canvas.y / cell % 1 - 0.5) * cell
    cover = 1 - _step(away - cell * 0.2, canvas, 1)
    canvas.lay(canvas.palette.at(0.9, lighten=0.08), cover * np.float32(0.55))


def bokeh(canvas: Canvas) -> None:
    """Lights out of focus, large and faint before small and bright."""
    canvas.rgb *= np.float32(0.8)
    for number in range(46):
        x, y = canvas.random.random() * canvas.aspect, canvas.random.random()
        radius = 0.015 + 0.09 * canvas.random.random() ** 2 * (1 - number / 60)
        colour = canvas.palette.at(canvas.random.random(), lighten=0.12)
        _disc(canvas, (x, y, radius), colour, 0.1 + 0.3 * canvas.random.random())


def rays(canvas: Canvas) -> None:
    """Light that fans out from behind the person's shoulder."""
    angle = np.arctan2(canvas.y - np.float32(0.85), canvas.x - np.float32(canvas.aspect / 2))
    fan = 0.5 + 0.5 * np.tanh(np.sin(angle * 14) * 4)
    canvas.tint(fan.astype(np.float32), 0.09)
    canvas.tint(_glow(canvas, 0.5, 0.85, 0.8), 0.12)


def stars(canvas: Canvas) -> None:
    """A night sky: many faint stars, few bright ones."""
    height, width = canvas.rgb.shape[:2]
    sky = np.zeros((height, width), np.float32)
    for _ in range(420):
        x, y = canvas.random.random() * width, canvas.random.random() * height
        size = height / 900 * (0.6 + 2.2 * canvas.random.random() ** 6)
        centre, radius = (round(x * 8), round(y * 8)), max(3, round(size * 8))
        bright = 0.35 + 0.65 * canvas.random.random()
        cv2.circle(sky, centre, radius, bright, -1, cv2.LINE_AA, 3)
    halo = cv2.GaussianBlur(sky, (0, 0), height / 250) * 1.5
    canvas.lay(np.array([1, 0.98, 0.93], np.float32), np.clip(sky + halo, 0, 1))


def confetti(canvas: Canvas) -> None:
    """Paper snippets in all the palette's colours."""
    height, width = canvas.rgb.shape[:2]
    lighten = -0.16 if canvas.palette.lightness > 0.6 else 0.16
    for _ in range(150):
        x, y, t, turn = canvas.random.random(4)
        long, wide = height * 0.022, height * 0.009
        box = cv2.boxPoints(((x * width, y * height), (long, wide), float(turn * 180)))
        points = np.round(box * 8).astype(np.int32)
        colour = canvas.palette.at(float(t), lighten=lighten).tolist()
        cv2.fillConvexPoly(canvas.rgb, points, colour, cv2.LINE_AA, 3)


def mountains(canvas: Canvas) -> None:
    """Ridges behind each other, the far ones paler."""
    for number in range(4):
        line = canvas.random.standard_normal(3 + 4 * number)
        ends = cv2.resize(
            line[None].astype(np.float32),
            (canvas.rgb.shape[1], 1),
            interpolation=cv2.INTER_CUBIC,
        )
        edge = canvas.y - (0.5 + 0.13 * number + 0.05 * ends)
        colour = canvas.palette.at(0.55 - 0.16 * number, mute=0.25)
        canvas.lay(colour, _step(edge, canvas, 1.2))


PATTERNS: Mapping[str, Pattern] = {
    "gradient": gradient,
    "clouds": clouds,
    "marble": marble,
    "waves": waves,
    "stripes": stripes,
    "dots": dots,
    "bokeh": bokeh,
    "rays": rays,
    "stars": stars,
    "mountains": mountains,
    "confetti": confetti,
    "texture": texture,
}


def _disc(
    canvas: Canvas, circle: tuple[float, float, float], colour: Plane, strength: float
) -> None:
    """A light out of focus: a disc (x, y, radius) that is brighter at its rim."""
    x, y, radius = circle
    height = canvas.rgb.shape[0]
    rows, columns = (
        slice(max(0, int((at - radius) * height) - 2), max(0, int((at + radius) * height) + 3))
        for at in (y, x)
    )
    part = canvas.rgb[rows, columns]
    away = np.hypot(canvas.x[:, columns] - np.float32(x), canvas.y[rows] - np.float32(y))
    inside = np.clip((np.float32(radius) - away) * np.float32(height / 3) + 0.5, 0, 1)
    cover = inside * (0.7 + 0.3 * away / radius) * strength
    part += cover.astype(np.float32)[..., None] * (colour - part)


def _step(distance: Plane, canvas: Canvas, pixels: float) -> Plane:
    """0 below zero, 1 above, over a few pixels."""
    soft = np.float32(canvas.rgb.shape[0] / pixels)
    return np.clip(distance * soft + np.float32(0.5), 0, 1)


def _glow(canvas: Canvas, x: float, y: float, reach: float) -> Plane:
    """A soft light around a place: 1 in its middle."""
    away = np.hypot(canvas.x - np.float32(x * canvas.aspect), canvas.y - np.float32(y))
    return np.exp(-((away / np.float32(reach)) ** 2))
