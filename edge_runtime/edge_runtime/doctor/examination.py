"""A dump, held against Python stage by stage."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING, Any

from PIL import Image, JpegImagePlugin

from edge_runtime.contract import EmbedStyle, FindFaces, Run
from edge_runtime.doctor.diagnosis import Case, explain
from edge_runtime.doctor.gaps import gap
from edge_runtime.doctor.identity import identify
from edge_runtime.doctor.replay import UNUSABLE, Instead, Replay, attempt
from edge_runtime.doctor.reporting import Report, StageReport
from edge_runtime.doctor.tolerances import Tolerances, by_another_decoder, widened
from edge_runtime.doctor.values import result_arrays
from edge_runtime.errors import DumpError
from edge_runtime.images import open_photo
from edge_runtime.pipeline import Lens
from edge_runtime.tracing import arrays_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from edge_runtime.bundle import Bundle
    from edge_runtime.doctor.dump import Dump, DumpHead, Place
    from edge_runtime.doctor.gaps import Gap
    from edge_runtime.doctor.identity import Identity
    from edge_runtime.doctor.reporting import Finding, Verdict
    from edge_runtime.golden import Tolerance
    from edge_runtime.images import Photo
    from edge_runtime.tracing import Arrays

GRAPHS = (Run, FindFaces, EmbedStyle)
OTHER_FILE = "another file ran: its outputs cannot be compared"
NO_START = "it cannot be computed from what the app has before it"


def examine(
    bundle: Bundle,
    dump: Dump,
    photo: bytes | None = None,
    style: Photo | None = None,
    going: Callable[[], None] = lambda: None,
) -> Report:
    """What is wrong with a dump.

    ``photo``: the bytes of the photo, where the dump does not have them; ``style``: the
    picture that gave the style; ``going`` is called before every step that is computed, and
    ends the work by raising.  Raises ``DumpError`` for a dump that cannot be compared.
    """
    dump = replace(
        dump, photo=_checked(dump.head, photo or dump.photo or _golden(bundle, dump))
    )
    identity = identify(bundle, dump.head)
    lens = Lens(bundle, identity.runtime)
    predictor = lens.predictor(dump.head.model, object, dump.head.size_hw)
    opened = None if dump.photo is None else open_photo(dump.photo)
    _check_places(dump, predictor.spec.program)
    replay = Replay(
        lens=lens, predictor=predictor, dump=dump, photo=opened, style=style, going=going
    )
    return _Examination(replay=replay, identity=identity).report()


def _checked(head: DumpHead, photo: bytes | None) -> bytes | None:
    if photo and head.photo_sha256 and sha256(photo).hexdigest() != head.photo_sha256:
        raise DumpError(
            f"the photo is not the {head.photo} of the dump: name that with --photo"
        )
    return photo


def _golden(bundle: Bundle, dump: Dump) -> bytes | None:
    """The photo, where it is one of the bundle's golden ones."""
    for path in sorted((bundle.folder / "golden" / "photos").glob("*.*")):
        content = path.read_bytes()
        if sha256(content).hexdigest() == dump.head.photo_sha256:
            return content
    return None


