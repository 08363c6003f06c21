"""A loaded model, the place where it is, and the list of all of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from edge_server.engine.interface import Servable
    from edge_server.heavy_model import Runner


@dataclass(frozen=True, eq=False)
class Place:
    """Where one thread at a time computes: a slot, and the device that it uses."""

    device: str


@dataclass(eq=False, kw_only=True)
class Resident:
    """A model that is loaded at a place.

    ``leased``: somebody uses it.  ``retired``: it is closed when that ends, since another
    version has come, its memory is wanted, or its place was given up.  ``used`` grows with
    each use of any model.
    """

    servable: Servable
    runner: Runner
    sha256: str
    place: Place
    used: int = 0
    leased: bool = False
    retired: bool = False

    @property
    def id(self) -> str:
        """The model's."""
        return self.servable.id

    @property
    def size(self) -> int:
        """Bytes that it says it takes."""
        return self.runner.memory_bytes


class Shelf:
    """Every resident; who uses it holds the lock of the :class:`Residency`.

    What is retired but leased is on the shelf no more, yet takes memory still.
    """

    def __init__(self) -> None:
        self._here: dict[tuple[str, Place], Resident] = {}
        self._alive: set[Resident] = set()
        self._uses = 0

    def put(self, resident: Resident) -> None:
        """Add it at its place."""
        self._here[resident.id, resident.place] = resident

    def at(self, model_id: str, place: Place) -> Resident | None:
        """The model there, if it is loaded."""
        return self._here.get((model_id, place))

    def of(self, model_id: str) -> list[Resident]:
        """The model wherever it is loaded."""
        return [resident for (of, _), resident in self._here.items() if of == model_id]

    def has(self, model_id: str) -> bool:
        """Whether the model is loaded anywhere."""
        return any(of == model_id for of, _ in self._here)

    def every(self) -> list[Resident]:
        """All that can be lent."""
        return list(self._here.values())

    def lend(self, resident: Resident) -> Resident:
        """Mark it as used."""
        self._uses += 1
        resident.leased, resident.used = True, self._uses
        return resident

    def alive(self, resident: Resident) -> None:
        """Its memory counts from now on."""
        self._alive.add(resident)

    def dead(self, resident: Resident) -> None:
        """Its memory counts no more."""
        self._alive.discard(resident)

    def retire(self, residents: Iterable[Resident]) -> list[Resident]:
        """Take them off; those that can be closed at once."""
        chosen = list(residents)
        for resident in chosen:
            resident.retired = True
            if self.at(resident.id, resident.place) is resident:
                del self._here[resident.id, resident.place]
        return [resident for resident in chosen if not resident.leased]

    def excess(self, device: str, needed: int, budget: int) -> list[Resident]:
        """Retire the idle ones that were not used for longest, until so many bytes fit."""
        over = self.sizes()[device] + needed - budget
        gone: list[Resident] = []
        if over <= 0:
            return gone
        for resident in sorted(self._here.values(), key=lambda r: r.used):
            if over > 0 and resident.place.device == device and not resident.leased:
                gone += self.retire([resident])
                over -= resident.size
        return gone

    def sizes(self) -> Counter[str]:
        """Bytes by device."""
        sizes: Counter[str] = Counter()
        for resident in self._alive:
            sizes[resident.place.device] += resident.size
        return sizes
