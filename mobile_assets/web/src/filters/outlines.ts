/** The outlines of shapes: path data and ellipses as points. */
import { SpecError } from "../errors.js";
import type { Point } from "../results.js";
import type { Ellipse, Shape } from "./art.js";

/** One line of points, which goes back to its first where it is closed. */
export interface Outline {
  readonly points: readonly Point[];
  readonly closed: boolean;
}

const TOKEN = /\s*,?\s*(?:([MLCQZ])|([-+]?(?:\d+\.?\d*|\.\d+)))/y;
const TAKES: Readonly<Record<string, number>> = { M: 1, L: 1, Q: 2, C: 3 };
const FARTHEST = 1000;
const STEPS = 20; // straight pieces of a curve
const ROUND = 64; // and of an ellipse
const KNOWN = new WeakMap<Shape, readonly Outline[]>();

/** The outlines of a shape in its own coordinates; `SpecError` for wrong path data. */
export function outlines(shape: Shape): readonly Outline[] {
  const known =
    KNOWN.get(shape) ?? (shape.shape === "ellipse" ? [round(shape)] : drawn(shape.d));
  KNOWN.set(shape, known);
  return known;
}

function round({ centre, radii, turn }: Ellipse): Outline {
  const [cos, sin] = [Math.cos((turn * Math.PI) / 180), Math.sin((turn * Math.PI) / 180)];
  const points = Array.from({ length: ROUND }, (_, i): Point => {
    const angle = (2 * Math.PI * i) / ROUND;
    const [along, across] = [radii[0] * Math.cos(angle), radii[1] * Math.sin(angle)];
    return [along * cos - across * sin + centre[0], along * sin + across * cos + centre[1]];
  });
  return { points, closed: true };
}

interface Command {
  readonly letter: string;
  readonly points: readonly Point[];
}

function drawn(data: string): readonly Outline[] {
  const made: Outline[] = [];
  let points: Point[] = [];
  const lift = (closed: boolean) => {
    if (points.length > 1) made.push({ points, closed });
  };
  for (const { letter, points: given } of commands(data)) {
    if (letter !== "M" && points.length === 0) refuse(data, "begin with M x,y");
    if (letter === "M" || letter === "Z") {
      lift(letter === "Z");
      points = letter === "Z" ? [points[0]] : [given[0]];
    } else {
      const controls = [points[points.length - 1], ...given];
      points.push(...(letter === "L" ? given : curved(controls)));
    }
  }
  lift(false);
  return made;
}

/** A Bezier curve, by repeated halving of its control polygon (de Casteljau). */
function curved(controls: readonly Point[]): readonly Point[] {
  return Array.from({ length: STEPS }, (_, i) => {
    const t = (i + 1) / STEPS;
    let level = controls;
    while (level.length > 1) {
      level = level.slice(1).map(([x, y], k): Point => {
        const [a, b] = level[k];
        return [a + t * (x - a), b + t * (y - b)];
      });
    }
    return level[0];
  });
}

/** Each command with its points; one letter may be followed by several. */
function* commands(data: string): Generator<Command> {
  let letter = "";
  let waiting: number[] = [];
  const check = (named: string) => {
    if (waiting.length) refuse(data, `${named} has a number too few or too many`);
  };
  for (const [name, number] of tokens(data)) {
    if (name) {
      check(letter || "the start");
      letter = name;
      if (name === "Z") yield { letter, points: [] };
      continue;
    }
    waiting.push(Number(number));
    if (!(letter in TAKES)) refuse(data, `the number ${number} follows no command`);
    if (waiting.length === 2 * TAKES[letter]) {
      yield { letter, points: pairs(waiting) };
      [waiting, letter] = [[], letter === "M" ? "L" : letter];
    }
  }
  check(`${letter} at the end`);
}

function pairs(numbers: readonly number[]): readonly Point[] {
  const count = numbers.length / 2;
  return Array.from({ length: count }, (_, i): Point => [numbers[2 * i], numbers[2 * i + 1]]);
}

function* tokens(data: string): Generator<readonly [name: string, number: string]> {
  const end = data.trimEnd().length;
  for (let at = 0; at < end; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(data);
    if (!found) refuse(data, `"${data.slice(at, at + 10)}" is none of M, L, C, Q, Z, number`);
    const [, name = "", number = ""] = found;
    if (Math.abs(Number(number)) > FARTHEST) {
      refuse(data, `the number ${number.slice(0, 12)} is larger than ${FARTHEST}`);
    }
    const next = TOKEN.lastIndex;
    yield [name, number];
    TOKEN.lastIndex = next; // whoever reads may have read another path meanwhile
  }
}

function refuse(data: string, why: string): never {
  throw new SpecError(`path data "${data.slice(0, 40)}": ${why}`);
}
