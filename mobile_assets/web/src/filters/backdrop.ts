/** Backgrounds made of words: `rainbow,texture`, `night,stars`; the same words give the same
 * picture. */
import { UnknownName } from "../errors.js";
import { clamp } from "../rounding.js";
import type { Pixels } from "../results.js";
import { crc32 } from "../zip.js";
import { Palette } from "./palettes.js";
import { Canvas } from "./canvas.js";
import { PATTERNS } from "./patterns.js";
import { bytesOf } from "./planes.js";
import { Random } from "./random.js";
import type { BackdropTable } from "./tables.js";

const PLAIN = "studio";

/** Every word that there is, in alphabetical order. */
export function backdropWords({ palettes, colours }: BackdropTable): readonly string[] {
  const words = ["rainbow", ...[palettes, colours, PATTERNS].flatMap(Object.keys)];
  return [...new Set(words)].sort();
}

/**
 * Paint a background of that size.
 *
 * Palettes and colours follow each other from top to bottom; patterns lie over them, the
 * texture last. Raises `UnknownName` listing all words.
 */
export function backdrop(
  words: readonly string[],
  { width, height }: { readonly width: number; readonly height: number },
  table: BackdropTable,
): Pixels {
  const known = backdropWords(table);
  for (const word of words) {
    if (!known.includes(word)) throw new UnknownName("background word", word, known);
  }
  const paints = words.filter((word) => !Object.hasOwn(PATTERNS, word));
  const patterns = Object.keys(PATTERNS).filter((name) => words.includes(name));
  const palette = Palette.of(paints.length ? paints : [PLAIN], table);
  const canvas = new Canvas(
    width,
    height,
    palette,
    new Random(crc32(new TextEncoder().encode(words.join(",")))),
  );
  for (const name of patterns.length ? patterns : ["gradient"]) PATTERNS[name](canvas);
  return dithered(canvas);
}

/** Half a grey level of noise, so that slow gradients show no bands. */
function dithered(canvas: Canvas): Pixels {
  const { width, height, rgb } = canvas;
  const noise = canvas.grain(width, height).data;
  const value = (level: number, at: number) =>
    clamp(level * 255 + noise[Math.floor(at / 3)], 0, 255);
  return { width, height, data: bytesOf(rgb, value) };
}
