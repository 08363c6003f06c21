/** The result beside the photo: what, where, how long, and what to do with it. */
import { find, h, save } from "./dom.js";
import { enrolment } from "./enrolling.js";
import { findings, summary } from "./findings.js";
import type { Stage } from "./stage.js";
import type { Answer, Place } from "./types.js";

const PLACES: Readonly<Record<Place, string>> = {
  device: "On this device",
  server: "On the server",
};
const STAGES: Readonly<Record<string, string>> = {
  decode: "reading the photo",
  preprocess: "before the model",
  run: "the model",
  postprocess: "after the model",
  drawing: "drawing",
  queued: "waiting",
  total: "in the server",
};

/** Write a result into the side. */
export function showResult(answer: Answer, stage: Stage): void {
  const article = find("result");
  const found = findings(answer);
  const making = enrolment(answer);
  article.replaceChildren(
    h("h2", { id: "result-title" }, answer.task.title),
    h("p", { class: "sum" }, summary(answer)),
    origin(answer),
    ...(found.length > 0 ? [h("div", { class: "found" }, ...found)] : []),
    ...(making === null ? [] : [making]),
    takeAway(answer, stage),
  );
  article.hidden = false;
  Object.assign(article.dataset, { task: answer.task.name, place: answer.place });
}

/** The place and the time, in one line. */
export function placed({ place, ms }: Answer): string {
  return `${PLACES[place]}, ${millis(ms)}`;
}

function origin(answer: Answer): HTMLElement {
  const stages = Object.entries(answer.stages).map(([name, time]) => [
    STAGES[name] ?? name.replaceAll("_", " "),
    millis(time),
  ]);
  const facts = [...stages, ...Object.entries(answer.ran)].flatMap(([name, text]) => [
    h("dt", {}, name),
    h("dd", {}, text),
  ]);
  const badge = h("span", { class: `badge ${answer.place}` }, PLACES[answer.place]);
  const time = h("span", { class: "time" }, millis(answer.ms));
  return h(
    "details",
    { class: "origin" },
    h("summary", {}, badge, time),
    h("dl", { class: "facts" }, ...facts),
  );
}

function takeAway(answer: Answer, stage: Stage): HTMLElement {
  const stem = answer.photo.name.replace(/\.[^.]*$/, "");
  const name = `${stem}-${answer.task.name}`;
  const picture = async () => save(answer.picture ?? (await stage.drawn()), `${name}.png`);
  const seen = answer.picture !== null || stage.told;
  return h(
    "div",
    { class: "ends" },
    ...(seen ? [button("save-picture", "Save the picture", () => void picture())] : []),
    button("save-json", "Save as JSON", () => save(recordOf(answer), `${name}.json`)),
  );
}

function button(id: string, text: string, click: () => void): HTMLElement {
  const kind = id === "save-picture" ? "button primary" : "button";
  return h("button", { type: "button", class: kind, id, click }, text);
}

function recordOf({ task, photo, place, ms, stages, ran, result }: Answer): Blob {
  const record = { task: task.name, photo: photo.name, place, ms, stages, ran, result };
  return new Blob([JSON.stringify(record, null, 1)], { type: "application/json" });
}

export function millis(time: number): string {
  if (time >= 10_000) return `${(time / 1000).toFixed(1)} s`;
  return `${time < 10 ? time.toFixed(1) : Math.round(time)} ms`;
}
