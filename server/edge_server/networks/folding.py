"""Batch normalisation carried into the convolution before it: one pass over memory less."""

from __future__ import annotations

from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval


def fold_batch_norm(network: nn.Module) -> None:
    """Fold, in place, each ``BatchNorm2d`` that directly follows a ``Conv2d`` among the
    children of a module, which has to be in evaluation mode.

    The order of a module's children is the order in which torchvision's networks call
    them; outputs stay the same but for rounding.
    """
    before: tuple[str, nn.Conv2d] | None = None
    for name, child in list(network.named_children()):
        fold_batch_norm(child)
        if before and isinstance(child, nn.BatchNorm2d):
            setattr(network, before[0], fuse_conv_bn_eval(before[1], child))
            setattr(network, name, nn.Identity())
        before = (name, child) if isinstance(child, nn.Conv2d) else None
