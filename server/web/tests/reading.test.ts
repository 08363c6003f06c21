/** What is read of answers, documents and streams, without a browser. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parts } from "../src/album.js";
import { type Document, tasksOf } from "../src/catalogue.js";
import { eventOf } from "../src/events.js";
import { marksOf, overlaysOf, percent } from "../src/marks.js";
import { type Face, counted, photosOf } from "../src/people.js";
import type { Config } from "../src/types.js";

const CONFIG: Config = {
  version: "1",
  keys: false,
  urls: true,
  most_bytes: 1,
  device: { worker: "/w", wasm: "/m/", bundle: "/b/" },
  models: ["object-detection"],
  objects: [],
  backgrounds: { colours: [], patterns: [] },
  filters: [],
  samples: [],
};

function operation(...names: readonly string[]) {
  const properties = Object.fromEntries(
    ["image", ...names].map((name) => [name, { contentMediaType: "image/png" }]),
  );
  const content = { "multipart/form-data": { schema: { properties } } };
  return { post: { tags: ["tasks"], summary: "New", requestBody: { content } } };
}

test("a task that nobody knew is offered by its own name", () => {
  const document: Document = { paths: { "/v1/bird-songs": operation("other_image") } };
  const tasks = tasksOf(CONFIG, document, []);
  const made = tasks.find(({ name }) => name === "bird-songs");
  assert.deepEqual(
    [made?.title, made?.hint, made?.group, made?.pictures],
    ["Bird songs", "New", "More", ["other_image"]],
  );
});

test("what wants more than a photo is not offered", () => {
  const document: Document = { paths: { "/v1/parity": operation("dump") } };
  assert.equal(
    tasksOf(CONFIG, document, []).find(({ name }) => name === "parity"),
    undefined,
  );
});

test("without a server there is what this device can", () => {
  assert.deepEqual(
    tasksOf(CONFIG, null, []).map(({ name }) => name),
    ["objects"],
  );
  assert.deepEqual(tasksOf({ ...CONFIG, device: null }, null, []), []);
});

test("weights are missing where no model of the task has them", () => {
  const document: Document = { paths: { "/v1/depth": operation() } };
  const states = (...all: readonly string[]) =>
    tasksOf(
      CONFIG,
      document,
      all.map((state) => ({ tasks: ["depth"], state })),
    ).find(({ name }) => name === "depth")?.missing;
  assert.equal(states("weights-missing", "weights-missing"), true);
  assert.equal(states("weights-missing", "idle"), false);
  assert.equal(states(), false);
});

test("without the weights of the usual model another is asked instead", () => {
  const document: Document = { paths: { "/v1/super-resolution": operation() } };
  const found = (usual: string, other: string) => {
    const tasks = ["super-resolution"];
    const models = [
      { id: "compact", tasks, default_of: [], state: other },
      { id: "large", tasks, default_of: tasks, state: usual },
    ];
    const [task] = tasksOf(CONFIG, document, models).filter((one) => one.served);
    return [task?.missing, task?.instead];
  };
  assert.deepEqual(found("weights-missing", "idle"), [true, "compact"]);
  assert.deepEqual(found("weights-missing", "weights-missing"), [true, ""]);
  assert.deepEqual(found("ready", "idle"), [false, ""]);
});

test("boxes, polygons, points and masks are found wherever they stand", () => {
  const marks = marksOf({
    objects: [{ label: "cup", score: 0.9, box: [1, 2, 3, 4], mask: { counts: [1] } }],
    deep: { lines: [{ text: "Hello", polygon: [[0, 0], [9, 0], [9, 9]] }] }, // prettier-ignore
    faces: [{ points: { nose: [5, 5], mouth: [6, 6] } }],
  });
  assert.deepEqual(
    marks.map(({ label, corners, points }) => [label, corners.length, points.length]),
    [
      ["cup 90 %", 4, 0],
      ["Hello", 3, 0],
      ["", 0, 2],
    ],
  );
  assert.deepEqual(overlaysOf(marks, null), ["boxes", "points", "masks", "text"]);
});

test("of two marks on one place the one that says more stays", () => {
  const box = [1, 2, 3, 4];
  const both = { faces: [{ box, score: 0.9 }], smile: [{ box, score: 0.9, smile: 0.5 }] };
  assert.deepEqual(
    marksOf(both).map(({ label }) => label),
    ["smile 50 %"],
  );
});

test("numbers that are none are no box", () => {
  assert.deepEqual(marksOf({ box: ["a", 1, 2, 3], other: { box: [1, 2] } }), []);
});

test("a share is never rounded to nothing", () => {
  assert.deepEqual([0, 0.001, 0.5, 1].map(percent), ["0 %", "< 1 %", "50 %", "100 %"]);
});

test("an album is sent in as many parts as have to be", () => {
  const sizes = (...all: readonly number[]) => all.map((size) => ({ size }));
  const split = (...all: readonly number[]) =>
    parts(sizes(...all), 100).map((part) => part.map(({ size }) => size));
  assert.deepEqual(split(40, 40, 40), [[40, 40], [40]]); // prettier-ignore
  assert.deepEqual(split(200, 10), [[200], [10]]); // prettier-ignore
  assert.deepEqual(split(), []);
});

test("events are read, comments are not", () => {
  const sent = eventOf('id: 3\nevent: result\ndata: {"name":"faces: all"}');
  assert.deepEqual(sent, { event: "result", data: { name: "faces: all" }, id: "3" });
  assert.equal(eventOf(": still working"), null);
});

test("photos of a group are counted once, in words", () => {
  const face = (id: string, photo: string): Face => ({ id, photo, box: [0, 0, 1, 1] });
  const faces = [face("1", "a"), face("2", "b"), face("3", "a")];
  assert.deepEqual(photosOf(faces), ["a", "b"]);
  assert.equal(counted(1, "photo"), "1 photo");
  assert.equal(counted(0, "person", "people"), "0 people");
});
