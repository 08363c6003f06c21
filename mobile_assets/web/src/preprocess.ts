/** The steps `resize` and `crop-square`, on whole numbers where the contract has them. */
import { type Placement, type Rect, type Row, type Size, plan } from "./geometry.js";
import type { Resize } from "./manifest_types.js";
import type { Pixels } from "./results.js";
import { clamp, rint } from "./rounding.js";

const { fround } = Math;

/** A photo at the size of an input, and where that lies in the photo. */
export interface Fitted {
  readonly pixels: Pixels;
  readonly placement: Placement;
}

/** `resize`. */
export function fitPixels(rgb: Pixels, resize: Resize, input: Size): Fitted {
  const how = plan([rgb.width, rgb.height], input, resize);
  const source = halved(cut(rgb, how.source), how.halvings);
  const resized = bilinear(source, [how.target[2], how.target[3]]);
  return { pixels: padded(resized, how.target, input, resize.pad), placement: how.placement };
}

/** A rectangle of a picture. */
function cut(rgb: Pixels, [x, y, width, height]: Rect): Pixels {
  if (width === rgb.width && height === rgb.height) return rgb;
  const data = new Uint8Array(3 * width * height);
  for (let row = 0; row < height; row += 1) {
    const start = 3 * ((y + row) * rgb.width + x);
    data.set(rgb.data.subarray(start, start + 3 * width), 3 * width * row);
  }
  return { width, height, data };
}

function halved(rgb: Pixels, times: number): Pixels {
  return times === 0 ? rgb : halved(halvedOnce(rgb), times - 1);
}

/** Means of 2 x 2 pixels; an odd row or column at the bottom or right is left out. */
function halvedOnce({ width, height, data }: Pixels): Pixels {
  const [wide, high] = [width >> 1, height >> 1];
  const made = new Uint8Array(3 * wide * high);
  const down = 3 * width;
  for (let y = 0, to = 0; y < high; y += 1) {
    for (let x = 0, at = 2 * y * down; x < wide; x += 1, at += 6) {
      for (let c = at; c < at + 3; c += 1, to += 1) {
        made[to] = (data[c] + data[c + 3] + data[c + down] + data[c + down + 3] + 2) >> 2;
      }
    }
  }
  return { width: wide, height: high, data: made };
}

/** Of each output along an axis: both neighbours, and their weights in 2048ths. */
interface Neighbours {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly ofFirst: Int32Array;
  readonly ofSecond: Int32Array;
}

function neighbours(have: number, want: number): Neighbours {
  const [first, second] = [new Int32Array(want), new Int32Array(want)];
  const [ofFirst, ofSecond] = [new Int32Array(want), new Int32Array(want)];
  const scale = 1 / (want / have);
  for (let i = 0; i < want; i += 1) {
    const at = fround((i + 0.5) * scale - 0.5);
    const low = Math.floor(at);
    const part = fround(at - low);
    first[i] = clamp(low, 0, have - 1);
    second[i] = clamp(low + 1, 0, have - 1);
    ofFirst[i] = rint(fround(1 - part) * 2048);
    ofSecond[i] = rint(part * 2048);
  }
  return { first, second, ofFirst, ofSecond };
}

function bilinear(rgb: Pixels, [width, height]: Size): Pixels {
  if (width === rgb.width && height === rgb.height) return rgb;
  const columns = neighbours(rgb.width, width);
  const rows = neighbours(rgb.height, height);
  const made = new Uint8Array(3 * width * height);
  const wide = new Map<number, Int32Array>(); // the last rows that were resized along x
  const row = (y: number) => {
    const known = wide.get(y) ?? alongX(rgb, y, columns);
    return (wide.set(y, known), known);
  };
  for (let y = 0, to = 0; y < height; y += 1) {
    const [upper, lower] = [row(rows.first[y]), row(rows.second[y])];
    const [up, down] = [rows.ofFirst[y], rows.ofSecond[y]];
    for (let i = 0; i < 3 * width; i += 1, to += 1) {
      made[to] = (((upper[i] * up) >> 16) + ((lower[i] * down) >> 16) + 2) >> 2;
    }
    for (const old of wide.keys()) if (old < rows.first[y]) wide.delete(old);
  }
  return { width, height, data: made };
}

