/** What is put behind the person: nothing, a blur, a colour, words, or a picture. */
import { openPhoto } from "../images.js";
import { clamp, rint } from "../rounding.js";
import type { Pixels, Rgba } from "../results.js";
import { shown, withAlpha } from "../transparency.js";
import { backdrop } from "./backdrop.js";
import { rgbOf } from "./colours.js";
import { defocused } from "./defocus.js";
import { cutOut, over } from "./layering.js";
import { type Plane, bytesOf, plane, resized } from "./planes.js";
import type { BackdropTable } from "./tables.js";

/** `colour` is `#rrggbb`; `words` have commas between, as in `sunset,gradient`. */
export type Behind =
  | { readonly behind: "nothing" }
  | { readonly behind: "blur" }
  | { readonly behind: "colour"; readonly colour: string }
  | { readonly behind: "words"; readonly words: string }
  | { readonly behind: "picture"; readonly picture: Uint8Array | Pixels };

/** The same, its picture decoded. */
export type OpenedBehind =
  | Exclude<Behind, { behind: "picture" }>
  | { readonly behind: "picture"; readonly picture: Pixels };

// Of what a filter blurs at most: a sigma of a thirtieth of the longer side.
const BLUR = 4 / 3;

/** Raises as `openPhoto` does. */
export async function openBehind(behind: Behind): Promise<OpenedBehind> {
  if (behind.behind !== "picture") return behind;
  const { picture } = behind;
  return {
    behind: "picture",
    picture: shown(picture instanceof Uint8Array ? await openPhoto(picture) : picture, true),
  };
}

/** The photo's person, as opaque as `alpha` says, before that. Raises `UnknownName` for a word
 * that is none; words need the `table` of a library. */
export function before(
  photo: Pixels,
  alpha: Plane,
  behind: OpenedBehind,
  table: BackdropTable | null,
): Rgba {
  if (behind.behind === "nothing") return cutOut(photo, alpha);
  if (behind.behind === "blur") {
    return rgbaOf(withAlpha(defocused(photo, { alpha, depth: null }, BLUR), photo));
  }
  return rgbaOf(over(photo, painted(behind, photo, table), alpha));
}

/** A picture that hides everything, but for what it says itself. */
export function rgbaOf({ width, height, data: rgb, alpha }: Pixels): Rgba {
  const data = new Uint8ClampedArray(4 * width * height).fill(255);
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
    data[to] = rgb[from];
    data[to + 1] = rgb[from + 1];
    data[to + 2] = rgb[from + 2];
    if (alpha) data[to + 3] = alpha[from / 3];
  }
  return { width, height, data };
}

type Painted = Exclude<OpenedBehind, { behind: "nothing" } | { behind: "blur" }>;

function painted(behind: Painted, size: Pixels, table: BackdropTable | null): Pixels {
  if (behind.behind === "picture") return covering(behind.picture, size);
  if (behind.behind === "words") {
    const words = behind.words.split(",").map((word) => word.trim());
    return backdrop(words, size, table as BackdropTable);
  }
  const { width, height } = size;
  const data = new Uint8Array(3 * width * height);
  const colour = rgbOf(behind.colour);
  for (let at = 0; at < data.length; at += 3) data.set(colour, at);
  return { width, height, data };
}

type Size = Pick<Pixels, "width" | "height">;

/** A picture scaled until it covers that size, what is over cut off evenly. */
export function covering(picture: Pixels, { width, height }: Size): Pixels {
  const scale = Math.max(width / picture.width, height / picture.height);
  const part = middle(picture, {
    width: Math.min(picture.width, rint(width / scale)),
    height: Math.min(picture.height, rint(height / scale)),
  });
  const made = resized(part, width, height, scale < 1 ? "area" : "cubic");
  const level = (value: number) => clamp(Math.round(value), 0, 255);
  return { width, height, data: bytesOf(made, level) };
}

function middle(from: Pixels, { width, height }: Size): Plane {
  const made = plane(width, height, 3);
  const left = Math.floor((from.width - width) / 2);
  const top = Math.floor((from.height - height) / 2);
  for (let y = 0; y < height; y += 1) {
    const start = 3 * ((top + y) * from.width + left);
    made.data.set(from.data.subarray(start, start + 3 * width), 3 * y * width);
  }
  return made;
}
