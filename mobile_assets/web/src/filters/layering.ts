/**
 * The person in front of something else: only the edge has to be computed.
 *
 * Along the edge the person's own colours are estimated from means around each pixel (Forte,
 * "Approximate Fast Foreground Colour Estimation", 2021).
 */
import { clamp } from "../rounding.js";
import type { Pixels, Rgba } from "../results.js";
import { seen } from "../transparency.js";
import { type Plane, boxed, plane, planeOf, resized } from "./planes.js";

const LONGEST = 160;
const SURE = 2 / 255; // less is nobody, more than 1 - this is nothing but the person

/** The person of `photo` before `behind`; `alpha` 0..1, where it is 1 the pixels are the
 * photo's own. */
export function over(photo: Pixels, behind: Pixels, alpha: Plane): Pixels {
  const { width, height } = photo;
  const data = behind.data.slice();
  eachOfPerson(photo, alpha, (pixel, channel, own, share) => {
    const at = 3 * pixel + channel;
    const mixed = data[at] + share * (own - data[at]);
    data[at] = share > 1 - SURE ? own : Math.floor(mixed + 0.5);
  });
  return { width, height, data };
}

/** The person of `photo` alone: also where the edge lets some through, the colours are the
 * person's own. */
export function cutOut(photo: Pixels, alpha: Plane): Rgba {
  const { width, height } = photo;
  const data = new Uint8ClampedArray(4 * width * height);
  seen(alpha, photo).data.forEach((share, pixel) => (data[4 * pixel + 3] = 255 * share));
  eachOfPerson(photo, alpha, (pixel, channel, own) => (data[4 * pixel + channel] = own));
  return { width, height, data };
}

/** A colour of the person, 0..255, and how opaque the person is there. */
type Put = (pixel: number, channel: number, own: number, share: number) => void;

function eachOfPerson(photo: Pixels, alpha: Plane, put: Put): void {
  const sides = sidesOf(photo, alpha);
  const there = seen(alpha, photo).data;
  for (let pixel = 0; pixel < alpha.data.length; pixel += 1) {
    const share = alpha.data[pixel];
    if (share < SURE) continue;
    const small = 3 * placed(pixel, photo, sides.near);
    for (let c = 0; c < 3; c += 1) {
      const value = photo.data[3 * pixel + c];
      const near = sides.near.data[small + c];
      const far = sides.far.data[small + c];
      const own = clamp(near + share * (value - share * near - (1 - share) * far), 0, 255);
      put(pixel, c, share > 1 - SURE ? value : own, there[pixel]);
    }
  }
}

function placed(pixel: number, { width, height }: Pixels, small: Plane): number {
  const x = Math.floor(((pixel % width) * small.width) / width);
  const y = Math.floor((Math.floor(pixel / width) * small.height) / height);
  return y * small.width + x;
}

/** How much of what is seen of a photo is not the person. */
export function besides(alpha: Plane, photo: Pixels): Plane {
  return seen({ ...alpha, data: alpha.data.map((share) => 1 - share) }, photo);
}

/** Mean colours of the person and of what is behind, at a small size. */
function sidesOf(photo: Pixels, alpha: Plane): { near: Plane; far: Plane } {
  const scale = Math.min(1, LONGEST / Math.max(photo.width, photo.height));
  const size = [photo.width, photo.height].map((side) => Math.max(1, Math.round(side * scale)));
  const colours = resized(planeOf(photo, 3), size[0], size[1], "area");
  const small = (of: Plane) => resized(of, size[0], size[1], "area");
  const [near, far] = [seen(alpha, photo), besides(alpha, photo)];
  return { near: meansOf(colours, small(near)), far: meansOf(colours, small(far)) };
}

/** The mean colour around each pixel, weighted by the eighth power of the share. */
function meansOf(colours: Plane, share: Plane): Plane {
  const { width, height } = colours;
  const side = Math.max(9, Math.floor(Math.max(width, height) / 14)) | 1;
  const weight = { ...share, data: share.data.map((value) => value ** 8 + 1e-6) };
  const total = boxed(weight, side);
  const weighted = plane(width, height, 3);
  weighted.data.forEach(
    (_, i) => (weighted.data[i] = colours.data[i] * weight.data[Math.floor(i / 3)]),
  );
  const made = boxed(weighted, side);
  made.data.forEach((value, i) => (made.data[i] = value / total.data[Math.floor(i / 3)]));
  return made;
}
