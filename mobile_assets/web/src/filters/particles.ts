/** What falls, flies and floats: the same seed and time give the same pieces. */
import type { Pixels, Point } from "../results.js";
import { Anchor } from "./anchors.js";
import type { Art, Shape } from "./art.js";
import type { Plane } from "./planes.js";
import { Random } from "./random.js";
import type { Particles } from "./recipe.js";
import { paintArt } from "./shapes.js";

const SWINGS = 0.4; // a second
const AIR = ["across", "down", "near", "turn", "spin", "phase"] as const;

type Air = Readonly<Record<(typeof AIR)[number], Float64Array>>;

/** A piece: where it is, and how opaque. */
interface Piece {
  readonly anchor: Anchor;
  readonly opacity: number;
}

/** Paint the pieces on a picture in place, where `free` says. */
export function paintParticles(
  canvas: Pixels,
  art: Art,
  layer: Particles,
  seconds: number,
  free: Plane | null,
): void {
  const dyed = art.shapes.every(isPlain) ? layer.colours.map((one) => dyedIn(art, one)) : [];
  pieces(layer, canvas, seconds).forEach(({ anchor, opacity }, number) => {
    const own = dyed.length ? dyed[number % dyed.length] : art;
    paintArt(canvas, own, { anchor, opacity, free });
  });
}

function isPlain({ fill, stroke, mirror }: Shape): boolean {
  return typeof fill === "string" && !stroke && !mirror;
}

/** The art with its first shape in another colour. */
function dyedIn(art: Art, colour: string): Art {
  const [first, ...others] = art.shapes;
  return { ...art, shapes: [{ ...first, fill: colour }, ...others] };
}

/** The numbers that a seed gives, in 0..1, the small and far ones first. */
function airOf(seed: number, count: number): Air {
  const random = new Random(seed);
  const drawn = AIR.map(
    (name) => [name, Float64Array.from({ length: count }, () => random.uniform())] as const,
  );
  const air = Object.fromEntries(drawn) as Record<(typeof AIR)[number], Float64Array>;
  air.near.sort();
  return air;
}

/** Where every piece is at a time; the far ones move less and are paler. */
function pieces(
  layer: Particles,
  { width, height }: Pixels,
  seconds: number,
): readonly Piece[] {
  const air = airOf(layer.seed, layer.count);
  const [least, most] = layer.size;
  const aspect = width / height;
  return Array.from({ length: layer.count }, (_, i) => {
    const size = least + (most - least) * air.near[i] ** 2;
    const pace = (size / most) * seconds;
    const swing = layer.sway * Math.sin(2 * Math.PI * (SWINGS * seconds + air.phase[i]));
    // What leaves comes in again on the other side.
    const x = around(air.across[i], aspect + 2 * most, layer.velocity[0] * pace);
    const y = around(air.down[i], 1 + 2 * most, layer.velocity[1] * pace);
    const at: Point = [(x - most + swing) * height, (y - most) * height];
    const spun = layer.spin * (2 * air.spin[i] - 1) * seconds;
    const turn = layer.turn * (2 * air.turn[i] - 1) + spun;
    const opacity = layer.opacity * (0.55 + 0.45 * air.near[i]);
    return { anchor: turned(at, size * height, turn), opacity };
  });
}

function around(share: number, length: number, moved: number): number {
  const at = (share * length + moved) % length;
  return at < 0 ? at + length : at;
}

function turned(at: Point, size: number, degrees: number): Anchor {
  const [cos, sin] = [
    size * Math.cos((degrees * Math.PI) / 180),
    size * Math.sin((degrees * Math.PI) / 180),
  ];
  const axes = [
    [cos, sin],
    [-sin, cos],
    [0, 0],
  ] as const;
  return new Anchor(at, axes, [0, 0, 1]);
}
