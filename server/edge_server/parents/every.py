"""What of the five projects answers over HTTP; the fifth, Image analysis, is gRPC."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge_server.parents.asking import Asker
from edge_server.parents.cloud_vision import cloud_vision
from edge_server.parents.object_cut import object_cut
from edge_server.parents.pic_metric import pic_metric
from edge_server.parents.smart_filter import smart_filter

if TYPE_CHECKING:
    from flask import Blueprint

    from edge_server.api.app import Services


def parents(services: Services) -> tuple[Blueprint, ...]:
    """A blueprint for each project, over the same tasks as ``/v1``."""
    asker = Asker(services)
    return cloud_vision(asker), object_cut(asker), smart_filter(asker), pic_metric(asker)
