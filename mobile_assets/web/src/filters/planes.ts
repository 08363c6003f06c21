/** Numbers at every pixel, resized and blurred: what masks, lights and backgrounds are made of. */
import { clamp } from "../rounding.js";

/** float32 [height, width, channels]. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Float32Array;
}

/** How a pixel of another size is made: `area` of means, `linear` and `cubic` of neighbours. */
export type Way = "area" | "linear" | "cubic";

/** Which pixels each output is made of, and by how much. */
interface Taps {
  readonly first: Int32Array;
  readonly weights: readonly Float32Array[];
}

export function plane(width: number, height: number, channels = 1, value = 0): Plane {
  const data = new Float32Array(width * height * channels);
  return { width, height, channels, data: value ? data.fill(value) : data };
}

/** Bytes [height, width, channels] as numbers, each multiplied by `scale`. */
export function planeOf(
  { width, height, data }: { width: number; height: number; data: ArrayLike<number> },
  channels: number,
  scale = 1,
): Plane {
  const made = plane(width, height, channels);
  for (let i = 0; i < made.data.length; i += 1) made.data[i] = data[i] * scale;
  return made;
}

/** The numbers as bytes; `level` says which, 0..255: what is behind the point is cut off. */
export function bytesOf(
  { data }: Plane,
  level: (value: number, at: number) => number,
): Uint8Array {
  const made = new Uint8Array(data.length);
  for (let at = 0; at < data.length; at += 1) made[at] = level(data[at], at);
  return made;
}

/** The plane in another size; beyond its edge the edge is repeated. */
export function resized(from: Plane, width: number, height: number, way: Way): Plane {
  if (from.width === width && from.height === height) return from;
  const wide = along(from, taps(from.width, width, way), true);
  return along(wide, taps(from.height, height, way), false);
}

/** Blurred by a Gaussian; `reach` is how many sigmas away still count. The plane is mirrored
 * at its edges. */
export function gaussian(from: Plane, sigma: number, reach = 4): Plane {
  const radius = (Math.round(sigma * reach * 2 + 1) | 1) >> 1;
  const weights = Float32Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-0.5 * ((i - radius) / sigma) ** 2),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const kernel = weights.map((weight) => weight / total);
  return spread(spread(from, kernel, true), kernel, false);
}

/** The mean of the `side` by `side` pixels around each; `edge` says how the plane goes on. */
export function boxed(from: Plane, side: number, edge: "mirror" | "reflect" = "mirror"): Plane {
  return means(means(from, side, true, edge), side, false, edge);
}

function taps(have: number, want: number, way: Way): Taps {
  const scale = have / want;
  if (way === "area" && scale > 1) return areaTaps(have, want, scale);
  const first = new Int32Array(want);
  const weights: Float32Array[] = [];
  for (let i = 0; i < want; i += 1) {
    const at = (i + 0.5) * scale - 0.5;
    const low = Math.floor(at);
    first[i] = way === "cubic" ? low - 1 : low;
    weights.push(way === "cubic" ? cubic(at - low) : Float32Array.of(1 - at + low, at - low));
  }
  return { first, weights };
}

function areaTaps(have: number, want: number, scale: number): Taps {
  const first = new Int32Array(want);
  const weights: Float32Array[] = [];
  for (let i = 0; i < want; i += 1) {
    const [start, end] = [i * scale, Math.min(have, (i + 1) * scale)];
    first[i] = Math.floor(start);
    const count = Math.ceil(end) - first[i];
    const part = (k: number) => Math.min(end, first[i] + k + 1) - Math.max(start, first[i] + k);
    weights.push(Float32Array.from({ length: count }, (_, k) => part(k) / (end - start)));
  }
  return { first, weights };
}

/** Keys' cubic with a = -0.75, as OpenCV has it. */
function cubic(part: number): Float32Array {
  const a = -0.75;
  const far = (x: number) => ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  const near = (x: number) => ((a + 2) * x - (a + 3)) * x * x + 1;
  return Float32Array.of(far(part + 1), near(part), near(1 - part), far(2 - part));
}

/** Each row (or column) made of the taps. */
function along(from: Plane, { first, weights }: Taps, across: boolean): Plane {
  const { channels, data } = from;
  const size = across ? [first.length, from.height] : [from.width, first.length];
  const made = plane(size[0], size[1], channels);
  const [step, last] = across
    ? [channels, from.width - 1]
    : [from.width * channels, from.height - 1];
  for (let y = 0, to = 0; y < made.height; y += 1) {
    for (let x = 0; x < made.width; x += 1) {
      const at = across ? x : y;
      const base = across ? y * from.width * channels : x * channels;
      const factors = weights[at];
      for (let channel = 0; channel < channels; channel += 1, to += 1) {
        let sum = 0;
        for (let k = 0; k < factors.length; k += 1) {
          sum += factors[k] * data[base + clamp(first[at] + k, 0, last) * step + channel];
        }
        made.data[to] = sum;
      }
    }
  }
  return made;
}

function spread(from: Plane, kernel: Float32Array, across: boolean): Plane {
  const radius = kernel.length >> 1;
  const count = across ? from.width : from.height;
  const index = Int32Array.from({ length: count + 2 * radius }, (_, i) =>
    mirrored(i - radius, count, "mirror"),
  );
  return filtered(from, across, (line, made) => {
    for (let i = 0; i < count; i += 1) {
      let sum = 0;
      for (let k = 0; k < kernel.length; k += 1) sum += kernel[k] * line[index[i + k]];
      made[i] = sum;
    }
  });
}

function means(from: Plane, side: number, across: boolean, edge: "mirror" | "reflect"): Plane {
  const radius = side >> 1;
  const count = across ? from.width : from.height;
  const index = Int32Array.from({ length: count + 2 * radius }, (_, i) =>
    mirrored(i - radius, count, edge),
  );
  return filtered(from, across, (line, made) => {
    let sum = 0;
    for (let k = 0; k < side; k += 1) sum += line[index[k]];
    for (let i = 0; i < count; i += 1) {
      made[i] = sum / side;
      sum += line[index[i + side]] - line[index[i]];
    }
  });
}

/** Where a place outside 0..count-1 is found: `mirror` leaves the edge pixel out. */
function mirrored(at: number, count: number, edge: "mirror" | "reflect"): number {
  if (count === 1) return 0;
  const [period, end] = edge === "mirror" ? [2 * count - 2, count - 1] : [2 * count, count - 1];
  const place = ((at % period) + period) % period;
  return place <= end ? place : edge === "mirror" ? period - place : period - 1 - place;
}

/** Each row (or column) of each channel by itself. */
function filtered(
  from: Plane,
  across: boolean,
  act: (line: Float64Array, made: Float64Array) => void,
): Plane {
  const { width, height, channels, data } = from;
  const made = plane(width, height, channels);
  const [count, lines] = across ? [width, height] : [height, width];
  const [step, jump] = across ? [channels, width * channels] : [width * channels, channels];
  const [line, done] = [new Float64Array(count), new Float64Array(count)];
  for (let number = 0; number < lines; number += 1) {
    for (let channel = 0; channel < channels; channel += 1) {
      const base = number * jump + channel;
      for (let i = 0; i < count; i += 1) line[i] = data[base + i * step];
      act(line, done);
      for (let i = 0; i < count; i += 1) made.data[base + i * step] = done[i];
    }
  }
  return made;
}
