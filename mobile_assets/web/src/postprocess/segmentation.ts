/** A mask at the model's size to a mask at the photo's. */
import type { UpsampleMask } from "../manifest_types.js";
import type { Mask, Tensor, Tensors } from "../results.js";
import { clamp, rint } from "../rounding.js";
import { type Scene, output } from "./scene.js";

const { fround } = Math;

/** `upsample-mask`. */
export function upsampleMask(step: UpsampleMask, outputs: Tensors, scene: Scene): Mask {
  const plane = output(outputs, step.output);
  const [width, height] = scene.size;
  const [left, top, right, bottom] = overPhoto(plane, scene);
  const columns = neighbours(left, right, width, plane.shape[2]);
  const rows = neighbours(top, bottom, height, plane.shape[1]);
  return { width, height, probability: spread(plane, columns, rows) };
}

/** The columns from left to right and the rows from top to bottom of the plane that lie over
 * the photo; some may lie outside the plane. */
function overPhoto(plane: Tensor, { placement, size }: Scene): readonly number[] {
  const [, high, wide] = plane.shape;
  const [u0, v0] = placement.inverse(0, 0);
  const [u1, v1] = placement.inverse(...size);
  const [left, top] = [rint(u0 * wide), rint(v0 * high)];
  return [left, top, Math.max(rint(u1 * wide), left + 1), Math.max(rint(v1 * high), top + 1)];
}

/** Of each output along an axis: both neighbours in the plane, and the part of the second. */
interface Neighbours {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly part: Float32Array;
}

/** From `start..end` of a side of `count` to `want`; outside the plane its edge is repeated. */
function neighbours(start: number, end: number, want: number, count: number): Neighbours {
  const have = end - start;
  const [first, second] = [new Int32Array(want), new Int32Array(want)];
  const part = new Float32Array(want);
  const inside = (at: number) => clamp(start + clamp(at, 0, have - 1), 0, count - 1);
  for (let i = 0; i < want; i += 1) {
    const at = (i + 0.5) * (have / want) - 0.5;
    const low = Math.floor(at);
    first[i] = inside(low);
    second[i] = inside(low + 1);
    part[i] = at - low;
  }
  return { first, second, part };
}

function spread(plane: Tensor, columns: Neighbours, rows: Neighbours): Float32Array {
  const [width, height] = [columns.part.length, rows.part.length];
  const made = new Float32Array(width * height);
  let [upper, lower] = [new Float32Array(width), new Float32Array(width)];
  for (let y = 0, to = 0; y < height; y += 1) {
    if (
      y === 0 ||
      rows.first[y] !== rows.first[y - 1] ||
      rows.second[y] !== rows.second[y - 1]
    ) {
      upper = alongX(plane, rows.first[y], columns);
      lower = alongX(plane, rows.second[y], columns);
    }
    for (let x = 0; x < width; x += 1, to += 1) {
      made[to] = between(upper[x], lower[x], rows.part[y]);
    }
  }
  return made;
}

function alongX(plane: Tensor, y: number, columns: Neighbours): Float32Array<ArrayBuffer> {
  const start = y * plane.shape[2];
  const made = new Float32Array(columns.part.length);
  for (let x = 0; x < made.length; x += 1) {
    const left = plane.data[start + columns.first[x]];
    const right = plane.data[start + columns.second[x]];
    made[x] = between(left, right, columns.part[x]);
  }
  return made;
}

function between(first: number, second: number, part: number): number {
  return fround(fround(first * fround(1 - part)) + fround(second * part));
}
