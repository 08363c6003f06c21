/** Values of a small photo at the size of the large one. */
import type { Size } from "../geometry.js";
import { clamp } from "../rounding.js";

/** Bilinear between the pixels' centres; `channels` values a pixel. */
export function enlarged(
  values: ArrayLike<number>,
  [width, height]: Size,
  [wide, high]: Size,
  channels = 1,
): Float32Array {
  if (width === wide && height === high) return Float32Array.from(values);
  const made = new Float32Array(channels * wide * high);
  const columns = places(width, wide);
  const rows = places(height, high);
  for (let y = 0, to = 0; y < high; y += 1) {
    const [top, bottom, down] = rows[y];
    for (let x = 0; x < wide; x += 1) {
      const [left, right, across] = columns[x];
      for (let c = 0; c < channels; c += 1, to += 1) {
        const at = (row: number, column: number) =>
          values[channels * (row * width + column) + c];
        const above = at(top, left) + across * (at(top, right) - at(top, left));
        const below = at(bottom, left) + across * (at(bottom, right) - at(bottom, left));
        made[to] = above + down * (below - above);
      }
    }
  }
  return made;
}

/** Of each place along an axis: both neighbours, and the second one's share. */
function places(have: number, want: number): (readonly [number, number, number])[] {
  return Array.from({ length: want }, (_, i) => {
    const at = ((i + 0.5) * have) / want - 0.5;
    const low = Math.floor(at);
    return [clamp(low, 0, have - 1), clamp(low + 1, 0, have - 1), at - low] as const;
  });
}

/** The value of the pixel that each lies in. */
export function nearest(
  values: Uint8Array,
  [width, height]: Size,
  [wide, high]: Size,
): Uint8Array {
  const made = new Uint8Array(wide * high);
  for (let y = 0, to = 0; y < high; y += 1) {
    const row = width * Math.floor((y * height) / high);
    for (let x = 0; x < wide; x += 1, to += 1) {
      made[to] = values[row + Math.floor((x * width) / wide)];
    }
  }
  return made;
}
