"""Many analyses in one question, against the real application."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from edge_runtime import Lens
from edge_runtime.outcomes import Unavailable
from edge_runtime.remote import RemoteLens
from edge_runtime.remote.analyze import Analysed, ask_analyze
from edge_runtime.remote.connections import Reply
from edge_runtime.results import ClassMap, Faces, Labels, Objects
from edge_server.api.app import create_app
from edge_server.engine.counting import Tally
from edge_server.running import local_engine, services_for
from edge_server.settings import Settings

SAMPLES = Path(__file__).parents[3] / "calibration" / "data" / "samples"
PHOTO = SAMPLES / "astronaut.png"
Make = Callable[..., RemoteLens]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("server")
    chosen = Settings(data=str(folder), weights=str(folder), threads=2, device="cpu")
    engine = local_engine(chosen, tally := Tally())
    services = services_for(chosen, engine, tally, lambda: False)
    server = make_server("127.0.0.1", 0, create_app(services), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()
    assert services.store is not None
    services.store.close()
    engine.drain(10)


def test_values_are_those_that_a_lens_gives(url: str, remote_lens: Make) -> None:
    found = ask_analyze(remote_lens(url), PHOTO, ["classify", "objects", "smile"])
    assert isinstance(found, Analysed)
    lens = Lens()
    assert set(found.values) == {"classify", "objects", "smile"}
    match found.values:
        case {
            "classify": Labels(labels=labels),
            "objects": Objects(objects=objects),
            "smile": Faces(faces=faces),
        }:
            assert [x.label for x in labels] == [
                x.label for x in lens.classify(PHOTO).value.labels
            ]
            here = lens.detect(PHOTO).value.objects
            assert [x.label for x in objects] == [x.label for x in here]
            assert objects[0].box_xyxy == pytest.approx(here[0].box_xyxy, abs=1)
            assert faces[0].smile == pytest.approx(
                lens.smile(PHOTO).value.faces[0].smile, abs=0.05
            )
        case _:
            pytest.fail(str(found.values))
    assert found.models["objects"][0] == "object-detection"
    assert len(found.models["objects"][1]) == 64
    assert found.stored == frozenset()


def test_the_second_time_it_was_kept_unless_it_may_not_be(url: str, remote_lens: Make) -> None:
    remote, photo = remote_lens(url), SAMPLES / "coffee.png"
    for keep, stored in ((False, set()), (True, set()), (True, {"faces"}), (False, set())):
        found = ask_analyze(remote, photo, ["faces"], keep=keep)
        assert isinstance(found, Analysed)
        assert found.stored == stored


def test_one_that_fails_is_a_problem_beside_the_others(url: str, remote_lens: Make) -> None:
    found = ask_analyze(remote_lens(url), PHOTO, ["depth", "faces"], keep=False)
    assert isinstance(found, Analysed)
    assert set(found.values) == {"faces"}
    assert found.problems["depth"].code == "weights-missing"
    assert "edge-serve weights pull" in found.problems["depth"].why


@pytest.mark.parametrize(("names", "code"), [(["depth"], "weights-missing"), (["x"], None)])
def test_where_nothing_was_answered_it_is_unavailable(
    names: list[str], code: str | None, url: str, remote_lens: Make
) -> None:
    found = ask_analyze(remote_lens(url), PHOTO, names)
    assert isinstance(found, Unavailable)
    assert found.code == (code or "unknown-name")


def test_what_has_no_record_is_the_servers_json(url: str, remote_lens: Make) -> None:
    found = ask_analyze(remote_lens(url), PHOTO, ["segment"], keep=False)
    assert isinstance(found, Analysed)
    assert found.values["segment"]["mask"]["size"] == [512, 512]


class Said:
    """A lens whose server says this."""

    def __init__(self, **content: Any) -> None:
        self.body = json.dumps(content).encode()

    def post(self, _path: str, _content: Any, read: Any, _how: Any) -> Any:
        return type(
            "Answered", (), {"answer": read(Reply(status=200, headers={}, body=self.body))}
        )


def answer(**changed: Any) -> dict[str, Any]:
    return {"image": {"size": [512, 512]}, "results": {}, "problems": {}, "ms": {}} | changed


def test_a_mask_of_every_class_is_read_at_the_photos_size() -> None:
    mask = {"size": [512, 512], "counts": [0, 512 * 512]}
    classes = {"classes": [{"label": "sky", "colour": [1, 2, 3], "mask": mask}]}
    finding = dict.fromkeys(("model", "variant", "sha256", "device"), "") | {
        "result": classes,
        "ms": {},
        "stored": False,
    }
    lens: Any = Said(**answer(results={"semantic-segmentation": finding}))
    found = ask_analyze(lens, PHOTO)
    assert isinstance(found, Analysed)
    value = found.values["semantic-segmentation"]
    assert isinstance(value, ClassMap)
    assert (value.classes.shape, value.labels) == ((512, 512), ("sky",))


@pytest.mark.parametrize(
    "content",
    [{}, {"image": 3}, answer(image={"size": [3, 3]}), answer(results={"faces": {"model": 1}})],
)
def test_what_is_no_answer_is_refused(content: Any) -> None:
    from edge_runtime.remote.refusals import Refusal

    lens: Any = Said(**content)
    with pytest.raises(Refusal):
        ask_analyze(lens, PHOTO)
