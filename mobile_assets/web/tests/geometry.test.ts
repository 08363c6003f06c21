import assert from "node:assert/strict";
import { test } from "node:test";
import { Placement, nms, overlap, plan, squareAround, weightedNms } from "../src/geometry.js";
import type { Resize } from "../src/manifest_types.js";

function resize(fit: Resize["fit"], halveFrom = 4): Resize {
  return { step: "resize", fit, halve_from: halveFrom, kernel: "bilinear", pad: 0 };
}

const PLANS = [
  ["stretch", [64, 48], [32, 32], [0, 0, 64, 48], 0, [0, 0, 32, 32]],
  ["letterbox", [64, 48], [32, 32], [0, 0, 64, 48], 0, [0, 4, 32, 24]],
  ["crop", [64, 48], [32, 32], [8, 0, 48, 48], 0, [0, 0, 32, 32]],
  ["stretch", [257, 131], [32, 16], [0, 0, 256, 128], 3, [0, 0, 32, 16]],
  ["letterbox", [1, 40000], [16, 16], [0, 0, 1, 40000], 0, [7, 0, 1, 16]],
] as const;

for (const [fit, photo, input, source, halvings, target] of PLANS) {
  test(`${fit} of ${photo.join("x")} to ${input.join("x")}`, () => {
    const made = plan(photo, input, resize(fit, fit === "stretch" && halvings ? 2 : 4));
    assert.deepEqual([made.source, made.halvings, made.target], [source, halvings, target]);
  });
}

test("a placement and its inverse are each other's", () => {
  const placement = squareAround([10, 20, 50, 40], 1.5, 0.3);
  const [u, v] = placement.inverse(...placement.pixel(0.2, 0.7));
  assert.ok(Math.abs(u - 0.2) < 1e-12 && Math.abs(v - 0.7) < 1e-12);
  assert.deepEqual(placement.pixel(0.5, 0.5).map(Math.round), [30, 30]);
  assert.ok(Math.abs(placement.side - 60) < 1e-12);
  assert.equal(squareAround([20, 10, 40, 50], 1.5, 0).side, 60);
});

test("a region is upright", () => {
  assert.deepEqual(Placement.region(10, 20, 30, 60).pixel(0.5, 0.25), [20, 30]);
});

const ROWS = [
  [0, 0, 10, 10],
  [0, 0, 10, 9],
  [20, 20, 30, 30],
  [5, 5, 5, 5],
];

test("intersection over union", () => {
  assert.equal(overlap(ROWS[0], ROWS[0]), 1);
  assert.equal(overlap(ROWS[0], ROWS[1]), 0.9);
  assert.equal(overlap(ROWS[0], ROWS[2]), 0);
  assert.equal(overlap(ROWS[3], ROWS[3]), 0);
});

test("of boxes that overlap the best stays, of equals the first", () => {
  assert.deepEqual(nms(ROWS, [0.5, 0.5, 0.9, 0.1], 0.5), [2, 0, 3]);
  assert.deepEqual(nms(ROWS, [0.5, 0.6, 0.9, 0.1], 0.95), [2, 1, 0, 3]);
});

test("boxes that overlap melt, weighted by score", () => {
  const [first, second] = weightedNms(ROWS.slice(0, 3), [0.6, 0.2, 0.9], 0.5);
  assert.deepEqual(first, { row: [20, 20, 30, 30], score: 0.9 });
  assert.equal(second.score, 0.6);
  assert.ok(Math.abs(second.row[3] - 9.75) < 1e-12);
});
