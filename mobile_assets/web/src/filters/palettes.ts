/** The colours of the backdrops, and what is made of them. */
import { clamp } from "../rounding.js";
import { type Colour, labFromLch, labFromSrgb, srgbFromLab } from "./oklab.js";
import type { BackdropTable } from "./tables.js";

const STEPS = 2048;
const RAINBOW = 13;

/** A continuous run of colours, 0 at the top of a picture to 1 at its bottom. */
export class Palette {
  private readonly lab: readonly Colour[];
  private readonly table: readonly Colour[];
  readonly lightness: number;

  private constructor(stops: readonly Colour[]) {
    const raw = Array.from({ length: STEPS }, (_, i) => between(stops, i / (STEPS - 1)));
    this.lab = smooth(raw, (0.25 * STEPS) / Math.max(stops.length - 1, 1) + 1);
    this.table = this.lab.map(srgbFromLab);
    this.lightness = this.lab.reduce((sum, [lightness]) => sum + lightness, 0) / STEPS;
  }

  /** The palette of one word; several words run on one after the other. */
  static of(words: readonly string[], table: BackdropTable): Palette {
    return new Palette(words.flatMap((word) => stops(word, words.length === 1, table)));
  }

  /** The colour at `t`, clipped to 0..1: sRGB in 0..1. */
  ramp(t: number): Colour {
    return this.table[Math.floor(clamp(t * (STEPS - 1) + 0.5, 0, STEPS - 1))];
  }

  /** One colour; `lighten` is added to its OKLab lightness, `mute` (0..1) takes away that part
   * of its chroma. */
  at(t: number, { lighten = 0, mute = 0 } = {}): Colour {
    const [lightness, a, b] = this.lab[Math.round(clamp(t, 0, 1) * (STEPS - 1))];
    const kept = 1 - mute;
    return srgbFromLab([clamp(lightness + lighten, 0, 1), a * kept, b * kept]);
  }
}

/** The OKLab colours of a palette, or of a plain colour (`tonal`: its tones). */
function stops(word: string, tonal: boolean, table: BackdropTable): readonly Colour[] {
  if (word === "rainbow") return rainbow();
  if (Object.hasOwn(table.palettes, word)) return labs(table.palettes[word]);
  const colours = labs(table.colours[word]);
  return tonal ? tones(colours[0]) : colours;
}

function labs(hexes: string): readonly Colour[] {
  return hexes.split(" ").map((code) => {
    const part = (i: number) => Number.parseInt(code.slice(i, i + 2), 16) / 255;
    return labFromSrgb([part(0), part(2), part(4)]);
  });
}

/** Five tones of one colour, dark to light; chroma fades towards black and white, as it does
 * in paint. */
function tones([lightness, a, b]: Colour): readonly Colour[] {
  const steps = [
    [-0.22, 0.75],
    [-0.11, 0.95],
    [0, 1],
    [0.09, 0.8],
    [0.17, 0.5],
  ] as const;
  return steps.map(([more, fade]) => [clamp(lightness + more, 0.08, 0.99), a * fade, b * fade]);
}

/** Red to violet at nearly one lightness, so that no colour shouts. */
function rainbow(): readonly Colour[] {
  return Array.from({ length: RAINBOW }, (_, i) => {
    const hue = 20 + (310 * i) / (RAINBOW - 1);
    const lightness = 0.74 + 0.07 * Math.cos(((hue - 105) * Math.PI) / 180);
    return labFromLch([lightness, 0.155, hue]);
  });
}

function between(stops: readonly Colour[], t: number): Colour {
  const place = t * (stops.length - 1);
  const low = Math.min(Math.floor(place), Math.max(stops.length - 2, 0));
  const [from, to] = [stops[low], stops[Math.min(low + 1, stops.length - 1)]];
  const part = place - low;
  const mixed = (i: number) => from[i] + part * (to[i] - from[i]);
  return [mixed(0), mixed(1), mixed(2)];
}

/** Rounds off the corners that linear interpolation leaves, where the eye sees bands. */
function smooth(values: readonly Colour[], sigma: number): readonly Colour[] {
  const reach = Math.floor(3 * sigma);
  const kernel = Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-0.5 * ((i - reach) / sigma) ** 2),
  );
  const total = kernel.reduce((sum, weight) => sum + weight, 0);
  return values.map((_, at) => {
    const made: [number, number, number] = [0, 0, 0];
    kernel.forEach((weight, k) => {
      const near = values[clamp(at + k - reach, 0, values.length - 1)];
      for (let i = 0; i < 3; i += 1) made[i] += (near[i] * weight) / total;
    });
    return made;
  });
}
