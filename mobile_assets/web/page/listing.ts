/** Results, times and where they come from, in words. */
import type { Face, Prediction, Result } from "../src/index.js";
import { percent } from "./drawing.js";

/** A name with a probability, or a sentence. */
interface Line {
  readonly text: string;
  readonly share?: number;
}

/** Write what was found into an element. */
export function listFindings(into: HTMLElement, result: Result): void {
  const list = document.createElement("ul");
  for (const { text, share } of linesOf(result)) {
    const item = document.createElement("li");
    item.append(span(text));
    if (share !== undefined) item.append(span(percent(share)), meterOf(text, share));
    list.append(item);
  }
  into.replaceChildren(list);
}

function linesOf(result: Result): readonly Line[] {
  if ("labels" in result) {
    return result.labels.map(({ label, score }) => ({ text: label, share: score }));
  }
  if ("faces" in result) return facesLines(result.faces);
  if ("objects" in result) {
    const lines = result.objects.map(({ label, score }) => ({ text: label, share: score }));
    return lines.length > 0 ? lines : [{ text: "None of the 80 kinds of objects." }];
  }
  if ("probability" in result) {
    const covered = result.probability.reduce((sum, p) => sum + Number(p >= 0.5), 0);
    return [{ text: "of the photo is a person", share: covered / result.probability.length }];
  }
  return [{ text: "Painted at the photo’s own size." }];
}

function facesLines(faces: readonly Face[]): readonly Line[] {
  if (faces.length === 0) return [{ text: "No face." }];
  if (faces[0].expressions === undefined) {
    return faces.map(({ score }, i) => ({ text: `face ${i + 1}`, share: score }));
  }
  return faces.flatMap(({ expressions = {} }, i) => {
    const best = Object.entries(expressions).sort(([, one], [, other]) => other - one);
    const whose = faces.length > 1 ? `face ${i + 1}: ` : "";
    return best.slice(0, 3).map(([name, share]) => ({ text: `${whose}${name}`, share }));
  });
}

function span(text: string): HTMLSpanElement {
  const made = document.createElement("span");
  made.textContent = text;
  return made;
}

function meterOf(label: string, share: number): HTMLMeterElement {
  const made = document.createElement("meter");
  made.value = share;
  made.setAttribute("aria-label", label);
  return made;
}

/** Write the stages' times, and their sum, into a table's body. */
export function listTimes(into: HTMLTableSectionElement, { ms }: Prediction): void {
  const rows = Object.entries(ms);
  const total = rows.reduce((sum, [, time]) => sum + time, 0);
  into.replaceChildren(
    ...[...rows, ["together", total] as const].map(([stage, time]) => {
      const row = document.createElement("tr");
      const head = document.createElement("th");
      head.scope = "row";
      head.textContent = stage;
      row.append(
        head,
        Object.assign(document.createElement("td"), { textContent: millis(time) }),
      );
      return row;
    }),
  );
}

function millis(time: number): string {
  return `${time < 10 ? time.toFixed(1) : Math.round(time)} ms`;
}

/** Write which file ran, on what, and why there. */
export function listOrigin(into: HTMLElement, { from }: Prediction, why: string): void {
  const facts = {
    model: `${from.model} ${from.version}`,
    file: `${from.variant}, SHA-256 ${from.sha256.slice(0, 12)}…`,
    "runs on": `${from.backend}, ${from.accelerator}`,
    ...(why && { because: why }),
  };
  const items = Object.entries(facts).flatMap(([name, value]) => [
    Object.assign(document.createElement("dt"), { textContent: name }),
    Object.assign(document.createElement("dd"), { textContent: value }),
  ]);
  into.replaceChildren(...items);
}
