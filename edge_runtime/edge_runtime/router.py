"""Asks the device or a server, by a policy, and says which it was.

::

    router = Router(Lens(), RemoteLens("https://vision.example", key="..."))
    match router.depth("street.jpg"):
        case Ok(depth, provenance): ...
        case Degraded(depth, provenance, why): ...
        case Unavailable(why, retry_after): ...

The policies: ``device-first`` and ``server-first`` ask the other side where the first has no
answer; ``fastest`` asks both at once; ``best-quality`` sends every pixel to the server where
no model of the device answers; with ``device-only`` nothing is sent, and no socket is opened.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from edge_runtime.device_side import DeviceSide, DeviceTask
from edge_runtime.enlarging import COMPACT_SCALES
from edge_runtime.errors import UnknownName
from edge_runtime.fallbacks import cutting, enlarging
from edge_runtime.remote.remote_lens import How, RemoteLens
from edge_runtime.remote.remote_settings import check_seconds
from edge_runtime.remote.uploads import opened
from edge_runtime.routing import POLICIES, Policy, Route, Routing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from edge_runtime.fallbacks import Fallback
    from edge_runtime.outcomes import Outcome
    from edge_runtime.painting import Style
    from edge_runtime.pipeline import Lens
    from edge_runtime.remote.asking import Field
    from edge_runtime.remote.uploads import Opened, Shown
    from edge_runtime.results import (
        ClassMap,
        CutOut,
        Depth,
        Faces,
        Instances,
        Labels,
        Mask,
        Objects,
        Picture,
        Prediction,
    )


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a question is asked with: a ``policy`` other than the router's, and ``how`` (its
    deadline holds for both sides together)."""

    policy: Policy | None = None
    how: How = field(default_factory=How)


