/** Results drawn over the photo. */
import type { Box, Depth, Face, Faces, Mask, Objects, Pixels } from "../src/index.js";
import type { Drawn } from "./tasks.js";

const COLOURS = ["#19c3b1", "#ffb02e", "#ff5d73", "#7a8cff", "#b5e853", "#e58cff"];
const TILES = ["#c9ccd1", "#eef0f2"] as const;

/** The photo, with a result drawn into it; lines are as wide as they look well. */
export function draw(canvas: HTMLCanvasElement, photo: Pixels, result: Drawn | null): void {
  const shown = shownOf(photo, result);
  const context = begun(canvas, shown.width, shown.height);
  if (result !== null && "probability" in result) return drawCutOut(context, photo, result);
  context.putImageData(
    rgba(shown, () => 255),
    0,
    0,
  );
  context.lineWidth = Math.max(1.5, Math.max(photo.width, photo.height) / 320);
  if (result !== null && "faces" in result) drawFaces(context, result);
  if (result !== null && "objects" in result) drawObjects(context, result);
}

function shownOf(photo: Pixels, result: Drawn | null): Pixels {
  if (result !== null && "pixels" in result) return result.pixels;
  return result !== null && "metres" in result ? greyOf(result) : photo;
}

/** Near is bright, by the logarithm. */
function greyOf({ width, height, metres }: Depth): Pixels {
  const [near, far] = bounds(metres.map((value) => Math.log(Math.max(value, 0.001))));
  const scale = 255 / Math.max(far - near, 1e-6);
  const data = new Uint8Array(3 * width * height);
  metres.forEach((value, i) => {
    const grey = (far - Math.log(Math.max(value, 0.001))) * scale;
    data.fill(Math.round(grey), 3 * i, 3 * i + 3);
  });
  return { width, height, data };
}

function begun(canvas: HTMLCanvasElement, width: number, height: number) {
  Object.assign(canvas, { width, height });
  return canvas.getContext("2d") as CanvasRenderingContext2D;
}

function rgba({ width, height, data }: Pixels, alphaOf: (i: number) => number): ImageData {
  const made = new ImageData(width, height);
  for (let i = 0; i < width * height; i += 1) {
    made.data.set(data.subarray(3 * i, 3 * i + 3), 4 * i);
    made.data[4 * i + 3] = alphaOf(i);
  }
  return made;
}

/** The person over a chessboard, which stands for nothing. */
function drawCutOut(context: CanvasRenderingContext2D, photo: Pixels, mask: Mask): void {
  const { width, height } = photo;
  const person = new OffscreenCanvas(width, height);
  const pixels = rgba(photo, (i) => Math.round(255 * mask.probability[i]));
  person.getContext("2d")?.putImageData(pixels, 0, 0);
  const side = Math.max(8, Math.round(Math.max(width, height) / 40));
  for (let y = 0; y < height; y += side) {
    for (let x = 0; x < width; x += side) {
      context.fillStyle = TILES[(x / side + y / side) % 2];
      context.fillRect(x, y, side, side);
    }
  }
  context.drawImage(person, 0, 0);
}

function drawFaces(context: CanvasRenderingContext2D, { faces }: Faces): void {
  faces.forEach((face, i) => {
    const colour = COLOURS[i % COLOURS.length];
    drawBox(context, face.boxXyxy, colour, captionOf(face));
    if (face.landmarks) drawDots(context, face.landmarks, 3, colour, 0.6);
    else drawDots(context, Object.values(face.points).flat(), 2, colour, 1.6);
  });
}

function captionOf({ score, smile }: Face): string {
  return smile === undefined ? percent(score) : `smile ${percent(smile)}`;
}

function drawObjects(context: CanvasRenderingContext2D, { objects }: Objects): void {
  const names = [...new Set(objects.map(({ label }) => label))];
  [...objects].reverse().forEach(({ label, score, boxXyxy }) => {
    const colour = COLOURS[names.indexOf(label) % COLOURS.length];
    drawBox(context, boxXyxy, colour, `${label} ${percent(score)}`);
  });
}

function drawBox(
  context: CanvasRenderingContext2D,
  [x0, y0, x1, y1]: Box,
  colour: string,
  caption: string,
): void {
  const size = 6 * context.lineWidth;
  context.strokeStyle = colour;
  context.strokeRect(x0, y0, x1 - x0, y1 - y0);
  context.font = `600 ${size}px system-ui, sans-serif`;
  context.textBaseline = "middle";
  const wide = context.measureText(caption).width + size * 0.8;
  const top = Math.max(0, y0 - size * 1.4);
  context.fillStyle = colour;
  context.fillRect(x0 - context.lineWidth / 2, top, wide, size * 1.4);
  context.fillStyle = "#10181a";
  context.fillText(caption, x0 + size * 0.3, top + size * 0.72);
}

/** Dots at the first two of every `each` numbers. */
function drawDots(
  context: CanvasRenderingContext2D,
  numbers: ArrayLike<number>,
  each: number,
  colour: string,
  size: number,
): void {
  context.fillStyle = colour;
  for (let i = 0; i < numbers.length; i += each) {
    context.beginPath();
    context.arc(numbers[i], numbers[i + 1], size * context.lineWidth, 0, 2 * Math.PI);
    context.fill();
  }
}

/** A probability as people read it. */
export function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

/** The least and the largest. */
export function bounds(numbers: Float32Array): readonly [number, number] {
  let [least, largest] = [Infinity, -Infinity];
  for (const number of numbers) {
    least = Math.min(least, number);
    largest = Math.max(largest, number);
  }
  return [least, largest];
}
