/** The photo with what was found on it: a picture to hold against it, marks to switch. */
import { h, svg } from "./dom.js";
import { type Mark, type Overlay, type Xy, marksOf, masksOf, overlaysOf } from "./marks.js";
import { surface, veil } from "./pixels.js";
import type { Answer, Photo } from "./types.js";

export const COLOURS = ["#3ad6b4", "#ffb938", "#ff7a7a", "#8ea0ff", "#b9e769", "#ec9bff"];
const NAMES: Readonly<Record<Overlay, string>> = {
  boxes: "Boxes",
  points: "Points",
  masks: "Masks",
  text: "Labels",
};

/** The pictures of a stage, kept for what is drawn from them. */
export class Stage {
  readonly figure = h("figure", { class: "view" });
  readonly switches = h("fieldset", { class: "overlays" });
  private readonly hidden = new Set<Overlay>();
  private marks: readonly Mark[] = [];
  private masks: HTMLCanvasElement | null = null;
  private answer: Answer | null = null;
  private picture = "";
  private spared = false;

  constructor(private photo: Photo) {
    this.switches.append(h("legend", {}, "Show"));
    this.show(photo, null);
  }

  /** Show a photo, and what was found on it. */
  show(photo: Photo, answer: Answer | null): void {
    URL.revokeObjectURL(this.picture);
    Object.assign(this, { photo, answer, masks: null, picture: "" });
    this.figure.style.setProperty("--ratio", String(photo.width / photo.height));
    this.marks = answer === null ? [] : marksOf(answer.result);
    this.figure.replaceChildren(
      h("img", { class: "photo", src: photo.shown, alt: `The photo ${photo.name}` }),
    );
    this.figure.classList.toggle("clear", answer !== null);
    if (answer === null) return this.list([]);
    this.spareText(answer.task.name === "text");
    const compared = answer.picture !== null && (answer.task.makes || this.marks.length === 0);
    if (compared) this.compare(answer.picture as Blob, answer.task.title);
    else this.overlay(answer);
    this.list(compared ? [] : overlaysOf(this.marks, answer.soft));
  }

  /** What is written there is not written over. */
  private spareText(reading: boolean): void {
    if (reading) this.hidden.add("text");
    else if (this.spared) this.hidden.delete("text");
    this.spared = reading;
  }

  private compare(picture: Blob, title: string): void {
    this.picture = URL.createObjectURL(picture);
    const image = h("img", { src: this.picture, alt: `The result: ${title}` });
    const after = h("div", { class: "after" }, image);
    const range = h("input", {
      type: "range",
      class: "slider",
      min: 0,
      max: 100,
      value: 50,
      "aria-label": "Before and after: how much of the photo is shown",
    });
    const split = () => this.figure.style.setProperty("--split", `${range.value}%`);
    range.addEventListener("input", split);
    split();
    this.figure.append(after, range, h("div", { class: "handle", "aria-hidden": "true" }));
  }

