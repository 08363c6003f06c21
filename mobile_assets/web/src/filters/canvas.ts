/** What the patterns of the backdrops are painted on. */
import { clamp, rint } from "../rounding.js";
import type { Point } from "../results.js";
import type { Colour } from "./oklab.js";
import type { Palette } from "./palettes.js";
import { type Plane, plane, resized } from "./planes.js";
import type { Random } from "./random.js";

export type Of = (x: number, y: number, at: number) => number;

/** What is painted: sRGB in 0..1, a palette, and the random numbers that the words decide. */
export class Canvas {
  readonly rgb: Plane;
  readonly aspect: number;

  constructor(
    readonly width: number,
    readonly height: number,
    readonly palette: Palette,
    readonly random: Random,
  ) {
    this.aspect = width / height;
    this.rgb = plane(width, height, 3);
    this.run((_, y) => y);
  }

  /** The palette's colour at what `t` says of every place. */
  run(t: Of): void {
    this.each((x, y, at) => this.rgb.data.set(this.palette.ramp(t(x, y, at)), 3 * at));
  }

  /** Smooth noise in 0..1; the coarsest bumps are `cells` to a height. */
  noise(cells: number, octaves = 4): Float32Array {
    const total = plane(this.width, this.height);
    let weight = 0;
    for (let octave = 0; octave < octaves; octave += 1) {
      const rows = Math.max(2, rint(cells * 2 ** octave)) + 1;
      const columns = Math.max(2, rint(cells * 2 ** octave * this.aspect)) + 1;
      const grid = this.grain(columns, rows);
      const part = resized(grid, this.width, this.height, "cubic").data;
      part.forEach((value, i) => (total.data[i] += value * 0.5 ** octave));
      weight += 0.5 ** octave;
    }
    return total.data.map((value) => value / weight);
  }

  /** Noise in 0..1 at every pixel of a plane of that size. */
  grain(width: number, height: number): Plane {
    const made = plane(width, height);
    made.data.forEach((_, i) => (made.data[i] = this.random.uniform32()));
    return made;
  }

  /** Lighten where `shade` is above 0.5, darken where it is below. */
  tint(shade: Of, strength: number): void {
    const { data } = this.rgb;
    this.each((x, y, at) => {
      const factor = 1 + strength * (2 * shade(x, y, at) - 1);
      for (let c = 3 * at; c < 3 * at + 3; c += 1) data[c] *= factor;
    });
  }

  /** Paint a colour where `cover` (0..1) says. */
  lay(colour: Colour, cover: Of): void {
    this.each((x, y, at) => this.dab(at, colour, cover(x, y, at)));
  }

  dab(at: number, colour: Colour, share: number): void {
    if (share === 0) return;
    const { data } = this.rgb;
    for (let c = 0; c < 3; c += 1) data[3 * at + c] += share * (colour[c] - data[3 * at + c]);
  }

  /** 0 below zero, 1 above, over a few pixels. */
  step(distance: number, pixels: number): number {
    return clamp((distance * this.height) / pixels + 0.5, 0, 1);
  }

  /** A soft light around a place (0..1): 1 in its middle. */
  glow(at: Point, reach: number): Of {
    return (x, y) => Math.exp(-((Math.hypot(x - at[0] * this.aspect, y - at[1]) / reach) ** 2));
  }

  private each(act: (x: number, y: number, at: number) => void): void {
    for (let row = 0, at = 0; row < this.height; row += 1) {
      for (let column = 0; column < this.width; column += 1, at += 1) {
        act((column + 0.5) / this.height, (row + 0.5) / this.height, at);
      }
    }
  }
}

/** Every pixel that is no farther away than `reach` to a side. */
export function within(
  { width, height }: { readonly width: number; readonly height: number },
  [x, y]: Point,
  reach: number,
  act: (column: number, row: number, at: number) => void,
): void {
  const span = (at: number, count: number) => [
    clamp(Math.floor(at - reach), 0, count),
    clamp(Math.ceil(at + reach) + 1, 0, count),
  ];
  const [[left, right], [top, bottom]] = [span(x, width), span(y, height)];
  for (let row = top; row < bottom; row += 1) {
    for (let column = left; column < right; column += 1) act(column, row, row * width + column);
  }
}
