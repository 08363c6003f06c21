"""An app with mistakes: the model's program, at one step of which something else is done.

The mistakes are made by hand with numpy and Pillow, as an app would make them; none of them
is taken from the doctor.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from edge_runtime import Lens
from edge_runtime.bundle import Bundle
from edge_runtime.doctor.dump import Dump, DumpHead, read_dump
from edge_runtime.doctor.examination import examine
from edge_runtime.doctor.hypotheses import Hypothesis
from edge_runtime.doctor.replay import Instead, Replay
from edge_runtime.doctor.reporting import Report
from edge_runtime.doctor.writing import files_of, zipped
from edge_runtime.errors import SpecError
from edge_runtime.images import open_photo
from edge_runtime.postprocess import Scene
from edge_runtime.program import AFTER_RUN, UP_TO_RUN, View, execute, with_value
from edge_runtime.results import Faces, StyleVector
from edge_runtime.stylise import parse_style
from edge_runtime.tracing import Stage, arrays_of
from edge_runtime.wire import result_record

ROOT = Path(__file__).parents[3]
ASSETS = ROOT / "mobile_assets"


@dataclass
class Moment:
    """What an app has at hand at a step: ``right`` does the step as the contract says."""

    step: Any
    given: Any
    view: View
    photo: bytes
    right: Callable[..., Any]
    session: Any


Mistake = Callable[[Moment], Any]


@dataclass
class App:
    """Runs a model's program on a photo; ``mistakes`` by the name of the step."""

    lens: Lens
    model: str
    photo: Path
    mistakes: Mapping[str, Mistake] = field(default_factory=dict)
    in_json: Callable[[dict[str, Any]], dict[str, Any]] = lambda result: result

    def stages(self) -> Iterator[Stage]:
        """Every stage, with the mistakes that follow from the one that was made."""
        predictor = self.lens.predictor(self.model, object)
        program, content = predictor.spec.program, self.photo.read_bytes()
        view = predictor.view(open_photo(content).rgb, vectors=self.vectors(program))
        view.rgb = self._do(program[0], content, view)
        yield Stage(index=0, face=None, value=view.rgb)
        faces: Sequence[Any] = (None,)
        if program[1].__struct_config__.tag == "find-faces":
            found = self._do(program[1], view.rgb, view)
            yield Stage(index=1, face=None, value=found)
            faces = found.faces
        for number, face in enumerate(faces):
            value = view.rgb
            inner = predictor.view(view.rgb, face=face, vectors=view.vectors)
            for index, step in enumerate(program):
                if index == 0 or step.__struct_config__.tag == "find-faces":
                    continue
                try:
                    value = self._do(step, value, inner)
                except (ValueError, IndexError):  # the app ends here
                    break
                yield Stage(index=index, face=None if face is None else number, value=value)
                if value is None:
                    break

    def dump(self, only: Sequence[int] | None = None) -> bytes:
        """A ZIP file with all stages, or with only those, and then without a result."""
        predictor = self.lens.predictor(self.model, object)
        entry = self.lens.bundle.entry(self.model)
        stages = list(self.stages())
        file = self.lens.bundle.file(entry)[0]
        content = self.photo.read_bytes()
        head = {
            "model": self.model,
            "version": entry.spec.version,
            "variant": file.variant,
            "sha256": file.sha256,
            "runtime": "test",
            "photo": self.photo.name,
            "photo_sha256": sha256(content).hexdigest(),
        }
        kept = [stage for stage in stages if only is None or stage.index in only]
        if only is None and stages[-1].index == len(predictor.spec.program) - 1:
            head["result"] = self.in_json(self._result(predictor.spec.program, stages))
        files = files_of(head, predictor.spec.program, kept)
        return zipped({**files, f"photo/{self.photo.name}": content})

    def vectors(self, program: Any) -> dict[str, Any]:
        found = {}
        for step in program:
            if step.__struct_config__.tag == "mix-styles":
                found[step.input] = parse_style("3:0.5,12:0.5", step.styles)
            elif step.__struct_config__.tag == "embed-style":
                found[step.input] = self._embedded(step)
        return found

    def _embedded(self, step: Any) -> Any:
        predictor: Any = self.lens.predictor(step.model, object)
        view = predictor.view(open_photo(ASSETS / "golden" / "photos" / "card.png").rgb)
        return list(execute(predictor.spec.program, view))[-1][1].values

    def _do(self, step: Any, value: Any, view: View) -> Any:
        tag = step.__struct_config__.tag

        def right(given: Any = value) -> Any:
            return self._rightly(step, given, view)

        if tag not in self.mistakes:
            return right()
        session = self.lens.predictor(self.model, object).session
        moment = Moment(step, value, view, self.photo.read_bytes(), right, session)
        return self.mistakes[tag](moment)

    def _rightly(self, step: Any, value: Any, view: View) -> Any:
        tag = step.__struct_config__.tag
        if tag == "decode-photo":
            return open_photo(value).rgb
        if tag == "find-faces":
            detector: Any = self.lens.predictor(step.model, object)
            return list(execute(detector.spec.program, detector.view(value)))[-1][1]
        if tag == "run":
            return view.run({n: a.reshape(self._shape(n)) for n, a in value.items()})
        if type(step) in UP_TO_RUN:
            source = view.rgb if tag == "crop-square" else value
            return UP_TO_RUN[type(step)](step, source, view)
        if view.placement is None:
            raise SpecError("no placement")
        high, wide = view.rgb.shape[:2]
        program = self.lens.predictor(self.model, object).spec.program
        scene = Scene(program, view.labels, view.placement, (wide, high))
        return AFTER_RUN[type(step)](step, value, scene)

    def _shape(self, name: str) -> tuple[int, ...]:
        return self.lens.predictor(self.model, object).session.input_shapes[name]

    def _result(self, program: Any, stages: Sequence[Stage]) -> dict[str, Any]:
        last = [stage for stage in stages if stage.index == len(program) - 1]
        if program[1].__struct_config__.tag != "find-faces":
            value = last[0].value
            vector = isinstance(value, StyleVector)
            return {"values": value.values.ravel().tolist()} if vector else result_record(value)
        found = next(stage.value for stage in stages if stage.index == 1).faces
        faces = [
            with_value(found[s.face], program, s.value) for s in last if s.face is not None
        ]
        return result_record(Faces(faces=tuple(faces)))


