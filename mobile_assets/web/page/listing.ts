/** Results, times and where they come from, in words. */
import type { Face, OutcomeProvenance, Prediction } from "../src/index.js";
import { bounds, percent } from "./drawing.js";
import type { Drawn } from "./tasks.js";

/** A name with a probability, or a sentence. */
interface Line {
  readonly text: string;
  readonly share?: number;
}

const UNKNOWN: Line = { text: "Not known: nobody answered." };

/** Write what was found into an element; null where there was no answer. */
export function listFindings(into: HTMLElement, result: Drawn | null): void {
  const list = document.createElement("ul");
  for (const { text, share } of result === null ? [UNKNOWN] : linesOf(result)) {
    const item = document.createElement("li");
    item.append(span(text));
    if (share !== undefined) item.append(span(percent(share)), meterOf(text, share));
    list.append(item);
  }
  into.replaceChildren(list);
}

function linesOf(result: Drawn): readonly Line[] {
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
  if ("metres" in result) {
    const [near, far] = bounds(result.metres);
    return [{ text: `From ${near.toFixed(1)} m (bright) to ${far.toFixed(1)} m.` }];
  }
  if ("pixels" in result) {
    return [{ text: `A picture of ${result.pixels.width} x ${result.pixels.height}.` }];
  }
  return [];
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

/** Write the stages' times into a table's body, and all of it: their sum, or a server's
 * `round_trip`, which the others are parts of. */
export function listTimes(
  into: HTMLTableSectionElement,
  ms: Readonly<Record<string, number>>,
): void {
  const { round_trip: whole, ...stages } = ms;
  const rows = Object.entries(stages).filter(([stage]) => stage !== "server.total");
  const sum = rows.reduce((all, [, time]) => all + time, 0);
  const last =
    whole === undefined ? (["together", sum] as const) : (["in all", whole] as const);
  into.replaceChildren(
    ...[...rows, last].map(([stage, time]) => {
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
  list(into, {
    model: `${from.model} ${from.version}`,
    file: `${from.variant}, SHA-256 ${from.sha256.slice(0, 12)}…`,
    "runs on": `${from.backend}, ${from.accelerator}`,
    ...(why && { because: why }),
  });
}

/** Write where an answer comes from that no trace is of. */
export function listServer(into: HTMLElement, from: OutcomeProvenance): void {
  list(into, {
    model: from.model,
    ...(from.sha256 && { file: `${from.variant}, SHA-256 ${from.sha256.slice(0, 12)}…` }),
    "runs on": `the ${from.where}${from.accelerator && `, ${from.accelerator}`}`,
    ...(from.bytesSent > 0 && {
      sent: `${from.bytesSent} bytes, ${from.bytesSaved} fewer than the photo has`,
    }),
  });
}

function list(into: HTMLElement, facts: Readonly<Record<string, string>>): void {
  const items = Object.entries(facts).flatMap(([name, value]) => [
    Object.assign(document.createElement("dt"), { textContent: name }),
    Object.assign(document.createElement("dd"), { textContent: value }),
  ]);
  into.replaceChildren(...items);
}
