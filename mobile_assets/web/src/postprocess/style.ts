/** Painted pixels to a picture of the photo's size, and a style to a vector. */
import type { ReadVector, ResizePicture, RoundPixels } from "../manifest_types.js";
import type { Picture, Pixels, StyleVector, Tensors } from "../results.js";
import { clamp, rint } from "../rounding.js";
import { type Scene, output } from "./scene.js";

const { fround } = Math;
const A = -0.75;

/** `round-pixels`. */
export function roundPixels(step: RoundPixels, outputs: Tensors): Pixels {
  const { shape, data } = output(outputs, step.output);
  const made = new Uint8Array(data.length);
  for (let i = 0; i < made.length; i += 1) made[i] = rint(clamp(data[i], 0, 255));
  return { width: shape[2], height: shape[1], data: made };
}

/** `resize-picture`. */
export function resizePicture(_: ResizePicture, painted: Pixels, scene: Scene): Picture {
  const [width, height] = scene.size;
  const columns = taps(painted.width, width);
  const rows = taps(painted.height, height);
  const wide = new Map<number, Float32Array>(); // the last rows that were resized along x
  const row = (y: number) => {
    const known = wide.get(y) ?? alongX(painted, y, columns);
    return (wide.set(y, known), known);
  };
  const data = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y += 1) {
    const four = [0, 1, 2, 3].map((tap) => row(rows.at[4 * y + tap]));
    const into = data.subarray(3 * width * y, 3 * width * (y + 1));
    alongY(four, rows.weights.subarray(4 * y, 4 * y + 4), into);
    for (const old of wide.keys()) if (old < rows.at[4 * y]) wide.delete(old);
  }
  return { pixels: { width, height, data } };
}

/** Of each output along an axis: four neighbours and their weights. */
interface Taps {
  readonly at: Int32Array;
  readonly weights: Float32Array;
}

function taps(have: number, want: number): Taps {
  const [at, weights] = [new Int32Array(4 * want), new Float32Array(4 * want)];
  const scale = 1 / (want / have);
  for (let i = 0; i < want; i += 1) {
    const place = fround((i + 0.5) * scale - 0.5);
    const low = Math.floor(place);
    weights.set(cubic(fround(place - low)), 4 * i);
    for (let tap = 0; tap < 4; tap += 1) at[4 * i + tap] = clamp(low - 1 + tap, 0, have - 1);
  }
  return { at, weights };
}

function cubic(t: number): readonly number[] {
  const first = fround(((A * (t + 1) - 5 * A) * (t + 1) + 8 * A) * (t + 1) - 4 * A);
  const near = (x: number) => fround(((A + 2) * x - (A + 3)) * x * x + 1);
  const [second, third] = [near(t), near(fround(1 - t))];
  return [first, second, third, fround(fround(fround(1 - first) - second) - third)];
}

function alongX({ width, data }: Pixels, y: number, columns: Taps): Float32Array {
  const count = columns.at.length / 4;
  const made = new Float32Array(3 * count);
  const start = 3 * width * y;
  for (let x = 0; x < count; x += 1) {
    for (let c = 0; c < 3; c += 1) {
      let sum = 0;
      for (let tap = 4 * x; tap < 4 * x + 4; tap += 1) {
        sum = fround(
          sum + fround(data[start + 3 * columns.at[tap] + c] * columns.weights[tap]),
        );
      }
      made[3 * x + c] = sum;
    }
  }
  return made;
}

function alongY(rows: readonly Float32Array[], weights: Float32Array, into: Uint8Array): void {
  const [one, two, three, four] = rows;
  for (let i = 0; i < into.length; i += 1) {
    let sum = fround(one[i] * weights[0]);
    sum = fround(sum + fround(two[i] * weights[1]));
    sum = fround(sum + fround(three[i] * weights[2]));
    sum = fround(sum + fround(four[i] * weights[3]));
    into[i] = clamp(rint(sum), 0, 255);
  }
}

/** `read-vector`. */
export function readVector(step: ReadVector, outputs: Tensors): StyleVector {
  return { values: output(outputs, step.output) };
}
