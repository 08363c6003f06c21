"""Whether the engine takes work, and how each model stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge_server.engine.executing import unhealthy
from edge_server.engine.interface import State
from edge_server.problems import DeadlineExceeded, Loading, ModelNotFound, WeightsMissing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edge_server.engine.circuit import Circuit
    from edge_server.engine.residency import Residency
    from edge_server.engine.submission import Submission, Work
    from edge_server.problems import Problem


class Admission:
    """Looks, and computes nothing."""

    def __init__(self, residency: Residency, circuits: Mapping[str, Circuit]) -> None:
        self._residency, self._circuits = residency, circuits

    def known(self, model_id: str) -> None:
        """Raise ``ModelNotFound``, listing those there are, for any other."""
        if model_id not in self._circuits:
            known = ", ".join(self._residency.ids())
            raise ModelNotFound(f"there is no model of that id: known are {known}")

    def check(self, work: Work) -> None:
        """Raise the ``Problem`` for which this cannot be taken."""
        model_id = work.model_id
        self.known(model_id)
        circuit = self._circuits[model_id]
        if circuit.resting():
            raise unhealthy(model_id, circuit)
        here = self._residency.ready(model_id)
        if not here and not self._residency.servable(model_id).available():
            raise WeightsMissing(
                f"the weights of {model_id} are not here: run 'edge-serve weights pull "
                f"{model_id}' on the server"
            )
        if work.deadline.remaining() <= 0:
            raise DeadlineExceeded("the deadline had passed before the work could begin")

    def late(self, submission: Submission) -> Problem:
        """Why the deadline of one that was taken could not be met."""
        model_id = submission.work.model_id
        if submission.began is None and self._residency.loading(model_id):
            return Loading(f"{model_id} is being loaded: try again soon", retry_after=5)
        return DeadlineExceeded(
            f"{model_id} had no answer in the time that was given: give more, or try later",
            retry_after=1,
        )

    def states(self) -> Mapping[str, State]:
        """Every model by id, and how it stands."""
        return {model_id: self._state(model_id) for model_id in self._residency.ids()}

    def _state(self, model_id: str) -> State:
        if self._circuits[model_id].unhealthy:
            return State.UNHEALTHY
        if self._residency.ready(model_id):
            return State.READY
        if self._residency.loading(model_id):
            return State.LOADING
        available = self._residency.servable(model_id).available()
        return State.IDLE if available else State.WEIGHTS_MISSING
