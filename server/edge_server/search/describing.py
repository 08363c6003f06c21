"""Photos to descriptions, by the engine's classifier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edge_server.engine.interface import Priority
from edge_server.problems import WeightsMissing
from edge_server.search.description import described
from edge_server.tasks.classifying import CLASSIFIER
from edge_server.tasks.distribution import ask_distribution, distribution_in
from edge_server.tasks.task import Call, NoParams

if TYPE_CHECKING:
    from collections.abc import Callable

    from edge_runtime.images import Photo
    from edge_server.engine.interface import Deadline, Engine, Ticket
    from edge_server.search.description import Description

METHOD = "1"  # another number when descriptions of the same photo change


@dataclass(frozen=True)
class Describer:
    """Describes photos; any number of threads may use one."""

    engine: Engine

    @property
    def version(self) -> str:
        """What descriptions have to have in common to be compared: classifier and method."""
        sha256 = self.engine.version(CLASSIFIER)
        if sha256 is None:
            raise WeightsMissing(f"the bundle has no {CLASSIFIER}: search needs it")
        return f"{sha256[:24]}-{METHOD}"

    def describe(
        self,
        photo: Photo,
        deadline: Deadline,
        began: Callable[[Ticket], None] = lambda _ticket: None,
        priority: Priority = Priority.INTERACTIVE,
    ) -> Description:
        """What search knows of a photo; raises the engine's ``Problem`` s."""
        call = Call(
            engine=self.engine,
            photo=photo,
            params=NoParams(),
            deadline=deadline,
            began=began,
            priority=priority,
        )
        seen = distribution_in(ask_distribution(call).result()).value
        return described(photo.rgb, seen.probabilities)
