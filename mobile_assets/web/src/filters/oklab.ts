/**
 * OKLab, the colour space in which equal steps look equal.
 *
 * Source: B. Ottosson, "A perceptual color space for image processing", 2020. Colours are
 * triples: sRGB in 0..1; OKLab as lightness 0..1, a, b.
 */
import { clamp } from "../rounding.js";
import { encoded, linear } from "../srgb.js";

export type Colour = readonly [number, number, number];
type Matrix = readonly [Colour, Colour, Colour];

const TO_CONES: Matrix = [
  [0.4122214708, 0.5363325363, 0.0514459929],
  [0.2119034982, 0.6806995451, 0.1073969566],
  [0.0883024619, 0.2817188376, 0.6299787005],
];
const TO_LAB: Matrix = [
  [0.2104542553, 0.793617785, -0.0040720468],
  [1.9779984951, -2.428592205, 0.4505937099],
  [0.0259040371, 0.7827717662, -0.808675766],
];
const FROM_CONES = inverse(TO_CONES);
const FROM_LAB = inverse(TO_LAB);

export function labFromSrgb(srgb: Colour): Colour {
  return times(TO_LAB, each(times(TO_CONES, each(srgb, linear)), Math.cbrt));
}

/** A colour outside the gamut is clipped to it. */
export function srgbFromLab(lab: Colour): Colour {
  return each(
    times(
      FROM_CONES,
      each(times(FROM_LAB, lab), (cone) => cone ** 3),
    ),
    (light) => encoded(clamp(light, 0, 1)),
  );
}

/** Lightness, chroma and hue (degrees) to OKLab. */
export function labFromLch([lightness, chroma, hue]: Colour): Colour {
  const angle = (hue * Math.PI) / 180;
  return [lightness, chroma * Math.cos(angle), chroma * Math.sin(angle)];
}

function each([a, b, c]: Colour, act: (value: number) => number): Colour {
  return [act(a), act(b), act(c)];
}

function times(matrix: Matrix, [x, y, z]: Colour): Colour {
  const row = ([a, b, c]: Colour) => a * x + b * y + c * z;
  return [row(matrix[0]), row(matrix[1]), row(matrix[2])];
}

function inverse([[a, b, c], [d, e, f], [g, h, i]]: Matrix): Matrix {
  const whole = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  const rows: Matrix = [
    [e * i - f * h, c * h - b * i, b * f - c * e],
    [f * g - d * i, a * i - c * g, c * d - a * f],
    [d * h - e * g, b * g - a * h, a * e - b * d],
  ];
  const scaled = (row: Colour) => each(row, (value) => value / whole);
  return [scaled(rows[0]), scaled(rows[1]), scaled(rows[2])];
}
