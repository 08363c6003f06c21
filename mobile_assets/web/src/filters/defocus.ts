/**
 * Out of focus behind the person: by depths where they are known, else all alike.
 *
 * A lens blurs a point in proportion to how far its inverse distance is from that of what is in
 * focus. The person's colours do not bleed into what is behind, because the means leave the
 * person out.
 */
import { clamp } from "../rounding.js";
import type { Pixels } from "../results.js";
import type { Scene } from "./scene.js";
import { besides, over } from "./layering.js";
import { type Plane, bytesOf, gaussian, plane, planeOf, resized } from "./planes.js";

const WIDEST = 1 / 20; // of the longer side, at full strength
const LEVELS = 3;
const SHARPEST = 6; // pixels of blur at the size at which it is computed

type Seen = Pick<Scene, "alpha" | "depth">;

/** The picture with what is behind the person blurred. `depth` in metres; without a person and
 * without depths it stays. */
export function defocused(photo: Pixels, { alpha, depth }: Seen, strength: number): Pixels {
  const sigma = (strength * WIDEST * Math.max(photo.width, photo.height)) / 2;
  if (sigma < 0.3 || (alpha === null && depth === null)) return photo;
  const person = alpha ?? plane(photo.width, photo.height);
  const behind =
    depth === null ? withoutPerson(photo, person, sigma) : byDepth(photo, person, depth, sigma);
  const { width, height, data } = photo; // opaque: what it is to be is said by who asked
  return over({ width, height, data }, behind, person);
}

/** Between pictures of more and more blur, by how far everything is. */
function byDepth(photo: Pixels, alpha: Plane, depth: Plane, sigma: number): Pixels {
  const far = farness(depth, alpha);
  const { width, height } = photo;
  let made = photo.data;
  for (let number = 1; number <= LEVELS; number += 1) {
    const blurred = withoutPerson(photo, alpha, (sigma * number) / LEVELS).data;
    made = made.map((value, at) => {
      const share = clamp(far[Math.floor(at / 3)] * LEVELS - (number - 1), 0, 1);
      return Math.round(value + share * (blurred[at] - value));
    });
  }
  return { width, height, data: made };
}

/** How much out of focus each pixel is, 0..1, when the person (or, without one, what is
 * nearest) is in focus; what is nearer is sharp too. */
function farness(depth: Plane, alpha: Plane): Float32Array {
  const inverse = depth.data.map((metres) => 1 / Math.max(metres, 0.1));
  const person = inverse.filter((_, at) => alpha.data[at] > 0.5).sort();
  const focus = person.length ? quantile(person, 0.5) : quantile(inverse.slice().sort(), 0.8);
  const least = inverse.reduce((low, value) => Math.min(low, value), Infinity);
  const widest = Math.max(focus - least, 1e-6);
  return inverse.map((value) => clamp((focus - value) / widest, 0, 1));
}

/** Between the two values in order that are nearest to that share. */
function quantile(sorted: Float32Array, share: number): number {
  const place = share * (sorted.length - 1);
  const low = Math.floor(place);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (place - low) * (sorted[high] - sorted[low]);
}

/** Blurred means of everything but the person. */
function withoutPerson(photo: Pixels, alpha: Plane, sigma: number): Pixels {
  const { width, height } = photo;
  const scale = Math.min(1, SHARPEST / sigma);
  const size = [width, height].map((side) => Math.max(1, Math.round(side * scale)));
  const colours = resized(planeOf(photo, 3), size[0], size[1], "area");
  const rest = resized(besides(alpha, photo), size[0], size[1], "area");
  const weight = { ...rest, data: rest.data.map((share) => share ** 2 + 1e-4) };
  const weighted = plane(size[0], size[1], 3);
  weighted.data.forEach(
    (_, i) => (weighted.data[i] = colours.data[i] * weight.data[Math.floor(i / 3)]),
  );
  const blurred = gaussian(weighted, sigma * scale);
  const total = gaussian(weight, sigma * scale);
  blurred.data.forEach((value, i) => {
    blurred.data[i] = Math.floor(clamp(value / total.data[Math.floor(i / 3)] + 0.5, 0, 255));
  });
  const large = resized(blurred, width, height, "linear");
  return { width, height, data: bytesOf(large, Math.round) };
}
