"""The lens in a Web Worker: the same answers, while the page goes on."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
BOTH = """async (web, [model, photo, request]) => {
  const { WorkerLens, predictionRecord, arraysOf } = web.lib;
  const lens = new WorkerLens({
    worker: '/web/dist/worker.js', bundle: '/', wasm: '/web/dist/wasm/', store: null });
  const bytes = web.bytes(photo);
  const here = await (await web.opened()).trace(model, bytes, request);
  const there = await lens.trace(model, bytes, request);
  await lens.close();
  return [here, there].map(({ prediction, stages }) => [
    predictionRecord(prediction).result,
    prediction.from,
    stages.map((stage) => [stage.index, stage.face, Object.entries(arraysOf(stage)).map(
      ([name, array]) => [name, web.packed(array)])]),
  ]);
}"""
ASKED = """async (web, { options, calls }) => {
  const heard = [];
  const lens = new web.lib.WorkerLens({
    worker: '/web/dist/worker.js', bundle: '/', wasm: '/web/dist/wasm/', ...options,
    onChoice: (model, choice) => heard.push([model, choice]) });
  const answers = [];
  for (const [model, photo, closing] of calls) {
    const asked = lens.predict(model, web.bytes(photo)).then(
      ({ from }) => from.model,
      (error) => [error.name, error.message,
        error instanceof web.lib[error.name] && error instanceof web.lib.PocketLensError]);
    if (closing) await lens.close();
    answers.push(await asked);
  }
  await lens.close();
  return { answers, heard };
}"""
MADE = """async (web, [kind, given, photo]) => {
  const { WorkerLens, Retoucher, Library, fetcher } = web.lib;
  const lens = new WorkerLens({
    worker: '/web/dist/worker.js', bundle: '/', wasm: '/web/dist/wasm/', store: null });
  const bytes = web.bytes(photo);
  const retoucher = new Retoucher(await web.opened(), await Library.open(fetcher('/')));
  const here = await retoucher[kind](given, bytes);
  let [ticks, running] = [0, true];
  const tick = () => { ticks += 1; if (running) setTimeout(tick, 1); };
  tick();
  const there = await lens[kind](given, bytes);
  running = false;
  await lens.close();
  const same = [here, there].map(({ picture: { width, height, data }, from }) =>
    [width, height, web.text(data), from]);
  return { same, ticks, ms: there.ms };
}"""
GOES_ON = """async (web, photo) => {
  const lens = new web.lib.WorkerLens({
    worker: '/web/dist/worker.js', bundle: '/', wasm: '/web/dist/wasm/' });
  const bytes = web.bytes(photo);
  await lens.predict('style-transfer', bytes);
  let [ticks, running] = [0, true];
  const tick = () => { ticks += 1; if (running) setTimeout(tick, 1); };
  tick();
  const { ms } = await lens.predict('style-transfer', bytes);
  running = false;
  await lens.close();
  return [ticks, ms.run];
}"""


def sample(name: str = "astronaut.png") -> str:
    path = ROOT / "calibration" / "data" / "samples" / name
    return base64.b64encode(path.read_bytes()).decode()


def asked(web: Any, calls: list[list[Any]], **options: Any) -> Any:
    return web.call(ASKED, {"options": options, "calls": calls})


@pytest.mark.parametrize(
    ("model", "request_"),
    [
        ("smile", {}),
        ("face-landmarks", {}),
        ("portrait-segmentation", {}),
        ("image-classification", {}),
        ("object-detection", {}),
        ("style-transfer", {"mix": "3:0.5,12:0.5", "sizeHw": [256, 256]}),
    ],
)
def test_a_worker_answers_as_the_page_does(
    model: str, request_: dict[str, Any], web: Any
) -> None:
    here, there = web.call(BOTH, [model, sample(), request_])
    assert there == here


@pytest.mark.parametrize(
    ("kind", "given", "models"),
    [
        ("filter", "sunny", {"face-landmarks", "portrait-segmentation", "smile"}),
        ("background", {"behind": "words", "words": "rainbow,dots"}, {"portrait-segmentation"}),
        ("background", {"behind": "nothing"}, {"portrait-segmentation"}),
    ],
)
def test_a_worker_draws_as_the_page_does_which_goes_on(
    kind: str, given: Any, models: set[str], web: Any
) -> None:
    made = web.call(MADE, [kind, given, sample()])
    here, there = made["same"]
    assert there == here
    assert {one["model"] for one in there[3]} == models
    assert made["ms"]["drawing"] > 0
    assert made["ticks"] > 20


def test_a_filter_that_is_none_is_named_by_the_worker(web: Any) -> None:
    said = web.call(
        """async (web, photo) => {
          const lens = new web.lib.WorkerLens({
            worker: '/web/dist/worker.js', bundle: '/', wasm: '/web/dist/wasm/' });
          try {
            await lens.filter('hart', web.bytes(photo));
          } catch (error) {
            return [error instanceof web.lib.UnknownName, error.message];
          } finally {
            await lens.close();
          }
        }""",
        sample(),
    )
    assert said[0]
    assert said[1].startswith("unknown filter 'hart'; known: autumn")


def test_the_page_goes_on_while_a_graph_runs(web: Any) -> None:
    ticks, ms = web.call(GOES_ON, sample())
    assert ms > 20
    assert ticks > 5


def test_a_worker_has_threads_of_its_own(web: Any) -> None:
    assert asked(web, [["smile", sample()]], threads=2)["answers"] == ["smile"]


def test_errors_are_those_that_the_worker_raised(web: Any) -> None:
    nothing = base64.b64encode(b"no photo").decode()
    calls = [["nobody", sample()], ["smile", nothing], ["smile", sample()]]
    unknown, unreadable, right = asked(web, calls)["answers"]
    assert (unknown[0], unknown[2]) == ("UnknownName", True)
    assert unknown[1].startswith("unknown model 'nobody'; known: face-detection-full")
    assert (unreadable[0], unreadable[2]) == ("PhotoUnreadable", True)
    assert right == "smile"


def test_a_bundle_that_is_restored_is_opened_again(web: Any) -> None:
    with web.with_files({"/manifest.json": None}):
        (answer,) = asked(web, [["smile", sample()]])["answers"]
    assert (answer[0], answer[2]) == ("BundleNotFound", True)
    assert asked(web, [["smile", sample()]])["answers"] == ["smile"]


def test_a_worker_that_is_closed_is_started_again(web: Any) -> None:
    closed, again = asked(web, [["smile", sample(), True], ["smile", sample()]])["answers"]
    assert closed == ["BackendError", "the worker was closed: ask again", True]
    assert again == "smile"


def test_a_worker_that_does_not_answer_is_ended(web: Any) -> None:
    silent = {"/silent.js": b"onmessage = () => { for (;;) {} };"}
    with web.with_files(silent):
        calls = [["smile", sample()]]
        (answer,) = asked(web, calls, worker="/silent.js", deadlineMs=300)["answers"]
    assert answer == [
        "BackendError",
        "the worker did not answer within 300 ms: ask again",
        True,
    ]


def test_a_worker_that_is_not_there_is_named(web: Any) -> None:
    (answer,) = asked(web, [["smile", sample()]], worker="/gone.js")["answers"]
    assert (answer[0], answer[2]) == ("BackendError", True)
    assert "/gone.js cannot run" in answer[1]


def test_the_choice_of_an_accelerator_is_kept_by_the_page(web: Any) -> None:
    web.call("async () => localStorage.clear()")
    first, second = (asked(web, [["smile", sample()]])["heard"] for _ in range(2))
    assert first == second
    assert [model for model, _ in first] == ["smile", "face-detection-short"]
    kept = json.loads(web.call("async () => localStorage.getItem('pocketlens-choices')"))
    assert len(kept) == 2


def test_a_worker_says_how_far_it_is_and_is_not_late_while_it_does(web: Any) -> None:
    """A worker that is played: six shares, and an answer after the deadline of a silent one."""
    played = b"""onmessage = ({ data: { id } }) => {
      let said = 0;
      const timer = setInterval(() => {
        said += 1;
        postMessage(said < 7 ? { id, share: said / 6 } : { id, value: 'done' });
        if (said === 7) clearInterval(timer);
      }, 300);
    };"""
    with web.with_files({"/played.js": played}):
        answer, shares = web.call(
            """async (web) => {
              const shares = [];
              const lens = new web.lib.WorkerLens({
                worker: '/played.js', bundle: '/', wasm: '/', deadlineMs: 1800 });
              const after = (share) => shares.push(share);
              const answer = await lens.predict('any', new Uint8Array(), {}, after);
              await lens.close();
              return [answer, shares];
            }"""
        )
    assert answer == "done"
    assert shares == [number / 6 for number in range(1, 7)]


def test_what_cannot_be_enlarged_is_said(web: Any) -> None:
    said = web.call(
        """async (web) => {
          const lens = await web.opened();
          const asked = async (side, scale) => {
            const data = new Uint8Array(3 * side * side);
            const photo = { width: side, height: side, data };
            const error = await lens
              .predict('super-resolution-compact', photo, { scale })
              .catch((reason) => reason);
            return [error.name, error.message];
          };
          const answers = [await asked(4, 3), await asked(2501, 4)];
          await lens.close();
          return answers;
        }"""
    )
    assert said[0][0] == "UnknownName"
    assert said[0][1] == "unknown scale of super-resolution-compact '3'; known: 2, 4"
    assert said[1][0] == "PhotoTooLarge"
    assert "take a smaller scale or a smaller photo" in said[1][1]
