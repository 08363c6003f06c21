/**
 * CIE L*a*b* of 8 bits in whole numbers, to the bytes that OpenCV has in Python.
 *
 * Source: CIE 15, 8.2.1, with the white of D65; sRGB by IEC 61966-2-1. On the way there light
 * has 2040 steps and its cube root 15 bits after the point, on the way back both have 14.
 */
import type { Pixels } from "./results.js";
import { clamp, rint } from "./rounding.js";
import { encoded, linear } from "./srgb.js";

const WHITE = 2040;
const ONE = 1 << 14;
// In 4096ths: the rows of sRGB's matrix by the white, and of its inverse.
const TO_XYZ = [1777, 1541, 778, 871, 2929, 296, 73, 448, 3575];
const FROM_XYZ = [12615, -6296, -2223, -3773, 7684, 185, 217, -836, 4715];

const LIGHT = table(256, (value) => WHITE * linear(value / 255));
const ROOT = table(1.5 * WHITE + 12, root);
const BYTE = table(4096, (light) => 255 * encoded(light / 4096));
const HEIGHT = table(256, (value) => ONE * ((value / 2.55 + 16) / 116));
const LUMINANCE = table(256, luminance);

/** The colours (a* and b*) of the photo in the lightness (L*) of another picture of its size. */
export function lightened({ width, height, data }: Pixels, other: Pixels): Pixels {
  const made = new Uint8Array(data.length);
  for (let at = 0; at < data.length; at += 3) {
    const own = rootOf(data, at, 3);
    const a = rounded(500 * (rootOf(data, at, 0) - own) + (128 << 15), 15);
    const b = rounded(200 * (own - rootOf(data, at, 6)) + (128 << 15), 15);
    const lightness = rounded(296 * rootOf(other.data, at, 3) - 1336934, 15);
    const up = HEIGHT[lightness];
    const x = cubed(up + ((268435 * a + 128) >> 13) - 4194);
    const z = cubed(up - ((41943 * b + 16) >> 9) + 10484);
    for (let c = 0, row = 0; c < 3; c += 1, row += 3) {
      const [byX, byY, byZ] = [FROM_XYZ[row], FROM_XYZ[row + 1], FROM_XYZ[row + 2]];
      const light = rounded(byX * x + byY * LUMINANCE[lightness] + byZ * z, 14);
      made[at + c] = BYTE[clamp(light, 0, 4095)];
    }
  }
  return { width, height, data: made };
}

/** The cube root of X, Y or Z (the row 0, 3 or 6) of a pixel. */
function rootOf(data: Uint8Array, at: number, row: number): number {
  let sum = 0;
  for (let c = 0; c < 3; c += 1) sum += TO_XYZ[row + c] * LIGHT[data[at + c]];
  return ROOT[rounded(sum, 12)];
}

function table(length: number, of: (index: number) => number): Uint16Array {
  return Uint16Array.from({ length }, (_, index) => rint(of(index)));
}

/** With 15 bits; before it is rounded to them, what is behind ten further ones is cut off. */
function root(step: number): number {
  const light = Math.fround(step / WHITE);
  if (light <= 216 / 24389) return 2 * ONE * ((light * 841) / 108 + 16 / 116);
  return Math.floor(Math.cbrt(light) * 2 ** 25) / 1024;
}

function luminance(value: number): number {
  const lightness = value / 2.55;
  return ONE * (lightness < 8 ? (lightness * 27) / 24389 : ((lightness + 16) / 116) ** 3);
}

/** What `root` is the root of, with 14 bits. */
function cubed(of: number): number {
  if (of <= 3390) return Math.trunc((of * 108) / 841) - 290;
  return (((of * of) >> 14) * of) >> 14;
}

function rounded(value: number, bits: number): number {
  return (value + (1 << (bits - 1))) >> bits;
}