  private overlay(answer: Answer): void {
    const { width, height } = this.photo;
    const box = { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none" };
    const lines = svg("svg", { ...box, class: "marks", "aria-hidden": "true" });
    const texts = h("div", { class: "texts", "aria-hidden": "true" });
    const taken: Xy[] = [];
    for (const mark of this.marks) {
      drawn(mark).forEach((part) => lines.append(part));
      if (mark.label !== "" && mark.corners.length > 0) texts.append(this.plate(mark, taken));
    }
    this.figure.append(lines, texts);
    void this.paintMasks(answer);
  }

  /** A label at the corner of its box, below those that stand there already. */
  private plate({ label, corners, colour }: Mark, taken: Xy[]): HTMLElement {
    const plate = h("span", {}, label);
    const left = Math.max(0, Math.min(...corners.map(([x]) => x)) / this.photo.width);
    const top = Math.max(0, Math.min(...corners.map(([, y]) => y)) / this.photo.height);
    const near = taken.filter(
      ([x, y]) => Math.abs(x - left) < 0.25 && Math.abs(y - top) < 0.06,
    );
    taken.push([left, top]);
    plate.style.setProperty("left", `${100 * Math.min(left, 0.88)}%`);
    plate.style.setProperty("top", `${100 * top}%`);
    plate.style.setProperty("--row", String(near.length));
    plate.style.setProperty("--colour", COLOURS[colour % COLOURS.length]);
    plate.classList.toggle("inside", top < 0.06);
    return plate;
  }

  private async paintMasks(answer: Answer): Promise<void> {
    const soft = answer.soft === null ? [] : [[0, answer.soft] as const];
    const masks = [...(await masksOf(this.marks)), ...soft];
    if (masks.length === 0 || this.answer !== answer) return;
    const [, { width, height }] = masks[0];
    const canvas = h("canvas", { class: "masks", width, height, "aria-hidden": "true" });
    const pen = canvas.getContext("2d");
    for (const [colour, mask] of masks) {
      pen?.drawImage(veil(mask, rgbOf(COLOURS[colour % COLOURS.length])), 0, 0, width, height);
    }
    this.masks = canvas;
    this.figure.querySelector(".marks")?.before(canvas);
  }

  private list(overlays: readonly Overlay[]): void {
    const boxes = overlays.map((name) => {
      const box = h("input", {
        type: "checkbox",
        value: name,
        checked: !this.hidden.has(name),
      });
      box.addEventListener("change", () => this.turn(name, box.checked));
      return h("label", {}, box, h("span", {}, NAMES[name]));
    });
    this.switches.replaceChildren(h("legend", {}, "Show"), ...boxes);
    this.switches.hidden = boxes.length === 0;
    for (const name of Object.keys(NAMES))
      this.turn(name as Overlay, !this.hidden.has(name as Overlay));
  }

  private turn(name: Overlay, on: boolean): void {
    if (on) this.hidden.delete(name);
    else this.hidden.add(name);
    this.figure.classList.toggle(`no-${name}`, !on);
  }

  /** Whether there is more to see than the photo. */
  get told(): boolean {
    return this.marks.length > 0 || this.answer?.soft != null;
  }

  /** The photo with the marks that are switched on, as PNG. */
  async drawn(): Promise<Blob> {
    const { width, height } = this.photo;
    const { canvas, pen } = surface(width, height);
    pen.drawImage(await createImageBitmap(this.photo.known), 0, 0, width, height);
    if (this.masks !== null && !this.hidden.has("masks")) {
      pen.globalAlpha = 0.5;
      pen.drawImage(this.masks, 0, 0, width, height);
      pen.globalAlpha = 1;
    }
    for (const mark of this.marks) this.trace(pen, mark, Math.max(width, height) / 400);
    return canvas.convertToBlob({ type: "image/png" });
  }

  private trace(pen: OffscreenCanvasRenderingContext2D, mark: Mark, weight: number): void {
    const colour = COLOURS[mark.colour % COLOURS.length];
    Object.assign(pen, { strokeStyle: colour, fillStyle: colour, lineJoin: "round" });
    if (!this.hidden.has("boxes") && mark.corners.length > 0) {
      pen.lineWidth = weight * 1.5;
      pen.stroke(new Path2D(outline(mark.corners)));
    }
    if (!this.hidden.has("points")) {
      Object.assign(pen, { lineWidth: weight * (mark.fine ? 1.2 : 4), lineCap: "round" });
      pen.stroke(new Path2D(dots(mark.points)));
    }
    if (this.hidden.has("text") || mark.label === "" || mark.corners.length === 0) return;
    const size = Math.max(12, weight * 9);
    pen.font = `600 ${size}px system-ui, sans-serif`;
    const [x, y] = mark.corners[0];
    const top = Math.max(0, y - size * 1.5);
    pen.fillRect(x, top, pen.measureText(mark.label).width + size * 0.8, size * 1.5);
    pen.fillStyle = "#10201d";
    pen.fillText(mark.label, x + size * 0.4, top + size * 1.08);
  }
}

function drawn({ colour, corners, points, fine }: Mark): readonly SVGElement[] {
  const stroke = COLOURS[colour % COLOURS.length];
  const made: SVGElement[] = [];
  if (corners.length > 0) {
    made.push(svg("path", { d: outline(corners), class: "shadow box" }));
    made.push(svg("path", { d: outline(corners), class: "box", stroke }));
  }
  if (points.length > 0) {
    const kind = fine ? "fine points" : "points";
    if (!fine) made.push(svg("path", { d: dots(points), class: "shadow points" }));
    made.push(svg("path", { d: dots(points), class: kind, stroke: fine ? stroke : "#fff3c4" }));
  }
  return made;
}

function outline(corners: readonly Xy[]): string {
  return `M${corners.map((xy) => xy.join(" ")).join("L")}Z`;
}

function dots(points: readonly Xy[]): string {
  return points.map(([x, y]) => `M${x} ${y}h0`).join("");
}

function rgbOf(hex: string): readonly number[] {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
}
