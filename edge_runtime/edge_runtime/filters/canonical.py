"""The mean face: where the points that no expression moves lie on a head seen from the front.

It is the generalised Procrustes mean (Gower 1975) of what ``face-landmarks`` finds in thirty
faces of ``calibration/data``, made symmetric.  One unit is the distance between the middles
of the two eyes, the origin lies between them; x runs to the right of the picture, y down, z
away from the camera, as landmarks do.
"""

from __future__ import annotations

import numpy as np

# Number of the landmark: x, y, z on the mean face.
_POINTS: dict[int, tuple[float, float, float]] = {
    1: (0.000, 0.551, -0.684),
    4: (0.000, 0.443, -0.705),
    5: (0.000, 0.316, -0.656),
    6: (0.000, 0.011, -0.381),
    8: (0.000, -0.206, -0.299),
    9: (0.000, -0.337, -0.309),
    10: (0.000, -0.853, -0.165),
    21: (-1.047, -0.324, 0.483),
    33: (-0.717, -0.005, 0.043),
    50: (-0.778, 0.485, -0.086),
    54: (-0.952, -0.517, 0.306),
    67: (-0.559, -0.790, -0.043),
    93: (-1.098, 0.618, 0.849),
    98: (-0.285, 0.642, -0.313),
    103: (-0.794, -0.678, 0.127),
    116: (-1.008, 0.275, 0.221),
    117: (-0.833, 0.250, 0.029),
    118: (-0.707, 0.275, -0.059),
    119: (-0.522, 0.258, -0.108),
    122: (-0.095, 0.040, -0.344),
    123: (-1.005, 0.481, 0.181),
    127: (-1.119, 0.147, 0.804),
    133: (-0.283, 0.005, -0.043),
    151: (0.000, -0.605, -0.244),
    168: (0.000, -0.099, -0.302),
    174: (-0.157, 0.199, -0.381),
    193: (-0.122, -0.077, -0.235),
    195: (0.000, 0.211, -0.558),
    197: (0.000, 0.117, -0.467),
    234: (-1.110, 0.382, 0.855),
    251: (1.047, -0.324, 0.483),
    263: (0.717, -0.005, 0.043),
    280: (0.778, 0.485, -0.086),
    284: (0.952, -0.517, 0.306),
    297: (0.559, -0.790, -0.043),
    323: (1.098, 0.618, 0.849),
    327: (0.285, 0.642, -0.313),
    332: (0.794, -0.678, 0.127),
    345: (1.008, 0.275, 0.221),
    346: (0.833, 0.250, 0.029),
    347: (0.707, 0.275, -0.059),
    348: (0.522, 0.258, -0.108),
    351: (0.095, 0.040, -0.344),
    352: (1.005, 0.481, 0.181),
    356: (1.119, 0.147, 0.804),
    362: (0.283, 0.005, -0.043),
    399: (0.157, 0.199, -0.381),
    417: (0.122, -0.077, -0.235),
    454: (1.110, 0.382, 0.855),
}
INDICES = np.array(list(_POINTS), dtype=np.intp)
"""Which of the 468 landmarks are rigid."""

FACE = np.array(list(_POINTS.values()), dtype=np.float64)
"""Where they lie on the mean face, [n, 3]."""

SPOTS: dict[str, tuple[int, ...]] = {
    "eyes": (33, 133, 362, 263),
    "brow": (9,),
    "forehead": (10,),
    "nose": (1, 4),
    "upper-lip": (164,),
    "mouth": (13, 14),
    "chin": (152,),
    "cheeks": (50, 280),
}
"""Where art may be fastened: the mean of these landmarks."""
