import assert from "node:assert/strict";
import { test } from "node:test";
import { SpecError } from "../src/errors.js";
import type { Step } from "../src/manifest_types.js";
import { execute } from "../src/program.js";
import type { Picture, Pixels, Tensors } from "../src/results.js";
import { cut, place, stretches, windows } from "../src/windows.js";

const PROGRAM: readonly Step[] = [
  { step: "decode-photo", orientation: "exif", colour: "srgb", alpha: "dropped" },
  { step: "cut-windows", margin: 3 },
  {
    step: "write-tensor",
    input: "image",
    layout: "NHWC",
    channels: "RGB",
    values: "0..255",
    dtype: "float32",
  },
  { step: "run" },
  { step: "join-windows", output: "picture", scale: 2 },
];

function noise(width: number, height: number): Pixels {
  const data = Uint8Array.from({ length: 3 * width * height }, (_, i) => (i * 73 + 41) % 256);
  return { width, height, data };
}

/** Every pixel as four, and beyond 0..255 where a rounding would show it. */
async function doubled({ image }: Tensors): Promise<Tensors> {
  const [, height, width] = image.shape;
  const data = new Float32Array(12 * width * height);
  for (let i = 0; i < data.length; i += 1) {
    const [channel, x, y] = [i % 3, Math.floor(i / 3) % (2 * width), Math.floor(i / 6 / width)];
    data[i] = image.data[3 * ((y >> 1) * width + (x >> 1)) + channel] + 0.4;
  }
  return { picture: { shape: [1, 2 * height, 2 * width, 3], data } };
}

// The same numbers as in tests/edge_runtime/test_windows.py.
test("windows overlap by twice the margin at least, and cover an axis", () => {
  const numbers = (have: number) =>
    stretches(have, 8, 2).map(({ start, first, last }) => [start, first, last]);
  assert.deepEqual(numbers(5), [[0, 0, 5]]);
  assert.deepEqual(numbers(8), [[0, 0, 8]]);
  assert.deepEqual(numbers(9), [
    [0, 0, 4],
    [1, 4, 9],
  ]);
  assert.deepEqual(numbers(15), [
    [0, 0, 5],
    [3, 5, 9],
    [7, 9, 15],
  ]);
  assert.throws(() => stretches(20, 8, 4), SpecError);
});

for (const [width, height] of [
  [16, 16],
  [40, 23],
  [9, 50],
  [1, 1],
]) {
  test(`a picture of ${width}x${height} is joined without a seam`, async () => {
    const rgb = noise(width, height);
    const whole = {
      width: 2 * width,
      height: 2 * height,
      data: new Uint8Array(rgb.data.length * 4),
    };
    for (const window of windows([width, height], [16, 16], 3)) {
      const view = {
        rgb,
        size: [16, 16] as const,
        run: doubled,
        labels: [],
        vectors: {},
        window,
      };
      let value: unknown = null;
      for await (const stage of execute(PROGRAM, view)) value = stage.value;
      place(whole, window, (value as Picture).pixels, 2);
    }
    for (let i = 0; i < whole.data.length; i += 1) {
      const [channel, x, y] = [
        i % 3,
        Math.floor(i / 3) % whole.width,
        Math.floor(i / 3 / whole.width),
      ];
      assert.equal(whole.data[i], rgb.data[3 * ((y >> 1) * width + (x >> 1)) + channel]);
    }
  });
}

test("beyond a photo its last pixels are repeated", () => {
  const rgb = noise(2, 1);
  const { data } = cut(rgb, windows([2, 1], [3, 2], 0)[0], [3, 2]);
  assert.deepEqual([...data.subarray(6, 9)], [...rgb.data.subarray(3)]);
  assert.deepEqual([...data.subarray(9)], [...data.subarray(0, 9)]);
});

test("the first window is looked at where none is named", async () => {
  const rgb = noise(20, 20);
  const view = { rgb, size: [16, 16] as const, run: doubled, labels: [], vectors: {} };
  let value: unknown = null;
  for await (const stage of execute(PROGRAM, view)) value = stage.value;
  assert.equal((value as Picture).pixels.width, 20);
});

test("a part that is larger than its place is averaged, halves rounded up", () => {
  const rgb = noise(9, 7);
  const large = { width: 18, height: 14, data: new Uint8Array(rgb.data.length * 4) };
  for (let i = 0; i < large.data.length; i += 1) {
    const [channel, x, y] = [i % 3, Math.floor(i / 3) % 18, Math.floor(i / 54)];
    large.data[i] = rgb.data[3 * ((y >> 1) * 9 + (x >> 1)) + channel];
  }
  const whole = noise(9, 7);
  whole.data.fill(0);
  const all = {
    rows: { start: 0, first: 0, last: 7 },
    columns: { start: 0, first: 0, last: 9 },
  };
  place(whole, all, large, 1);
  assert.deepEqual(whole.data, rgb.data);
  const one = {
    rows: { start: 0, first: 0, last: 1 },
    columns: { start: 0, first: 0, last: 1 },
  };
  const four = {
    width: 2,
    height: 2,
    data: Uint8Array.from([0, 0, 9, 0, 0, 9, 0, 0, 9, 2, 1, 9]),
  };
  const mean = { width: 1, height: 1, data: new Uint8Array(3) };
  place(mean, one, four, 1);
  assert.deepEqual([...mean.data], [1, 0, 9]);
});
