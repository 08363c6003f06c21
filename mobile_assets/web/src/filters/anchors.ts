/**
 * Where art sits on a head: its pose from landmarks, and the pixel of each of its points.
 *
 * The pose is the similarity that takes the mean face to the landmarks with the least squared
 * distance; its rotation is found by Horn, "Closed-form solution of absolute orientation using
 * unit quaternions", 1987, which never mirrors a face.
 */
import type { Face, Point } from "../results.js";
import type { Spot } from "./art.js";
import type { FaceTable } from "./tables.js";

type Vector = readonly [number, number, number];
type Matrix = readonly [Vector, Vector, Vector];

const DEGREES = 180 / Math.PI;

/** How a head is held: a point p of the mean face is at `scale * rotation p + origin`. */
export interface Pose {
  readonly scale: number;
  readonly rotation: Matrix;
}

/** Degrees by which the head looks to the left of the picture (negative: right). */
export function yawOf({ rotation }: Pose): number {
  return Math.atan2(rotation[0][2], rotation[2][2]) * DEGREES;
}

/** Degrees by which the head leans, clockwise in the picture. */
export function rollOf({ rotation }: Pose): number {
  return Math.atan2(rotation[1][0], rotation[0][0]) * DEGREES;
}

/** The pose of a face with landmarks. */
export function poseOf(landmarks: Float32Array, { points }: FaceTable): Pose {
  const seen = points.map(({ landmark }) => at3(landmarks, landmark));
  const mean = points.map(({ xyz }) => xyz);
  const [there, here] = [middle(seen), middle(mean)];
  const shared = matrix((i, j) =>
    sum(seen, (point, k) => (point[i] - there[i]) * (mean[k][j] - here[j])),
  );
  const spread = sum(mean, (point) => point.reduce((all, v, i) => all + (v - here[i]) ** 2, 0));
  const rotation = rotated(shared);
  const stretch = sum([0, 1, 2], (i) => sum([0, 1, 2], (j) => shared[i][j] * rotation[i][j]));
  return { scale: stretch / spread, rotation };
}

/** Takes points of art to pixels: `at` is where its origin is, `axes` are its x, y and z in
 * pixels, `away` is the direction of the camera's z in the art's own axes. */
export class Anchor {
  constructor(
    readonly at: Point,
    readonly axes: readonly [Point, Point, Point],
    readonly away: Vector,
  ) {}

  /** The pixel of a point of the art. */
  pixel([x, y, z]: Vector): Point {
    const [u, v, w] = this.axes;
    return [
      this.at[0] + x * u[0] + y * v[0] + z * w[0],
      this.at[1] + x * u[1] + y * v[1] + z * w[1],
    ];
  }

  /** Pixels to one unit of the art, were it seen from the front. */
  get scale(): number {
    return Math.hypot(...this.axes.flat()) / Math.SQRT2;
  }

  /** For art that looks the same from all around, as a hat does: upright on the head, `depth`
   * units behind, and never narrower. */
  rounded(depth: number): Anchor {
    const up = this.axes[1];
    const length = Math.hypot(...up);
    if (length < 1e-6) return this; // seen from above
    const factor = this.scale / length;
    const across: Point = [up[1] * factor, -up[0] * factor];
    return new Anchor(this.pixel([0, 0, depth]), [across, up, [0, 0]], [0, 0, 1]);
  }

  /** The same place with the art's x turned round. */
  mirrored(): Anchor {
    const [u, v, w] = this.axes;
    const [x, y, z] = this.away;
    return new Anchor(this.at, [[-u[0], -u[1]], v, w], [-x, y, z]);
  }

  /** The same place with larger art. */
  scaled(factor: number): Anchor {
    const [u, v, w] = this.axes.map(([x, y]): Point => [x * factor, y * factor]);
    return new Anchor(this.at, [u, v, w], this.away);
  }
}

/** The anchor on a spot of a face, by its own landmarks, so that a long nose gets its
 * moustache lower. */
