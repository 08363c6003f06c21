"""Through the gate of a task, and through the other one where a heavy model was named.

Which model is asked for is known once the request was read, which happens inside the gate.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from edge_server.api.gate import Gate
    from edge_server.engine.interface import Deadline
    from edge_server.tasks.task import Task


@contextmanager
def passage(
    gates: Mapping[bool, Gate], task: Task, deadline: Deadline
) -> Iterator[Callable[[object], None]]:
    """Inside while this is held; what it gives is told the model that the request names.

    Where that is a heavy one of a light task, the place among the light is given back for
    one among the heavy, so that nobody waits for a light task behind it.  Raises, also when
    it is told, what :meth:`Gate.passed` raises.
    """
    with ExitStack() as place:
        place.enter_context(gates[task.heavy].passed(deadline))

        def named(model: object) -> None:
            if model in task.heavier:
                place.close()
                place.enter_context(gates[True].passed(deadline))

        yield named
