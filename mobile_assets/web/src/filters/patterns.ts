/**
 * The patterns of the backdrops: functions of the place in the picture and a palette.
 *
 * Coordinates run over 0..1 from top to bottom, and as far in heights from left to right, so
 * that another size is the same composition.
 */
import { clamp } from "../rounding.js";
import type { Point } from "../results.js";
import { type Canvas, within } from "./canvas.js";
import type { Colour } from "./oklab.js";
import { type Plane, gaussian, plane, resized } from "./planes.js";

/** The palette from top to bottom, leaning a little, with a soft light on it. */
function gradient(canvas: Canvas): void {
  canvas.run((x, y) => clamp(y + 0.18 * (x / canvas.aspect - 0.5), 0, 1));
  canvas.tint(canvas.glow([0.35, 0.3], 0.9), 0.06);
}

/** The tooth of good paper: fine grain over slow unevenness. */
function texture(canvas: Canvas): void {
  const grain = canvas.grain(canvas.width, canvas.height);
  const fine = gaussian(grain, Math.max(0.6, canvas.height / 900)).data;
  canvas.tint((_, __, at) => 0.5 + (fine[at] - 0.5) * 1.6, 0.16);
  const slow = canvas.noise(3);
  canvas.tint((_, __, at) => slow[at], 0.14);
}

/** Banks of cloud in the palette's light colours. */
function clouds(canvas: Canvas): void {
  const noise = canvas.noise(2.2, 6);
  const colour = canvas.palette.at(1, { lighten: 0.12, mute: 0.5 });
  canvas.lay(colour, (_, __, at) => clamp((noise[at] - 0.42) * 3.2, 0, 1) ** 2 * 0.85);
}

/** Veins: the palette along lines that noise bends. */
function marble(canvas: Canvas): void {
  const noise = canvas.noise(2, 5);
  canvas.run((x, y, at) => 0.5 + 0.5 * Math.sin((x * 1.1 + y * 0.7 + 1.9 * noise[at]) * 5.5));
}

/** Rolling bands, each a little further along the palette, with a soft upper edge. */
function waves(canvas: Canvas): void {
  for (let number = 0; number < 7; number += 1) {
    const phase = canvas.random.uniform() * 6.28;
    const share = (number + 0.5) / 7;
    const swell = (x: number) => 0.05 * Math.sin(x * (2.2 + number * 0.35) + phase);
    const colour = canvas.palette.at(share, { lighten: 0.02 * number });
    canvas.lay(colour, (x, y) => canvas.step(y - (share + swell(x)), 1.5));
  }
}

/** Slanted stripes, alternately lighter. */
function stripes(canvas: Canvas): void {
  canvas.tint(
    (x, y) => 0.5 + 0.5 * Math.tanh(Math.sin((x + y * 0.6) * 9 * Math.PI) * 14),
    0.07,
  );
}

/** Even dots in a colour from the other end of the palette. */
function dots(canvas: Canvas): void {
  const cell = 1 / 14;
  canvas.lay(canvas.palette.at(0.9, { lighten: 0.08 }), (x, y) => {
    const row = Math.floor(y / cell);
    const u = ((x / cell + 0.5 * (row % 2)) % 1) - 0.5;
    const away = Math.hypot(u, ((y / cell) % 1) - 0.5) * cell;
    return (1 - canvas.step(away - cell * 0.2, 1)) * 0.55;
  });
}

/** Lights out of focus, large and faint before small and bright. */
function bokeh(canvas: Canvas): void {
  canvas.rgb.data.forEach((value, i) => (canvas.rgb.data[i] = value * 0.8));
  const draw = () => canvas.random.uniform();
  for (let number = 0; number < 46; number += 1) {
    const at: Point = [draw() * canvas.aspect, draw()];
    const radius = 0.015 + 0.09 * draw() ** 2 * (1 - number / 60);
    const colour = canvas.palette.at(draw(), { lighten: 0.12 });
    disc(canvas, at, radius, { colour, strength: 0.1 + 0.3 * draw() });
  }
}

