from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from edge_runtime import Lens
from edge_runtime.bundle import Bundle
from edge_runtime.images import Photo, open_photo
from edge_server.engine.interface import Deadline
from edge_server.engine.local import LocalEngine
from edge_server.heavy_model import Job
from edge_server.intake.decoding import Wishes
from edge_server.intake.intake import Intake
from edge_server.problems import Cancelled, InvalidParameter, ModelUnhealthy, UnknownName
from edge_server.tasks.light import Asked, LightRunner, light_servables, light_tasks
from edge_server.tasks.task import Call, Choice, EnlargeParams

SAMPLES = Path(__file__).parents[3] / "calibration" / "data" / "samples"
BUNDLE = Bundle.open()
TASKS = {task.name: task for task in light_tasks(BUNDLE)}


@pytest.fixture(scope="module")
def engine() -> Iterator[LocalEngine]:
    made = LocalEngine(light_servables(BUNDLE))
    yield made
    assert made.drain(20)


@pytest.fixture
def ask(engine: LocalEngine) -> Callable[..., Any]:
    def asked(
        name: str, choice: Choice | None = None, pictures: Any = None, **given: Any
    ) -> Any:
        task = TASKS[name]
        call = Call(
            engine=engine,
            photo=open_photo(SAMPLES / "obama.jpg"),
            params=task.params(**given),
            deadline=Deadline.after(60),
            choice=choice or Choice(),
            pictures=pictures or {},
        )
        return task.answer(task, call)

    return asked


def test_a_lens_and_a_task_have_the_same_default() -> None:
    for name, method in (("segment", Lens.segment), ("faces", Lens.faces)):
        assert method.__defaults__ == (TASKS[name].models[0],)


def test_an_answer_names_the_file_that_the_phone_has(ask: Callable[..., Any]) -> None:
    answer = ask("faces")
    entry = BUNDLE.entry("face-detection-short")
    shipped = BUNDLE.file(entry)[0]
    assert (answer.model, answer.variant, answer.sha256) == (
        "face-detection-short",
        shipped.variant,
        shipped.sha256,
    )
    assert answer.value == Lens().faces(SAMPLES / "obama.jpg").value


def test_a_mask_is_a_lenses_bit_for_bit(ask: Callable[..., Any]) -> None:
    expected = Lens().segment(SAMPLES / "obama.jpg").value.probability
    assert np.array_equal(ask("segment").value.probability, expected)


def test_a_style_picture_is_painted_by_the_other_model(ask: Callable[..., Any]) -> None:
    style = open_photo(SAMPLES / "flower.jpg")
    answer = ask("style", pictures={"style_image": style})
    assert answer.model == "style-transfer-any"
    assert answer.sha256 == BUNDLE.file(BUNDLE.entry("style-transfer-any"))[0].sha256


@pytest.mark.parametrize(
    ("name", "given", "problem"),
    [
        ("style", {"style": "99"}, UnknownName),
        ("style", {"style": "1:-1"}, InvalidParameter),
        ("background", {"background": "nonsense"}, UnknownName),
        ("faces", {"choice": Choice(model="smile")}, InvalidParameter),
    ],
)
def test_what_a_lens_refuses_is_a_problem(
    name: str, given: dict[str, Any], problem: type[Exception], ask: Callable[..., Any]
) -> None:
    with pytest.raises(problem):
        ask(name, **given)


def test_a_file_that_was_tampered_with_is_unhealthy(tmp_path: Path) -> None:
    for name in ("manifest.json", "labels"):
        (tmp_path / name).symlink_to(BUNDLE.folder / name)
    path = BUNDLE.file(BUNDLE.entry("smile"))[1].relative_to(BUNDLE.folder)
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_bytes(b"not it")
    engine = LocalEngine(light_servables(Bundle.open(tmp_path)))
    task = TASKS["smile"]
    photo = Photo(np.zeros((64, 64, 3), np.uint8))
    call = Call(engine=engine, photo=photo, params=task.params(), deadline=Deadline.after(20))
    with pytest.raises(ModelUnhealthy, match="not the one of the manifest"):
        task.answer(task, call)
    engine.drain(5)


def test_a_jpeg_scaled_while_it_is_decoded_has_the_same_best_label() -> None:
    task, intake, lens = TASKS["classify"], Intake(), Lens()
    assert task.least_hw(task.params()) is None
    least = task.least_hw(task.params(decode="scaled"))
    assert least == (448, 448)
    for name in ("biden", "china", "obama3", "rocket"):
        content = BytesIO()
        with Image.open(SAMPLES / f"{name}.jpg") as image:
            image.convert("RGB").resize((1280, 960)).save(content, "JPEG", quality=90)
        full = intake.from_bytes(content.getvalue())
        scaled = intake.from_bytes(content.getvalue(), Wishes(least_hw=least))
        assert scaled.photo.size_wh == (640, 480)
        best, also = (lens.classify(one.photo).value.labels[0] for one in (full, scaled))
        assert best.label == also.label
        assert abs(best.score - also.score) < 0.05


def enlarging(side: int, **given: Any) -> tuple[Asked, Photo]:
    """What the runner is asked about a photo that is cut into windows."""
    photo = Photo(open_photo(SAMPLES / "obama.jpg").rgb[200 : 200 + side, 300 : 300 + side])
    asked = Asked(
        by=lambda lens, one: lens.super_resolution(
            one.photo, one.params.scale, one.model, one.done
        ),
        photo=photo,
        model="super-resolution-compact",
        params=EnlargeParams(**given),
        pictures={},
    )
    return asked, photo


def test_an_enlargement_says_how_far_it_is_and_stops_where_nobody_waits() -> None:
    runner, said = LightRunner(BUNDLE), []
    asked, photo = enlarging(180, scale=2)
    params: Any = asked

    def job(gone: bool) -> Job:
        return Job(rgb=photo.rgb, params=params, progress=said.append, cancelled=lambda: gone)

    (made,) = runner.run([job(gone=False)])
    assert made.value.pixels.shape == (360, 360, 3)
    assert said == [0.25, 0.5, 0.75, 1.0]
    said.clear()
    with pytest.raises(Cancelled):
        runner.run([job(gone=True)])
    assert said == [0.25]


def test_what_takes_long_keeps_no_light_slot() -> None:
    task = TASKS["super-resolution"]
    assert task.models == task.lighter == ("super-resolution-compact",)
    (served,) = [s for s in light_servables(BUNDLE) if s.id in task.models]
    assert (served.lane, served.own_slot, served.on) == ("light-long", False, "cpu")
    others = {s.lane for s in light_servables(BUNDLE) if s.id not in task.models}
    assert others == {"light"}
