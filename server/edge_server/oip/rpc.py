"""``inference.GRPCInferenceService``: the protocol over gRPC, beside the HTTP listener.

It runs in the same event loop: a call that is still being sent holds a coroutine, not a
thread.  Whoever cancels a call, hangs up, or whose deadline passes, frees what computes.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version as version_of
from typing import TYPE_CHECKING, Any

from grpc import aio, method_handlers_generic_handler, unary_unary_rpc_method_handler

from edge_server.api.owning import own_by
from edge_server.api.passage import passage
from edge_server.asgi.bridge import Caller
from edge_server.engine.interface import Deadline
from edge_server.oip.messages import SERVICE, encoded, parsed
from edge_server.oip.models import EXTENSIONS, NAME, Infer, Models
from edge_server.oip.rpc_call import Call, answered
from edge_server.oip.rpc_messages import (
    config_response,
    infer_response,
    inputs_from,
    metadata_response,
    outputs_from,
    parameters_of,
)
from edge_server.problems import Overloaded, Problem

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import TypeAlias

    from edge_server.api.app import Services
    from edge_server.oip.rpc_access import Admitted
    from edge_server.tasks.task import Task

    Method: TypeAlias = Callable[["Asked"], Awaitable[bytes]]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A call: the method's name, its message, gRPC's context of it, and who calls."""

    method: str
    body: bytes
    context: aio.ServicerContext
    who: Admitted


@dataclass
class Service:
    """The methods of the service; those that are not here are not implemented."""

    services: Services
    models: Models = field(init=False)
    _pool: ThreadPoolExecutor = field(init=False)
    _in_flight: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.models = Models(services=self.services)
        self._pool = ThreadPoolExecutor(self.services.settings.request_threads, "grpc")

    def handler(self) -> Any:
        """What a server is given."""
        methods: dict[str, Method] = {
            "ServerLive": self.live,
            "ServerReady": self.ready,
            "ServerMetadata": self.server,
            "ModelReady": self.model_ready,
            "ModelMetadata": self.model,
            "ModelConfig": self.config,
            "ModelInfer": self.infer,
        }
        return method_handlers_generic_handler(
            SERVICE,
            {
                name: unary_unary_rpc_method_handler(partial(self._answer, name, method))
                for name, method in methods.items()
            },
        )

    async def live(self, _asked: Asked) -> bytes:
        """Whether the process lives."""
        return encoded("ServerLiveResponse", live=True)

    async def ready(self, _asked: Asked) -> bytes:
        """Whether requests are taken and every model whose weights are here can answer."""
        return encoded("ServerReadyResponse", ready=self.models.ready())

    async def server(self, _asked: Asked) -> bytes:
        """Name, version and extensions."""
        return encoded(
            "ServerMetadataResponse", name=NAME, version=version_of(NAME), extensions=EXTENSIONS
        )

    async def model_ready(self, asked: Asked) -> bytes:
        """Whether a model can answer."""
        task = self._task(asked)
        try:
            self.models.check_ready(task)
        except Problem:
            return encoded("ModelReadyResponse", ready=False)
        return encoded("ModelReadyResponse", ready=True)

    async def model(self, asked: Asked) -> bytes:
        """Inputs and outputs of a model."""
        return metadata_response(self._task(asked))

    async def config(self, asked: Asked) -> bytes:
        """The same as Triton's extension has it."""
        return config_response(self._task(asked))

    async def infer(self, asked: Asked) -> bytes:
        """Answer a request, in a thread."""
        self.models.check_taking()
        if self._in_flight >= 2 * self.services.settings.request_threads:
            raise Overloaded("too many requests at once: ask again soon", retry_after=1)
        seconds = asked.context.time_remaining()
        ends = None if seconds is None else Deadline.after(seconds)
        caller = Caller()
        run = partial(self._infer, asked, ends, caller)
        self._in_flight += 1
        try:
            answer: bytes = await asyncio.get_running_loop().run_in_executor(self._pool, run)
        finally:
            self._in_flight -= 1
            caller.leave()
        return answer

    def close(self) -> None:
        """End the threads; those that run finish first."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _task(self, asked: Asked) -> Task:
        request = parsed(f"{asked.method}Request", asked.body)
        return self.models.task(request.name, request.version)

    def _infer(self, asked: Asked, ends: Deadline | None, caller: Caller) -> bytes:
        request = parsed("ModelInferRequest", asked.body)
        task = self.models.task(request.model_name, request.model_version)
        parameters = parameters_of(request)
        seconds = None if ends is None else ends.remaining()
        deadline = self.models.deadline(task, parameters, seconds)
        with passage(self.services.gates, task, deadline) as named:
            named(parameters.get("model"))
            answer, outputs = self.models.infer(
                Infer(
                    task=task,
                    parameters=parameters,
                    inputs=inputs_from(request),
                    outputs=outputs_from(request),
                    deadline=deadline,
                    began=lambda ticket: caller.when_gone(ticket.cancel),
                    own=own_by(self.services, asked.who.owner, may=asked.who.may_store),
                )
            )
            return infer_response(request, task, answer, outputs)

    async def _answer(
        self, name: str, method: Method, body: bytes, context: aio.ServicerContext
    ) -> bytes:
        """Admit, act, and say what came of it."""
        call = Call(service=SERVICE, method=name)
        async with answered(self.services, call, context) as who:
            return await method(Asked(method=name, body=body, context=context, who=who))
