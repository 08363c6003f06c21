/**
 * Frames of a camera to the photo that the models see: whole numbers only, so that every
 * runtime makes the same bytes. CONTRACT.md, "Camera frames", is the definition.
 */
import { PhotoUnreadable } from "./errors.js";
import { upright as turned } from "./images.js";
import type { Pixels } from "./results.js";

export type Range = "full" | "limited";
export type Rotation = 0 | 90 | 180 | 270;

/** Samples in bytes: rows are `rowStride` apart, samples `pixelStride`. */
export interface Plane {
  readonly data: Uint8Array;
  readonly rowStride: number;
  readonly pixelStride: number;
}

/** A frame in YUV 4:2:0: I420, NV12, NV21 or any YUV_420_888 of Android. */
export interface YuvFrame {
  readonly width: number;
  readonly height: number;
  readonly y: Plane;
  readonly u: Plane;
  readonly v: Plane;
}

// Factors of y; of u for G, B; of v for R, G: 65536 times those of BT.601. And what is black.
const FACTORS = {
  full: { ofY: 65536, uInG: -22553, uInB: 116130, vInR: 91881, vInG: -46802, black: 0 },
  limited: { ofY: 76309, uInG: -25675, uInB: 132201, vInR: 104597, vInG: -53279, black: 16 },
} as const;

/** RGB as the frame lies in memory; `PhotoUnreadable` where a plane has too few bytes. */
export function yuvToRgb(frame: YuvFrame, range: Range = "full"): Pixels {
  const { width, height } = frame;
  check(frame.y, width, height);
  for (const plane of [frame.u, frame.v]) check(plane, (width + 1) >> 1, (height + 1) >> 1);
  const { ofY, uInG, uInB, vInR, vInG, black } = FACTORS[range];
  const data = new Uint8ClampedArray(3 * width * height);
  for (let y = 0, to = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, to += 3) {
      const luma = ofY * (sample(frame.y, x, y) - black) + 32768;
      const u = sample(frame.u, x >> 1, y >> 1) - 128;
      const v = sample(frame.v, x >> 1, y >> 1) - 128;
      data[to] = (luma + vInR * v) >> 16;
      data[to + 1] = (luma + uInG * u + vInG * v) >> 16;
      data[to + 2] = (luma + uInB * u) >> 16;
    }
  }
  return { width, height, data: new Uint8Array(data.buffer) };
}

/** RGB of a frame of B, G, R, A bytes, as iOS gives them; alpha is dropped. */
export function bgraToRgb(plane: Plane, width: number, height: number): Pixels {
  check({ ...plane, pixelStride: 4 }, width, height);
  const data = new Uint8Array(3 * width * height);
  for (let y = 0, to = 0; y < height; y += 1) {
    for (let x = 0, at = y * plane.rowStride; x < width; x += 1, at += 4, to += 3) {
      data[to] = plane.data[at + 2];
      data[to + 1] = plane.data[at + 1];
      data[to + 2] = plane.data[at];
    }
  }
  return { width, height, data };
}

/** Turned clockwise by `rotation` degrees, then mirrored left and right. */
export function upright(rgb: Pixels, rotation: Rotation, mirror = false): Pixels {
  const orientation = { 0: 1, 90: 6, 180: 3, 270: 8 }[rotation];
  const made = turned(rgb, orientation);
  return mirror ? turned(made, 2) : made;
}

function sample({ data, rowStride, pixelStride }: Plane, column: number, row: number): number {
  return data[row * rowStride + column * pixelStride];
}

function check({ data, rowStride, pixelStride }: Plane, width: number, height: number): void {
  const last = (height - 1) * rowStride + (width - 1) * pixelStride;
  if (last >= data.length) {
    throw new PhotoUnreadable(
      `a plane of the frame has ${data.length} bytes, ${last + 1} are needed for ` +
        `${width}x${height}: give its own row and pixel strides`,
    );
  }
}
