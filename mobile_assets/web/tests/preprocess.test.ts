import assert from "node:assert/strict";
import { test } from "node:test";
import { Placement } from "../src/geometry.js";
import type { Resize } from "../src/manifest_types.js";
import { cropPixels, fitPixels } from "../src/preprocess.js";
import type { Pixels } from "../src/results.js";
import { rint } from "../src/rounding.js";

function resize(fit: Resize["fit"], pad = 0): Resize {
  return { step: "resize", fit, halve_from: 2, kernel: "bilinear", pad };
}

/** A photo whose red is x, whose green is y. */
function ramp(width: number, height: number): Pixels {
  const data = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i += 1) {
    data.set([i % width, Math.floor(i / width), 0], 3 * i);
  }
  return { width, height, data };
}

function channel(pixels: Pixels, c: number): number[] {
  return [...pixels.data].filter((_, i) => i % 3 === c);
}

test("halves go to the even number", () => {
  assert.deepEqual([0.5, 1.5, 2.5, -0.5, 2.4, 2.6].map(rint), [0, 2, 2, 0, 2, 3]);
});

test("the same size is the same picture", () => {
  const photo = ramp(5, 4);
  assert.deepEqual(fitPixels(photo, resize("stretch"), [5, 4]).pixels, photo);
});

test("halving takes means of four, halves up, and leaves an odd row out", () => {
  const photo: Pixels = {
    width: 2,
    height: 3,
    data: Uint8Array.from([0, 1, 9, 1, 2, 9, 0, 1, 9, 1, 2, 9, 99, 99, 99, 99, 99, 99]),
  };
  assert.deepEqual([...fitPixels(photo, resize("stretch"), [1, 1]).pixels.data], [1, 2, 9]);
});

test("to twice the size, quarters", () => {
  const photo: Pixels = { width: 2, height: 1, data: Uint8Array.from([0, 0, 0, 100, 40, 8]) };
  const { pixels } = fitPixels(photo, resize("stretch"), [4, 1]);
  assert.deepEqual(channel(pixels, 0), [0, 25, 75, 100]);
  assert.deepEqual(channel(pixels, 2), [0, 2, 6, 8]);
});

test("a letterbox pads", () => {
  const { pixels, placement } = fitPixels(ramp(4, 2), resize("letterbox", 7), [4, 4]);
  assert.deepEqual(channel(pixels, 0), [7, 7, 7, 7, 0, 1, 2, 3, 0, 1, 2, 3, 7, 7, 7, 7]);
  assert.deepEqual(placement.pixel(0, 0.25), [0, 0]);
});

test("a crop reads the photo where the placement says, and repeats its edge", () => {
  const made = cropPixels(ramp(8, 8), Placement.region(-2, 2, 2, 6), [4, 4], 4);
  assert.deepEqual(channel(made, 0).slice(0, 4), [0, 0, 0, 1]);
  assert.deepEqual(
    [0, 4, 8, 12].map((i) => channel(made, 1)[i]),
    [2, 3, 4, 5],
  );
});

test("a square turned by a quarter reads columns as rows", () => {
  const made = cropPixels(ramp(8, 8), Placement.square([4, 4], 4, Math.PI / 2), [4, 4], 4);
  assert.deepEqual(channel(made, 1).slice(0, 4), [2, 3, 4, 5]);
  assert.deepEqual(channel(made, 0).slice(0, 4), [5, 5, 5, 5]);
});