/** Light that fans out from behind the person's shoulder. */
function rays(canvas: Canvas): void {
  const angle = (x: number, y: number) => Math.atan2(y - 0.85, x - canvas.aspect / 2);
  canvas.tint((x, y) => 0.5 + 0.5 * Math.tanh(Math.sin(angle(x, y) * 14) * 4), 0.09);
  canvas.tint(canvas.glow([0.5, 0.85], 0.8), 0.12);
}

/** A night sky: many faint stars, few bright ones. */
function stars(canvas: Canvas): void {
  const sky = plane(canvas.width, canvas.height);
  const draw = () => canvas.random.uniform();
  for (let number = 0; number < 420; number += 1) {
    const at: Point = [draw() * canvas.width, draw() * canvas.height];
    const size = (canvas.height / 900) * (0.6 + 2.2 * draw() ** 6);
    star(sky, at, Math.max(3, Math.round(size * 8)) / 8, 0.35 + 0.65 * draw());
  }
  const halo = gaussian(sky, canvas.height / 250).data;
  const cover = (_: number, __: number, at: number) =>
    clamp(sky.data[at] + halo[at] * 1.5, 0, 1);
  canvas.lay([1, 0.98, 0.93], cover);
}

/** Paper snippets in all the palette's colours. */
function confetti(canvas: Canvas): void {
  const { width, height, palette } = canvas;
  const lighten = palette.lightness > 0.6 ? -0.16 : 0.16;
  for (let number = 0; number < 150; number += 1) {
    const [x, y, t, turn] = [0, 0, 0, 0].map(() => canvas.random.uniform());
    const colour = palette.at(t, { lighten });
    const inside = snippet([x * width, y * height], height, turn * Math.PI);
    const reach = Math.ceil(0.011 * height) + 2;
    within(canvas, [x * width, y * height], reach, (column, row, at) => {
      if (inside(column, row)) canvas.dab(at, colour, 1);
    });
  }
}

/** Ridges behind each other, the far ones paler. */
function mountains(canvas: Canvas): void {
  for (let number = 0; number < 4; number += 1) {
    const line = plane(3 + 4 * number, 1);
    line.data.forEach((_, i) => (line.data[i] = canvas.random.normal()));
    const ends = resized(line, canvas.width, 1, "cubic").data;
    const colour = canvas.palette.at(0.55 - 0.16 * number, { mute: 0.25 });
    const ridge = (at: number) => 0.5 + 0.13 * number + 0.05 * ends[at % canvas.width];
    canvas.lay(colour, (_, y, at) => canvas.step(y - ridge(at), 1.2));
  }
}

/** In the order in which they lie over each other. */
export const PATTERNS: Readonly<Record<string, (canvas: Canvas) => void>> = {
  gradient,
  clouds,
  marble,
  waves,
  stripes,
  dots,
  bokeh,
  rays,
  stars,
  mountains,
  confetti,
  texture,
};

/** A light out of focus: a disc that is brighter at its rim. */
function disc(
  canvas: Canvas,
  [x, y]: Point,
  radius: number,
  { colour, strength }: { readonly colour: Colour; readonly strength: number },
): void {
  const { height } = canvas;
  within(canvas, [x * height, y * height], radius * height + 2, (column, row, at) => {
    const away = Math.hypot((column + 0.5) / height - x, (row + 0.5) / height - y);
    const inside = clamp(((radius - away) * height) / 3 + 0.5, 0, 1);
    canvas.dab(at, colour, inside * (0.7 + (0.3 * away) / radius) * strength);
  });
}

/** A star as OpenCV draws it: all pixels that its disc touches. */
function star(sky: Plane, [x, y]: Point, radius: number, bright: number): void {
  const touched = radius + (radius < 0.7 ? 0.5 : 0.3);
  within(sky, [x, y], touched + 1, (column, row, at) => {
    if (Math.hypot(column - x, row - y) <= touched) sky.data[at] = bright;
  });
}

/** Whether a pixel touches a snippet of paper around a place. */
function snippet(
  [x, y]: Point,
  height: number,
  angle: number,
): (column: number, row: number) => boolean {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [long, wide] = [0.011 * height + 0.5, 0.0045 * height + 0.5];
  return (column, row) => {
    const [dx, dy] = [column - x, row - y];
    return Math.abs(dx * cos + dy * sin) <= long && Math.abs(dy * cos - dx * sin) <= wide;
  };
}
