/**
 * Light and colours of a picture: curves in a table, saturation in a matrix, soft light.
 *
 * Exposure and warmth are gains of linear light that end in white without clipping:
 * `g x / (1 + (g - 1) x)` for a gain g over 1.
 */
import { clamp } from "../rounding.js";
import type { Pixels } from "../results.js";
import { encoded, linear } from "../srgb.js";
import { rgbOf, screened } from "./colours.js";
import { type Plane, plane, resized } from "./planes.js";
import type { Grade, Light } from "./recipe.js";

const LUMA = [0.2126, 0.7152, 0.0722] as const;
const SMALL = 96; // pixels: what is smooth is made this large and then enlarged

/** The picture in other light and colours. */
export function graded({ width, height, data }: Pixels, grade: Grade): Pixels {
  const [reds, greens, blues] = curvesOf(grade);
  const matrix = matrixOf(grade);
  const dark = grade.vignette
    ? resized(vignetteOf(grade.vignette), width, height, "linear").data
    : null;
  const made = new Uint8Array(data.length);
  for (let pixel = 0, at = 0; at < data.length; pixel += 1, at += 3) {
    const r = reds[data[at]];
    const g = greens[data[at + 1]];
    const b = blues[data[at + 2]];
    const factor = dark ? Math.round(dark[pixel]) / 255 : 1;
    for (let channel = 0; channel < 3; channel += 1) {
      const row = matrix[channel];
      const value = byte(row[0] * r + row[1] * g + row[2] * b + row[3]);
      made[at + channel] = Math.round(value * factor);
    }
  }
  return { width, height, data: made };
}

/** The picture with a soft light on it. */
export function lit({ width, height, data }: Pixels, light: Light): Pixels {
  const small = glowOf(light, Math.max(2, Math.round((SMALL * width) / height)));
  const glow = resized(small, width, height, "linear").data;
  const made = data.map((value, at) => screened(value, Math.round(glow[at])));
  return { width, height, data: made };
}

function byte(value: number): number {
  return clamp(Math.round(value), 0, 255);
}

/** The tables of exposure, warmth and contrast, one a channel. */
function curvesOf({ exposure, warmth, contrast }: Grade): readonly Uint8Array[] {
  const tint = [0.5, 0, -0.5].map((way) => 2 ** (way * warmth));
  const whole = LUMA.reduce((sum, share, i) => sum + share * tint[i], 0);
  return tint.map((own) => {
    const gain = (2 ** exposure * own) / whole;
    return Uint8Array.from({ length: 256 }, (_, value) => {
      const given = linear(value / 255);
      const light = (given * gain) / (1 + Math.max(gain - 1, 0) * given);
      const x = clamp(encoded(light), 0, 1);
      // More contrast: towards a smooth step; less: towards grey.
      const towards = contrast > 0 ? x * x * (3 - 2 * x) : 0.5;
      return clamp(x + Math.abs(contrast) * (towards - x), 0, 1) * 255 + 0.5;
    });
  });
}

/** What a pixel (r, g, b, 1) is multiplied with. */
function matrixOf({ saturation, shade, colour }: Grade): readonly (readonly number[])[] {
  const over = rgbOf(colour);
  return [0, 1, 2].map((row) => [
    ...LUMA.map(
      (grey, column) =>
        (1 - shade) * (grey + (1 + saturation) * (Number(row === column) - grey)),
    ),
    shade * over[row],
  ]);
}

/** Multiplied with a picture of any shape, 0..255. */
function vignetteOf(strength: number): Plane {
  const made = plane(SMALL, SMALL);
  const at = (i: number) => (((i + 0.5) / SMALL) * 2 - 1) ** 2;
  made.data.forEach((_, i) => {
    const away = (at(Math.floor(i / SMALL)) + at(i % SMALL)) / 2;
    const dark = 1 - strength * clamp((away - 0.15) / 0.85, 0, 1) ** 1.3;
    made.data[i] = Math.floor(dark * 255 + 0.5);
  });
  return made;
}

/** What a light adds, 0..255. */
function glowOf({ at, colour, reach, strength }: Light, wide: number): Plane {
  const made = plane(wide, SMALL, 3);
  const over = rgbOf(colour);
  for (let i = 0; i < wide * SMALL; i += 1) {
    const x = ((i % wide) + 0.5) / SMALL - (at[0] * wide) / SMALL;
    const y = (Math.floor(i / wide) + 0.5) / SMALL - at[1];
    const fade = clamp(1 - Math.hypot(x, y) / reach, 0, 1) ** 2 * strength;
    over.forEach((value, c) => (made.data[3 * i + c] = Math.floor(fade * value + 0.5)));
  }
  return made;
}
