import assert from "node:assert/strict";
import { test } from "node:test";
import { isFace, square } from "../src/close_up.js";
import type { Trace } from "../src/lens.js";
import type { Box, Face, Pixels } from "../src/results.js";

function face(...boxXyxy: readonly number[]): Face {
  return { boxXyxy: boxXyxy as unknown as Box, score: 0.6, points: {} };
}

/** A photo whose pixels say where they are. */
function photo(width: number, height: number): Pixels {
  const data = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i += 1) {
    data.set([i % width, Math.floor(i / width), 7], 3 * i);
  }
  return { width, height, data };
}

/** A lens that sees these faces in any square, and in each of them the same presence. */
function seeing(presence: number, ...faces: readonly Face[]) {
  const step = { step: "keep-present", output: "presence", threshold: 0.5 } as const;
  const outputs = { presence: { shape: [1, 1], data: Float32Array.of(presence) } };
  const stages = faces.flatMap((_, number) => [
    { index: 4, step: { step: "run" }, face: number, value: outputs },
    { index: 5, step, face: number, value: outputs },
  ]);
  const found = { index: 1, step: { step: "find-faces" }, face: null, value: { faces } };
  return { trace: async () => ({ stages: [found, ...stages] }) as unknown as Trace };
}

test("a square is half as large again and repeats the edge", () => {
  const inside = square(photo(30, 20), face(10, 5, 18, 11));
  assert.deepEqual([inside.left, inside.top, inside.pixels.width], [8, 2, 12]);
  assert.deepEqual([...inside.pixels.data.subarray(0, 6)], [8, 2, 7, 9, 2, 7]);
  const corner = square(photo(30, 20), face(-4, -4, 4, 4));
  assert.deepEqual([corner.left, corner.top, corner.pixels.height], [-6, -6, 12]);
  assert.deepEqual([...corner.pixels.data.subarray(0, 3)], [0, 0, 7]);
  assert.deepEqual([...corner.pixels.data.slice(-3)], [5, 5, 7]);
});

test("the detector or the mesh has to be sure from close by", async () => {
  const meant = face(30, 30, 60, 60);
  const there = (score: number): Face => ({ ...face(7, 7, 37, 37), score });
  const asked = (score: number, presence: number) =>
    isFace(seeing(presence, there(score)), photo(90, 90), meant);
  assert.equal(await asked(0.7, 0), true);
  assert.equal(await asked(0.69, 0.981), true);
  assert.equal(await asked(0.69, 0.979), false);
});

test("what the detector is sure of is not looked at again", async () => {
  const nobody = {
    trace: async (): Promise<Trace> => {
      throw new Error("looked at again");
    },
  };
  const scored = (score: number): Face => ({ ...face(1, 1, 5, 5), score });
  assert.equal(await isFace(nobody, photo(9, 9), scored(0.85)), true);
  await assert.rejects(isFace(nobody, photo(9, 9), scored(0.84)), /looked at again/);
});

test("a face beside it is another one, and none is none", async () => {
  const meant = face(30, 30, 60, 60);
  const beside: Face = { ...face(0, 0, 8, 8), score: 0.9 };
  assert.equal(await isFace(seeing(1, beside), photo(90, 90), meant), false);
  assert.equal(await isFace(seeing(1), photo(90, 90), meant), false);
  const both = seeing(0, beside, { ...face(7, 7, 37, 37), score: 0.8 });
  assert.equal(await isFace(both, photo(90, 90), meant), true);
});