class Router:
    """The tasks of both sides.

    A photo that is none raises ``PhotoError``, a policy that does not exist
    ``UnknownName``; everything else is an outcome.  Without ``remote`` the heavy tasks are
    unavailable.  Safe to use from several threads; the lens is the router's alone.
    """

    def __init__(
        self,
        lens: Lens,
        remote: RemoteLens | None = None,
        policy: Policy = "device-first",
        seconds: float = 30.0,
    ) -> None:
        if policy not in POLICIES:
            raise UnknownName("policy", policy, POLICIES)
        check_seconds(seconds)
        self._device, self._remote = DeviceSide(lens), remote
        self._routing = Routing(self._device, remote)
        self._models = {entry.spec.id for entry in lens.bundle.manifest.models}
        self.policy, self.seconds = policy, seconds

    def segment(self, photo: Shown, wish: Wish | None = None) -> Outcome[Mask]:
        """The probability of a person at every pixel."""
        return self._light("segment", photo, wish)

    def background(
        self, photo: Shown, background: str = "transparent", wish: Wish | None = None
    ) -> Outcome[Picture]:
        """The person in front of another background."""
        return self._light("background", photo, wish, background=background)

    def faces(self, photo: Shown, wish: Wish | None = None) -> Outcome[Faces]:
        """The faces with their boxes and six points."""
        return self._light("faces", photo, wish)

    def landmarks(self, photo: Shown, wish: Wish | None = None) -> Outcome[Faces]:
        """The faces with 468 points each."""
        return self._light("landmarks", photo, wish)

    def smile(self, photo: Shown, wish: Wish | None = None) -> Outcome[Faces]:
        """The faces with the probability of a smile and of each expression."""
        return self._light("smile", photo, wish)

    def style(
        self, photo: Shown, style: Style | None = None, wish: Wish | None = None
    ) -> Outcome[Picture]:
        """The photo painted in a style."""
        return self._light("style", photo, wish, style=style)

    def classify(self, photo: Shown, wish: Wish | None = None) -> Outcome[Labels]:
        """What the photo shows."""
        return self._light("classify", photo, wish)

    def detect(self, photo: Shown, wish: Wish | None = None) -> Outcome[Objects]:
        """The objects with their boxes."""
        return self._light("detect", photo, wish)

    def depth(self, photo: Shown, wish: Wish | None = None, **fields: Field) -> Outcome[Depth]:
        """How far every pixel is; only a server knows."""
        return self._heavy("depth", photo, wish, None, fields)

    def instances(
        self, photo: Shown, wish: Wish | None = None, **fields: Field
    ) -> Outcome[Instances]:
        """The objects with their masks; only a server knows."""
        return self._heavy("instances", photo, wish, None, fields)

    def semantic_segmentation(
        self, photo: Shown, wish: Wish | None = None, **fields: Field
    ) -> Outcome[ClassMap]:
        """The class of every pixel; only a server knows."""
        return self._heavy("semantic_segmentation", photo, wish, None, fields)

    def super_resolution(
        self, photo: Shown, wish: Wish | None = None, **fields: Field
    ) -> Outcome[Picture]:
        """The photo with more pixels; without a server by a lighter network or none, and
        ``Degraded``.  A network of the device that is named is meant, however large the photo
        is, and not the server's."""
        shown = opened(photo)
        scale = fields.get("scale", 4)
        wanted = scale if isinstance(scale, int) else 4
        model = wish.how.model if wish else ""
        if model in self._models and wanted in COMPACT_SCALES:
            route = Route(
                name="super_resolution",
                server=self._asking("super_resolution", shown, fields),
                device=DeviceTask(
                    name=model,
                    work=lambda lens: lens.super_resolution(shown.photo, wanted, model),
                ),
            )
            return self._routed(route, wish or Wish())
        fallback = enlarging(shown.photo, wanted, self._models)
        return self._heavy("super_resolution", shown, wish, fallback, fields)

    def cut(
        self,
        photo: Shown,
        objects: Sequence[str],
        wish: Wish | None = None,
        **fields: Field,
    ) -> Outcome[CutOut]:
        """The objects of those names cut out; without a server by lighter models, and
        ``Degraded``."""
        shown = opened(photo)
        behind = str(fields.get("background", "transparent"))
        fallback = cutting(shown.photo, objects, behind)
        return self._heavy("cut", shown, wish, fallback, {"objects": objects, **fields})

    def close(self) -> None:
        """Wait for what runs on the device, and close the connections."""
        self._device.close()
        if self._remote is not None:
            self._remote.close()

    def _light(self, name: str, photo: Shown, wish: Wish | None, **said: Any) -> Outcome[Any]:
        wish, shown = wish or Wish(), opened(photo)
        chosen = {"model": wish.how.model} if wish.how.model else {}
        style = said.get("style")

        def work(lens: Lens) -> Prediction[Any]:
            predicted: Prediction[Any] = getattr(lens, name)(shown.photo, **said, **chosen)
            return predicted

        route = Route(
            name="segment" if name == "background" else name,
            device=DeviceTask(name=name, work=work, size_hw=style.size_hw if style else None),
            server=self._asking(name, shown, said),
        )
        return self._routed(route, wish)

    def _heavy(
        self,
        name: str,
        photo: Shown,
        wish: Wish | None,
        fallback: Fallback | None,
        said: dict[str, Any],
    ) -> Outcome[Any]:
        server = self._asking(name, opened(photo), said)
        return self._routed(Route(name=name, server=server, fallback=fallback), wish or Wish())

    def _asking(
        self, name: str, photo: Opened, said: dict[str, Any]
    ) -> Callable[[How], Outcome[Any]]:
        return lambda how: getattr(self._remote, name)(photo, how=how, **said)

    def _routed(self, route: Route, wish: Wish) -> Outcome[Any]:
        seconds = self.seconds if wish.how.seconds is None else wish.how.seconds
        return self._routing.ask(route, wish.policy or self.policy, wish.how, seconds)
