"""The tasks of a PocketLens server, as a :class:`~edge_runtime.pipeline.Lens` has them."""

from edge_runtime.remote.remote_lens import How, RemoteLens
from edge_runtime.remote.remote_settings import RemoteSettings

__all__ = ["How", "RemoteLens", "RemoteSettings"]