def _check_places(dump: Dump, program: Any) -> None:
    for stage in dump.head.stages:
        tag = ""
        if 0 <= stage.index < len(program):
            tag = str(program[stage.index].__struct_config__.tag)
        if stage.step != tag:
            raise DumpError(
                f"stage {stage.index} of the dump is {stage.step!r}, the bundle's program has "
                f"{tag or 'no such step'!r}: name the bundle that the app ships"
            )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Compared:
    """A stage, or the result, that is compared with what Python makes from ``start`` on."""

    place: Place
    step: str
    start: int
    seen: Arrays
    compute: Callable[[Instead | None], Arrays]
    tolerances: Callable[[Arrays, bool], Mapping[str, Tolerance]]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Examination:
    replay: Replay
    identity: Identity
    stages: list[StageReport] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def report(self) -> Report:
        replay, head = self.replay, self.replay.dump.head
        self.findings.extend(self.identity.findings)
        for place in sorted(
            replay.dump.stages, key=lambda p: (-1 if p[1] is None else p[1], p)
        ):
            self._look(self._stage(place))
        last = len(replay.spec.program) - 1
        if head.result is not None and not self._wrong(last):
            self._look(self._result(last))
        if all(stage.verdict == "not compared" for stage in self.stages):
            raise DumpError(_nothing(self.stages))
        return Report(
            model=head.model,
            version=head.version,
            variant=head.variant,
            runtime=head.runtime,
            device=head.device,
            ran_on=" ".join(filter(None, (head.backend, head.accelerator))),
            photo=head.photo,
            healthy=not self.findings,
            findings=tuple(self.findings),
            stages=tuple(self.stages),
            notes=self._notes(),
        )

    def _stage(self, place: Place) -> _Compared:
        replay, index = self.replay, place[0]
        after = replay.before(place)
        known = Tolerances(replay.lens.bundle, replay.spec, self._side())
        return _Compared(
            place=place,
            step=str(replay.spec.program[index].__struct_config__.tag),
            start=0 if after is None else after + 1,
            seen=replay.dump.stages[place],
            compute=lambda instead: arrays_of(replay.value(place, after, instead)),
            tolerances=lambda arrays, chained: known.of(index, arrays, chained=chained),
        )

    def _result(self, last: int) -> _Compared:
        replay = self.replay
        place = replay.place_before((last, 0), last)
        after = replay.before(place)
        known = Tolerances(replay.lens.bundle, replay.spec, self._side())
        start = 0 if after is None else after + 1
        ran = any(isinstance(step, GRAPHS) for step in replay.spec.program[start:])
        return _Compared(
            place=place,
            step="result",
            start=start,
            seen=result_arrays(replay.dump.head.result),
            compute=lambda instead: result_arrays(replay.result(after, instead)),
            tolerances=lambda _arrays, _chained: known.of_result(chained=ran),
        )

    def _side(self) -> int:
        rgb = self.replay.anchor((0, None))
        rgb = self.replay.photo.rgb if rgb is None and self.replay.photo else rgb
        return 0 if rgb is None else max(rgb.shape[:2])

    def _look(self, one: _Compared) -> None:
        """Compare, say so, and find out why where it differs for the first time."""
        program = self.replay.spec.program
        ran = any(isinstance(s, Run) for s in program[one.start : one.place[0] + 1])
        if ran and not self.identity.same:
            self._say(one, "not compared", note=OTHER_FILE)
            return
        try:
            wanted = one.compute(None)
        except DumpError as error:
            self._say(one, "not compared", note=str(error))
            return
        except UNUSABLE:
            self._say(one, "not compared", note=NO_START)
            return
        tolerances = self._allowed(one, wanted)
        off = gap(wanted, one.seen, tolerances)
        verdict = self._verdict(one, off)
        self._say(one, verdict, off)
        if verdict == "differs" and not self._wrong(one.place[0], one.step):
            self.findings.append(explain(self._case(one, off, tolerances)))

    def _allowed(self, one: _Compared, wanted: Arrays) -> Mapping[str, Tolerance]:
        steps = self.replay.spec.program[one.start : one.place[0]]
        chained = any(isinstance(step, GRAPHS) for step in steps)
        tolerances = one.tolerances(wanted, chained)
        lossy = None if one.start else self._lossy()
        if lossy is None:
            return tolerances
        decoded = Instead(
            at=0, make=lambda trial: by_another_decoder(trial.right(), subsampled=lossy)
        )
        other = attempt(lambda: one.compute(decoded))
        return tolerances if other is None else widened(dict(tolerances), wanted, other)

    def _lossy(self) -> bool | None:
        """Whether a lossy photo's colours are subsampled; none for a lossless one."""
        with Image.open(BytesIO(self.replay.dump.photo or b"")) as image:
            if image.format in {"PNG", "BMP", "GIF", "PPM", "TIFF"}:
                return None
            return image.format != "JPEG" or JpegImagePlugin.get_sampling(image) != 0

    def _verdict(self, one: _Compared, off: Gap) -> Verdict:
        if off.passes:
            return "agrees"
        earlier = (finding.index for finding in self.findings if finding.index is not None)
        return "follows" if any(one.start <= i < one.place[0] for i in earlier) else "differs"

    def _wrong(self, index: int, step: str = "") -> bool:
        """Whether something has been said of a step already, perhaps for another face."""
        return any(f.index == index and step in {"", f.step} for f in self.findings)

    def _say(
        self, one: _Compared, verdict: Verdict, off: Gap | None = None, note: str = ""
    ) -> None:
        self.stages.append(
            StageReport(
                index=one.place[0],
                step=one.step,
                face=one.place[1],
                verdict=verdict,
                array=off.name if off else "",
                max_abs=off.max_abs if off else None,
                mean_abs=off.mean_abs if off else None,
                allowed_max=off.tolerance.max_abs if off else None,
                allowed_mean=off.tolerance.mean_abs if off else None,
                note=note or (off.note if off else ""),
            )
        )

    def _case(self, one: _Compared, off: Gap, tolerances: Mapping[str, Tolerance]) -> Case:
        return Case(
            program=self.replay.spec.program,
            start=one.start,
            index=one.place[0],
            seen=one.seen,
            off=off,
            tolerances=tolerances,
            compute=one.compute,
            step=one.step,
            face=one.place[1],
        )

    def _notes(self) -> tuple[str, ...]:
        notes = []
        left = ", ".join(self.replay.dump.left_out)
        if left:
            notes.append(f"not compared, because the arrays are large: {left}")
        embeds = any(isinstance(step, EmbedStyle) for step in self.replay.spec.program)
        if embeds and self.replay.style is None:
            notes.append(
                "the style vector is taken as the app has it: check it with --style-image"
            )
        return tuple(notes)


def _nothing(stages: list[StageReport]) -> str:
    why = next((stage.note for stage in stages), "it has neither stages nor a result")
    return f"nothing in the dump can be compared: {why}"
