"""Which models are loaded where, within a budget of memory."""

from __future__ import annotations

import logging
from collections import Counter
from contextlib import contextmanager
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

from edge_server.engine.resident import Place, Resident, Shelf
from edge_server.problems import Loading, Memory

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from edge_server.engine.counting import Observer
    from edge_server.engine.interface import Servable

_log = logging.getLogger(__name__)


class Residency:
    """The loaded models of every place.

    ``budget``: bytes a device.  What is in use is never evicted, so that it can be exceeded
    by as much as is in use at once; how much a model takes is known once it was loaded.
    ``load_seconds``: so long one waits for another who loads the same model.
    """

    def __init__(
        self,
        servables: Iterable[Servable],
        observer: Observer,
        *,
        budget: int,
        load_seconds: float = 300.0,
    ) -> None:
        self._current = {servable.id: servable for servable in servables}
        self._observer, self._budget, self._load_seconds = observer, budget, load_seconds
        self._lock, self._shelf = Lock(), Shelf()
        self._loads: dict[tuple[str, Place], Lock] = {}
        self._loading: Counter[str] = Counter()
        self._load_ended: dict[str, float] = {}
        self._sizes: dict[str, tuple[Servable, int]] = {}
        self._given_up: set[Place] = set()
        self._closed = False
        self._crowded = False  # whether there was more in use than the budget has room for

    def servable(self, model_id: str) -> Servable:
        """The version that is served now."""
        return self._current[model_id]

    def ids(self) -> tuple[str, ...]:
        """Every model, loaded or not."""
        return tuple(self._current)

    def version(self, model_id: str) -> str | None:
        """The hash of what is loaded, else of what would be; None where there is nothing."""
        with self._lock:
            here = list(self._shelf.of(model_id))
        if here:
            return here[0].sha256
        servable = self._current[model_id]
        return (servable.version or servable.sha256)() if servable.available() else None

    def lease(self, model_id: str, place: Place) -> Resident:
        """The current version of the model, loaded if it is not; to be released.

        Raises what ``Servable.load`` raises, and ``Memory`` for one that never fits.
        """
        found = self._lent(model_id, place)
        if found is not None:
            return found
        with self._one_load(model_id, place):
            found = self._lent(model_id, place)
            while found is None:
                loaded = self.load(self._current[model_id], place)
                found = self._kept(loaded) or self._lent(model_id, place)
        self._trim(place.device)
        return found

    def release(self, resident: Resident, *, keep: bool = True) -> None:
        """Its use has ended; without ``keep`` it is unloaded."""
        with self._lock:
            resident.leased = False
            if not keep:
                self._shelf.retire([resident])
            gone = [resident] if resident.retired else []
            crowded = self._crowded
        self._close(gone)
        if crowded:
            self._trim(resident.place.device)

    def load(self, servable: Servable, place: Place) -> Resident:
        """One more of it, which nobody knows of yet: to be swapped in, or discarded."""
        of, known = self._sizes.get(servable.id, (None, 0))
        self._check(servable.id, known if of is servable else 0)
        self._trim(place.device, known)
        began = monotonic()
        with self._told_loading(servable.id):
            sha256 = servable.sha256()
            runner = servable.load(place.device)
        seconds = monotonic() - began
        self._observer.observe("seconds", seconds, model=servable.id, stage="load")
        self._observer.count("loads", model=servable.id)
        loaded = Resident(servable=servable, runner=runner, sha256=sha256, place=place)
        self._sizes[servable.id] = servable, loaded.size
        if loaded.size > self._budget:
            self._close([loaded])
        self._check(servable.id, loaded.size)
        with self._lock:
            self._shelf.alive(loaded)
        return loaded

    def discard(self, residents: Sequence[Resident]) -> None:
        """Unload what was loaded for a swap that does not come."""
        self._close(residents)

    def swap(self, servable: Servable, loaded: Sequence[Resident]) -> None:
        """From now on this version is served; the one before leaves when it is not in use."""
        with self._lock:
            self._current[servable.id] = servable
            gone = self._shelf.retire(self._shelf.of(servable.id))
            for resident in loaded:
                if self._is_given_up(resident.place):
                    gone.append(resident)
                else:
                    self._shelf.put(resident)
        self._close(gone)
        for device in {resident.place.device for resident in loaded}:
            self._trim(device)

    def forget(self, model_id: str) -> None:
        """Unload a model wherever it is idle, and elsewhere as soon as it is."""
        with self._lock:
            gone = self._shelf.retire(self._shelf.of(model_id))
        self._close(gone)

    def vacate(self, place: Place) -> None:
        """The place was given up: what is idle goes, what is in use when that ends."""
        with self._lock:
            self._given_up.add(place)
            self._loads = {key: lock for key, lock in self._loads.items() if key[1] != place}
            gone = self._shelf.retire(r for r in self._shelf.every() if r.place is place)
        self._close(gone)

    def evict_idle(self, device: str) -> bool:
        """Unload all that is idle on the device; whether there was anything."""
        with self._lock:
            there = [r for r in self._shelf.every() if r.place.device == device]
            gone = self._shelf.retire(r for r in there if not r.leased)
        self._evicted(gone)
        return bool(gone)

    def close(self) -> None:
        """Unload everything, what is in use as soon as it is not."""
        with self._lock:
            self._closed = True
            gone = self._shelf.retire(self._shelf.every())
        self._close(gone)

    def ready(self, model_id: str) -> bool:
        """Whether the model is loaded anywhere."""
        with self._lock:
            return self._shelf.has(model_id)

    def places(self, model_id: str) -> list[Place]:
        """Where the model is loaded."""
        with self._lock:
            return [resident.place for resident in self._shelf.of(model_id)]

    def loading(self, model_id: str) -> bool:
        """Whether the model is being loaded anywhere."""
        return self._loading[model_id] > 0

    def load_ended(self, model_id: str) -> float:
        """When it was last loaded, or could not be, by the monotonic clock; 0 for never."""
        return self._load_ended.get(model_id, 0.0)

    def memory_bytes(self) -> Mapping[str, int]:
        """What all that is loaded says it takes, by device."""
        with self._lock:
            return self._shelf.sizes()

    @contextmanager
    def _one_load(self, model_id: str, place: Place) -> Iterator[None]:
        with self._lock:
            lock = self._loads.setdefault((model_id, place), Lock())
        if not lock.acquire(timeout=self._load_seconds):
            raise Loading(f"{model_id} is being loaded: try again later", retry_after=10)
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def _told_loading(self, model_id: str) -> Iterator[None]:
        with self._lock:
            self._loading[model_id] += 1
        try:
            yield
        finally:
            with self._lock:
                self._load_ended[model_id] = monotonic()
                self._loading[model_id] -= 1

    def _lent(self, model_id: str, place: Place) -> Resident | None:
        with self._lock:
            found = self._shelf.at(model_id, place)
            return None if found is None else self._shelf.lend(found)

    def _kept(self, loaded: Resident) -> Resident | None:
        """It, lent and in its place; None where a swap was quicker."""
        with self._lock:
            swapped = self._current[loaded.id] is not loaded.servable
            late = swapped or self._shelf.at(loaded.id, loaded.place) is not None
            if not late:
                self._shelf.put(self._shelf.lend(loaded))
            if not late and self._is_given_up(loaded.place):
                self._shelf.retire([loaded])  # closed when it is released
        self._close([loaded] if late else [])
        return None if late else loaded

    def _is_given_up(self, place: Place) -> bool:
        return self._closed or place in self._given_up

    def _check(self, model_id: str, size: int) -> None:
        if size > self._budget:
            raise Memory(
                f"{model_id} takes more bytes than models may: the server's limit of memory "
                "has to be raised",
                limit=self._budget,
                actual=size,
            )

    def _trim(self, device: str, needed: int = 0) -> None:
        with self._lock:
            gone = self._shelf.excess(device, needed, self._budget)
            self._crowded = max(self._shelf.sizes().values(), default=0) > self._budget
        self._evicted(gone)

    def _evicted(self, residents: Sequence[Resident]) -> None:
        for resident in residents:
            self._observer.count("evictions", model=resident.id)
        self._close(residents)

    def _close(self, residents: Iterable[Resident]) -> None:
        for resident in residents:
            try:
                resident.runner.close()
            except Exception:  # noqa: BLE001  what is given up may be broken
                _log.warning("%s could not be closed", resident.id, exc_info=True)
            with self._lock:
                self._shelf.dead(resident)
