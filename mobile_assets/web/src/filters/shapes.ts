/** Shapes painted on pixels, with soft edges: cover first, colour second, then blended. */
import type { Pixels, Point } from "../results.js";
import type { Anchor } from "./anchors.js";
import type { Art, Fill, Shape } from "./art.js";
import { type Axes, type Paint, type Region, lay, plain, tones } from "./colours.js";
import { type Outline, outlines } from "./outlines.js";
import type { Plane } from "./planes.js";
import { coverOf, regionOf } from "./raster.js";

/** How a piece of art is painted: where, how opaque, and only where `free` says (0..1). */
export interface Brush {
  readonly anchor: Anchor;
  readonly opacity: number;
  readonly free: Plane | null;
}

/** Paint all shapes of art on a picture, in place. */
export function paintArt(canvas: Pixels, art: Art, brush: Brush): void {
  for (const shape of art.shapes) {
    paintShape(canvas, art, shape, brush);
    if (shape.mirror) {
      paintShape(canvas, art, shape, { ...brush, anchor: brush.anchor.mirrored() });
    }
  }
}

/** Paint one shape, its inside and then its line. */
function paintShape(canvas: Pixels, art: Art, shape: Shape, brush: Brush): void {
  const { anchor } = brush;
  if (shape.plane === "side" && anchor.away[0] * shape.at >= 0) return; // it faces away
  const lines = traced(art, shape, anchor);
  const margin = 2 + anchor.scale * (shape.stroke / 2 + 1.5 * shape.soft);
  const region = regionOf(lines, margin, canvas);
  if (region === null) return;
  for (const [fill, width] of coats(shape)) {
    const sigma = (shape.soft * anchor.scale) / 2;
    const cover = coverOf(lines, region, width * anchor.scale, sigma);
    const paint =
      typeof fill === "string" ? plain(fill) : tones(fill, axesOf(art, shape, anchor));
    spread(canvas, region, cover, { paint, shape, brush });
  }
}

function coats({ fill, stroke, ink }: Shape): readonly (readonly [Fill, number])[] {
  const inside = fill === null ? [] : [[fill, 0] as const];
  return stroke ? [...inside, [ink, stroke]] : inside;
}

/** The outlines of a shape in pixels. */
function traced(art: Art, shape: Shape, anchor: Anchor): readonly Outline[] {
  return outlines(shape).map(({ points, closed }) => ({
    points: points.map((point) => anchor.pixel(inSpace(point, art, shape))),
    closed,
  }));
}

function inSpace([x, y]: Point, art: Art, shape: Shape): readonly [number, number, number] {
  return shape.plane === "side" ? [shape.at, y, x + art.z] : [x, y, art.z + art.bend * x * x];
}

function axesOf(art: Art, shape: Shape, anchor: Anchor): Axes {
  const [x, y, z] = anchor.axes;
  const side = shape.plane === "side";
  const origin = anchor.pixel([side ? shape.at : 0, 0, art.z]);
  return { origin, u: side ? z : x, v: y };
}

interface Coat {
  readonly paint: Paint;
  readonly shape: Shape;
  readonly brush: Brush;
}

/** Blend the paint into a region as far as it covers. */
function spread(
  canvas: Pixels,
  region: Region,
  cover: Plane,
  { paint, shape, brush: { opacity, free } }: Coat,
): void {
  for (let row = 0, at = 0; row < region.height; row += 1) {
    for (let column = 0; column < region.width; column += 1, at += 1) {
      if (cover.data[at] === 0) continue;
      const [x, y] = [region.x + column, region.y + row];
      const pixel = y * canvas.width + x;
      const colour = paint(x, y);
      const there = free === null ? 1 : free.data[pixel];
      const share = cover.data[at] * shape.opacity * opacity * colour[3] * there;
      lay(canvas.data, 3 * pixel, colour, share, shape.blend);
    }
  }
}