export function faceAnchor(landmarks: Float32Array, spot: Spot, table: FaceTable): Anchor {
  const { scale, rotation } = poseOf(landmarks, table);
  const [x, y] = middle(table.spots[spot].map((number) => at3(landmarks, number)));
  const axis = (j: number): Point => [scale * rotation[0][j], scale * rotation[1][j]];
  return new Anchor([x, y], [axis(0), axis(1), axis(2)], rotation[2]);
}

/** The anchor of art that is on no face: one unit is `size` pixels, turned clockwise. */
export function flatAnchor(at: Point, size: number, degrees = 0): Anchor {
  const [along, across] = [
    size * Math.cos(degrees / DEGREES),
    size * Math.sin(degrees / DEGREES),
  ];
  const axes = [
    [along, across],
    [-across, along],
    [0, 0],
  ] as const;
  return new Anchor(at, axes, [0, 0, 1]);
}

/** Yaw and roll in degrees; a face without landmarks is taken to be straight. */
export function heldOf({ landmarks }: Face, table: FaceTable): readonly [number, number] {
  if (!landmarks) return [0, 0];
  const pose = poseOf(landmarks, table);
  return [yawOf(pose), rollOf(pose)];
}

function at3(landmarks: Float32Array, number: number): Vector {
  return [landmarks[3 * number], landmarks[3 * number + 1], landmarks[3 * number + 2]];
}

function sum<Item>(items: readonly Item[], of: (item: Item, index: number) => number): number {
  return items.reduce((all, item, index) => all + of(item, index), 0);
}

function middle(points: readonly Vector[]): Vector {
  const mean = (i: number) => sum(points, (point) => point[i]) / points.length;
  return [mean(0), mean(1), mean(2)];
}

function matrix(of: (i: number, j: number) => number): Matrix {
  const row = (i: number): Vector => [of(i, 0), of(i, 1), of(i, 2)];
  return [row(0), row(1), row(2)];
}

/** The rotation R for which the sum of `shared[i][j] * R[i][j]` is largest: the quaternion is
 * the eigenvector with the largest eigenvalue of a symmetric 4x4 matrix. */
function rotated(shared: Matrix): Matrix {
  const [[xx, yx, zx], [xy, yy, zy], [xz, yz, zz]] = shared;
  const [w, x, y, z] = largest([
    [xx + yy + zz, yz - zy, zx - xz, xy - yx],
    [yz - zy, xx - yy - zz, xy + yx, zx + xz],
    [zx - xz, xy + yx, yy - xx - zz, yz + zy],
    [xy - yx, zx + xz, yz + zy, zz - xx - yy],
  ]);
  return [
    [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
    [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
    [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
  ];
}

const SWEEPS = 12;

/** The unit eigenvector with the largest eigenvalue, by Jacobi's rotations. */
function largest(symmetric: number[][]): number[] {
  const vectors = symmetric.map((_, i) => symmetric.map((__, j) => Number(i === j)));
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    for (let p = 0; p < 3; p += 1) {
      for (let q = p + 1; q < 4; q += 1) turn(symmetric, vectors, p, q);
    }
  }
  const values = symmetric.map((row, i) => row[i]);
  const best = values.indexOf(Math.max(...values));
  return vectors.map((row) => row[best]);
}

/** One rotation, after which the matrix is 0 at (p, q). */
function turn(matrix: number[][], vectors: number[][], p: number, q: number): void {
  if (matrix[p][q] === 0) return;
  const theta = (matrix[q][q] - matrix[p][p]) / (2 * matrix[p][q]);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  const swap = (row: number[]) => {
    [row[p], row[q]] = [c * row[p] - s * row[q], s * row[p] + c * row[q]];
  };
  matrix.forEach(swap);
  vectors.forEach(swap);
  const [upper, lower] = [matrix[p], matrix[q]];
  matrix[p] = upper.map((value, i) => c * value - s * lower[i]);
  matrix[q] = upper.map((value, i) => s * value + c * lower[i]);
}
