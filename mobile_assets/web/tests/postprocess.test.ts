import assert from "node:assert/strict";
import { test } from "node:test";
import { PocketLensError, SpecError, UnknownName } from "../src/errors.js";
import { Placement } from "../src/geometry.js";
import type { SelectCandidates } from "../src/manifest_types.js";
import { clip, select, suppress, toPhoto } from "../src/postprocess/candidates.js";
import { topLabels } from "../src/postprocess/classification.js";
import { keepPresent, mapPoints } from "../src/postprocess/landmarks.js";
import { upsampleMask } from "../src/postprocess/segmentation.js";
import { resizePicture, roundPixels } from "../src/postprocess/style.js";
import type { Tensor } from "../src/results.js";
import { type Finish, finished, parseStyle } from "../src/stylise.js";
import { resultRecord } from "../src/wire.js";

function tensor(shape: readonly number[], ...numbers: number[]): Tensor {
  return { shape, data: Float32Array.from(numbers) };
}

const SCENE = {
  labels: ["a", "b", "c"],
  placement: Placement.region(0, 0, 40, 20),
  size: [40, 20] as const,
};
const SELECT: SelectCandidates = {
  step: "select-candidates",
  boxes: "boxes",
  scores: "scores",
  threshold: 0.4,
  points: "",
  most: 0,
};
const OUTPUTS = {
  boxes: tensor([1, 2, 4], 0, 0, 0.5, 0.5, 0.5, 0.5, 1.5, 1),
  scores: tensor([1, 2, 2], 0.4, 0.1, 0.9, 0.4),
};

test("candidates: the best first, of equals the earlier; the threshold counts", () => {
  const found = select(SELECT, OUTPUTS);
  assert.deepEqual(found.classes, [0, 0, 1]);
  assert.deepEqual(found.scores, [0.9, 0.4, 0.4].map(Math.fround));
  assert.equal(select({ ...SELECT, most: 1 }, OUTPUTS).rows.length, 1);
  assert.throws(() => select({ ...SELECT, boxes: "none" }, OUTPUTS), SpecError);
});

test("candidates in pixels, clipped; NMS goes by class", () => {
  const mapped = toPhoto({ step: "map-boxes" }, select(SELECT, OUTPUTS), SCENE);
  assert.deepEqual(mapped.rows[0], [20, 10, 60, 20]);
  const clipped = clip({ step: "clip-boxes" }, mapped, SCENE);
  assert.deepEqual(clipped.rows[0], [20, 10, 40, 20]);
  const kept = suppress({ step: "nms", iou_threshold: 0.5, most: 2 }, mapped);
  assert.deepEqual(kept.classes, [0, 0]);
  const all = suppress({ step: "nms", iou_threshold: 0.5, most: 9 }, mapped);
  assert.equal(all.rows.length, 3);
});

test("the best labels, of equals the lower index", () => {
  const made = topLabels(
    { step: "top-labels", output: "p", most: 2 },
    { p: tensor([1, 3], 0.25, 0.5, 0.5) },
    SCENE,
  );
  assert.deepEqual(
    made.labels.map(({ label }) => label),
    ["b", "c"],
  );
});

test("a mask is spread, and an edge repeated", () => {
  const plane = tensor([1, 1, 2, 1], 0, 1);
  const scene = { ...SCENE, placement: Placement.region(0, 0, 4, 1), size: [4, 1] as const };
  const step = { step: "upsample-mask", output: "m", kernel: "bilinear" } as const;
  assert.deepEqual(
    [...upsampleMask(step, { m: plane }, scene).probability],
    [0, 0.25, 0.75, 1],
  );
  const cropped = { ...scene, placement: Placement.region(1, 0, 3, 1) };
  const made = upsampleMask(step, { m: plane }, cropped).probability;
  assert.deepEqual([...made], [0, 0, 1, 1]);
});

test("painted pixels are rounded to even, clipped, and brought to the photo's size", () => {
  const painted = roundPixels(
    { step: "round-pixels", output: "p" },
    { p: tensor([1, 1, 2, 3], 0.5, 1.5, 300, -5, 99.6, 255) },
  );
  assert.deepEqual([...painted.data], [0, 2, 255, 0, 100, 255]);
  const same = resizePicture({ step: "resize-picture", kernel: "bicubic" }, painted, {
    ...SCENE,
    size: [2, 1],
  });
  assert.deepEqual(same.pixels.data, painted.data);
});

test("landmarks: not of what is no face; depth in pixels", () => {
  const outputs = { presence: tensor([1, 1], 0.5), points: tensor([1, 1, 3], 0.5, 0.5, 0.1) };
  const keep = { step: "keep-present", output: "presence", threshold: 0.5 } as const;
  assert.equal(keepPresent(keep, outputs), outputs);
  assert.equal(keepPresent({ ...keep, threshold: 0.6 }, outputs), null);
  const placed = mapPoints({ step: "map-points", output: "points" }, outputs, SCENE);
  assert.deepEqual([...placed], [20, 10, 4]);
});

test("a mix of styles sums to 1", () => {
  assert.deepEqual([...parseStyle("1", 3).data], [0, 1, 0]);
  assert.deepEqual([...parseStyle("0:1, 2:3", 3).data], [0.25, 0, 0.75]);
  for (const wrong of ["3", "-1", "1.0", "", "a"]) {
    assert.throws(() => parseStyle(wrong, 3), UnknownName);
  }
  for (const wrong of ["0:0", "0:-1", "0:many"]) {
    assert.throws(() => parseStyle(wrong, 3), PocketLensError);
  }
});

test("a painting is finished", () => {
  const row = (...data: readonly number[]) => ({
    width: data.length / 3,
    height: 1,
    data: Uint8Array.from(data),
  });
  const photo = row(200, 40, 30, 10, 20, 30, 255, 255, 255);
  const pixels = row(90, 90, 90, 250, 128, 0, 0, 0, 0);
  const made = (finish: Finish) => [...finished(photo, { pixels }, finish).pixels.data];
  assert.deepEqual(made({}), [...pixels.data]);
  assert.deepEqual(made({ strength: 0 }), [...photo.data]);
  assert.deepEqual(made({ strength: 0.5 }), [145, 65, 60, 130, 74, 15, 128, 128, 128]);
  assert.deepEqual(made({ keepColours: true }), [182, 13, 17, 154, 162, 175, 0, 0, 0]);
});

test("results as JSON", () => {
  const face = {
    boxXyxy: [1.00049, 2, 3, 4],
    score: 0.12345678,
    points: { nose: [1, 2] },
  } as const;
  assert.deepEqual(resultRecord({ faces: [{ ...face, smile: 1 / 3 }] }), {
    faces: [{ box: [1, 2, 3, 4], score: 0.123457, points: { nose: [1, 2] }, smile: 0.333333 }],
  });
  const mask = { width: 2, height: 1, probability: Float32Array.from([0, 1]) };
  assert.deepEqual(resultRecord(mask), { person: 0.5 });
});