@pytest.fixture(scope="session")
def lens() -> Lens:
    return Lens(Bundle.open(ASSETS))


@pytest.fixture(scope="session")
def app(lens: Lens) -> Callable[..., App]:
    """An app on a golden photo or a sample."""

    def make(model: str, photo: str, **more: Any) -> App:
        places = (ASSETS / "golden" / "photos", ROOT / "calibration" / "data" / "samples")
        path = next((p / photo for p in places if (p / photo).is_file()), Path(photo))
        return App(lens, model, path, **more)

    return make


@pytest.fixture(scope="session")
def replayed(lens: Lens, app: Callable[..., App]) -> Callable[..., Replay]:
    """A replay of a right run, with all its stages."""
    known: dict[tuple[str, str], Replay] = {}

    def make(model: str, photo: str) -> Replay:
        if (model, photo) not in known:
            made = app(model, photo)
            with zipfile.ZipFile(io.BytesIO(made.dump())) as archive:
                head = msgspec.json.decode(archive.read("dump.json"), type=DumpHead)
            stages = {(s.index, s.face): dict(s.arrays) for s in made.stages()}
            content = made.photo.read_bytes()
            known[model, photo] = Replay(
                lens=lens,
                predictor=lens.predictor(model, object),
                dump=Dump(head=head, stages=stages, photo=content),
                photo=open_photo(content),
            )
        return known[model, photo]

    return make


@pytest.fixture(scope="session")
def wrongly(replayed: Callable[..., Replay]) -> Callable[..., bool]:
    """Whether a hypothesis makes something else of a right run."""

    def make(hypothesis: Hypothesis, model: str, photo: str) -> bool:
        replay = replayed(model, photo)
        program = replay.spec.program
        index = next(
            (i for i, s in enumerate(program) if isinstance(s, hypothesis.kinds)), None
        )
        if index is None:
            return False
        place = replay.place_before((index, 0), index)
        instead = Instead(at=index, make=hypothesis.make, seen=replay.dump.stages[place])
        right = arrays_of(replay.value(place, index - 1 if index else None))
        made = replay.value(place, index - 1 if index else None, instead)
        if made is None:
            return False
        other = arrays_of(made)
        assert right.keys() == other.keys()
        return not all(np.array_equal(right[name], other[name]) for name in right)

    return make


@pytest.fixture
def read(tmp_path: Path) -> Callable[[bytes], Dump]:
    """A dump of its bytes."""

    def run(content: bytes) -> Dump:
        path = tmp_path / "dump.zip"
        path.write_bytes(content)
        return read_dump(path)

    return run


@pytest.fixture
def diagnosed(lens: Lens, read: Callable[[bytes], Dump]) -> Callable[..., Report]:
    """The report on a dump of its bytes."""

    def run(content: bytes, **more: Any) -> Report:
        return examine(lens.bundle, read(content), **more)

    return run