/** Row y, resized along x: 16 * 8 bits before the point's 7. */
function alongX({ width, data }: Pixels, y: number, columns: Neighbours): Int32Array {
  const { first, second, ofFirst, ofSecond } = columns;
  const made = new Int32Array(3 * first.length);
  const start = 3 * width * y;
  for (let i = 0, to = 0; i < first.length; i += 1) {
    const [left, right] = [start + 3 * first[i], start + 3 * second[i]];
    const [weight, other] = [ofFirst[i], ofSecond[i]];
    for (let c = 0; c < 3; c += 1, to += 1) {
      made[to] = (data[left + c] * weight + data[right + c] * other) >> 4;
    }
  }
  return made;
}

function padded(rgb: Pixels, [x, y]: Rect, [width, height]: Size, pad: number): Pixels {
  if (rgb.width === width && rgb.height === height) return rgb;
  const data = new Uint8Array(3 * width * height).fill(pad);
  for (let row = 0; row < rgb.height; row += 1) {
    const start = 3 * rgb.width * row;
    data.set(rgb.data.subarray(start, start + 3 * rgb.width), 3 * ((y + row) * width + x));
  }
  return { width, height, data };
}

/** `crop-square`, for the placement of the square. */
export function cropPixels(
  rgb: Pixels,
  placement: Placement,
  [width, height]: Size,
  halveFrom: number,
): Pixels {
  const [a, b, x0] = placement.toX;
  const [d, e, y0] = placement.toY;
  const [ax, dx, ay, dy] = [a / width, d / width, b / height, e / height];
  const shrinks = Math.min(Math.hypot(ax, dx), Math.hypot(ay, dy));
  const [left, right] = reach(placement.toX, rgb.width);
  const [top, bottom] = reach(placement.toY, rgb.height);
  let part = cut(rgb, [left, top, right - left + 1, bottom - top + 1]);
  let scale = 1;
  while (Math.min(part.width, part.height) > 1 && shrinks >= halveFrom / scale) {
    part = halvedOnce(part);
    scale /= 2;
  }
  const startX = (x0 - left + (ax + ay) / 2) * scale - 0.5;
  const startY = (y0 - top + (dx + dy) / 2) * scale - 0.5;
  return warped(
    part,
    [ax * scale, ay * scale, startX],
    [dx * scale, dy * scale, startY],
    [width, height],
  );
}

/** The first and last of `count` pixels that a row of a placement's matrix leads to. */
function reach([byU, byV, start]: Row, count: number): readonly [number, number] {
  const first = start + Math.min(byU, 0) + Math.min(byV, 0) - 2;
  const last = start + Math.max(byU, 0) + Math.max(byV, 0) + 2;
  return [clamp(Math.trunc(first), 0, count - 1), clamp(Math.trunc(last), 0, count - 1)];
}

/** Bilinear in float32; each row takes column and row of a pixel that is made to where it is
 * read. */
function warped(rgb: Pixels, toX: Row, toY: Row, [width, height]: Size): Pixels {
  const [xi, xj, x] = toX.map(fround) as [number, number, number];
  const [yi, yj, y] = toY.map(fround) as [number, number, number];
  const data = new Uint8Array(3 * width * height);
  for (let j = 0, to = 0; j < height; j += 1) {
    const [startX, startY] = [fround(fround(j * xj) + x), fround(fround(j * yj) + y)];
    for (let i = 0; i < width; i += 1, to += 3) {
      // Rounded once, as processors do that multiply and add in one go.
      const px = fround(i * xi + startX);
      const py = fround(i * yi + startY);
      readAt(rgb, px, py, data, to);
    }
  }
  return { width, height, data };
}

function readAt(rgb: Pixels, px: number, py: number, into: Uint8Array, to: number): void {
  const [lowX, lowY] = [Math.floor(px), Math.floor(py)];
  const [partX, partY] = [fround(px - lowX), fround(py - lowY)];
  const { width, height, data } = rgb;
  const left = 3 * clamp(lowX, 0, width - 1);
  const right = 3 * clamp(lowX + 1, 0, width - 1);
  const upper = 3 * width * clamp(lowY, 0, height - 1);
  const lower = 3 * width * clamp(lowY + 1, 0, height - 1);
  for (let c = 0; c < 3; c += 1) {
    const above = between(data[upper + left + c], data[upper + right + c], partX);
    const below = between(data[lower + left + c], data[lower + right + c], partX);
    into[to + c] = rint(between(above, below, partY));
  }
}

function between(first: number, second: number, part: number): number {
  return fround(first + part * fround(second - first));
}
