"""What a network makes along the way: one value an operation, in the model's own words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True, eq=False)
class Activation:
    """The value that one operation of a PyTorch network made.

    ``layer`` is the path of the module that was running (``"decoder.1.gate"``), empty for
    the network itself; ``operation`` is PyTorch's name for it (``"convolution"``);
    ``inputs`` are the numbers, in the order of computation, of the activations that went
    in; ``values`` are laid out as PyTorch does (pictures are NCHW).
    """

    layer: str
    operation: str
    inputs: tuple[int, ...]
    values: NDArray[np.float32]
