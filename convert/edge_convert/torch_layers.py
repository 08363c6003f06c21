"""Every value that a network makes, with the path of the module that made it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from edge_calibration.layers.activations import Activation
from edge_convert.layout import NhwcBorder, input_names

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor, nn

    from edge_runtime.spec import ModelSpec

_BORDER = "network"  # how the border calls the network inside it


@torch.no_grad()
def activations(
    network: nn.Module, spec: ModelSpec, inputs: Mapping[str, NDArray[np.float32]]
) -> tuple[Activation, ...]:
    """Run a network on the spec's inputs (NHWC); return what each operation made, in order.

    What only depends on weights is left out.  The network may not change values in place.
    """
    border = NhwcBorder(network, spec)
    given = [torch.tensor(inputs[name]) for name in input_names(spec)]
    recorder = _Recorder(given)
    hooks = [
        hook
        for path, module in border.named_modules()
        for hook in recorder.follow(path.removeprefix(_BORDER).removeprefix("."), module)
    ]
    try:
        with recorder:
            border(*given)
    finally:
        for hook in hooks:
            hook.remove()
    return tuple(recorder.made)


class _Recorder(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Keeps what every operation made that depends on what was given."""

    def __init__(self, given: list[Tensor]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.made: list[Activation] = []
        self._numbers: dict[int, int | None] = {id(tensor): None for tensor in given}
        self._alive: list[Tensor] = list(given)  # so that no id is used again
        self._running: list[str] = []

    def follow(self, path: str, module: nn.Module) -> tuple[Any, Any]:
        """Know that a module runs; returns the hooks to be removed."""

        def begin(*_: object) -> None:
            self._running.append(path)

        def end(*_: object) -> None:
            self._running.pop()

        return module.register_forward_pre_hook(begin), module.register_forward_hook(end)

    def __torch_dispatch__(
        self,
        func: Callable[..., Any],
        _types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        used = [tensor for tensor in _tensors(args) if id(tensor) in self._numbers]
        for tensor in _tensors((result,)) if used else ():
            self._keep(tensor, str(func).split(".")[1], used)
        return result

    def _keep(self, tensor: Tensor, operation: str, used: list[Tensor]) -> None:
        numbers = [self._numbers[id(one)] for one in used]
        self._numbers[id(tensor)] = len(self.made)
        self._alive.append(tensor)
        activation = Activation(
            layer=self._running[-1] if self._running else "",
            operation=operation,
            inputs=tuple(number for number in numbers if number is not None),
            values=tensor.numpy(),
        )
        self.made.append(activation)


def _tensors(values: Any) -> list[Tensor]:
    """The tensors among arguments or results, those in lists too."""
    if isinstance(values, torch.Tensor):
        return [values] if values.numel() else []
    if isinstance(values, tuple | list):
        return [tensor for value in values for tensor in _tensors(value)]
    return []
