/** Overlapping windows of a photo, for a network whose input is smaller: `cut-windows`. */
import { SpecError } from "./errors.js";
import type { Size } from "./geometry.js";
import type { Pixels } from "./results.js";

/** A window along one axis, in pixels of the photo: where it starts, and from where to where
 * it is kept. */
export interface Stretch {
  readonly start: number;
  readonly first: number;
  readonly last: number;
}

/** A window of a photo. */
export interface Window {
  readonly rows: Stretch;
  readonly columns: Stretch;
}

/** Every window of a photo for an input of a size, row by row. */
export function windows(photo: Size, input: Size, margin: number): readonly Window[] {
  const [columns, rows] = [0, 1].map((axis) => stretches(photo[axis], input[axis], margin));
  return rows.flatMap((row) => columns.map((column) => ({ rows: row, columns: column })));
}

/** The windows of `want` pixels along an axis of `have`: what they keep covers it. */
export function stretches(have: number, want: number, margin: number): readonly Stretch[] {
  if (have <= want) return [{ start: 0, first: 0, last: have }];
  if (want <= 2 * margin) throw new SpecError(`${want} pixels are too few for the margins`);
  const count = Math.ceil((have - 2 * margin) / (want - 2 * margin));
  const starts = Array.from({ length: count }, (_, i) =>
    Math.floor((i * (have - want)) / (count - 1)),
  );
  const cuts = starts.slice(1).map((after, i) => Math.floor((starts[i] + want + after) / 2));
  return starts.map((start, i) => ({ start, first: cuts[i - 1] ?? 0, last: cuts[i] ?? have }));
}

/** The pixels of a window; beyond the photo its last ones are repeated. */
export function cut(rgb: Pixels, window: Window, [width, height]: Size): Pixels {
  const data = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y += 1) {
    const row = Math.min(window.rows.start + y, rgb.height - 1) * rgb.width;
    for (let x = 0; x < width; x += 1) {
      const from = 3 * (row + Math.min(window.columns.start + x, rgb.width - 1));
      data.set(rgb.data.subarray(from, from + 3), 3 * (y * width + x));
    }
  }
  return { width, height, data };
}

/** Put what is kept of a window into its place in a picture `scale` times the photo's size; a
 * part that is larger is made smaller, the pixels of each square averaged. */
export function place(
  whole: Pixels,
  { rows, columns }: Window,
  part: Pixels,
  scale: number,
): void {
  const { width, height, data } = averaged(
    part,
    part.width / scale / (columns.last - columns.first),
  );
  for (let y = 0; y < height; y += 1) {
    const from = 3 * y * width;
    const to = 3 * ((scale * rows.first + y) * whole.width + scale * columns.first);
    whole.data.set(data.subarray(from, from + 3 * width), to);
  }
}

/** The means of squares of `side` pixels, halves rounded up. */
function averaged(rgb: Pixels, side: number): Pixels {
  if (side === 1) return rgb;
  const [width, height] = [rgb.width / side, rgb.height / side];
  const data = new Uint8Array(3 * width * height);
  const row = 3 * rgb.width;
  for (let y = 0, to = 0; y < height; y += 1) {
    for (let x = 0; x < 3 * width; x += 1, to += 1) {
      const first = side * (y * row + x - (x % 3)) + (x % 3);
      let sum = 0;
      for (let i = 0; i < side; i += 1) {
        for (let j = 0; j < side; j += 1) sum += rgb.data[first + i * row + 3 * j];
      }
      data[to] = Math.floor(sum / (side * side) + 0.5);
    }
  }
  return { width, height, data };
}
