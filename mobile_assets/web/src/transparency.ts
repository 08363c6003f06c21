/** What becomes of a photo's transparency: models are given its colours alone, as the contract
 * says; what is made of the photo has the transparency again. */
import { type Plane, bytesOf, planeOf, resized } from "./filters/planes.js";
import type { Samples8 } from "./heavy_results.js";
import type { Pixels } from "./results.js";
import { clamp } from "./rounding.js";

/** A picture as transparent as its photo, whose alpha is made as large by the bicubic kernel. */
export function withAlpha(pixels: Pixels, photo: Pixels): Pixels {
  if (!photo.alpha) return pixels;
  const alpha = planeOf({ ...photo, data: photo.alpha }, 1);
  const large = resized(alpha, pixels.width, pixels.height, "cubic");
  return { ...pixels, alpha: bytesOf(large, (value) => clamp(value + 0.5, 0, 255)) };
}

/** The colours that are seen: white where a photo is wholly transparent, or as it looks `on`
 * white paper, opaque. */
export function shown(photo: Pixels, on = false): Pixels {
  const { alpha, ...colours } = photo;
  if (!alpha) return photo;
  const data = photo.data.map((value, i) => {
    const share = alpha[Math.floor(i / 3)] / 255;
    return share && !on ? value : 255.5 + share * (value - 255);
  });
  return on ? { ...colours, data } : { ...photo, data };
}

/** As much of a plane 0..1 as is seen of the photo. */
export function seen(share: Plane, { alpha }: Pixels): Plane {
  if (!alpha) return share;
  return { ...share, data: share.data.map((value, i) => (value * alpha[i]) / 255) };
}

/** A server's result, made without the photo's alpha, with it: pictures and cut-outs. */
export function asTransparent<Value>(value: Value, photo: Pixels): Value {
  const { pixels } = value as { readonly pixels?: Pixels | Samples8 };
  if (!photo.alpha || !pixels) return value;
  const made = "channels" in pixels ? thinned(pixels, photo.alpha) : withAlpha(pixels, photo);
  return { ...value, pixels: made };
}

/** RGBA is as opaque as both are, RGB on white shows more of the white. */
function thinned(pixels: Samples8, alpha: Uint8Array): Samples8 {
  if (pixels.channels < 4) return { ...pixels, ...shown({ ...pixels, alpha }, true) };
  const data = pixels.data.map((value, i) =>
    i % 4 < 3 ? value : (value * alpha[i >> 2]) / 255 + 0.5,
  );
  return { ...pixels, data };
}
